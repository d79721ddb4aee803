"""Questions whose numbers each candidate draws: what was asked is what is scored, and stays so."""

import re

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.models import Question, QuestionVersion
from tests.support.exam_seats import change, make_candidate, marks_of
from tests.support.exams import ExamWorld

SLOT = 4
"""Where the exam's number is asked."""
DRAWN = {
    "stem": {"zh": "{{m}} t 碳燃尽，排放多少？", "en": "{{m}} t of carbon are burnt. How much is emitted?"},
    "variables": [{"name": "m", "min": "3", "max": "9999", "step": "3"}],
    "formula": "m * 44 / 12",
    "unit": "tCO2",
}


def draw_for_each(world: ExamWorld) -> None:
    """Make the exam's number one that is drawn."""
    with world.app.app_context(), transaction():
        numeric = sa.select(Question.id).where(Question.kind == "numeric")
        content = KINDS["calculated"].load_content(DRAWN)
        for statement in (
            sa.update(QuestionVersion).where(QuestionVersion.question_id.in_(numeric)).values(content=content),
            sa.update(Question).where(Question.kind == "numeric").values(kind="calculated"),
        ):
            session.execute(statement.execution_options(synchronize_session=False))


def test_a_candidate_is_scored_by_the_numbers_they_were_asked(world: ExamWorld) -> None:
    draw_for_each(world)
    asked = []
    for name, off in (("林晓", 0), ("周宁", 1)):
        candidate = make_candidate(world, name)
        candidate.start(world.exam_id)
        pages = {candidate.client.get(f"/attempts/{candidate.attempt_id}").text for _ in range(2)}
        (carbon,) = {int(re.findall(r"(\d+) t of carbon", page)[0]) for page in pages}
        asked.append(carbon)
        candidate.open_window()
        assert candidate.put(change(SLOT, 1, {"value": str(carbon // 3 * 11 + off), "unit": "tCO2"})).status_code == 200
        assert candidate.submit().status_code == 200
    assert asked[0] != asked[1]
    earned = [mark.earned for mark in marks_of(world) if mark.earned]
    assert sum(earned) == 1000, "all of it for the one who was right about their own number, nothing for the other"
