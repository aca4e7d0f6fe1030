# SPDX-License-Identifier: Apache-2.0
"""Members with apps. An app is registered and authorized on the node's own pages and gets its token, as in real use."""

import itertools
from functools import cached_property
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from mastodon import Mastodon

from pages import Browser, Form, Page

PASSWORD = "une-terrasse-au-soleil"
EVERYTHING = ["read", "write", "follow", "push", "profile"]
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
BACK = "http://localhost:1/back"
SECONDS = 120
_numbers = itertools.count(1)


def new_name(stem: str) -> str:
    return f"{stem}_{next(_numbers)}"


class App:
    """A registered application."""

    def __init__(self, origin: str, traffic, scopes=EVERYTHING, redirect=BACK, name="A test"):
        self.origin, self.scopes, self.redirect = origin, list(scopes), redirect
        self.session = traffic.session()
        self.client_id, self.client_secret = Mastodon.create_app(
            name, scopes=self.scopes, redirect_uris=redirect, website="https://app.example/",
            api_base_url=origin, session=self.session)

    def address(self, scopes=None, **more: str) -> str:
        query = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": self.redirect,
            "scope": " ".join(scopes or self.scopes)} | more
        return f"{self.origin}/oauth/authorize?{urlencode(query)}"

    def exchange(self, **fields: str) -> requests.Response:
        """Sends a request to the token endpoint."""
        body = {"client_id": self.client_id, "client_secret": self.client_secret, "redirect_uri": self.redirect} | fields
        return self.session.post(
            f"{self.origin}/oauth/token", data={k: v for k, v in body.items() if v is not None}, timeout=SECONDS)

    def own_token(self, scopes="read write") -> str:
        """Gets a token of the application itself, without a person."""
        answer = self.exchange(grant_type="client_credentials", scope=scopes)
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]


class Member:
    """A member of a node, with a browser and any number of apps."""

    def __init__(self, node, traffic, name: str, role: str = "member"):
        self.node, self.traffic, self.name, self.role = node, traffic, name, role
        self.email = f"{name}@mail.example"
        self.browser = Browser(node.origin)
        node.run("account", "create", name, "--email", self.email, "--password", PASSWORD, "--role", role)

    @cached_property
    def app(self) -> App:
        return App(self.node.origin, self.traffic)

    @cached_property
    def api(self) -> Mastodon:
        """Mastodon.py with all scopes."""
        return self.client()

    @cached_property
    def id(self) -> str:
        return str(self.me.id)

    @property
    def me(self):
        return self.api.me()

    def client(self, app: App | None = None, scopes=None) -> Mastodon:
        app = app or self.app
        return Mastodon(
            client_id=app.client_id, client_secret=app.client_secret, access_token=self.token(scopes, app),
            api_base_url=self.node.origin, session=self.traffic.session(), ratelimit_method="throw",
            request_timeout=SECONDS)

    def token(self, scopes=None, app: App | None = None) -> str:
        app = app or self.app
        code = code_of(self.allow(app.address(scopes)))
        answer = app.exchange(grant_type="authorization_code", code=code)
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    def reach(self, address: str) -> Page:
        """Opens the address to which an app sends people, and signs in if asked."""
        page = self.browser.open(address)
        form = None if page.away else next_form(page)
        return self.sign_in(form) if form and form.names("password") else page

    def allow(self, address: str, button: int = 0) -> Page:
        """Presses a button of the consent page: the first one allows, the last one refuses."""
        page = self.reach(address)
        form = None if page.away else next_form(page)
        return self.browser.send(form, button) if form else page

    def sign_in(self, form: Form) -> Page:
        who = form.names("text", "email")[0]
        login = self.email if form.types[who] == "email" else self.name
        return self.browser.send(form, **{who: login, form.names("password")[0]: PASSWORD})


def next_form(page: Page) -> Form | None:
    """Returns the form that leads to the next step: the password form or the consent form."""
    forms = [form for form in page.forms() if form.method == "post"]
    wanted = [form for form in forms if form.names("password")]
    return next(iter(wanted + [form for form in forms if "/oauth/" in form.path]), None)


def code_of(page: Page) -> str:
    """Returns the code of an app: from the redirect address, or from the page that shows it for copying."""
    if page.away:
        found = parse_qs(urlsplit(page.url).query)
        assert "code" in found, page.url
        return found["code"][0]
    shown = page.soup.select_one("input[readonly]")
    if shown is not None:
        return shown["value"]
    shown = page.soup.find("code")
    assert shown is not None, f"{page.status} {page.url}: {page.words()}"
    return shown.get_text().strip()
