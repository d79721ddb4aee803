"""The look of the product in Chromium: the style page with every part, the error pages, the start."""

import pytest
from flask import render_template_string, request
from marshmallow import fields
from playwright.sync_api import expect

from lms_carbon.core.forms import Form, FormSchema, read_form
from lms_carbon.core.identity import Role
from lms_carbon.core.web import PUBLIC, Blueprint
from tests.support.browser import (
    Visitor,
    assert_accessible,
    assert_fits,
    assert_focus_is_seen,
    assert_targets,
    screenshot,
)
from tests.support.world import make_institution, make_person, make_session


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [320, 390, 690, 1280])
def test_style_page(visitor: Visitor, width: int, language: str) -> None:
    page = visitor.open("/style", width=width, language=language)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if language == "zh" else "en")
    page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    assert_fits(page)
    assert_targets(page)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
        screenshot(page, f"style-{language}-{width}-{theme}")
        if width in (320, 1280):
            assert_accessible(page)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_start_and_errors(visitor: Visitor, path: str, language: str) -> None:
    page = visitor.open(path, language=language)
    for width in (1280, 690, 320):
        page.set_viewport_size({"width": width, "height": 900})
        screenshot(page, f"page{path.replace('/', '-')}-{language}-{width}")
        assert_fits(page)
        assert_targets(page)
        assert_accessible(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_start_of_those_who_work_here(visitor: Visitor, language: str) -> None:
    with visitor.site.app.app_context():
        roles = [Role.AUTHOR, Role.REVIEWER, Role.OFFICER, Role.ADMINISTRATOR]
        token = make_session(make_person(make_institution(), "周宁", roles, language=language))
    page = visitor.open("/", token=token, language=language)
    tabs = page.get_by_role("navigation", name="工作区" if language == "zh" else "Desks").get_by_role("link")
    assert tabs.count() == page.locator(".lc-card").count() > 1
    for width in (1280, 690, 320):
        page.set_viewport_size({"width": width, "height": 900})
        screenshot(page, f"home-{language}-{width}")
        assert_fits(page)
        assert_targets(page)
        assert_accessible(page)
    tabs.first.click()
    expect(page.locator(".lc-tabs [aria-current=page]")).to_have_count(1)


@pytest.mark.parametrize("width", [320, 1280])
def test_focus_is_seen_at_every_stop(visitor: Visitor, width: int) -> None:
    page = visitor.open("/style", width=width)
    assert assert_focus_is_seen(page) > 50


def test_the_first_stop_leads_to_the_content(visitor: Visitor) -> None:
    page = visitor.open("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_language_switch_keeps_the_page(visitor: Visitor) -> None:
    page = visitor.open("/style?x=1")
    page.get_by_role("button", name="中文").click()
    expect(page).to_have_url(visitor.site.url + "/style?x=1")
    expect(page.get_by_role("heading", name="样式")).to_be_visible()
    page.goto(visitor.site.url + "/nowhere")
    expect(page.get_by_role("heading", name="这里没有内容")).to_be_visible()


def test_every_page_works_without_script(visitor: Visitor) -> None:
    page = visitor.open("/style", java_script_enabled=False)
    page.get_by_text("Withdraw the form…").click()
    expect(page.get_by_role("button", name="Withdraw", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="样式")).to_be_visible()


MISTAKEN = """{% extends "web/base.html" %}{% block title %}Try{% endblock %}{% block main %}<h1>Try</h1>
<form method="post">{{ ui.csrf() }}{{ ui.errors(form, {"note": "Why"}) }}
{{ ui.field(form, "note", "Why", "textarea", hint="Short") }}
{{ ui.button("Send", "primary") }}</form>{% endblock %}"""


def test_mistakes_take_the_focus_and_lead_to_their_fields(visitor: Visitor) -> None:
    pages = Blueprint("try", __name__)

    @pages.route("/try", methods=["GET", "POST"], access=PUBLIC)
    def attempt() -> str:
        schema = FormSchema.from_dict({"note": fields.String(required=True)})()
        return render_template_string(MISTAKEN, form=read_form(schema, request.form) if request.form else Form())

    visitor.site.app.register_blueprint(pages)
    page = visitor.open("/try")
    page.get_by_role("textbox", name="Why").fill(" ")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#errors")).to_be_focused()
    page.locator("#errors").get_by_role("link", name="Why").click()
    field = page.get_by_role("textbox", name="Why")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("Short This is needed.")
    assert_accessible(page)


def test_a_reference_is_copied(visitor: Visitor) -> None:
    page = visitor.open("/style", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "E-7K2M-4418"


def test_keys_are_listed_work_outside_fields_and_can_be_turned_off(visitor: Visitor) -> None:
    page = visitor.open("/style")
    sound = page.get_by_role("radio", name="Sound")
    page.keyboard.press("3")
    expect(sound).to_be_checked()
    page.get_by_role("textbox", name="Name").fill("")
    page.get_by_role("textbox", name="Name").press("2")
    expect(sound).to_be_checked()
    page.locator("main").focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("Send to review")
    assert_accessible(page)
    dialog.get_by_role("checkbox").uncheck()
    dialog.get_by_role("button", name="Close").click()
    page.locator("main").focus()
    page.keyboard.press("2")
    expect(sound).to_be_checked()
    page.reload()
    page.locator("main").focus()
    page.keyboard.press("3")
    expect(page.get_by_role("radio", name="Begun")).to_be_checked()


def test_changes_that_were_not_sent_are_guarded(visitor: Visitor) -> None:
    page = visitor.open("/style")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Start", exact=True).click()
    expect(page).to_have_url(visitor.site.url + "/")
    assert asked == []
    page.go_back()
    page.get_by_role("textbox", name="Name").fill("某人")
    page.get_by_role("link", name="Start", exact=True).click()
    expect(page).to_have_url(visitor.site.url + "/")
    assert asked == ["beforeunload"]
