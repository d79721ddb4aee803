"""Images and data files in questions: taken in, kept once, shown to who may see a question with them."""

import base64
from io import BytesIO

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.files.services.storage import erase_files
from lms_carbon.question_bank.models import Question, QuestionMedia, QuestionVersion
from lms_carbon.question_bank.services.media import keep_media
from tests.functional.question_bank.conftest import Bank
from tests.support.exam_seats import make_candidate
from tests.support.exams import make_exam
from tests.support.world import act_as, list_acts, make_person, submit
from tests.unit.question_bank.contents import RAW

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def bring(client: FlaskClient, content: bytes, name: str, **words: str) -> tuple[int, str]:
    fields = {"file": (BytesIO(content), name), "alt-en": "", "alt-zh": "", **words}
    answer = submit(client, "/questions/media", fields)
    return answer.status_code, answer.text


def look(client: FlaskClient, address: str) -> tuple[int, bytes, Headers]:
    # Closed, as a server closes what it has sent.
    with client.get(address) as answer:
        return answer.status_code, answer.data, answer.headers


def names(bank: Bank) -> list[str]:
    return bank.within(lambda: list(session.scalars(sa.select(QuestionMedia.name).order_by(QuestionMedia.id))))


def test_an_image_is_taken_in_once_and_shown_to_the_bank_alone(bank: Bank) -> None:
    author = bank.client("author")
    for _ in range(2):
        assert bring(author, PNG, "chart.png", **{"alt-en": 'A "chart" & more'})[0] == 303
    assert bring(author, b"a,b\n1,2\n", "data.csv")[0] == 303
    image, data = names(bank)
    assert list_acts(bank.app).count("question_media.keep") == 2
    page = author.get("/questions/media").text
    assert f"&lt;img src=&#34;media:{image}&#34; alt=&#34;A &amp;quot;chart&amp;quot; &amp;amp; more&#34;&gt;" in page
    assert f"&lt;a href=&#34;media:{data}&#34;&gt;data.csv&lt;/a&gt;" in page
    status, content, headers = look(bank.client("reviewer"), f"/questions/media/{image}")
    assert (status, content, headers["Content-Type"]) == (200, PNG, "image/png")
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "attachment" not in headers.get("Content-Disposition", "")
    assert "attachment" in look(author, f"/questions/media/{data}")[2]["Content-Disposition"]
    for stranger in ("officer", "nobody", "foreigner"):
        assert look(bank.client(stranger), f"/questions/media/{image}")[0] == 404
    bank.within(lambda: erase_files(bank.people["author"].person_id, now()))
    assert look(author, f"/questions/media/{image}")[0] == 200, "questions rest on it"


def test_the_same_image_again_leaves_the_words_of_another_author(bank: Bank) -> None:
    def keep(who: str, **alt: str) -> dict[str, str]:
        with transaction():
            return dict(keep_media(by=bank.actor(who), stream=BytesIO(PNG), name="x.png", alt=alt, at=now()).alt)

    with bank.app.app_context():
        assert keep("author", en="Coal") == {"zh": "", "en": "Coal"}
        assert keep("colleague", en="Gas", zh="煤") == {"zh": "煤", "en": "Coal"}
        assert keep("author", en="Hard coal") == {"zh": "煤", "en": "Hard coal"}
        assert keep("colleague", en="Gas") == {"zh": "煤", "en": "Hard coal"}
    acts = [act for act in list_acts(bank.app) if act.startswith("question_media")]
    assert acts == ["question_media.keep", "question_media.describe", "question_media.describe"]


def test_what_no_question_shows_is_refused_with_the_reason(bank: Bank) -> None:
    author = bank.client("author")
    for content, name, words, sentence in (
        (SVG, "x.svg", {}, "x.svg is of a type that is not taken here"),
        (SVG, "x.png", {"alt-en": "x"}, "is really an SVG file"),
        (PNG, "x.png", {}, "Say in words what the image shows"),
        (b"", "x.csv", {}, "x.csv is empty"),
    ):
        status, page = bring(author, content, name, **words)
        assert (status, sentence in page) == (422, True), page
    assert names(bank) == []


def test_a_question_with_media_that_the_bank_lacks_does_not_go_to_review(bank: Bank) -> None:
    stem = f'<p><img src="media:{"c" * 64}.png" alt="Gone"></p>'
    question = bank.question(content={"stem": {"zh": stem, "en": stem}, "correct": True})
    answer = submit(bank.client("author"), f"/questions/{question}", {"action": "show"})
    assert answer.status_code == 200
    page = bank.client("author").get(f"/questions/{question}").text
    assert "The image or data file cccccccc….png is not in the bank." in page
    assert f'src="/questions/media/{"c" * 64}.png"' in page


def test_candidates_see_what_their_paper_shows_while_it_lies_before_them(app: Flask) -> None:
    world = make_exam(app)
    with app.app_context():
        author = act_as(make_person(world.institution_id, "Zhou Ning", [Role.AUTHOR]))
        with transaction():
            media = keep_media(by=author, stream=BytesIO(PNG), name="answer-is-B.png", alt={"en": "x"}, at=now()).name
            stem = f'<p><img src="media:{media}" alt="x"></p>'
            judged = sa.select(Question.id).where(Question.kind == "true_false")
            change = sa.update(QuestionVersion).where(QuestionVersion.question_id.in_(judged))
            content = {"stem": {"zh": stem, "en": stem}, "correct": True}
            session.execute(change.values(content=content).execution_options(synchronize_session=False))
    candidate, other = make_candidate(world), make_candidate(world, "Other")
    address = f"/questions/media/{media}"
    assert look(candidate.client, address)[0] == 404
    candidate.start(world.exam_id)
    assert look(other.client, address)[0] == 404
    _, content, headers = look(candidate.client, address)
    assert content == PNG
    assert "answer" not in headers["Content-Disposition"]
    candidate.open_window()
    candidate.submit()
    assert look(candidate.client, address)[0] == 404


def test_a_picture_with_areas_knows_its_size_once_it_is_saved(bank: Bank) -> None:
    def keep() -> str:
        with transaction():
            by = bank.actor("author")
            return keep_media(by=by, stream=BytesIO(PNG), name="x.png", alt={"en": "x"}, at=now()).name

    picture = {**RAW["hotspot"], "image": f"media:{bank.within(keep)}"}
    bank.question(kind="hotspot", content=picture)
    version = bank.newest()
    assert version is not None
    assert version.content["size"] == [1, 1]
    part = {"id": "p1", "kind": "hotspot", "content": picture}
    bank.question(kind="case", content={"stem": {"en": "x"}, "parts": [part]})
    version = bank.newest()
    assert version is not None
    assert version.content["parts"][0]["content"]["size"] == [1, 1]
