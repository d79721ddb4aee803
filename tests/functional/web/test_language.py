"""Both languages: which one a page is in, and how a reader changes it."""

import pytest
from flask.testing import FlaskClient


def test_the_browser_says_which_language(client: FlaskClient) -> None:
    english = client.get("/", headers={"Accept-Language": "en-GB,zh;q=0.5"})
    chinese = client.get("/", headers={"Accept-Language": "zh-TW,en;q=0.5"})
    assert '<html lang="en"' in english.text
    assert "Sign in by link" in english.text
    assert '<html lang="zh-CN"' in chinese.text
    assert "用链接登录" in chinese.text
    assert "Sign in by link" not in chinese.text


def test_chinese_where_the_browser_says_nothing_we_speak(client: FlaskClient) -> None:
    assert '<html lang="zh-CN"' in client.get("/", headers={"Accept-Language": "fr"}).text


def test_the_choice_holds_and_leads_back(client: FlaskClient) -> None:
    answer = client.post("/language", data={"language": "en", "next": "/style?part=1"})
    assert (answer.status_code, answer.location) == (303, "/style?part=1")
    cookie = answer.headers["Set-Cookie"]
    assert "Max-Age=31536000" in cookie
    assert "HttpOnly" in cookie
    assert "Partitioned" in cookie
    assert '<html lang="en"' in client.get("/", headers={"Accept-Language": "zh"}).text


def test_a_frame_that_keeps_no_cookie_is_told_in_the_address(client: FlaskClient) -> None:
    framed = {"Sec-Fetch-Dest": "iframe"}
    answer = client.post("/language", data={"language": "en", "next": "/style?lang=zh&part=a+b"}, headers=framed)
    assert answer.location == "/style?part=a+b&lang=en"
    alone = client.application.test_client(use_cookies=False)
    chinese = {"Accept-Language": "zh"}
    page = alone.get(answer.location, headers=chinese).text
    assert '<html lang="en"' in page
    assert client.post("/language", data={"language": "zh", "next": answer.location}).location == "/style?part=a+b"
    assert '<html lang="zh-CN"' in alone.get("/style?lang=fr", headers=chinese).text


def test_an_answer_to_a_form_leads_back_to_the_form_or_nowhere(client: FlaskClient) -> None:
    refused = client.post("/lti/launch", data={}).text
    assert 'action="/language"' not in refused
    assert 'name="next" value="/sign-in"' in client.post("/sign-in", data={}).text


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "style", "", "/a\r\nX: y"],
)
def test_the_way_back_stays_on_this_site(client: FlaskClient, address: str) -> None:
    answer = client.post("/language", data={"language": "zh", "next": address})
    assert (answer.status_code, answer.location) == (303, "/")


def test_a_language_we_do_not_speak_is_refused(client: FlaskClient) -> None:
    answer = client.post("/language", data={"language": "fr", "next": "/"})
    assert answer.status_code == 422
    assert "Set-Cookie" not in answer.headers
