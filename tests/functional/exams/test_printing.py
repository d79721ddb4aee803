"""A paper as plain text."""

from flask.testing import FlaskClient

from tests.support.exams import ExamWorld
from tests.support.world import sign_in


def test_an_officer_prints_the_paper_without_its_key(world: ExamWorld, client: FlaskClient) -> None:
    sign_in(client, world.officer)
    address = f"/exams/{world.exam_id}/forms/1/text"
    assert f"{address}?language=en" in client.get(f"/exams/{world.exam_id}/forms/1").text
    answer = client.get(address, query_string={"language": "en"})
    assert answer.content_type == "text/plain; charset=utf-8"
    assert f"{answer.text}\n" == PAPER
    assert "范围二是什么？\nA. a" in client.get(address, query_string={"language": "zh"}).text


PAPER = """\
Written exam
Form 1 · 4 questions, 4 points · 90 minutes

Work alone


Question 1 (1 point)

What is scope 2?
A. a
B. b
C. c
D. d


Question 2 (1 point)

Which are greenhouse gases?
A. a
B. b
C. c
D. d


Question 3 (1 point)

True?
□ True   □ False


Question 4 (1 point)

How much?
________________
"""
