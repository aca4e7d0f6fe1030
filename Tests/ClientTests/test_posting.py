# SPDX-License-Identifier: Apache-2.0
"""Publishing, editing and deleting posts, and interactions with them, as Mastodon.py does it."""

import uuid
from datetime import datetime, timedelta, timezone

import pytest
from mastodon import MastodonAPIError, MastodonNotFoundError

from waiting import eventually


def ids(page):
    return [entry.id for entry in page]


def words(stem="words"):
    return f"{stem} {uuid.uuid4().hex}"


@pytest.mark.parametrize("visibility, strangers, timeline", [
    ("public", True, True), ("unlisted", True, False), ("private", False, False), ("direct", False, False)])
def test_who_sees_a_post(ada, newcomer, visibility, strangers, timeline):
    eve = newcomer(ada.node)
    post = ada.api.status_post(words(), visibility=visibility)
    assert post.visibility == visibility and ada.api.status(post).id == post.id
    if strangers:
        assert eve.api.status(post).content == post.content
    else:
        with pytest.raises(MastodonNotFoundError):
            eve.api.status(post)
    assert (post.id in ids(eve.api.timeline_public())) == timeline
    assert (post.id in ids(eve.api.account_statuses(ada.id))) == strangers


def test_a_reply_stands_in_its_thread(ada, bob):
    first = ada.api.status_post(words())
    reply = bob.api.status_reply(first, words())
    last = ada.api.status_reply(reply, words())
    assert reply.in_reply_to_id == first.id and str(reply.in_reply_to_account_id) == ada.id
    assert [mention.acct for mention in reply.mentions] == [ada.name]
    around = bob.api.status_context(reply)
    assert ids(around.ancestors) == [first.id] and ids(around.descendants) == [last.id]
    assert eventually(lambda: ada.api.status(first).replies_count == 1)


def test_the_same_key_posts_once(ada):
    key, text = uuid.uuid4().hex, words()
    first = ada.api.status_post(text, idempotency_key=key)
    assert ada.api.status_post(text, idempotency_key=key).id == first.id
    assert ada.api.status_post(text, idempotency_key=uuid.uuid4().hex).id != first.id


def test_warning_language_and_text(ada):
    post = ada.api.status_post("Bonjour #Café & <b>toi</b>", spoiler_text="Attention", language="fr", sensitive=True)
    assert post.spoiler_text == "Attention" and post.language == "fr" and post.sensitive
    assert "&lt;b&gt;toi&lt;/b&gt;" in post.content and [tag.name.lower() for tag in post.tags] == ["café"]


@pytest.mark.parametrize("text, sentence", [("", "Text can't be blank"), ("x" * 100_000, "Text")])
def test_what_is_no_post_is_refused_in_words(ada, text, sentence):
    with pytest.raises(MastodonAPIError) as refusal:
        ada.api.status_post(text)
    assert refusal.value.args[1] == 422 and sentence in str(refusal.value) and "Validation failed" in str(refusal.value)


def test_a_poll_is_voted_in_once(ada, bob):
    poll = ada.api.make_poll(["Lyon", "Paris", "Nice"], expires_in=3600)
    post = ada.api.status_post(words("where?"), poll=poll)
    assert [option.votes_count for option in post.poll.options] == [0, 0, 0] and not post.poll.multiple
    voted = bob.api.poll_vote(post.poll, 1)
    assert voted.voted and list(voted.own_votes) == [1] and voted.votes_count == 1
    assert ada.api.poll(post.poll).options[1].votes_count == 1
    with pytest.raises(MastodonAPIError, match="already voted"):
        bob.api.poll_vote(post.poll, 0)


def test_a_poll_of_many_choices_that_keeps_its_counts(ada, bob):
    poll = ada.api.make_poll(["a", "b", "c"], expires_in=3600, multiple=True, hide_totals=True)
    post = ada.api.status_post(words("which?"), poll=poll)
    voted = bob.api.poll_vote(post.poll, [0, 2])
    assert sorted(voted.own_votes) == [0, 2] and voted.voters_count in (1, None)
    assert all(option.votes_count is None for option in voted.options)


@pytest.mark.parametrize("options, expires_in", [(["only one"], 3600), (["a", "a"], 3600), (["a", "b"], 1)])
def test_a_poll_that_makes_no_sense_is_refused(ada, options, expires_in):
    with pytest.raises(MastodonAPIError) as refusal:
        ada.api.status_post(words(), poll=ada.api.make_poll(options, expires_in=expires_in))
    assert refusal.value.args[1] == 422


def test_a_post_for_later(ada):
    later = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(hours=2)
    planned = ada.api.status_post(words(), scheduled_at=later, visibility="unlisted")
    assert planned.scheduled_at == later and planned.params.visibility == "unlisted"
    assert planned.id in ids(ada.api.scheduled_statuses())
    moved = ada.api.scheduled_status_update(planned, later + timedelta(hours=1))
    assert ada.api.scheduled_status(planned).scheduled_at == moved.scheduled_at == later + timedelta(hours=1)
    ada.api.scheduled_status_delete(planned)
    with pytest.raises(MastodonNotFoundError):
        ada.api.scheduled_status(planned)


def test_a_moment_is_not_later(ada):
    with pytest.raises(MastodonAPIError) as refusal:
        ada.api.status_post(words(), scheduled_at=datetime.now(timezone.utc) + timedelta(seconds=30))
    assert refusal.value.args[1] == 422


def test_an_edit_keeps_what_was(ada, bob):
    before, after = words("before"), words("after")
    post = ada.api.status_post(before, spoiler_text="one")
    source = ada.api.status_source(post)
    assert source.text == before and source.spoiler_text == "one"
    ada.api.status_update(post, after, spoiler_text="two")
    found = bob.api.status(post)
    assert after in found.content and found.spoiler_text == "two" and found.edited_at is not None
    history = bob.api.status_history(post)
    assert len(history) == 2 and before in history[0].content and after in history[1].content
    with pytest.raises(MastodonAPIError):
        bob.api.status_update(post, "mine now")


def test_delete_and_write_anew(ada, bob):
    text = words()
    post = ada.api.status_post(text)
    with pytest.raises(MastodonAPIError):
        bob.api.status_delete(post)
    assert ada.api.status_delete(post).text == text
    with pytest.raises(MastodonNotFoundError):
        bob.api.status(post)
    with pytest.raises(MastodonNotFoundError):
        ada.api.status_delete(post)


def test_a_favourite(ada, bob):
    post = ada.api.status_post(words())
    for _ in range(2):
        liked = bob.api.status_favourite(post)
        assert liked.favourited and liked.favourites_count == 1
    assert [a.acct for a in ada.api.status_favourited_by(post)] == [bob.name]
    assert bob.api.favourites()[0].id == post.id
    assert not ada.api.status(post).favourited
    gone = bob.api.status_unfavourite(post)
    assert not gone.favourited and eventually(lambda: ada.api.status(post).favourites_count == 0)


def test_a_bookmark_is_nobody_elses(ada, bob):
    post = ada.api.status_post(words())
    assert bob.api.status_bookmark(post).bookmarked and bob.api.bookmarks()[0].id == post.id
    assert not ada.api.status(post).bookmarked and post.id not in ids(ada.api.bookmarks())
    assert not bob.api.status_unbookmark(post).bookmarked


def test_a_boost_wraps_the_post(ada, bob, newcomer):
    fan = newcomer(ada.node, "fan")
    fan.api.account_follow(bob.id)
    post = ada.api.status_post(words())
    boost = bob.api.status_reblog(post)
    assert boost.id != post.id and boost.reblog.id == post.id and boost.reblogged
    assert boost.account.acct == bob.name and boost.reblog.account.acct == ada.name
    assert [a.acct for a in ada.api.status_reblogged_by(post)] == [bob.name]
    shown = eventually(lambda: [s for s in fan.api.timeline_home() if s.reblog and s.reblog.id == post.id])
    assert len(shown) == 1 and shown[0].reblog.reblogs_count == 1
    assert boost.id not in ids(fan.api.account_statuses(bob.id, exclude_reblogs=True))
    back = bob.api.status_unreblog(post)
    assert back.id == post.id and not back.reblogged
    assert eventually(lambda: ada.api.status(post).reblogs_count == 0)


def test_what_only_followers_see_is_not_boosted_by_them(ada, bob):
    bob.api.account_follow(ada.id)
    post = ada.api.status_post(words(), visibility="private")
    with pytest.raises(MastodonAPIError):
        bob.api.status_reblog(post)


def test_a_pin_stands_on_the_profile(ada, bob):
    post = ada.api.status_post(words())
    assert ada.api.status_pin(post).pinned
    assert post.id in ids(bob.api.account_statuses(ada.id, pinned=True))
    with pytest.raises(MastodonAPIError):
        bob.api.status_pin(post)
    assert not ada.api.status_unpin(post).pinned
    assert post.id not in ids(bob.api.account_statuses(ada.id, pinned=True))


def test_a_conversation_is_muted(ada):
    post = ada.api.status_post(words())
    assert ada.api.status_mute(post).muted and not ada.api.status_unmute(post).muted


def test_a_quote(ada, bob):
    post = ada.api.status_post(words(), quote_approval_policy="public")
    quoting = bob.api.status_post(words("look"), quoted_status_id=post)
    assert quoting.quote.state == "accepted" and quoting.quote.quoted_status.id == post.id
    assert quoting.id in ids(ada.api.status_quotes(post))
    taken_back = ada.api.status_quote_revoke(post, quoting)
    assert taken_back.id == quoting.id and taken_back.quote.state == "revoked"


def test_nobody_quotes_who_does_not_want_it(ada, bob):
    post = ada.api.status_post(words(), quote_approval_policy="public")
    ada.api.status_update_quote_approval_policy(post, "nobody")
    assert bob.api.status(post).quote_approval.current_user == "denied"
    with pytest.raises(MastodonAPIError):
        bob.api.status_post(words(), quoted_status_id=post)
