# SPDX-License-Identifier: Apache-2.0
"""What a person does with a browser. Elements are found by addresses and field names, which do not depend on the
language."""

import itertools
import re
from datetime import datetime, timedelta

from playwright.sync_api import Locator, Page, expect

PASSWORD = "une-terrasse-au-soleil"
_numbers = itertools.count(1)


class Person:
    """A person with a browser window at a node."""

    def __init__(self, page: Page, origin: str, name: str):
        self.page = page
        self.origin = origin
        self.name = name

    def open(self, path: str) -> None:
        answer = self.page.goto(self.origin + path)
        assert answer is not None and answer.status == 200, f"{path}: {answer and answer.status}"

    def form(self, action: str) -> Locator:
        return self.page.locator(f'main form[action="{action}"]')

    def send(self, action: str, **fields: str) -> None:
        """Fills in the form with this action and sends it with its first button."""
        form = self.form(action).first
        for name, value in fields.items():
            self.fill(form.locator(f'[name="{name}"]'), value)
        form.locator('button[type="submit"]').first.click()

    def fill(self, field: Locator, value: str) -> None:
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(label=value)
        elif field.get_attribute("type") == "checkbox":
            field.set_checked(value == "yes")
        else:
            field.fill(value)

    def path(self) -> str:
        return re.sub(r"[?#].*", "", self.page.url.removeprefix(self.origin))

    def is_inside(self) -> bool:
        """Whether the page shows that somebody is signed in."""
        return self.page.locator('header form[action="/sign-out"]').count() == 1

    @property
    def email(self) -> str:
        return f"{self.name}@mail.example"

    def sign_in(self, password: str = PASSWORD) -> None:
        self.open("/sign-in")
        self.send("/sign-in", name=self.name, password=password)
        assert self.is_inside(), self.page.locator("main").inner_text()

    def join(self, group: str) -> None:
        """Becomes a member of a group, if the person is not one yet. Everybody belongs to some groups from the
        start."""
        self.open(f"/groups/{group}")
        if self.form("/follow").count():
            self.send("/follow")
        expect(self.form("/unfollow")).to_have_count(1)

    def write(self, title: str, text: str, group: str) -> str:
        """Starts a discussion and returns its path."""
        self.open(f"/write?group={group}")
        self.send("/posts", title=title, text=text)
        expect(self.page.locator("h1")).to_have_text(title)
        return self.path()

    def plan(self, title: str, seats: int | None = None) -> str:
        """Plans an event in two weeks, in a group of the person, and returns its path."""
        start = datetime.now().replace(hour=18, minute=30) + timedelta(days=14)
        self.open("/events/new")
        self.send(
            "/events", title=title, start=moment(start), end=moment(start + timedelta(hours=2)),
            place="Le Petit Bar", locality="Lyon", text="Autour d’une table.",
            capacity="" if seats is None else str(seats))
        expect(self.page.locator("h1")).to_have_text(title)
        return self.path()

    def come(self, event: str) -> None:
        self.open(event)
        self.send(f"{event}/join")

    def leave(self, event: str) -> None:
        self.open(event)
        self.send(f"{event}/leave")

    def cancel(self, event: str) -> None:
        """Cancels an event. Its page asks for confirmation."""
        self.open(f"{event}/manage")
        self.unfold(f"{event}/cancel")
        self.send(f"{event}/cancel")

    def unfold(self, action: str) -> None:
        """Opens the `<details>` element that hides the form with this action, if it is closed."""
        fold = self.page.locator(f"main details:not([open]):has(form[action='{action}']) > summary")
        if fold.count():
            fold.first.click()

    def reply(self, path: str, text: str) -> None:
        self.open(path)
        self.send("/posts", text=text)

    def standing(self, event: str) -> str:
        """Returns the text of the RSVP section on an event's page."""
        self.open(event)
        return self.page.locator("main section[aria-labelledby=rsvp]").inner_text()

    def notice(self) -> str:
        """Returns the flash message of the page."""
        return self.page.locator("main [role=status]").inner_text()


def moment(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M")


def new_name(stem: str) -> str:
    """Returns a name that no test has used before."""
    return f"{stem}_{next(_numbers)}"
