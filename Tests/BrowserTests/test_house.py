# SPDX-License-Identifier: Apache-2.0
"""What people meet in the house: names without a space, a phone in the hand, another language half way through a form,
and the page on which stewards name the place."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from conftest import DESKTOP, NARROW, PHONE
from node import Node
from people import PASSWORD, Person, moment
from test_pages import check_reading, unfold, widest

# Ninety letters without a place at which a line could break.
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsvorstandsx"
SIZES = [pytest.param(size, id=name) for name, size in (("narrow", NARROW), ("phone", PHONE), ("desktop", DESKTOP))]


@pytest.fixture(scope="module")
def long_node(browser):
    """A node on which everything that has a name has a long one, and the paths of its pages."""
    node = Node("sqlite", demo=False, name=LONG, tagline=LONG)
    try:
        node.start()
        node.run("account", "create", "a" * 30, "--display-name", LONG, "--role", "steward", "--password", PASSWORD)
        page = browser.new_page(locale="fr")
        lina = Person(page, node.origin, "a" * 30)
        lina.sign_in()
        lina.open("/groups")
        lina.send("/groups", title=LONG, name="b" * 30, summary=LONG)
        lina.open("/moderation/community")
        lina.send("/moderation/community", about=LONG, rules=LONG, welcome=LONG)
        post = lina.write(LONG, f"{LONG} #{LONG}", "b" * 30)
        lina.reply(post, LONG)
        start = datetime.now().replace(hour=18, minute=30) + timedelta(days=3)
        lina.open(f"/events/new?group={'b' * 30}")
        lina.send(
            "/events", title=LONG, start=moment(start), place=LONG, street=LONG, locality=LONG, text=LONG, capacity="5",
            zone="America/Argentina/Buenos Aires")
        event = lina.path()
        lina.open("/settings")
        lina.send("/settings", display_name=LONG, summary=LONG, discoverable="yes")
        page.close()
        node.paths = [
            "/", "/about", "/discussions", "/groups", f"/groups/{'b' * 30}", f"/groups/{'b' * 30}/members", "/events",
            f"/events?group={'b' * 30}", "/members", "/networks", f"/users/{'a' * 30}", post, event, f"{event}/guests",
            f"{event}/manage", f"{post}/edit", "/write", "/events/new", "/my-events", "/notifications", "/kept", "/settings",
            "/settings/people", "/settings/delete", "/moderation", "/moderation/community", "/moderation/log",
            f"/groups/{'b' * 30}/edit", "/search?q=" + LONG[:12], f"/report?post={post.rsplit('/', 1)[1]}",
        ]
        yield node
        assert node.stop() == 0, node.log()
    finally:
        node.remove()


@pytest.mark.parametrize("size", SIZES)
def test_no_long_name_makes_a_page_wider_than_its_screen(long_node, window, size):
    lina = Person(window(size=size), long_node.origin, "a" * 30)
    lina.sign_in()
    eve = Person(window(size=size), long_node.origin, "eve")
    wide = []
    for somebody in (lina, eve):
        for path in long_node.paths + ["/sign-in", "/sign-up"]:
            page = somebody.page
            page.goto(somebody.origin + path)
            for state in ("as it comes", "unfolded"):
                sizes = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
                if sizes[0] > sizes[1]:
                    wide.append(f"{path} ({somebody.name}, {state}): {sizes[0]} > {sizes[1]} px: {widest(page)}")
                unfold(page, "body")
    assert wide == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_newcomer_with_a_phone_sees_the_door_and_the_search_at_once(node, stranger, language):
    eve = stranger(node, language=language, size=PHONE)
    eve.open("/")
    for link in ("/sign-up", "/search", "/sign-in"):
        box = eve.page.locator(f'header a[href^="{link}"]').bounding_box()
        assert box and box["y"] + box["height"] < 844 and box["x"] + box["width"] <= 390, link
        assert box["width"] >= 24 and box["height"] >= 24, link
    box = eve.page.locator('main a.button[href="/sign-up"]').first.bounding_box()
    assert box and box["y"] + box["height"] < 844


def test_on_a_phone_an_event_says_who_comes_and_where_before_its_comments(node, stranger, demo_person):
    lina = demo_person(node, 0)
    event = lina.plan("Avant les commentaires")
    for somebody in (lina, stranger(node, size=PHONE)):
        somebody.page.set_viewport_size(PHONE)
        somebody.open(event)
        tops = somebody.page.evaluate("""() => {
            const top = e => e.getBoundingClientRect().top + scrollY
            const headings = [...document.querySelectorAll('main h2')]
            const of = word => top(headings.find(h => h.textContent.includes(word)))
            return [top(document.querySelector('.rsvp')), of('Qui vient'), of('Où c’est'), top(document.querySelector('#answer'))]
        }""")
        assert tops == sorted(tops), tops
        somebody.page.set_viewport_size(DESKTOP)
        right = somebody.page.locator(".twofold > .side").bounding_box()
        left = somebody.page.locator(".twofold > .first").bounding_box()
        assert right["x"] > left["x"] + left["width"] - 1 and right["y"] < left["y"] + 10, "two columns on a desk"


def test_another_language_half_way_through_a_form_loses_nothing(node, stranger):
    eve = stranger(node)
    eve.open("/sign-up")
    eve.send("/sign-up", name=eve.name, display_name="Ève", email="eve@mail.example", password="trop-court"[:9])
    assert not eve.is_inside()
    eve.page.locator('footer form button[lang="en"]').click()
    expect(eve.page.locator("html")).to_have_attribute("lang", "en")
    expect(eve.page.locator("[name=display_name]")).to_have_value("Ève")
    expect(eve.page.locator("[name=email]")).to_have_value("eve@mail.example")
    expect(eve.page.locator("[name=password]")).to_have_value("")
    eve.send("/sign-up", password=PASSWORD)
    assert eve.is_inside()


def test_a_form_that_is_sent_again_by_going_back_has_one_effect(node, member):
    ada = member(node, stem="twice")
    ada.open("/write")
    once = ada.page.locator("main [name=once]").first.get_attribute("value")
    token = ada.page.locator("main [name=form_token]").first.get_attribute("value")
    sent = {"title": f"Une fois de {ada.name}", "text": "Et pas deux", "once": once, "form_token": token}
    answers = [
        ada.page.context.request.post(ada.origin + "/posts", form=sent, headers={"Origin": ada.origin}, max_redirects=0)
        for _ in range(2)
    ]
    assert [answer.status for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    ada.open("/discussions")
    expect(ada.page.locator("main h3 a", has_text=sent["title"])).to_have_count(1)


def test_what_was_done_is_said_once_and_where_one_looks(node, member):
    ada = member(node, stem="flash", size=PHONE)
    path = ada.write("Une longue table", "Bonjour", "cafe")
    for number in range(6):
        ada.reply(path, f"Réponse {number}. " + "Encore un mot. " * 40)
    box = ada.page.locator("main [role=status]").bounding_box()
    assert 0 <= box["y"] < 844, "the message stands where the browser has scrolled to"
    ada.page.reload()
    expect(ada.page.locator("main [role=status]")).to_have_count(0)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_first_steward_names_the_house_and_entrusts_a_role(window, language):
    node = Node("sqlite", demo=False)
    try:
        node.start()
        node.run("account", "create", "lina", "--role", "steward", "--password", PASSWORD)
        node.run("account", "create", "karim", "--password", PASSWORD)
        lina = Person(window(language=language), node.origin, "lina")
        lina.sign_in()
        lina.page.goto(node.origin + "/")
        lina.page.locator('section[aria-labelledby="steps"] a[href="/settings"]').click()
        lina.open("/moderation")
        lina.page.locator('main a[href="/moderation/community"]').click()
        assert check_reading(lina.page, "/moderation/community") == []
        lina.send("/moderation/community", name="Chez Lina", tagline="Un café au coin.", rules="Sois aimable.\nÉcoute.")
        expect(lina.page.locator("header .brand")).to_contain_text("Chez Lina")
        lina.send("/moderation/roles", member="@karim", role="modération" if language == "fr" else "moderator")
        expect(lina.page.locator("section[aria-labelledby=roles] li", has_text="karim")).to_have_count(1)
        assert check_reading(lina.page, "/moderation/community") == []

        eve = Person(window(language=language), node.origin, "eve")
        eve.open("/about")
        expect(eve.page.locator("section[aria-labelledby=rules] li")).to_have_count(2)
        assert check_reading(eve.page, "/about") == []
        assert node.stop() == 0, node.log()
    finally:
        node.remove()


def test_the_menu_closes_with_the_escape_key_and_by_a_click_beside_it_without_scripts(node, member):
    ada = member(node, stem="menu")
    ada.open("/")
    door = ada.page.locator("header [popovertarget]")
    menu = ada.page.locator("#mine")
    expect(menu).to_be_hidden()
    door.focus()
    ada.page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    ada.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    door.click()
    expect(menu).to_be_visible()
    ada.page.mouse.click(300, 500)
    expect(menu).to_be_hidden()


def test_a_member_takes_along_what_was_written(node, member):
    ada = member(node, stem="leaving")
    ada.write("Avant de partir", "Ce que j’ai appris ici", "cafe")
    ada.open("/settings/delete")
    with ada.page.expect_download() as found:
        ada.page.locator('main a[href="/settings/export"]').click()
    text = found.value.path().read_text(encoding="utf-8")
    assert found.value.suggested_filename == f"{ada.name}.html"
    assert "Avant de partir" in text and "Ce que j’ai appris ici" in text and text.rstrip().endswith("</html>")
