# SPDX-License-Identifier: Apache-2.0
"""Events of the streaming API over one WebSocket, with another library."""

import asyncio
import json
import uuid

import aiohttp
import pytest

SECONDS = 120


def at(node, query=""):
    return node.origin.replace("http", "ws", 1) + "/api/v1/streaming" + query


async def until(socket, wanted):
    """Returns the first message that matches, and the messages before it."""
    before = []
    async with asyncio.timeout(SECONDS):
        async for frame in socket:
            assert frame.type == aiohttp.WSMsgType.TEXT, frame
            message = json.loads(frame.data)
            if wanted(message):
                return message, before
            before.append(message)
    raise AssertionError(f"the socket was closed after {before}")


def run(story):
    async def with_session():
        async with aiohttp.ClientSession() as session:
            return await story(session)

    return asyncio.run(with_session())


def is_update(post, stream=None):
    def check(message):
        return (
            message.get("event") == "update" and json.loads(message["payload"])["id"] == str(post.id)
            and (stream is None or message["stream"] == stream))
    return check


async def say(who, text, **how):
    return await asyncio.to_thread(who.api.status_post, text, **how)


@pytest.fixture
def eve(ada, newcomer):
    made = newcomer(ada.node)
    made.api.account_follow(ada.id)
    return made


def test_many_streams_share_one_socket(ada, bob, eve, traffic):
    tag = "t" + uuid.uuid4().hex[:10]

    async def story(session):
        heads = {"Authorization": f"Bearer {eve.api.access_token}"}
        async with session.ws_connect(at(eve.node), headers=heads) as socket:
            await socket.send_json({"type": "subscribe", "stream": "user"})
            await socket.send_json({"type": "subscribe", "stream": "hashtag", "tag": tag})
            await settled(socket)
            post = await say(ada, "for the followers")
            message, _ = await until(socket, is_update(post))
            assert message["stream"] == ["user"] and isinstance(message["payload"], str)
            traffic.record_event("update", json.loads(message["payload"]))
            tagged = await say(bob, f"#{tag}")
            await until(socket, is_update(tagged, ["hashtag", tag]))
            await socket.send_json({"type": "unsubscribe", "stream": "hashtag", "tag": tag})
            await settled(socket)
            silent = await say(bob, f"again #{tag}")
            last = await say(ada, "and the last")
            _, before = await until(socket, is_update(last))
            assert not [m for m in before if is_update(silent)(m)]

    run(story)


async def settled(socket):
    """Returns when the node has read all earlier messages. It answers in order, and a request for an unknown stream
    gets an error."""
    await socket.send_json({"type": "subscribe", "stream": "no-such-stream"})
    message, _ = await until(socket, lambda m: "error" in m)
    assert message["error"] == "Unknown stream type" and message["status"] == 400


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_socket_for_one_stream(ada, eve, slash):
    async def story(session):
        query = f"{slash}?stream=user&access_token={eve.api.access_token}"
        async with session.ws_connect(at(eve.node, query)) as socket:
            await settled(socket)
            post = await say(ada, "hello")
            await until(socket, is_update(post, ["user"]))
            await asyncio.to_thread(ada.api.status_delete, post)
            message, _ = await until(socket, lambda m: m.get("event") == "delete")
            assert message["payload"] == str(post.id)

    run(story)


@pytest.mark.parametrize("in_query", [False, True])
def test_the_protocol_that_carries_the_token_is_echoed(eve, in_query):
    async def story(session):
        token = eve.api.access_token
        query = f"?access_token={token}" if in_query else ""
        async with session.ws_connect(at(eve.node, query), protocols=[token]) as socket:
            assert socket.protocol == token
            await socket.send_json({"type": "subscribe", "stream": "user"})
            await settled(socket)

    run(story)


def test_a_stranger_is_refused_before_the_upgrade(node):
    async def story(session):
        for query in ("", "?stream=public", "?access_token=nonsense"):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await session.ws_connect(at(node, query))
            assert refusal.value.status == 401

    run(story)


def test_nonsense_does_not_end_the_talk(ada, eve):
    async def story(session):
        async with session.ws_connect(at(eve.node), protocols=[eve.api.access_token]) as socket:
            for text in ("no json", "[]", "{}", '{"type":"subscribe"}', '{"type":"dance","stream":"user"}', "\0"):
                await socket.send_str(text)
            await socket.send_json({"type": "subscribe", "stream": "list", "list": "999999999"})
            await socket.send_json({"type": "subscribe", "stream": "user"})
            post = await say(ada, "still here")
            await until(socket, is_update(post, ["user"]))

    run(story)


def test_a_part_of_the_scopes_opens_a_part_of_the_streams(ada, eve):
    token = eve.token(["read:notifications"])

    async def story(session):
        async with session.ws_connect(at(eve.node), protocols=[token]) as socket:
            await socket.send_json({"type": "subscribe", "stream": "public"})
            message, _ = await until(socket, lambda m: "error" in m)
            assert message["status"] in (401, 403)

    run(story)


def test_a_revoked_token_ends_the_talk(eve):
    client = eve.client()

    async def story(session):
        async with session.ws_connect(at(eve.node), protocols=[client.access_token]) as socket:
            await socket.send_json({"type": "subscribe", "stream": "user"})
            await settled(socket)
            await asyncio.to_thread(client.revoke_access_token, allow_http=True)
            async with asyncio.timeout(SECONDS):
                frame = await socket.receive()
            assert frame.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING)

    run(story)


def test_five_hundred_talks_at_once(ada, eve):
    async def story(session):
        sockets = await asyncio.gather(*(
            session.ws_connect(at(eve.node), protocols=[eve.api.access_token]) for _ in range(500)))
        try:
            for socket in sockets:
                await socket.send_json({"type": "subscribe", "stream": "user"})
            await asyncio.gather(*(settled(socket) for socket in sockets))
            post = await say(ada, "to all of you")
            await asyncio.gather(*(until(socket, is_update(post)) for socket in sockets))
        finally:
            await asyncio.gather(*(socket.close() for socket in sockets))

    async def wide():
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            await story(session)

    asyncio.run(wide())
