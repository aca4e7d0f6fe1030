# SPDX-License-Identifier: Apache-2.0
"""A browser without a screen: it stores cookies, reads the forms of a page and sends them."""

from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import requests
from bs4 import BeautifulSoup

STEPS = 12
SECONDS = 120


@dataclass
class Form:
    """A form of a page, with the values that a browser would send."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str | None, str]] = field(default_factory=list)

    def names(self, *types: str) -> list[str]:
        return [name for name, type in self.types.items() if type in types]

    @property
    def path(self) -> str:
        return urlsplit(self.action).path


@dataclass
class Page:
    """The result of a request: a page of the node, or the foreign address to which it redirects."""

    url: str
    status: int
    text: str
    away: bool = False

    @property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.text, "html.parser")

    def forms(self) -> list[Form]:
        return [read_form(form, self.url) for form in self.soup.find_all("form")]

    def words(self) -> str:
        return " ".join((self.soup.find("main") or self.soup).get_text(" ").split())


def read_form(form, page_url: str) -> Form:
    read = Form(urljoin(page_url, form.get("action") or page_url), (form.get("method") or "get").lower())
    for control in form.find_all(["input", "select", "textarea", "button"]):
        name, type = control.get("name"), control.get("type", "submit" if control.name == "button" else "text")
        if type == "submit":
            read.buttons.append((name, control.get("value", "")))
        elif not name or control.has_attr("disabled"):
            continue
        elif control.name == "select":
            options = control.find_all("option")
            chosen = next((o for o in options if o.has_attr("selected")), options[0] if options else None)
            read.values.append((name, chosen.get("value", chosen.get_text()) if chosen else ""))
        elif type not in ("checkbox", "radio") or control.has_attr("checked"):
            read.values.append((name, control.get("value", "on" if type == "checkbox" else "")))
        read.types.setdefault(name, type)
    return read


class Browser:
    """A browser of one person at one node."""

    def __init__(self, origin: str):
        self.origin = origin
        self.session = requests.Session()
        self.session.headers["Accept"] = "text/html,application/xhtml+xml"
        self.session.headers["Accept-Language"] = "en"

    def open(self, url: str) -> Page:
        return self._go("get", urljoin(self.origin, url))

    def send(self, form: Form, button: int = 0, **fields: str) -> Page:
        """Sends a form with one button pressed and some fields filled in."""
        values = [(name, value) for name, value in form.values if name not in fields] + list(fields.items())
        if form.buttons and form.buttons[button][0]:
            values.append(form.buttons[button])
        return self._go(form.method, form.action, values)

    def _go(self, method: str, url: str, values: list[tuple[str, str]] | None = None) -> Page:
        for _ in range(STEPS):
            if not url.startswith(self.origin + "/"):
                return Page(url, 0, "", away=True)
            how = {"params": values} if method == "get" else {"data": values, "headers": {"Origin": self.origin}}
            answer = self.session.request(method, url, allow_redirects=False, timeout=SECONDS, **how)
            if not answer.is_redirect:
                return Page(answer.url, answer.status_code, answer.text)
            method, url, values = "get", urljoin(url, answer.headers["Location"]), None
        raise AssertionError(f"redirected more than {STEPS} times, last to {url}")
