# SPDX-License-Identifier: Apache-2.0
"""Nodes and browsers for all tests in this folder."""

import os

import pytest
from playwright.sync_api import sync_playwright

from node import BINARY, POSTGRES, Node
from people import PASSWORD, Person, new_name

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
PATIENCE_MILLISECONDS = 60_000


def pytest_configure(config):
    if not BINARY.exists():
        raise pytest.UsageError(f"{BINARY} is not built: swift build --product troquet")
    if not POSTGRES:
        print("The browser does not meet PostgreSQL: set TROQUET_TEST_POSTGRES=postgres://… for that.")


@pytest.fixture(scope="session")
def node():
    yield from running_node("sqlite")


@pytest.fixture(scope="session", params=["sqlite"] + (["postgres"] if POSTGRES else []))
def any_node(request):
    """A node, once on each engine."""
    if request.param == "sqlite":
        yield request.getfixturevalue("node")
    else:
        yield from running_node(request.param)


def running_node(engine):
    node = Node(engine)
    try:
        node.start()
        yield node
        assert node.stop() == 0, node.log()
    finally:
        node.remove()


@pytest.fixture(scope="session")
def browser():
    arguments = ["--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=arguments, chromium_sandbox=os.geteuid() != 0)
        yield browser
        browser.close()


@pytest.fixture
def window(browser):
    """Opens windows, each with its own cookies. An error in the console of a page fails the test."""
    contexts, complaints = [], []

    def open_window(language="fr", size=None, dark=False, scripts=True, touch=False):
        context = browser.new_context(
            locale=language, viewport=size or DESKTOP, color_scheme="dark" if dark else "light",
            java_script_enabled=scripts, has_touch=touch, is_mobile=touch)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complain(message, complaints))
        page.on("response", lambda answer: answer.status == 500 and complaints.append(f"500 {answer.url}"))
        contexts.append(context)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert not complaints


def complain(message, complaints):
    # A 422 response to a form is not an error of the page.
    if message.type == "error" and "Failed to load resource" not in message.text:
        complaints.append(message.text)


@pytest.fixture
def stranger(window):
    """A person without an account. Scripts are off, because no page may need them."""

    def make(node, stem="eve", **how):
        return Person(window(**({"scripts": False} | how)), node.origin, new_name(stem))

    return make


@pytest.fixture
def member(stranger):
    """A new member, created at the command line and signed in on the sign-in page."""

    def make(node, stem="ada", **how):
        somebody = stranger(node, stem, **how)
        node.run("account", "create", somebody.name, "--email", somebody.email, "--password", PASSWORD)
        somebody.sign_in()
        return somebody

    return make


@pytest.fixture(scope="session")
def door_keys():
    """The cookies of people who have signed in already."""
    return {}


@pytest.fixture
def demo_person(window, door_keys):
    """One of the two people of the demonstration: the first is a steward, the second a member."""

    def make(node, number, **how):
        names, password = node.demo_people()
        somebody = Person(window(**how), node.origin, names[number])
        cookies = somebody.page.context
        if (key := (node.origin, number)) in door_keys:
            cookies.add_cookies(door_keys[key])
        else:
            somebody.sign_in(password)
            door_keys[key] = cookies.cookies()
        return somebody

    return make
