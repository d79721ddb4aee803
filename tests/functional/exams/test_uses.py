"""Where a question is used, as the bank shows it."""

import re

from flask.testing import FlaskClient

from lms_carbon.core.identity import Role
from tests.support.exams import ExamWorld
from tests.support.world import make_person, sign_in


def test_a_question_says_where_it_is_used(world: ExamWorld, client: FlaskClient) -> None:
    with world.app.app_context():
        author = make_person(world.institution_id, "周宁", [Role.AUTHOR])
        both = make_person(world.institution_id, "李文", [Role.AUTHOR, Role.OFFICER])
    sign_in(client, author)
    page = re.sub(r"<[^>]*>|\s+", " ", client.get("/questions/2").text)
    assert re.search(r"Where used +Written exam +Form 1, question 2 · Version 1", page)
    assert f"/exams/{world.exam_id}/forms/1" not in client.get("/questions/2").text
    sign_in(client, both)
    assert f'href="/exams/{world.exam_id}/forms/1"' in client.get("/questions/2").text
