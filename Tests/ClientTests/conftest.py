# SPDX-License-Identifier: Apache-2.0
"""Nodes and people for all tests in this folder. Tests that check recorded responses run after the tests that record
them."""

import pytest

import references
from node import BINARY, POSTGRES, Node
from members import Member, new_name
from traffic import Traffic

ORDER = [
    "test_login", "test_posting", "test_media", "test_reading", "test_people", "test_notifications", "test_push",
    "test_streaming", "test_websocket", "test_schemas", "test_client_rules", "test_authorisation",
    "test_mail", "test_schemathesis", "test_toot"]


def pytest_configure(config):
    if not BINARY.exists():
        raise pytest.UsageError(f"{BINARY} is not built: swift build --product troquet")


def pytest_report_header(config):
    if not POSTGRES:
        yield "The clients do not meet PostgreSQL: set TROQUET_TEST_POSTGRES=postgres://… for that."
    yield from references.missing()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: ORDER.index(item.module.__name__))


@pytest.fixture(scope="session")
def traffic():
    return Traffic()


@pytest.fixture(scope="session", params=["sqlite"] + (["postgres"] if POSTGRES else []))
def node(request):
    """A node, once on each engine."""
    yield from running_node(request.param)


@pytest.fixture(scope="session")
def sqlite_node():
    """A node for tests that need one engine only."""
    yield from running_node("sqlite")


def running_node(engine):
    node = Node(engine, host="127.0.0.1", demo=False, language="en", welcome_group="")
    try:
        node.start()
        yield node
        assert node.stop() == 0, node.log()
    finally:
        node.remove()


@pytest.fixture(scope="session")
def newcomer(traffic):
    """Creates a new member."""

    def make(node, stem="eve", role="member"):
        return Member(node, traffic, new_name(stem), role)

    return make


@pytest.fixture(scope="session")
def ada(node, newcomer):
    """The member who does most things in the tests."""
    return newcomer(node, "ada")


@pytest.fixture(scope="session")
def bob(node, newcomer):
    """The second member."""
    return newcomer(node, "bob")
