# SPDX-License-Identifier: Apache-2.0
"""Follows, blocks, mutes and profile changes of members, as Mastodon.py does them."""

import uuid

import pytest
import requests
from mastodon import MastodonNotFoundError

from waiting import eventually


def ids(page):
    return [entry.id for entry in page]


def names(page):
    return [account.acct for account in page]


@pytest.fixture
def eve(ada, newcomer):
    return newcomer(ada.node)


def between(one, other):
    return one.api.account_relationships(other.id)[0]


def test_following_and_leaving(ada, eve):
    bond = eve.api.account_follow(ada.id, reblogs=False, notify=True)
    assert bond.following and not bond.showing_reblogs and bond.notifying and not bond.requested
    assert between(ada, eve).followed_by
    # The list may also contain groups to which everybody belongs.
    assert ada.name in names(eve.api.account_following(eve.id)) and eve.name in names(ada.api.account_followers(ada.id))
    post = ada.api.status_post("for followers", visibility="private")
    assert eventually(lambda: post.id in ids(eve.api.timeline_home()))
    assert not ada.api.account_remove_from_followers(eve.id).followed_by and not between(eve, ada).following
    eve.api.account_follow(ada.id)
    assert not eve.api.account_unfollow(ada.id).following
    assert post.id not in ids(eve.api.timeline_home())


def test_whoever_locks_the_door_is_asked(ada, eve, newcomer):
    shy, other = newcomer(ada.node, "shy"), newcomer(ada.node, "gus")
    assert shy.api.account_update_credentials(locked=True).locked
    assert eve.api.account_follow(shy.id).requested and other.api.account_follow(shy.id).requested
    assert eventually(lambda: len(shy.api.follow_requests()) == 2) and between(shy, eve).requested_by
    assert shy.api.follow_request_authorize(eve.id).followed_by and between(eve, shy).following
    shy.api.follow_request_reject(other.id)
    assert not between(other, shy).requested and not shy.api.follow_requests()


def test_a_mute_ends_on_time(ada, newcomer):
    eve = newcomer(ada.node, "mia")
    assert eve.api.account_mute(ada.id, duration=2).muting
    assert eventually(lambda: not between(eve, ada).muting) and not eve.api.mutes()


def test_boosts_for_followers_are_theirs(ada, eve, newcomer):
    bob = newcomer(ada.node, "bea")
    bob.api.account_follow(eve.id)
    post = ada.api.status_post("boost me")
    boost = eve.api.status_reblog(post, visibility="private")
    assert boost.visibility == "private" and boost.reblog.visibility == "public"
    assert boost.id in ids(bob.api.account_statuses(eve.id)) and boost.id not in ids(ada.api.account_statuses(eve.id))
    assert names(bob.api.status_reblogged_by(post)) == [eve.name] and not ada.api.status_reblogged_by(post)
    eve.api.status_delete(boost)
    assert not eve.api.status(post).reblogged and boost.id not in ids(bob.api.account_statuses(eve.id))


def test_muting_is_silent(ada, eve):
    eve.api.account_follow(ada.id)
    bond = eve.api.account_mute(ada.id, notifications=True, duration=3600)
    assert bond.muting and bond.muting_notifications and names(eve.api.mutes()) == [ada.name]
    post = ada.api.status_post(f"@{eve.name} {uuid.uuid4().hex}")
    assert post.id not in ids(eve.api.timeline_home()) and post.id not in ids(eve.api.timeline_public())
    assert not eve.api.notifications(types=["mention"])
    assert not eve.api.account_unmute(ada.id).muting and not eve.api.mutes()


def test_blocking_cuts_both_ways(ada, eve):
    eve.api.account_follow(ada.id)
    post = eve.api.status_post("before")
    assert ada.api.account_block(eve.id).blocking and eve.name in names(ada.api.blocks())
    bond = between(eve, ada)
    assert bond.blocked_by and not bond.following
    assert post.id not in ids(ada.api.timeline_public())
    with pytest.raises(MastodonNotFoundError):
        eve.api.status(ada.api.status_post("after"))
    assert not ada.api.account_unblock(eve.id).blocking


def test_a_note_about_somebody_is_ones_own(ada, eve):
    assert eve.api.account_note_set(ada.id, "met in Lyon").note == "met in Lyon"
    assert between(eve, ada).note == "met in Lyon" and between(ada, eve).note == ""


def test_a_whole_domain_is_blocked(eve):
    eve.api.domain_block("noisy.example")
    assert "noisy.example" in list(eve.api.domain_blocks())
    eve.api.domain_unblock("noisy.example")
    assert "noisy.example" not in list(eve.api.domain_blocks())


def test_the_profile(ada, eve):
    changed = eve.api.account_update_credentials(
        display_name="Ève", note="Deux lignes\net #café", fields=[("Site", "https://eve.example"), ("Ville", "Lyon")],
        bot=False, discoverable=True, default_privacy="unlisted", default_sensitive=True, default_language="fr",
        hide_collections=True, indexable=True)
    assert changed.display_name == "Ève" and changed.source.note == "Deux lignes\net #café"
    assert [(f.name, f.value) for f in changed.source.fields][1] == ("Ville", "Lyon")
    assert changed.source.privacy == "unlisted" and changed.source.sensitive and changed.source.language == "fr"
    seen = ada.api.account(eve.id)
    assert "https://eve.example" in seen.fields[0].value and "<a " in seen.fields[0].value
    assert eve.api.status_post("as usual").visibility == "unlisted"
    assert ada.api.account_following(eve.id) == []
    fewer = eve.api.account_update_credentials(fields=[("Ville", "Paris")])
    assert [(f.name, f.value) for f in fewer.source.fields] == [("Ville", "Paris")]


def test_the_profile_at_its_newer_address(eve):
    assert eve.api.profile().display_name == eve.me.display_name
    assert eve.api.profile_update(display_name="Eve again").display_name == "Eve again"


def test_people_one_recommends(ada, eve):
    eve.api.account_follow(ada.id)
    assert eve.api.account_endorse(ada.id).endorsed and names(eve.api.endorsements()) == [ada.name]
    assert not eve.api.account_unendorse(ada.id).endorsed


def test_followers_one_knows(ada, bob, eve):
    eve.api.account_follow(bob.id), bob.api.account_follow(ada.id)
    found = eve.api.account_familiar_followers([ada.id])
    assert str(found[0].id) == ada.id and bob.name in names(found[0].accounts)


def test_relationships_are_asked_in_two_ways(ada, bob):
    heads = {"Authorization": f"Bearer {ada.api.access_token}"}
    for query in (f"id[]={bob.id}&id[]={ada.id}", f"id={bob.id}"):
        found = requests.get(f"{ada.node.origin}/api/v1/accounts/relationships?{query}", headers=heads, timeout=120)
        assert found.status_code == 200 and bob.id in [bond["id"] for bond in found.json()], query


def test_the_posts_of_somebody(ada, eve):
    plain = eve.api.status_post("plain #tagged")
    reply = eve.api.status_reply(ada.api.status_post("hello"), "a reply")
    boost = eve.api.status_reblog(ada.api.status_post("boost me"))
    assert ids(ada.api.account_statuses(eve.id)) == [boost.id, reply.id, plain.id]
    assert ids(ada.api.account_statuses(eve.id, exclude_replies=True)) == [boost.id, plain.id]
    assert ids(ada.api.account_statuses(eve.id, exclude_reblogs=True)) == [reply.id, plain.id]
    assert ids(ada.api.account_statuses(eve.id, tagged="tagged")) == [plain.id]
    assert ids(ada.api.account_statuses(eve.id, only_media=True)) == []


def test_a_report(ada, eve):
    post = ada.api.status_post("not nice")
    made = eve.api.report(ada.id, status_ids=[post.id], comment="please look", category="spam")
    assert made.comment == "please look" and made.category == "spam" and str(made.target_account.id) == ada.id
    assert [str(i) for i in made.status_ids] == [str(post.id)] and not made.action_taken


def test_a_suggestion_is_not_made_twice(ada, eve):
    eve.api.suggestion_delete(ada.id)
    assert ada.name not in [s.account.acct for s in eve.api.suggestions_v2()]
