# SPDX-License-Identifier: Apache-2.0
"""Server-sent events of the streaming API, as Mastodon.py receives them."""

import json
import uuid
from contextlib import contextmanager

import pytest
import requests
from mastodon import StreamListener

from waiting import eventually


class Ear(StreamListener):
    """Stores all events."""

    def __init__(self):
        self.heard: list[tuple[str, object]] = []
        self.alive = False

    def handle_heartbeat(self):
        self.alive = True

    def on_any_event(self, name, data=None, for_stream=None):
        self.heard.append((name, data))

    def on_unknown_event(self, name, unknown_event=None):
        pass

    def on_abort(self, err):
        pass

    def ids(self, name):
        return [int(data if name == "delete" else data.id) for heard, data in self.heard if heard == name]


@contextmanager
def listening(stream, *args, **how):
    """Listens to a stream, and yields after its first heartbeat."""
    ear = Ear()
    handle = stream(*args, ear, run_async=True, timeout=30, **how)
    try:
        eventually(lambda: ear.alive or ear.heard)
        yield ear
    finally:
        handle.close()


@pytest.fixture
def eve(ada, newcomer):
    return newcomer(ada.node)


def test_the_home_stream(ada, eve):
    eve.api.account_follow(ada.id)
    with listening(eve.api.stream_user) as ear:
        post = ada.api.status_post("now")
        eventually(lambda: int(post.id) in ear.ids("update"))
        ada.api.status_update(post, "a little later")
        eventually(lambda: int(post.id) in ear.ids("status.update"))
        ada.api.status_delete(post)
        eventually(lambda: int(post.id) in ear.ids("delete"))
        mention = ada.api.status_post(f"@{eve.name} psst", visibility="direct")
        told = eventually(lambda: [d for n, d in ear.heard if n == "notification"])
        assert told[0].type == "mention" and int(told[0].status.id) == int(mention.id)
        eve.api.create_filter_v2("x", ["home"], "warn", keywords_attributes=[{"keyword": "spoiler"}])
        eventually(lambda: [n for n, _ in ear.heard if n == "filters_changed"])


def test_notifications_alone(ada, eve):
    eve.api.account_follow(ada.id)
    with listening(eve.api.stream_user_notifications) as ear:
        ada.api.status_post("not a notification")
        ada.api.account_follow(eve.id)
        eventually(lambda: [d for n, d in ear.heard if n == "notification" and d.type == "follow"])
        assert not ear.ids("update")


def test_the_public_stream_carries_what_is_public(ada, eve):
    with listening(eve.api.stream_public) as all, listening(eve.api.stream_local) as local:
        hidden = ada.api.status_post("quietly", visibility="unlisted")
        post = ada.api.status_post("out loud")
        for ear in (all, local):
            eventually(lambda: int(post.id) in ear.ids("update"))
            assert int(hidden.id) not in ear.ids("update")


def test_a_tag_a_list_and_private_talk(ada, bob, eve):
    tag = "t" + uuid.uuid4().hex[:10]
    eve.api.account_follow(ada.id)
    made = eve.api.list_create("Close")
    eve.api.list_accounts_add(made, [ada.id])
    with listening(eve.api.stream_hashtag, tag) as by_tag, listening(eve.api.stream_list, made.id) as by_list, \
            listening(eve.api.stream_direct) as talk:
        tagged, other = bob.api.status_post(f"#{tag}"), ada.api.status_post("no tag")
        eventually(lambda: int(tagged.id) in by_tag.ids("update"))
        eventually(lambda: int(other.id) in by_list.ids("update"))
        assert int(other.id) not in by_tag.ids("update") and int(tagged.id) not in by_list.ids("update")
        ada.api.status_post(f"@{eve.name} between us", visibility="direct")
        eventually(lambda: [d for n, d in talk.heard if n == "conversation"])


def test_what_is_streamed_is_what_is_fetched(ada, eve, traffic):
    """The streamed status equals the fetched one, member by member, for an app that reads both."""
    eve.api.account_follow(ada.id)
    heads = {"Authorization": f"Bearer {eve.api.access_token}"}
    url = f"{eve.node.origin}/api/v1/streaming/user"
    with requests.get(url, headers=heads, stream=True, timeout=15) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        lines = stream.iter_lines(chunk_size=1, decode_unicode=True)
        assert next(lines).startswith(":")
        post = ada.api.status_post("the same")
        told = {}
        for line in lines:
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: ") and name == "update":
                told = json.loads(line.removeprefix("data: "))
                break
    traffic.record_event("update", told)
    fetched = requests.get(f"{eve.node.origin}/api/v1/statuses/{post.id}", headers=heads, timeout=15).json()
    # A stream does not know `pinned`.
    assert told["id"] == fetched["id"] and set(told) >= set(fetched) - {"pinned"} and told["account"] == fetched["account"]


@pytest.mark.parametrize("path, status", [
    ("user", 401), ("public", 401), ("hashtag?tag=x", 401), ("no-such-stream", (401, 404)), ("health", 200)])
def test_strangers_hear_nothing(node, path, status):
    with requests.get(f"{node.origin}/api/v1/streaming/{path}", stream=True, timeout=120) as answer:
        assert answer.status_code in (status if isinstance(status, tuple) else (status,))


def test_nobody_hears_the_list_of_another(ada, bob):
    made = ada.api.list_create("Mine")
    heads = {"Authorization": f"Bearer {bob.api.access_token}"}
    url = f"{ada.node.origin}/api/v1/streaming/list?list={made.id}"
    with requests.get(url, headers=heads, stream=True, timeout=120) as answer:
        assert answer.status_code in (403, 404)
    assert bob.api.stream_healthy()
