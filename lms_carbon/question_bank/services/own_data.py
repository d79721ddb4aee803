"""What the question bank holds about a person, and what it lets go of."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.hooks import PersonData
from lms_carbon.question_bank.models import Question, QuestionVersion, ReviewNote, VersionEditor


def export_person(person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return what the person wrote, edited, decided and said."""
    questions = session.scalars(sa.select(Question).where(Question.created_by == person_id).order_by(Question.id))
    versions = session.scalars(
        sa.select(QuestionVersion)
        .where(sa.or_(QuestionVersion.author_id == person_id, QuestionVersion.reviewer_id == person_id))
        .order_by(QuestionVersion.id)
    )
    edits = session.scalars(sa.select(VersionEditor).where(VersionEditor.person_id == person_id))
    notes = session.scalars(sa.select(ReviewNote).where(ReviewNote.person_id == person_id).order_by(ReviewNote.id))
    return {
        "question": [{"code": q.code, "kind": q.kind, "created_at": q.created_at.isoformat()} for q in questions],
        "question_version": [_version(version, person_id) for version in versions],
        "version_editor": [{"version": e.version_id, "edited_at": e.edited_at.isoformat()} for e in edits],
        "review_note": [{"at": n.at.isoformat(), "step": n.step, "text": n.text} for n in notes],
    }


def erase_person(person_id: int, at: datetime) -> None:
    """Keep everything: who wrote and who signed is what an exam's validity rests on.

    The rows name a person's number only; `people` blanks the name and address that it stands for.
    """


def _version(version: QuestionVersion, person_id: int) -> dict[str, Any]:
    own = version.author_id == person_id
    return {
        "question": version.question_id,
        "number": version.number,
        "state": version.state.value,
        "as": "author" if own else "reviewer",
        "title": version.title,
        "content": version.content if own else None,
        "edited_at": version.edited_at.isoformat(),
    }


PERSON_DATA = PersonData(
    tables=frozenset({"question", "question_version", "version_editor", "review_note"}),
    export=export_person,
    erase=erase_person,
)


def person_data_of_questions() -> PersonData:
    """Answer the hook `person_data`."""
    return PERSON_DATA
