# SPDX-License-Identifier: Apache-2.0
"""Notifications, one by one and grouped, as Mastodon.py reads them."""

import uuid

import pytest
from mastodon import MastodonNotFoundError

from waiting import eventually


def told(member, *types):
    return [(n.type, n.account.acct) for n in member.api.notifications(types=list(types) or None)]


@pytest.fixture
def eve(ada, newcomer):
    return newcomer(ada.node)


def test_everything_that_happens_is_told_once(ada, bob, eve):
    post = eve.api.status_post("a post")
    ada.api.account_follow(eve.id)
    ada.api.status_favourite(post), ada.api.status_reblog(post)
    reply = ada.api.status_reply(post, f"{uuid.uuid4().hex}")
    expected = {("follow", ada.name), ("favourite", ada.name), ("reblog", ada.name), ("mention", ada.name)}
    assert eventually(lambda: set(told(eve)) == expected and len(told(eve)) == 4)
    mention = eve.api.notifications(types=["mention"])[0]
    assert mention.status.id == reply.id
    assert {t for t, _ in told(eve, "follow", "reblog")} == {"follow", "reblog"}
    assert "mention" not in {n.type for n in eve.api.notifications(exclude_types=["mention"])}
    assert eve.api.notifications(mention.id).id == mention.id
    with pytest.raises(MastodonNotFoundError):
        bob.api.notifications(mention.id)
    eve.api.notifications_dismiss(mention)
    assert not eve.api.notifications(types=["mention"])
    eve.api.notifications_clear()
    assert not eve.api.notifications()


def test_the_unread_are_counted_from_the_marker(ada, eve):
    ada.api.status_post(f"@{eve.name} one")
    assert eventually(lambda: eve.api.notifications_unread_count().count == 1)
    eve.api.markers_set(["notifications"], [eve.api.notifications()[0].id])
    assert eve.api.notifications_unread_count().count == 0


def test_whoever_rings_the_bell_hears_of_new_posts_and_edits(ada, eve):
    eve.api.account_follow(ada.id, notify=True)
    post = ada.api.status_post("new")
    assert eventually(lambda: ("status", ada.name) in told(eve))
    eve.api.status_reblog(post)
    ada.api.status_update(post, "newer")
    assert eventually(lambda: ("update", ada.name) in told(eve))


def test_a_request_to_follow_is_told(ada, eve):
    eve.api.account_update_credentials(locked=True)
    ada.api.account_follow(eve.id)
    assert eventually(lambda: ("follow_request", ada.name) in told(eve))


def test_what_is_alike_comes_in_groups(ada, bob, eve):
    post = eve.api.status_post("liked by many")
    for friend in (ada, bob):
        friend.api.status_favourite(post)
        friend.api.status_post(f"@{eve.name} {uuid.uuid4().hex}")

    def arrived():
        found = eve.api.grouped_notifications()
        return found if sum(g.notifications_count for g in found.notification_groups) == 4 else None

    found = eventually(arrived)
    likes = [g for g in found.notification_groups if g.type == "favourite"]
    assert len(likes) == 1 and likes[0].notifications_count == 2 and str(likes[0].status_id) == str(post.id)
    assert {str(i) for i in likes[0].sample_account_ids} == {ada.id, bob.id}
    assert len([g for g in found.notification_groups if g.type == "mention"]) == 2
    assert str(post.id) in {str(s.id) for s in found.statuses}
    key = likes[0].group_key
    assert eve.api.grouped_notification(key).notification_groups[0].group_key == key
    assert {a.acct for a in eve.api.grouped_notification_accounts(key)} == {ada.name, bob.name}
    assert eve.api.unread_grouped_notifications_count() == 3
    faces = eve.api.grouped_notifications(types=["favourite"], expand_accounts="partial_avatars")
    assert len(faces.accounts) == 1 and len(faces.partial_accounts) == 1
    whole = eve.api.grouped_notifications(expand_accounts="full", grouped_types=["reblog"])
    assert len([g for g in whole.notification_groups if g.type == "favourite"]) == 2
    eve.api.dismiss_grouped_notification(key)
    assert key not in [g.group_key for g in eve.api.grouped_notifications().notification_groups]


def test_strangers_wait_at_the_door(ada, bob, eve):
    policy = eve.api.update_notifications_policy(for_not_following="filter")
    assert policy.for_not_following == "filter" and eve.api.notifications_policy().for_not_following == "filter"
    for friend in (ada, bob):
        friend.api.status_post(f"@{eve.name} {uuid.uuid4().hex}")
    asking = eventually(lambda: len(found := eve.api.notification_requests()) == 2 and found)
    assert not eve.api.notifications(types=["mention"]) and eve.api.notifications_policy().summary.pending_requests_count == 2
    by = {r.account.acct: r for r in asking}
    assert eve.api.notification_request(by[ada.name]).account.acct == ada.name
    eve.api.accept_notification_request(by[ada.name])
    eve.api.dismiss_notification_request(by[bob.name])
    assert eventually(lambda: told(eve, "mention") == [("mention", ada.name)])
    assert not eve.api.notification_requests() and eventually(eve.api.notifications_merged)
