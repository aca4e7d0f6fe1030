# SPDX-License-Identifier: Apache-2.0
"""No response contains anything that makes a client fail."""

from collections import defaultdict

from bs4 import BeautifulSoup
import pytest

import client_rules
import description
from verdict import nothing_is_wrong

DESCRIPTION = description.read()
TABLES = client_rules.read_tables()
pytestmark = pytest.mark.skipif(not DESCRIPTION or not TABLES, reason="no tables beside the project")
# Entities that these tests never see, each with the reason.
NEVER_SEEN = {
    "Translation": "nothing translates here",
    "PreviewCard": "nothing of the network is fetched by these tests",
    "PreviewCardAuthor": "nothing of the network is fetched by these tests",
    "CustomEmoji": "these nodes have none",
    "DomainBlock": "these nodes block nobody",
    "Rule": "these nodes have no rules in writing",
    "Preferences": "the description says nothing of its form",
    "Reaction": "nobody announces anything here",
    "Announcement": "nobody announces anything here",
}
CLOSED = {
    ("Status", "visibility"): {"public", "unlisted", "private", "direct"},
    ("Filter", "filter_action"): {"warn", "hide", "blur"},
    ("QuoteApproval", "current_user"): {"automatic", "manual", "denied", "unknown"},
    ("List", "replies_policy"): {"followed", "list", "none"},
}
CONTEXTS = {"home", "notifications", "public", "thread", "account"}
ALERTS = {
    "mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update", "admin.sign_up",
    "admin.report"}
INT32 = 1 << 31


@pytest.fixture(scope="module")
def seen(traffic):
    """Returns every entity that was returned or streamed: its table, the entity, and its place."""
    assert traffic.exchanges, "nothing was recorded: run this with the tests of the clients"
    found: dict[str, list] = defaultdict(list)

    def keep(name, entity, place):
        found[client_rules.KIN.get(name, name)].append((entity, place))
        if name == "CredentialAccount" and isinstance(entity.get("source"), dict):
            keep("Source", entity["source"], f"{place}.source")

    for exchange in traffic.exchanges:
        operation = DESCRIPTION.operation(exchange.method, exchange.path)
        schema = operation and exchange.status == 200 and DESCRIPTION.answer_schema(operation, 200)
        if schema:
            for name, entity, place in DESCRIPTION.entities(schema, exchange.body):
                keep(name, entity, f"{' '.join(operation)} {place}")
    for name, body in traffic.streamed:
        for inner, entity, place in DESCRIPTION.entities({"$ref": f"#/components/schemas/{name}"}, body):
            keep(inner, entity, f"stream {place}")
    return found


@pytest.mark.parametrize("table", sorted(TABLES))
def test_no_client_fails_at(table, seen):
    if table not in seen and table in NEVER_SEEN:
        pytest.skip(NEVER_SEEN[table])
    if table not in seen:
        pytest.fail("no test shows any", pytrace=False)
    wrong = {
        f"{place}: {what}" for entity, place in seen[table]
        for what in client_rules.broken(table, TABLES[table], entity)}
    # The status in a deletion response is used for its text and is not shown.
    wrong = {text for text in wrong if not text.startswith("DELETE ")}
    nothing_is_wrong(wrong)


def test_closed_lists_stay_closed(seen):
    wrong = {
        f"{place}.{name}: {entity[name]!r}" for (table, name), allowed in CLOSED.items()
        for entity, place in seen.get(table, []) if name in entity and entity[name] not in allowed}
    wrong |= {
        f"{place}.context: {context!r}" for entity, place in seen["Filter"]
        for context in entity["context"] if context not in CONTEXTS}
    nothing_is_wrong(wrong)


def test_a_mention_links_to_the_address_it_names(seen):
    wrong = set()
    for status, place in seen["Status"]:
        # The status that wraps a boost may have no content.
        links = {a.get("href") for a in BeautifulSoup(status.get("content", ""), "html.parser").find_all("a")}
        missing = [m["url"] for m in status["mentions"] if m["url"] not in links]
        if status.get("content") and missing and f"@{status['mentions'][0]['username']}" in status["content"]:
            wrong.add(f"{place}: {missing} in {status['content']}")
    nothing_is_wrong(wrong)


def test_a_boost_holds_a_whole_status_and_has_its_own_id(seen):
    wraps = [(status, place) for status, place in seen["Status"] if status.get("reblog")]
    assert wraps
    for status, place in wraps:
        inner = status["reblog"]
        assert inner["id"] != status["id"] and inner.get("reblog") is None and inner["account"]["id"], place
        assert inner["reblogs_count"] == status["reblogs_count"], place


def test_a_picture_says_how_large_it_is(seen):
    for media, place in seen["MediaAttachment"]:
        if media["type"] == "image" and media.get("url"):
            original = media["meta"]["original"]
            assert {"width", "height", "size", "aspect"} <= set(original), place
            assert original["size"] == f"{original['width']}x{original['height']}", place


def test_a_push_subscription_has_every_alert_as_a_claim(seen):
    for subscription, place in seen["WebPushSubscription"]:
        assert ALERTS <= set(subscription["alerts"]), place
        assert all(isinstance(alert, bool) for alert in subscription["alerts"].values()), place
        assert {"policy", "standard", "server_key"} <= set(subscription), place


def test_limits_fit_where_clients_keep_them(seen):
    for table in ("Instance", "V1Instance"):
        for instance, place in seen[table]:
            limits = instance["configuration"]["media_attachments"]
            for name, value in limits.items():
                assert not isinstance(value, int) or value < INT32, f"{place} {name}"
            assert {
                "image_size_limit", "image_matrix_limit", "video_size_limit", "video_frame_rate_limit",
                "video_matrix_limit", "supported_mime_types"} <= set(limits), place


def test_the_second_description_of_the_node_is_complete(seen):
    for instance, place in seen["Instance"]:
        configuration = instance["configuration"]
        assert configuration["vapid"]["public_key"] and configuration["urls"]["streaming"], place
        assert isinstance(configuration["translation"]["enabled"], bool), place
        assert {"accounts", "statuses", "media_attachments", "polls"} <= set(configuration), place
        assert isinstance(instance["contact"]["email"], str) and instance["thumbnail"]["url"], place
        assert isinstance(instance["registrations"]["enabled"], bool), place


def test_source_and_role_stand_only_in_ones_own_account(seen):
    for account, place in seen["Account"]:
        if "verify_credentials" not in place and "update_credentials" not in place and "profile" not in place:
            assert "source" not in account, place


def test_numbers_that_clients_read_as_words_are_words(seen):
    for tag, place in seen["Tag"]:
        for day in tag["history"]:
            assert all(isinstance(day[name], str) and day[name].isdigit() for name in ("day", "uses", "accounts")), place
