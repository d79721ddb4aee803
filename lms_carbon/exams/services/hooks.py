"""What exams answer to lower packages; registered in `app.py`."""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.hooks import PersonData
from lms_carbon.core.identity import Actor
from lms_carbon.exams.models.attempts import Answer, Attempt, LateAnswer
from lms_carbon.exams.models.exams import Exam, Form
from lms_carbon.exams.queries.papers import list_paper
from lms_carbon.exams.rules.states import AttemptState
from lms_carbon.question_bank.queries.media import media_of

TARGETS: Final = {"exam": False, "practice": True}
"""Kind of a link's target → whether it names a practice exam."""


def find_launch_target(target: str, institution_id: int) -> str | None:
    """Return the start page that `exam:<code>` or `practice:<code>` opens; None for other targets and unknown codes.

    A removed exam still has its page, which says so.
    """
    kind, _, code = target.partition(":")
    if kind not in TARGETS or not code:
        return None
    practice = Exam.instrument_id.is_(None) if TARGETS[kind] else Exam.instrument_id.is_not(None)
    exam_id = session.scalar(
        sa.select(Exam.id).where(Exam.institution_id == institution_id, Exam.code == code, practice)
    )
    return None if exam_id is None else f"/exams/{exam_id}"


def may_see_media(by: Actor, name: str) -> bool:
    """Tell whether an image or data file is in a paper before this person: one under way, or a practice exam's."""
    forms = session.scalars(
        sa.select(Attempt.form_id).where(
            Attempt.person_id == by.person_id,
            Attempt.institution_id == by.institution_id,
            sa.or_(Attempt.state == AttemptState.RUNNING, Attempt.candidacy_id.is_(None)),
        )
    ).all()
    return any(name in media_of(item.content) for form_id in set(forms) for item in list_paper(form_id))


def describe_person_data() -> PersonData:
    """Return how exams let go of a person's data."""
    return PersonData(
        tables=frozenset({"attempt", "answer", "late_answer", "exam", "form"}),
        export=_export,
        erase=_erase,
        follows={"attempt": ("exam_id",)},
    )


def _export(person_id: int) -> dict[str, list[dict[str, Any]]]:
    mine = sa.select(Attempt.id).where(Attempt.person_id == person_id)
    return {
        "attempt": _rows(
            sa.select(
                Attempt.id,
                Attempt.exam_id,
                Attempt.number,
                Attempt.state,
                Attempt.language,
                Attempt.started_at,
                Attempt.ends_at,
                Attempt.submitted_at,
                Attempt.submitted_by,
                Attempt.digest,
            ).where(Attempt.person_id == person_id)
        ),
        "answer": _rows(
            sa.select(
                Answer.attempt_id, Answer.slot, Answer.value, Answer.flagged, Answer.client_at, Answer.saved_at
            ).where(Answer.attempt_id.in_(mine))
        ),
        "late_answer": _rows(
            sa.select(
                LateAnswer.attempt_id,
                LateAnswer.slot,
                LateAnswer.value,
                LateAnswer.client_at,
                LateAnswer.received_at,
                LateAnswer.reason,
            ).where(LateAnswer.attempt_id.in_(mine))
        ),
        "exam": _rows(sa.select(Exam.id, Exam.code, Exam.created_at).where(Exam.created_by == person_id)),
        "form": _rows(sa.select(Form.id, Form.exam_id, Form.frozen_at).where(Form.frozen_by == person_id)),
    }


def _rows(query: sa.Select[*tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [
        {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row._mapping.items()}  # noqa: SLF001 - the public name of it
        for row in session.execute(query)
    ]


def _erase(person_id: int, _at: datetime) -> None:
    """Blank what identifies or is of no use any more; results rest on the attempts and answers, which stay."""
    mine = sa.select(Attempt.id).where(Attempt.person_id == person_id)
    practice = mine.where(Attempt.candidacy_id.is_(None))
    for table in (Answer, LateAnswer):
        session.execute(
            sa.delete(table).where(table.attempt_id.in_(practice)).execution_options(synchronize_session=False)
        )
        session.execute(
            sa.update(table)
            .where(table.attempt_id.in_(mine))
            .values(client_at=None)
            .execution_options(synchronize_session=False)
        )
    session.execute(
        sa.update(Attempt)
        .where(Attempt.person_id == person_id)
        .values(local_key=b"")
        .execution_options(synchronize_session=False)
    )
