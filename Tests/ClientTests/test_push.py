# SPDX-License-Identifier: Apache-2.0
"""Web Push: the client decrypts the node's pushes with its own keys, in both encodings."""

import base64
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from mastodon import MastodonNotFoundError

from waiting import eventually


class Relay:
    """A push service on the loopback that stores what it gets."""

    def __init__(self, status=201):
        relay = self
        self.status = status
        self.got: list[tuple[str, dict[str, str], bytes]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                relay.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(relay.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.strip() + "=" * (-len(text.strip()) % 4))


def verify(token: str, key: bytes, audience: str) -> None:
    """Checks that the node sent the push: signed with its published key, for this service, valid for at most a day."""
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    claims = jwt.decode(token, public, algorithms=["ES256"], audience=audience)
    assert claims["sub"].startswith("mailto:") or claims["sub"].startswith("http")
    assert claims["exp"] <= time.time() + 24 * 3600 + 60


@pytest.fixture
def eve(ada, newcomer):
    return newcomer(ada.node)


@pytest.mark.parametrize("standard", [False, True], ids=["aesgcm", "aes128gcm"])
def test_a_push_is_opened_by_its_reader_alone(ada, eve, standard):
    private, public = eve.api.push_subscription_generate_keys()
    with Relay() as relay:
        made = eve.api.push_subscription_set(
            f"{relay.origin}/for/eve", public, mention_events=True, favourite_events=False)
        if standard:
            # Mastodon.py has this parameter but does not send it.
            heads = {"Authorization": f"Bearer {eve.api.access_token}"}
            wish = {
                "subscription[endpoint]": f"{relay.origin}/for/eve", "subscription[standard]": "true",
                "subscription[keys][p256dh]": base64.b64encode(public["pubkey"]).decode(),
                "subscription[keys][auth]": base64.b64encode(public["auth"]).decode(),
                "data[alerts][mention]": "true"}
            url = f"{eve.node.origin}/api/v1/push/subscription"
            assert requests.post(url, data=wish, headers=heads, timeout=120).json()["standard"] is True
        assert made.alerts.mention and not made.alerts.favourite and made.endpoint == f"{relay.origin}/for/eve"
        server_key = bytes_of(made.server_key)
        assert server_key == bytes_of(eve.api.instance_v2().configuration.vapid.public_key) and len(server_key) == 65
        post = eve.api.status_post("like me")
        ada.api.status_favourite(post)
        ada.api.status_post(f"@{eve.name} come and see")
        path, heads, body = eventually(lambda: relay.got and relay.got[0])
    assert len(relay.got) == 1 and path == "/for/eve" and int(heads["ttl"]) > 0
    if standard:
        assert heads["content-encoding"] == "aes128gcm"
        token, key = re.fullmatch(r"vapid t=([^,]+), ?k=(.+)", heads["authorization"]).groups()
        private_key = ec.derive_private_key(private["privkey"], ec.SECP256R1())
        opened = json.loads(http_ece.decrypt(body, private_key=private_key, auth_secret=private["auth"]))
        assert bytes_of(key) == server_key
    else:
        assert heads["content-encoding"] == "aesgcm"
        token = heads["authorization"].removeprefix("WebPush ")
        assert bytes_of(heads["crypto-key"].split("p256ecdsa=")[1]) == server_key
        opened = eve.api.push_subscription_decrypt_push(body, private, heads["encryption"], heads["crypto-key"])
    verify(token, server_key, relay.origin)
    assert opened["notification_type"] == "mention" and opened["access_token"] == eve.api.access_token
    assert int(opened["notification_id"]) == int(eve.api.notifications(types=["mention"])[0].id)
    assert opened["title"] and "come and see" in opened["body"] and opened["icon"].startswith("http")


def test_a_subscription_is_read_changed_and_given_up(eve):
    with pytest.raises(MastodonNotFoundError):
        eve.api.push_subscription()
    _, public = eve.api.push_subscription_generate_keys()
    with Relay() as relay:
        eve.api.push_subscription_set(f"{relay.origin}/x", public, follow_events=True, policy="followed")
        changed = eve.api.push_subscription_update(follow_events=False, poll_events=True, policy="all")
        assert changed.alerts.poll and not changed.alerts.follow and changed.policy == "all"
        assert eve.api.push_subscription().endpoint == f"{relay.origin}/x"
        eve.api.push_subscription_delete()
    with pytest.raises(MastodonNotFoundError):
        eve.api.push_subscription()


def test_whoever_is_gone_is_not_asked_again(ada, eve):
    _, public = eve.api.push_subscription_generate_keys()
    with Relay(status=410) as relay:
        eve.api.push_subscription_set(f"{relay.origin}/gone", public, mention_events=True)
        ada.api.status_post(f"@{eve.name} hello")
        eventually(lambda: relay.got)

        def is_gone():
            try:
                return eve.api.push_subscription() is None
            except MastodonNotFoundError:
                return True

        assert eventually(is_gone)
