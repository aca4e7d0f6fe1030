# SPDX-License-Identifier: Apache-2.0
"""Timelines, lists, filters, search and information about the node, as Mastodon.py reads them."""

import uuid

import pytest
import requests
from mastodon import MastodonAPIError, MastodonNotFoundError

from waiting import eventually

SECONDS = 120


def ids(page):
    return [entry.id for entry in page]


def word():
    return "w" + uuid.uuid4().hex[:12]


def ask(member, path, **parameters):
    heads = {"Authorization": f"Bearer {member.api.access_token}"}
    return requests.get(member.node.origin + path, params=parameters, headers=heads, timeout=SECONDS)


def test_the_node_describes_itself(ada):
    first, second = ada.api.instance_v1(), ada.api.instance_v2()
    host = ada.node.origin.removeprefix("http://")
    assert first.uri == second.domain == host and first.title == second.title
    assert ada.api.retrieve_mastodon_version() and "Troquet" in second.version
    assert second.configuration.statuses.max_characters >= 500
    assert second.configuration.media_attachments.supported_mime_types
    assert ada.api.instance_nodeinfo().software.name == "troquet"
    ada.api.instance_rules(), ada.api.instance_extended_description(), ada.api.instance_peers()
    ada.api.instance_activity(), ada.api.custom_emojis(), ada.api.announcements()
    assert ada.api.instance_health()


def test_a_timeline_is_read_page_by_page(ada, newcomer):
    eve = newcomer(ada.node)
    posts = [eve.api.status_post(f"post {n}").id for n in range(7)]
    page = eve.api.timeline_home(limit=3)
    assert ids(page) == posts[:-4:-1]
    older = eve.api.fetch_next(page)
    assert ids(older) == posts[3:0:-1]
    assert ids(eve.api.fetch_previous(older)) == posts[:-4:-1]
    assert ids(eve.api.timeline_home(max_id=posts[3], limit=2)) == [posts[2], posts[1]]
    assert ids(eve.api.timeline_home(since_id=posts[3], limit=2)) == [posts[6], posts[5]]
    assert ids(eve.api.timeline_home(min_id=posts[3], limit=2)) == [posts[5], posts[4]]
    walked, page = [], eve.api.timeline_home(limit=2)
    while page:
        walked += ids(page)
        page = eve.api.fetch_next(page)
    assert walked == posts[::-1]


def test_tags_are_combined(ada):
    a, b = word(), word()
    one, two, both = (ada.api.status_post(text).id for text in (f"#{a}", f"#{b}", f"#{a} #{b}"))

    def found(**parameters):
        return [int(s["id"]) for s in ask(ada, f"/api/v1/timelines/tag/{a}", **parameters).json()]

    assert found() == [both, one] or found() == [int(both), int(one)]
    assert found(**{"any[]": b}) == [int(i) for i in (both, two, one)]
    assert found(**{"all[]": b}) == [int(both)] and found(**{"none[]": b}) == [int(one)]
    assert ids(ada.api.timeline_hashtag(a.upper())) == [both, one]


def test_a_list_is_a_timeline_of_its_members(ada, bob, newcomer):
    carl = newcomer(ada.node, "carl")
    made = ada.api.list_create("Friends", replies_policy="followed")
    with pytest.raises(MastodonNotFoundError):
        ada.api.list_accounts_add(made, [bob.id])
    for friend in (bob, carl):
        ada.api.account_follow(friend.id)
    ada.api.list_accounts_add(made, [bob.id, carl.id])
    assert {a.acct for a in ada.api.list_accounts(made)} == {bob.name, carl.name}
    assert made.id in ids(ada.api.account_lists(bob.id))
    ada.api.list_accounts_delete(made, [carl.id])
    inside, outside = bob.api.status_post(word()).id, carl.api.status_post(word()).id
    shown = eventually(lambda: ids(ada.api.timeline_list(made)))
    assert inside in shown and outside not in shown
    changed = ada.api.list_update(made, "Good friends", replies_policy="none", exclusive=True)
    assert changed.title == "Good friends" and changed.exclusive
    hidden = bob.api.status_post(word()).id
    assert eventually(lambda: hidden in ids(ada.api.timeline_list(made)))
    assert hidden not in ids(ada.api.timeline_home())
    with pytest.raises(MastodonNotFoundError):
        bob.api.list(made)
    ada.api.list_delete(made)
    assert made.id not in ids(ada.api.lists())


def test_a_filter_marks_what_it_finds(ada, bob):
    hidden, other = word(), word()
    post = bob.api.status_post(f"about {hidden} again")
    clean = bob.api.status_post(f"about {other}")
    made = ada.api.create_filter_v2(
        "No news", ["home", "public", "thread"], "warn",
        keywords_attributes=[{"keyword": hidden, "whole_word": True}])
    found = ada.api.status(post).filtered
    assert len(found) == 1 and found[0].filter.title == "No news" and found[0].keyword_matches == [hidden]
    listed = {s.id: s for s in ada.api.timeline_public()}
    assert listed[post.id].filtered and not listed[clean.id].filtered
    added = ada.api.add_filter_keyword_v2(made, other[:6], whole_word=False)
    assert ada.api.status(clean).filtered[0].keyword_matches == [other[:6]]
    ada.api.delete_filter_keyword_v2(added)
    by_id = ada.api.add_filter_status_v2(made, clean)
    assert ada.api.status(clean).filtered[0].status_matches == [str(clean.id)]
    assert ids(ada.api.filter_statuses_v2(made)) == [by_id.id] and ada.api.filter_status_v2(by_id).id == by_id.id
    ada.api.delete_filter_status_v2(by_id)
    changed = ada.api.update_filter_v2(made.id, title="Less news", filter_action="hide")
    assert changed.title == "Less news" and changed.filter_action == "hide"
    assert made.id in ids(ada.api.filters_v2()) and ada.api.filter_v2(made).id == made.id
    with pytest.raises(MastodonNotFoundError):
        bob.api.filter_v2(made)
    ada.api.delete_filter_v2(made)
    assert not ada.api.status(post).filtered


def test_filters_of_the_older_kind(ada, bob):
    phrase = word()
    post = bob.api.status_post(f"{phrase} here")
    made = ada.api.filter_create(phrase, ["home", "public"], whole_word=True, expires_in=3600)
    assert made.phrase == phrase and made.expires_at and made.id in ids(ada.api.filters())
    listed = {s.id: s for s in ada.api.timeline_public()}
    assert listed[post.id].filtered
    assert ada.api.filter_update(made, phrase="other", context=["home"]).phrase == "other"
    assert ada.api.filter(made).phrase == "other"
    ada.api.filter_delete(made)
    assert made.id not in ids(ada.api.filters())


def test_search_finds_people_tags_and_posts(ada, bob):
    tag = word()
    post = bob.api.status_post(f"un café crème avec #{tag}")
    host = ada.node.origin.removeprefix("http://")
    for name in (bob.name, f"@{bob.name}", f"{bob.name}@{host}", f"@{bob.name}@{host}", bob.name.upper()):
        assert [a.acct for a in ada.api.search_v2(name, result_type="accounts").accounts] == [bob.name], name
    assert [t.name for t in ada.api.search_v2(f"#{tag[:8]}").hashtags] == [tag]
    assert ids(ada.api.search_v2(post.url, resolve=True).statuses) == [post.id]
    mine = ada.api.status_post(f"terrasse {tag}x")
    assert eventually(lambda: mine.id in ids(ada.api.search_v2(f"{tag}x", result_type="statuses").statuses))
    found = ask(ada, "/api/v2/search", q="nothing-like-this").json()
    assert found["accounts"] == found["statuses"] == found["hashtags"] == []
    assert [a.acct for a in ada.api.account_search(bob.name)] == [bob.name]
    assert ada.api.account_lookup(bob.name).acct == bob.name


def test_where_one_stopped_reading(ada):
    post = ada.api.status_post(word())
    first = ada.api.markers_set(["home"], [post.id])["home"]
    again = ada.api.markers_set(["home"], [post.id])["home"]
    assert str(again.last_read_id) == str(post.id) and again.version > first.version
    assert str(ada.api.markers_get(["home", "notifications"])["home"].last_read_id) == str(post.id)


def test_private_conversations(ada, bob):
    first = ada.api.status_post(f"@{bob.name} {word()}", visibility="direct")
    talk = eventually(lambda: [c for c in bob.api.conversations() if c.last_status.id == first.id])[0]
    assert talk.unread and [a.acct for a in talk.accounts] == [ada.name]
    answer = bob.api.status_reply(first, word(), visibility="direct")
    assert eventually(lambda: [c for c in ada.api.conversations() if c.last_status.id == answer.id])
    assert not bob.api.conversations_read(talk).unread
    assert first.id not in ids(bob.api.timeline_public())


def test_followed_tags_come_home(ada, bob):
    tag = word()
    assert ada.api.tag_follow(tag).following and tag in [t.name for t in ada.api.followed_tags()]
    post = bob.api.status_post(f"#{tag}")
    assert eventually(lambda: post.id in ids(ada.api.timeline_home()))
    assert not ada.api.tag_unfollow(tag).following and not ada.api.tag(tag).following


def test_featured_tags(ada, bob):
    tag = word()
    ada.api.status_post(f"#{tag}")
    made = ada.api.featured_tag_create(tag)
    assert made.name == tag and int(made.statuses_count) == 1
    assert made.id in ids(ada.api.featured_tags()) and tag in [t.name for t in bob.api.account_featured_tags(ada.id)]
    ada.api.featured_tag_suggestions()
    ada.api.featured_tag_delete(made)
    assert tag not in [t.name for t in ada.api.featured_tags()]
    assert ada.api.tag_feature(tag).featuring and not ada.api.tag_unfeature(tag).featuring


def test_many_at_once(ada, bob):
    posts = [ada.api.status_post(word()).id for _ in range(2)]
    assert set(ids(bob.api.statuses(posts + ["1"]))) == set(posts)
    assert set(ids(bob.api.accounts([ada.id, bob.id]))) == {ada.me.id, bob.me.id}


def test_what_may_be_empty_is_there(ada):
    assert ada.api.preferences()["posting:default:visibility"] in ("public", "unlisted", "private", "direct")
    ada.api.suggestions_v1(), ada.api.suggestions_v2(), ada.api.directory()
    ada.api.trending_tags(), ada.api.trending_statuses(), ada.api.trending_links()
    ada.api.endorsements(), ada.api.domain_blocks(), ada.api.follow_requests()
    for path in ("/api/v1/trends", "/api/v1/search?q=x", "/api/v1/instance/privacy_policy", "/api/v1/tags/x/"):
        assert ask(ada, path).status_code == 200, path


def test_what_cannot_be_done_says_so(ada):
    post = ada.api.status_post(word())
    with pytest.raises(MastodonAPIError) as refusal:
        ada.api.status_translate(post)
    assert refusal.value.args[1] in (403, 404, 422, 503)


def test_no_answer_to_a_member_is_kept_by_others(ada):
    answer = ask(ada, "/api/v1/timelines/home")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert {"private", "no-store"} & {part.strip() for part in answer.headers["Cache-Control"].split(",")}
