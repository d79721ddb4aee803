"""Every refusal is a page that says what happened, what is safe and what to do; the API answers problem+json."""

import io
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.errors import DomainError, ForbiddenError, NotSignedInError, TooLargeError
from lms_carbon.core.web import PUBLIC, ApiBlueprint, Blueprint, csrf_exempt

pytestmark = pytest.mark.own_app
REFERENCE = re.compile(r"E-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}")


class LinkUsedError(DomainError):
    """A launch that was used already, as `lti` refuses it."""

    status = 403
    code = "link-used"
    title = "This link has been used already"
    sentence = "Each visit from your course makes a new link."

    def __init__(self, back: str) -> None:
        super().__init__()
        self.way_on_href = back


def _raise(error: Exception) -> None:
    raise error


@pytest.fixture
def app(app: Flask) -> Flask:
    """Return the app with addresses that fail in every way."""
    pages = Blueprint("failing", __name__)
    pages.add_url_rule("/f/403", "f403", lambda: _raise(ForbiddenError()), access=PUBLIC)
    pages.add_url_rule("/f/401", "f401", lambda: _raise(NotSignedInError()), access=PUBLIC)
    pages.add_url_rule("/f/413", "f413", lambda: _raise(TooLargeError()), access=PUBLIC)
    pages.add_url_rule("/f/500", "f500", lambda: _raise(RuntimeError("a secret of the server")), access=PUBLIC)
    pages.add_url_rule("/f/form", "form", lambda: "took it", methods=["POST"], access=PUBLIC)
    launch = csrf_exempt(lambda: _raise(LinkUsedError("https://moodle.example/course/7")))
    pages.add_url_rule("/f/launch", "launch", launch, methods=["POST"], access=PUBLIC)
    api = ApiBlueprint("failing_api", __name__, url_prefix="/api/v1/f")
    api.add_url_rule("/write", "write", lambda: {"took": "it"}, methods=["POST"], access=PUBLIC)
    api.add_url_rule("/500", "fault", lambda: _raise(RuntimeError("a secret")), access=PUBLIC)
    app.register_blueprint(pages)
    app.register_blueprint(api)
    return app


@pytest.mark.parametrize(
    ("path", "status", "what", "do"),
    [
        ("/nowhere", 404, "Nothing here", "To the start"),
        ("/f/403", 403, "This page is not open to you", "To the start"),
        ("/f/401", 401, "You are not signed in", "Sign in by link"),
        ("/f/413", 413, "That is too large", "To the start"),
        ("/f/500", 500, "That did not work", "Try again"),
    ],
)
def test_pages_of_errors(client: FlaskClient, path: str, status: int, what: str, do: str) -> None:
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == status
    assert f'<h1 id="what">{what}</h1>' in answer.text
    assert do in answer.text
    assert REFERENCE.search(answer.text).group() == answer.headers["X-Request-Id"]
    assert "secret" not in answer.text
    assert "Content-Security-Policy" in answer.headers
    assert answer.text.count("btn-primary") == 1


def test_error_pages_speak_chinese(client: FlaskClient) -> None:
    text = client.get("/nowhere", headers={"Accept-Language": "zh-CN"}).text
    assert "这里没有内容" in text
    assert "Nothing here" not in text


def test_a_form_without_its_token_is_told_to_open_the_page_again(client: FlaskClient) -> None:
    answer = client.post("/f/form", headers={"Accept-Language": "en", "Referer": "http://127.0.0.1:8000/style?x=1"})
    assert answer.status_code == 400
    assert "This page was open too long" in answer.text
    assert 'href="/style?x=1"' in answer.text


def test_a_form_with_its_token_is_taken(client: FlaskClient) -> None:
    page = client.get("/style").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
    assert client.post("/f/form", data={"csrf_token": token}).text == "took it"
    assert client.post("/f/form", data={"csrf_token": token[::-1]}).status_code == 400


def test_an_address_that_is_none_is_404_for_forms_too(client: FlaskClient) -> None:
    assert client.post("/nowhere").status_code == 404


def test_a_refused_launch_leads_back_to_the_course_in_the_whole_window(client: FlaskClient) -> None:
    answer = client.post("/f/launch", headers={"Accept-Language": "en", "Origin": "https://moodle.example"})
    assert answer.status_code == 403
    assert "This link has been used already" in answer.text
    assert re.search(r'href="https://moodle.example/course/7" target="_top">Back to the course<', answer.text)


def test_what_a_platform_posted_offers_no_page_of_ours(client: FlaskClient) -> None:
    answer = client.post("/f/form", headers={"Origin": "https://moodle.example"})
    assert answer.status_code == 400
    assert "btn-primary" not in answer.text


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        ("http://127.0.0.1:8000", 200),
        ("http://localhost:8000", 403),
        ("https://evil.example", 403),
        ("null", 403),
    ],
)
def test_writes_to_the_api_from_other_sites_are_refused(client: FlaskClient, origin: str | None, status: int) -> None:
    headers = {"Origin": origin} if origin else {}
    answer = client.post("/api/v1/f/write", json={}, headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert answer.mimetype == "application/problem+json"
        assert answer.json["type"] == "urn:lms-carbon:problem:foreign-origin"


def test_a_form_cannot_write_to_the_api(client: FlaskClient) -> None:
    assert client.post("/api/v1/f/write", data={"a": "b"}).status_code == 415


def test_a_fault_of_the_api_is_told_without_its_secret(client: FlaskClient) -> None:
    answer = client.get("/api/v1/f/500", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert REFERENCE.fullmatch(answer.json["reference"])
    assert "secret" not in answer.text


def test_too_much_at_once(client: FlaskClient, app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = client.post("/f/form", data={"file": (io.BytesIO(b"x" * 2000), "a.bin")})
    assert answer.status_code == 413


def test_a_fault_page_does_not_ask_the_database(client: FlaskClient, app: Flask) -> None:
    client.set_cookie("__Host-lc_session", "t" * 43, domain="127.0.0.1")

    def gone(*_: object) -> None:
        raise sa.exc.OperationalError("select", {}, Exception("the database is gone"))

    app.extensions["lms_carbon.hooks"]["load_actor"] = [gone]
    answer = client.get("/style", headers={"Accept-Language": "en"})
    assert answer.status_code == 500
    assert "The fault is ours, not yours." in answer.text
    assert "gone" not in answer.text


def test_where_pages_themselves_fail_a_plain_one_answers(client: FlaskClient, app: Flask) -> None:
    del app.jinja_env.globals["asset"]
    answer = client.get("/")
    assert answer.status_code == 500
    assert "The fault is ours, not yours." in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
