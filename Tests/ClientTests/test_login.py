# SPDX-License-Identifier: Apache-2.0
"""How a person authorizes an app on the node's own pages, with Mastodon.py and by hand."""

import base64
import hashlib
import re
import secrets
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from mastodon import Mastodon

from pages import Browser
from members import EVERYTHING, OUT_OF_BAND, PASSWORD, App, code_of, new_name, next_form

SECONDS = 120


def test_mastodon_py_finds_the_way_in(node, ada, traffic):
    app = App(node.origin, traffic)
    api = Mastodon(
        client_id=app.client_id, client_secret=app.client_secret, api_base_url=node.origin, session=traffic.session())
    address = api.auth_request_url(
        redirect_uris=app.redirect, scopes=EVERYTHING, state="a state", allow_http=True)
    page = ada.allow(address)
    assert parse_qs(urlsplit(page.url).query)["state"] == ["a state"]
    token = api.log_in(code=code_of(page), redirect_uri=app.redirect, scopes=EVERYTHING, allow_http=True)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    assert api.me().acct == ada.name
    assert api.app_verify_credentials().name == "A test"
    api.revoke_access_token(allow_http=True)
    answer = get(node, "/api/v1/accounts/verify_credentials", token)
    assert answer.status_code == 401 and answer.json()["error"].startswith("The access token")


def test_out_of_band_shows_a_code_to_copy(node, bob, traffic):
    app = App(node.origin, traffic, scopes=["read"], redirect=OUT_OF_BAND)
    # toot sends people to the address with a slash at its end.
    page = bob.allow(app.address().replace("/oauth/authorize?", "/oauth/authorize/?"))
    code = code_of(page)
    assert not page.away and len(code) > 10
    answer = app.exchange(grant_type="authorization_code", code=code)
    assert answer.status_code == 200 and answer.json()["scope"] == "read"
    assert answer.json()["token_type"] == "Bearer" and isinstance(answer.json()["created_at"], int)


def test_a_code_works_once(ada):
    code = code_of(ada.allow(ada.app.address()))
    assert ada.app.exchange(grant_type="authorization_code", code=code).status_code == 200
    again = ada.app.exchange(grant_type="authorization_code", code=code)
    assert again.status_code == 400 and again.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("proof, status", [("right", 200), ("wrong", 400), (None, 400)])
def test_a_challenge_must_be_met(ada, proof, status):
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    page = ada.allow(ada.app.address(code_challenge=challenge, code_challenge_method="S256"))
    verifiers = {"right": verifier, "wrong": secrets.token_urlsafe(48), None: None}
    answer = ada.app.exchange(grant_type="authorization_code", code=code_of(page), code_verifier=verifiers[proof])
    assert answer.status_code == status, answer.text


def test_a_public_client_needs_no_secret_with_a_challenge(ada):
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    page = ada.allow(ada.app.address(code_challenge=challenge, code_challenge_method="S256"))
    answer = ada.app.exchange(
        grant_type="authorization_code", code=code_of(page), code_verifier=verifier, client_secret=None)
    assert answer.status_code == 200, answer.text


def test_who_refuses_is_sent_back_without_a_code(ada):
    page = ada.allow(ada.app.address(state="kept"), button=-1)
    assert page.away and page.url.startswith(ada.app.redirect)
    query = parse_qs(urlsplit(page.url).query)
    assert query["error"] == ["access_denied"] and query["state"] == ["kept"] and "code" not in query


def test_an_unknown_place_to_return_to_is_never_visited(ada):
    page = ada.reach(ada.app.address().replace("localhost%3A1", "evil.example"))
    assert not page.away and page.status in (400, 401, 403, 422)


@pytest.mark.parametrize("scopes", [["admin:everything"], ["read", "nonsense"]])
def test_unknown_scopes_are_an_error(ada, scopes):
    page = ada.reach(ada.app.address(scopes))
    assert page.away and "error=invalid_scope" in page.url or page.status in (400, 422)
    assert "code=" not in page.url


def test_an_app_gets_no_more_than_it_was_registered_for(ada, node, traffic):
    app = App(node.origin, traffic, scopes=["read"])
    page = ada.reach(app.address(["read", "write"]))
    assert "code=" not in page.url and (page.away or page.status in (400, 422))


def test_a_part_of_a_scope_allows_that_part(ada, node):
    token = ada.token(["read:statuses"])
    assert get(node, "/api/v1/timelines/home", token).status_code == 200
    refused = get(node, "/api/v1/lists", token)
    assert refused.status_code == 403 and "scope" in refused.json()["error"]


def test_an_app_may_ask_for_itself(node, traffic):
    app = App(node.origin, traffic)
    token = app.own_token("read")
    assert get(node, "/api/v1/apps/verify_credentials", token).json()["name"] == "A test"
    assert get(node, "/api/v1/timelines/home", token).status_code in (401, 403, 422)


def test_the_password_grant_is_gone(ada):
    answer = ada.app.exchange(grant_type="password", username=ada.email, password=PASSWORD)
    assert answer.status_code == 400 and answer.json()["error"] == "unsupported_grant_type"


@pytest.mark.parametrize("how", ["form", "json", "basic"])
def test_the_token_endpoint_reads_what_clients_send(ada, how):
    app, code = ada.app, code_of(ada.allow(ada.app.address()))
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect}
    credentials = {"client_id": app.client_id, "client_secret": app.client_secret}
    url = f"{app.origin}/oauth/token"
    answer = {
        "form": lambda: app.session.post(url, data=fields | credentials, timeout=SECONDS),
        "json": lambda: app.session.post(url, json=fields | credentials, timeout=SECONDS),
        "basic": lambda: app.session.post(
            url, data=fields, auth=(app.client_id, app.client_secret), timeout=SECONDS),
    }[how]()
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("uri", [
    "icecubesapp://", "com.tapbots.Ivory.10217:/request_token", "tuba://auth_code",
    "org.joinmastodon.android-auth://callback", "http://localhost:7654/x?a=b", OUT_OF_BAND])
def test_the_addresses_of_apps_are_taken(node, traffic, ada, uri):
    page = ada.allow(App(node.origin, traffic, redirect=uri).address())
    assert code_of(page) and (uri == OUT_OF_BAND or page.url.startswith(uri))


@pytest.mark.parametrize("uri", [
    "javascript:alert(1)", "data:text/html,x", "vbscript:x", "not an address", "", "http://app.example/back"])
def test_addresses_that_are_none_are_refused(node, uri):
    answer = requests.post(
        f"{node.origin}/api/v1/apps", data={"client_name": "A test", "redirect_uris": uri}, timeout=SECONDS)
    assert answer.status_code == 422 and answer.json()["error"].startswith("Validation failed")


def test_the_metadata_tell_what_there_is(node, traffic):
    answer = traffic.session().get(f"{node.origin}/.well-known/oauth-authorization-server", timeout=SECONDS)
    found = answer.json()
    assert found["issuer"].rstrip("/") == node.origin
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert sorted(found["grant_types_supported"]) == ["authorization_code", "client_credentials"]
    for name in ("authorization", "token", "revocation", "userinfo", "app_registration"):
        key = f"{name}_endpoint" if name in found or f"{name}_endpoint" in found else name
        assert found[key].startswith(node.origin), name


def test_userinfo_says_who_it_is(ada):
    # Mastodon.py calls this only over HTTPS.
    heads = {"Authorization": f"Bearer {ada.api.access_token}"}
    found = requests.get(f"{ada.node.origin}/oauth/userinfo", headers=heads, timeout=SECONDS).json()
    assert found["preferred_username"] == ada.name and found["iss"].rstrip("/") == ada.node.origin


def test_another_account_can_be_asked_for(node, ada):
    ada.allow(ada.app.address())
    page = ada.browser.open(ada.app.address(force_login="true"))
    assert not page.away and (page.forms() and next_form(page) is not None)


def test_signing_up_through_an_app(node, traffic):
    app, name = App(node.origin, traffic), new_name("fay")
    fields = {
        "username": name, "email": f"{name}@mail.example", "password": PASSWORD, "agreement": "true", "locale": "en"}
    heads = {"Authorization": f"Bearer {app.own_token()}"}
    url = f"{node.origin}/api/v1/accounts"
    made = app.session.post(url, data=fields, headers=heads, timeout=SECONDS)
    assert made.status_code == 200 and made.json()["access_token"], made.text
    again = app.session.post(url, data=fields, headers=heads, timeout=SECONDS)
    assert again.status_code == 422
    assert again.json()["details"]["username"][0]["error"] == "ERR_TAKEN"
    assert again.json()["details"]["email"][0]["error"] == "ERR_TAKEN"
    blank = app.session.post(url, data={}, headers=heads, timeout=SECONDS).json()["details"]
    assert blank["username"][0]["error"] == blank["email"][0]["error"] == blank["password"][0]["error"] == "ERR_BLANK"


def test_a_stranger_is_shown_the_door_in_json(node):
    answer = get(node, "/api/v1/timelines/home", None)
    assert answer.status_code == 401 and answer.json() == {"error": "The access token is invalid"}
    lost = get(node, "/api/v1/no/such/thing", None)
    assert lost.status_code == 404 and lost.json()["error"]


def test_pages_of_other_origins_may_ask(node):
    answer = requests.options(
        f"{node.origin}/api/v1/statuses", timeout=SECONDS, headers={
            "Origin": "https://app.example", "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,idempotency-key"})
    assert answer.ok and answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert allowed == "*" or {"authorization", "idempotency-key"} <= {name.strip() for name in allowed.split(",")}
    read = requests.get(f"{node.origin}/api/v1/instance", headers={"Origin": "https://app.example"}, timeout=SECONDS)
    assert read.headers["Access-Control-Allow-Origin"] == "*"
    assert "link" in read.headers["Access-Control-Expose-Headers"].lower()


def test_the_consent_page_names_the_app_and_what_it_wants(ada):
    assert "A test" in ada.reach(ada.app.address()).words()
    # Another site cannot show this page in a frame to trick people into consent.
    answer = ada.browser.session.get(ada.app.address(), timeout=SECONDS)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_the_way_goes_on_after_signing_in_with_a_fresh_browser(node, ada):
    ada.browser = Browser(node.origin)
    page = ada.allow(ada.app.address(state="s p+c&e"))
    assert parse_qs(urlsplit(page.url).query)["state"] == ["s p+c&e"]


def get(node, path, token):
    heads = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.get(node.origin + path, headers=heads, timeout=SECONDS)
