"""The start page, static files, and what every page carries."""

import re

from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.hooks import NavItem, navigation
from lms_carbon.core.identity import Role
from tests.support.world import make_institution, make_person, sign_in

QUESTIONS = NavItem(title="Questions", about="Write and try.", path="/questions", icon="pencil", order=10)
REVIEWS = NavItem(title="In review", about="Read and decide.", path="/questions/review", icon="eye", order=20)


def test_anyone_is_told_what_this_is_and_how_to_get_in(client: FlaskClient) -> None:
    text = client.get("/", headers={"Accept-Language": "en"}).text
    assert "T/MIITEC 020-2024" in text
    assert 'href="/sign-in"' in text
    assert "lc-tabs" not in text


def test_a_page_without_forms_of_its_own_sets_no_cookie(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/").headers


def test_working_roles_see_their_desks_as_cards_and_tabs(client: FlaskClient, app: Flask) -> None:
    app.extensions["lms_carbon.hooks"]["navigation"] = []
    navigation.register(app, lambda actor: [REVIEWS, QUESTIONS] if actor.has(Role.AUTHOR) else [])
    with app.app_context():
        author = make_person(make_institution(), "周宁", [Role.AUTHOR, Role.REVIEWER, Role.OFFICER])
    sign_in(client, author)
    text = client.get("/", headers={"Accept-Language": "en"}).text
    assert "周宁 · author, reviewer +1" in text
    tabs = re.search(r'<nav class="lc-tabs".*?</nav>', text, re.DOTALL).group()
    assert tabs.index('href="/questions"') < tabs.index('href="/questions/review"')
    assert "Read and decide." in text


def test_the_longest_path_is_the_current_tab(client: FlaskClient, app: Flask) -> None:
    navigation.register(app, lambda _: [QUESTIONS, REVIEWS])
    with app.app_context():
        author = make_person(make_institution(), "周宁", [Role.AUTHOR])
    sign_in(client, author)
    text = client.get("/questions/review/7").text
    assert re.findall(r'href="([^"]+)" aria-current="page"', text) == ["/questions/review"]
    assert re.findall(r'href="([^"]+)" aria-current="page"', client.get("/questionsabout").text) == []


def test_those_without_desks_are_sent_to_their_course(client: FlaskClient, app: Flask) -> None:
    app.extensions["lms_carbon.hooks"]["navigation"] = []
    with app.app_context():
        person = make_person(make_institution(), "林晓")
    sign_in(client, person)
    text = client.get("/", headers={"Accept-Language": "en"}).text
    assert "Your course shows the way" in text
    assert "lc-tabs" not in text


def test_static_files_are_kept_by_digest(client: FlaskClient) -> None:
    page = client.get("/").text
    addresses = re.findall(r'(?:href|src)="((?:/static|/bootstrap)[^"]+)"', page)
    assert len(addresses) >= 5
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        answer.close()
    plain = client.get(addresses[0].split("?")[0])
    assert "immutable" not in plain.headers["Cache-Control"]
    plain.close()


def test_no_page_needs_inline_script_or_style(client: FlaskClient) -> None:
    for path in ("/", "/style", "/nowhere"):
        text = client.get(path).text
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)", text), path
