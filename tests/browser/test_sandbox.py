"""The sandbox LMS's pages: what a newcomer sees first. The tool is a page of a few words."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from tests.support.browser import Site, Visitor, assert_accessible, assert_fits, assert_targets, screenshot
from tests.support.sandbox import serve_app, start_sandbox

COURSE = "/courses/carbon-2026"
PAGES = {"start": COURSE, "add": f"{COURSE}/add", "grades": f"{COURSE}/grades", "code": f"{COURSE}/code"}
SIGNER, TEACHER = "u-wang", "u-zhao"


def _tool(_url: str) -> Flask:
    app = Flask("tool")

    @app.route("/lti/login", methods=["GET", "POST"])
    def login() -> str:
        return '<!doctype html><html lang="en"><title>Tool</title><h1>The tool</h1>'

    return app


@pytest.fixture(scope="module")
def platform(chromium: Browser) -> Iterator[Visitor]:
    with serve_app(_tool, host="127.0.0.1") as (url, _), start_sandbox(url) as address:
        visitor = Visitor(chromium, Site(str(address), Flask("elsewhere")))
        yield visitor
        visitor.close()
    assert not visitor.problems, "\n".join(visitor.problems)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_are_accessible_and_fit(platform: Visitor, language: str, width: int) -> None:
    page = platform.open(COURSE, language=language, width=width)
    for name, path in PAGES.items():
        sub = TEACHER if name == "add" else SIGNER
        page.context.add_cookies([{"name": "sandbox_person", "value": sub, "url": platform.site.url}])
        page.goto(platform.site.url + path)
        screenshot(page, f"sandbox-{name}-{language}-{width}")
        assert_accessible(page)
        assert_fits(page)
        assert_targets(page)


def test_a_teacher_adds_a_link_and_is_told_what_is_wrong(platform: Visitor) -> None:
    page = platform.open(COURSE)
    page.locator("#who").select_option(TEACHER)
    page.locator("header form:has(#who) button").click()
    page.get_by_role("link", name="Add activities…").click()
    page.get_by_label("Title").fill("Resit")
    page.get_by_label("Custom parameters").fill("exam:resit")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Each line must be name=value.")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Resit")
    assert_accessible(page)
    page.get_by_label("Custom parameters").fill("target=exam:resit")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Resit", level=1)).to_be_visible()
    expect(page.frame_locator("iframe").get_by_role("heading", name="The tool")).to_be_visible()


def test_the_code_beside_an_activity_stays_current(platform: Visitor) -> None:
    page = platform.open(COURSE)
    page.locator("#who").select_option(SIGNER)
    page.locator("header form:has(#who) button").click()
    code = page.locator("#code")
    shown = code.text_content()
    assert shown is not None
    assert len(shown) == len("123 456")
    code.evaluate("element => { element.textContent = '000 000' }")
    expect(code).not_to_have_text("000 000")
