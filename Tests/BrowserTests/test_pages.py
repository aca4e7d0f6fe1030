# SPDX-License-Identifier: Apache-2.0
"""Every page in the situations in which people use it: with a screen reader, on a small screen, in dark mode, by
keyboard."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from client_app import ClientApp
from conftest import DESKTOP, NARROW, PHONE

AXE = Axe()
# axe checks the size of touch targets (WCAG 2.2, 2.5.8) only if asked.
RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}

OPEN_TO_ALL = [
    "/", "/about", "/discussions", "/groups", "/groups/lyon", "/groups/cafe", "/events", "/members", "/networks",
    "{event}/guests",
    "/sign-in", "/sign-up", "/users/lina", "{discussion}", "{event}", "/tags/presentations",
    "/search?q=lyon", "/groups/lyon/members", "/events?group=lyon",
]
FOR_MEMBERS = [
    "/", "/write", "/events/new", "/my-events", "/settings", "/networks", "{discussion}", "{event}", "{consent}",
    "/search?q=caf%C3%A9", "/kept", "/settings/people", "/settings/delete", "/authorize_interaction",
]
FOR_STEWARDS = ["/moderation", "/groups", "/members", "/groups/lyon/edit", "{mine}/edit", "{event}/manage", "/moderation/log",
                "/moderation/community", "/moderation/mail"]
WRONG = ["/nowhere", "/events/1", "/posts/1", "/users/nobody", "/groups/nobody", "/sign-in/link?token=old"]

LOOKS = [
    pytest.param({"language": language, "size": size, "dark": dark}, id=f"{language}-{name}-{theme}")
    for language in ("fr", "en")
    for name, size in (("desktop", DESKTOP), ("phone", PHONE))
    for theme, dark in (("day", False), ("night", True))
]


@pytest.fixture(scope="session")
def places(node, browser):
    """The addresses of the demonstration's event and discussions. The steward started the one that is `mine`."""
    page = browser.new_page()
    found = {}
    for name, path, title in (
        ("event", "/events", "Café du jeudi"),
        ("discussion", "/discussions", "Quelle assurance pour débuter ?"),
        ("mine", "/discussions", "Présentez-vous"),
    ):
        page.goto(node.origin + path)
        found[name] = page.locator("main h2 a, main h3 a").filter(has_text=title).first.get_attribute("href")
    page.close()
    found["consent"] = ClientApp(node, "icecubesapp://").page()
    return found


def visit(somebody, path, places, status=200):
    answer = somebody.page.goto(somebody.origin + path.format(**places))
    assert answer.status == status, f"{path}: {answer.status}"
    return somebody.page


def check_reading(page, path):
    """Returns the violations that axe finds: on the page as loaded, with all its details open, and in the open menu."""
    found = violations(page, path)
    if page.locator("main details").count():
        unfold(page, "main")
        found += violations(page, path + " (unfolded)")
    if page.locator("header [popovertarget]").count():
        # The menu is checked alone, because it covers what is below it.
        page.locator("header [popovertarget]").click()
        found += violations(page, path + " (menu)", "header")
        page.keyboard.press("Escape")
    return found


def unfold(page, place):
    page.evaluate(f"document.querySelectorAll('{place} details').forEach(e => e.open = true)")


def violations(page, path, place=None):
    results = AXE.run(page, context=place, options=RULES).response["violations"]
    return [f"{path}: {rule['id']}: {node['html'][:200]} {node['failureSummary']}"
            for rule in results for node in rule["nodes"]]


@pytest.mark.parametrize("look", LOOKS)
def test_a_stranger_can_read_every_page(node, stranger, places, look):
    eve = stranger(node, scripts=True, **look)
    found = [text for path in OPEN_TO_ALL for text in check_reading(visit(eve, path, places), path)]
    assert found == []


@pytest.mark.parametrize("look", LOOKS)
def test_a_member_and_a_steward_can_read_every_page(node, demo_person, places, look):
    lina = demo_person(node, 0, **look)
    found = [text for path in FOR_MEMBERS + FOR_STEWARDS for text in check_reading(visit(lina, path, places), path)]
    assert found == []


@pytest.mark.parametrize("look", LOOKS[:1] + LOOKS[-1:])
def test_what_went_wrong_can_be_read(node, stranger, places, look):
    eve = stranger(node, scripts=True, **look)
    found = []
    for path in WRONG:
        eve.page.goto(eve.origin + path)
        found += check_reading(eve.page, path)
    for path, action in (("/sign-up", "/sign-up"), ("/sign-in", "/sign-in")):
        eve.open(path)
        eve.form(action).evaluate("form => form.noValidate = true")
        eve.send(action)
        expect(eve.page.locator("main [role=alert]")).to_be_visible()
        found += check_reading(eve.page, path + " with errors")
    assert found == []


def test_every_page_has_one_heading_and_its_landmarks(node, demo_person, places):
    lina = demo_person(node, 0)
    titles = {}
    for path in dict.fromkeys(OPEN_TO_ALL[:9] + FOR_MEMBERS + FOR_STEWARDS):
        page = visit(lina, path, places)
        for landmark in ("main", "body > header", "header nav", "body > footer", "main h1"):
            assert page.locator(landmark).count() == 1, f"{path}: {landmark}"
        for field in page.locator("input:not([type=hidden]), textarea, select").all():
            name = field.get_attribute("id")
            assert name and page.locator(f"label[for='{name}']").count() == 1, f"{path}: {name} has no label"
        titles.setdefault(page.title(), []).append(path)
    assert [paths for paths in titles.values() if len(paths) > 1] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_nothing_scrolls_sideways_on_the_narrowest_screen(node, demo_person, places, language):
    lina = demo_person(node, 0, language=language, size=NARROW)
    wide = []
    for path in OPEN_TO_ALL[:9] + OPEN_TO_ALL[11:] + FOR_MEMBERS + FOR_STEWARDS + WRONG:
        page = lina.page
        page.goto(lina.origin + path.format(**places))
        for state in ("as it comes", "unfolded"):
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > NARROW["width"]:
                wide.append(f"{path} ({state}): {width} px: {widest(page)}")
            unfold(page, "body")
    assert wide == []


def widest(page):
    return page.evaluate("""[...document.querySelectorAll('body *')]
        .filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3)
        .map(e => e.outerHTML.slice(0, 120)).join(' | ')""")


@pytest.mark.parametrize("size", [DESKTOP, NARROW], ids=["desktop", "narrow"])
def test_the_first_tab_leads_past_the_navigation(node, stranger, size):
    page = stranger(node, scripts=True, size=size).page
    page.goto(node.origin + "/")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    expect(skip).to_have_attribute("href", "#content")
    box = skip.bounding_box()
    assert box["x"] >= 0 and box["y"] >= 0, "the skip link is seen while it has the focus"
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("path", ["/", "/sign-in", "/write", "{event}", "/settings"])
@pytest.mark.parametrize("dark", [False, True], ids=["day", "night"])
def test_one_sees_where_the_keyboard_is(node, demo_person, stranger, places, path, dark):
    somebody = stranger(node, scripts=True, dark=dark) if path == "/sign-in" else demo_person(node, 1, dark=dark)
    page = visit(somebody, path, places)
    seen = set()
    for _ in range(200):
        page.keyboard.press("Tab")
        place = page.evaluate("""() => {
            const e = document.activeElement
            if (e === document.body) return null
            const style = getComputedStyle(e), box = e.getBoundingClientRect()
            return {key: e.outerHTML.slice(0, 160), ring: parseFloat(style.outlineWidth) || 0,
                    style: style.outlineStyle, size: box.width * box.height}
        }""")
        if place is None:
            break
        assert place["style"] != "none" and place["ring"] >= 2, f"no ring round {place['key']}"
        assert place["size"] > 0, f"nothing to see of {place['key']}"
        seen.add(place["key"])
    assert len(seen) > 8, seen


def test_one_signs_in_and_writes_with_the_keyboard_alone(node, member):
    ada = member(node, scripts=True)
    page = ada.page
    page.context.clear_cookies()
    page.goto(ada.origin + "/sign-in")
    reach(page, "form[action='/sign-in'] [name=name]")
    page.keyboard.type(ada.name)
    page.keyboard.press("Tab")
    page.keyboard.type("une-terrasse-au-soleil")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert ada.is_inside()

    page.goto(ada.origin + "/write")
    reach(page, "form[action='/posts'] [name=title]")
    page.keyboard.type("Sans souris")
    reach(page, "form[action='/posts'] [name=text]")
    page.keyboard.type("Tout au clavier.")
    reach(page, "form[action='/posts'] button[type=submit]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Sans souris")


def reach(page, selector):
    """Presses the Tab key until the element has the focus."""
    target = page.locator(selector).first
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("e => e === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_every_link_of_the_node_leads_somewhere(node, demo_person, places):
    lina = demo_person(node, 0)
    waiting, seen, dead = ["/", places["event"] + "/manage"], set(), []
    while waiting:
        path = waiting.pop()
        if path in seen or len(seen) > 300:
            continue
        seen.add(path)
        answer = lina.page.context.request.get(lina.origin + path, headers={"Accept": "text/html"}, max_redirects=5)
        if answer.status != 200:
            dead.append(f"{path}: {answer.status}")
        elif "text/html" in answer.headers["content-type"] and not answer.url.endswith("view=print"):
            hrefs = re.findall(r'<a [^>]*?href="([^"]*)"', answer.text())
            waiting += [href.split("#")[0].replace("&amp;", "&") for href in hrefs if re.match(r"/(?!language)", href)]
    assert dead == []
    assert len(seen) > 25


def test_pages_ask_nobody_else_for_anything(node, demo_person, places):
    lina = demo_person(node, 0)
    asked = []
    lina.page.on("request", lambda request: asked.append(request.url))
    for path in OPEN_TO_ALL[:9] + FOR_MEMBERS:
        visit(lina, path, places)
    assert [url for url in asked if not url.startswith(node.origin)] == []


def test_pages_forbid_foreign_scripts_and_frames(node, stranger):
    answer = stranger(node).page.goto(node.origin + "/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_search_engines_read_an_event_that_no_policy_forbids(node, stranger, places):
    page = stranger(node).page
    said = []
    page.on("console", lambda message: said.append(message.text))
    answer = page.goto(node.origin + places["event"])
    assert answer.headers["content-encoding"] == "gzip"
    data = json.loads(page.locator('script[type="application/ld+json"]').text_content())
    assert data["@type"] == "Event" and data["url"] == node.origin + places["event"]
    assert page.locator('link[rel="canonical"]').get_attribute("href") == data["url"]
    picture = page.locator('meta[property="og:image"]').get_attribute("content")
    assert page.context.request.get(picture).headers["content-type"] == "image/png"
    manifest = page.context.new_cdp_session(page).send("Page.getAppManifest")
    assert manifest["errors"] == [] and json.loads(manifest["data"])["icons"]
    assert said == []


def test_a_member_gets_compressed_pages_with_forms_that_work(node, demo_person, places):
    lina = demo_person(node, 0)
    for path in ("/", "{event}", "/write", "/settings"):
        answer = lina.page.goto(lina.origin + path.format(**places))
        assert answer.status == 200 and answer.headers["content-encoding"] == "gzip", path
        tokens = lina.page.locator('input[name="form_token"]').evaluate_all("list => list.map(e => e.value)")
        assert len(set(tokens)) == 1 and len(tokens[0]) == 64, path


@pytest.mark.parametrize("way", ["", "?view=print"])
def test_print_views_fit_their_paper(node, demo_person, places, way):
    lina = demo_person(node, 0)
    for path in ("{event}", "{event}/manage", "/events"):
        lina.page.goto(lina.origin + path.format(**places) + way)
        paper = lina.page.pdf(format="A4")
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) == 1, path + way


def test_paper_has_boxes_and_a_code_and_no_hints(node, demo_person, places):
    lina = demo_person(node, 0)
    page = visit(lina, "{event}/manage", places)
    assert page.locator(".guests .box").count() > 0 and not page.locator(".guests .box").first.is_visible()
    page.emulate_media(media="print")
    assert page.locator(".guests .box").first.is_visible()
    assert not page.locator(".crumbs").is_visible() and not page.locator("form").first.is_visible()
    visit(lina, "{event}", places)
    assert page.locator("svg.qr").is_visible() and not page.locator("#answer").is_visible()
    assert not page.locator(".side .people").first.is_visible() and not page.locator(".hint:visible").count()


def test_a_telephone_is_not_asked_to_print(node, stranger):
    page = stranger(node, size=PHONE, touch=True).page
    page.goto(node.origin + "/events")
    assert not page.locator(".corner .to-paper").is_visible()
    assert page.locator(".corner summary").first.is_visible()
