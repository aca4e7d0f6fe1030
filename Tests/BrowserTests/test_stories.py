# SPDX-License-Identifier: Apache-2.0
"""Complete tasks of people, from the first click to the last, without scripts, on each engine."""

import re

import pytest
from playwright.sync_api import expect

from client_app import ClientApp, Landing
from people import PASSWORD


def test_somebody_signs_up_with_a_password_and_comes_back(any_node, stranger):
    ada = stranger(any_node)
    ada.open("/")
    ada.page.locator('header a[href="/sign-up"]').click()
    ada.send("/sign-up", name=ada.name, display_name="Ada Lovelace", email=ada.email, password=PASSWORD)
    assert ada.is_inside()
    assert ada.notice()

    ada.page.locator('header [popovertarget]').click()
    ada.page.locator('header form[action="/sign-out"] button').click()
    assert not ada.is_inside()

    ada.sign_in()
    ada.open(f"/users/{ada.name}")
    expect(ada.page.locator("h1")).to_have_text("Ada Lovelace")


def test_somebody_who_lost_the_password_enters_by_a_link_from_a_steward(any_node, stranger):
    ada = stranger(any_node)
    ada.open("/sign-up")
    ada.send("/sign-up", name=ada.name, password=PASSWORD)
    assert ada.is_inside(), "no e-mail leaves this node, so none is asked for"
    ada.page.context.clear_cookies()

    ada.open("/sign-in")
    expect(ada.form("/sign-in/send")).to_have_count(0)
    link = re.search(r"http\S+/sign-in/link\?token=\S+", any_node.run("account", "reset", ada.name))
    assert link

    ada.open(link[0].removeprefix(ada.origin))
    assert not ada.is_inside(), "a link that is only looked at lets nobody in"
    ada.send("/sign-in/link")
    assert ada.is_inside()

    eve = stranger(any_node)
    eve.open(link[0].removeprefix(eve.origin))
    eve.send("/sign-in/link")
    assert not eve.is_inside(), "a link works once"


def test_a_form_that_is_wrong_says_where_and_keeps_what_was_typed(node, stranger):
    eve = stranger(node)
    eve.open("/sign-up")
    eve.page.locator("form[action='/sign-up']").evaluate("form => form.noValidate = true")
    eve.send("/sign-up", name="no spaces please", email="eve@mail.example", display_name="Eve", password="short")
    page = eve.page
    assert not eve.is_inside()
    problems = page.locator("main [role=alert]")
    expect(problems.locator("a")).not_to_have_count(0)
    for link in problems.locator("a").all():
        field = page.locator(f"[id='{link.get_attribute('href').removeprefix('#')}']")
        expect(field).to_have_attribute("aria-invalid", "true")
        described_by = field.get_attribute("aria-describedby").split()
        assert any(page.locator(f"[id='{name}']").inner_text() in link.inner_text() for name in described_by)
    expect(page.locator("[name=display_name]")).to_have_value("Eve")
    expect(page.locator("[name=email]")).to_have_value("eve@mail.example")
    expect(page.locator("[name=password]")).to_have_value("")


def test_a_wrong_password_opens_nothing(node, stranger):
    eve = stranger(node)
    eve.open("/sign-in")
    eve.send("/sign-in", name=node.demo_people()[0][0], password="not this one")
    assert not eve.is_inside()
    expect(eve.page.locator("main [role=alert]")).to_be_visible()


def test_two_members_talk_in_a_group(any_node, member):
    ada, bob = member(any_node, "ada"), member(any_node, "bob")
    ada.join("lyon")
    discussion = ada.write("Un comptable à conseiller ?", "Je cherche quelqu’un qui répond au téléphone.", "lyon")
    assert ada.notice()

    bob.open("/groups/lyon")
    bob.page.locator("main a", has_text="Un comptable à conseiller ?").click()
    assert bob.path() == discussion
    bob.send("/posts", text="La mienne, et elle boit aussi du café.")
    expect(bob.page.locator("main")).to_contain_text("elle boit aussi du café")

    ada.open(discussion)
    expect(ada.page.locator("main")).to_contain_text("elle boit aussi du café")
    expect(ada.page.locator("aside")).to_contain_text(bob.name)


def test_what_was_written_can_be_changed_and_deleted_by_its_author_alone(any_node, member):
    ada, bob = member(any_node, "ada"), member(any_node, "bob")
    discussion = ada.write("Un titre", "Un texte à corriger.", "cafe")

    answer = bob.page.goto(f"{bob.origin}{discussion}/edit")
    assert answer.status == 404

    ada.open(f"{discussion}/edit")
    ada.send(f"{discussion}/edit", text="Un texte corrigé.")
    expect(ada.page.locator("main")).to_contain_text("Un texte corrigé.")

    ada.open(f"{discussion}/edit")
    ada.unfold(f"{discussion}/delete")
    ada.send(f"{discussion}/delete")
    assert bob.page.goto(bob.origin + discussion).status in (404, 410)


def test_what_people_type_stays_text(node, member):
    ada = member(node)
    words = "<script>alert(1)</script><b>gras</b> & \"guillemets\" 'simples' &amp;"
    ada.write(words, words, "cafe")
    expect(ada.page.locator("main article").first).to_contain_text("<b>gras</b>")
    assert ada.page.locator("main script").count() == 0


def test_the_last_seat_goes_to_the_first_and_then_to_who_waits(any_node, member):
    ada, bob, cleo, dan = (member(any_node, name) for name in ("ada", "bob", "cleo", "dan"))
    ada.join("cafe")
    # The organizer comes too, so one seat is left.
    event = ada.plan("Petit déjeuner", seats=2)

    bob.come(event)
    assert bob.form(f"{event}/leave").count() == 1
    bob.open("/my-events")
    expect(bob.page.locator("main")).to_contain_text("Petit déjeuner")

    cleo.come(event)
    dan.come(event)
    assert "premier nom de la liste d’attente" in cleo.standing(event)
    assert "2e place de la liste d’attente" in dan.standing(event)

    bob.leave(event)
    assert bob.form(f"{event}/join").count() == 1
    assert "✓" in cleo.standing(event)
    assert "premier nom de la liste d’attente" in dan.standing(event)

    ada.open(f"{event}/manage")
    guests = ada.page.locator("main ol.guests")
    expect(guests.nth(0)).to_contain_text(cleo.name)
    expect(guests.nth(1)).to_contain_text(dan.name)

    ada.open(f"{event}/manage")
    ada.send(f"{event}/change", capacity="3")
    assert "✓" in dan.standing(event)


def test_a_cancelled_event_says_so_and_takes_nobody(any_node, member):
    ada, bob = member(any_node, "ada"), member(any_node, "bob")
    ada.join("cafe")
    event = ada.plan("Apéro sur le toit")
    assert bob.page.goto(f"{bob.origin}{event}/manage").status == 404

    ada.cancel(event)
    bob.open(event)
    assert bob.form(f"{event}/join").count() == 0
    expect(bob.page.locator("main .badge")).not_to_have_count(0)
    bob.open("/events")
    card = bob.page.locator("main li", has_text="Apéro sur le toit")
    expect(card.locator(".badge")).to_be_visible()


def test_an_event_without_a_time_is_not_planned(node, member):
    ada = member(node)
    ada.join("cafe")
    ada.open("/events/new")
    form = ada.form("/events")
    form.evaluate("form => form.noValidate = true")
    ada.send("/events", title="Un jour peut-être", capacity="3")
    expect(ada.page.locator("main [role=alert] a")).to_have_count(1)
    expect(form.locator("[name=title]")).to_have_value("Un jour peut-être")
    expect(form.locator("[name=capacity]")).to_have_value("3")


@pytest.mark.parametrize("handle", ["nobody@localhost:1", "not a handle", "@ghost@169.254.169.254"])
def test_following_somebody_who_cannot_be_found_says_so(node, member, handle):
    ada = member(node)
    ada.open("/networks")
    ada.send("/follow", handle=handle)
    expect(ada.page.locator("main [role=alert]")).to_be_visible()
    expect(ada.form("/follow").locator("[name=handle]")).to_have_value(handle)


def test_a_stranger_changes_the_language_and_it_stays(node, stranger):
    eve = stranger(node, language="fr")
    eve.open("/events")
    expect(eve.page.locator("html")).to_have_attribute("lang", "fr")
    eve.page.locator("footer a[hreflang=en]").click()
    assert eve.path() == "/events"
    expect(eve.page.locator("html")).to_have_attribute("lang", "en")
    eve.open("/discussions")
    expect(eve.page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("browser_language, page_language", [("fr-CA", "fr"), ("en-GB", "en"), ("de-DE", "fr")])
def test_the_first_page_speaks_the_browsers_language(node, stranger, browser_language, page_language):
    eve = stranger(node, language=browser_language)
    eve.open("/")
    expect(eve.page.locator("html")).to_have_attribute("lang", page_language)


def test_who_is_sent_to_the_door_comes_back_to_where_they_were_going(node, member, stranger):
    ada = member(node)
    eve = stranger(node)
    eve.name = ada.name
    eve.page.goto(eve.origin + "/my-events")
    assert eve.path() == "/sign-in"
    eve.send("/sign-in", name=ada.name, password=PASSWORD)
    assert eve.path() == "/my-events"


def test_another_sites_form_does_nothing(node, member):
    ada = member(node, scripts=True)
    ada.page.route("http://evil.example/", lambda route: route.fulfill(
        content_type="text/html",
        body=f"<form method=post action='{ada.origin}/sign-out'><button>Win</button></form>"))
    ada.page.goto("http://evil.example/")
    with ada.page.expect_navigation() as navigation:
        ada.page.locator("button").click()
    assert navigation.value.status == 403
    ada.open("/")
    assert ada.is_inside()


def test_somebody_lets_an_app_in_and_takes_it_back(any_node, member, stranger):
    ada = member(any_node)
    with Landing() as landing:
        app = ClientApp(any_node, landing.address)
        visitor = stranger(any_node)
        visitor.name = ada.name
        visitor.page.goto(visitor.origin + app.page())
        visitor.send("/sign-in", name=ada.name, password=PASSWORD)
        expect(visitor.page.locator("h1")).to_contain_text("Glaçon")
        visitor.send("/oauth/authorize")
        visitor.page.wait_for_url("**/back**")
        query = landing.queries[-1]
        assert query["kept"] == ["1"] and query["state"] == ["a&b"]
        assert app.whoami(app.token(query["code"][0])) == ada.name

        visitor.open("/settings")
        visitor.send("/settings/apps/revoke")
        assert visitor.notice()
        assert visitor.form("/settings/apps/revoke").count() == 0

        visitor.open(app.page())
        visitor.form("/oauth/authorize").locator("button").last.click()
        visitor.page.wait_for_url("**/back**")
        assert landing.queries[-1]["error"] == ["access_denied"]


def test_an_app_without_a_way_back_is_given_its_code_by_hand(node, member):
    ada = member(node)
    app = ClientApp(node, "urn:ietf:wg:oauth:2.0:oob")
    ada.open(app.page())
    ada.send("/oauth/authorize")
    code = ada.page.locator("main input[readonly]").input_value()
    assert len(code) > 10
    assert app.whoami(app.token(code)) == ada.name


def test_the_way_back_to_an_app_of_the_machine_is_not_barred(node, member):
    """If the browser blocks the redirect, it logs an error, and the `window` fixture fails the test."""
    ada = member(node)
    app = ClientApp(node, "icecubesapp://")
    ada.open(app.page())
    with ada.page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        ada.send("/oauth/authorize")
    assert sent.value.status == 303
    assert sent.value.headers["location"].startswith("icecubesapp://?code=")
