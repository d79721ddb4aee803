"""What the question bank holds about a person, and what it lets go of."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.hooks import PersonData
from lms_carbon.question_bank.desk_models import ApiWrite, SavedView
from lms_carbon.question_bank.import_models import QuestionImport
from lms_carbon.question_bank.models import (
    BulkAct,
    Question,
    QuestionEnemy,
    QuestionMedia,
    QuestionVersion,
    ReviewNote,
    VersionEditor,
    VersionSignature,
    WeightTable,
)


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
    media = session.scalars(sa.select(QuestionMedia).where(QuestionMedia.created_by == person_id))
    signed = session.scalars(sa.select(VersionSignature).where(VersionSignature.person_id == person_id))
    return {
        "question_media": [{"name": m.name, "alt": m.alt, "created_at": m.created_at.isoformat()} for m in media],
        "question": [{"code": q.code, "kind": q.kind, "created_at": q.created_at.isoformat()} for q in questions],
        "question_version": [_version(version, person_id) for version in versions],
        "version_editor": [{"version": e.version_id, "edited_at": e.edited_at.isoformat()} for e in edits],
        "version_signature": [
            {"version": s.version_id, "language": s.language, "at": s.at.isoformat()} for s in signed
        ],
        "review_note": [{"at": n.at.isoformat(), "step": n.step, "text": n.text} for n in notes],
        **_desk_of(person_id),
    }


def erase_person(person_id: int, at: datetime) -> None:
    """Drop what served the person alone; keep who wrote, signed and loaded: an exam's validity rests on it.

    The rows name a person's number only; `people` blanks the name and address that it stands for.
    """
    for table in (SavedView, ApiWrite):
        session.execute(sa.delete(table).where(table.person_id == person_id))


def _desk_of(person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return what the person did with the bank as a whole, and keeps for their work."""
    views = session.scalars(sa.select(SavedView).where(SavedView.person_id == person_id).order_by(SavedView.id))
    tables = session.scalars(sa.select(WeightTable).where(WeightTable.loaded_by == person_id).order_by(WeightTable.id))
    acts = session.scalars(
        sa.select(BulkAct)
        .where(sa.or_(BulkAct.person_id == person_id, BulkAct.undone_by == person_id))
        .order_by(BulkAct.id)
    )
    enemies = session.scalars(sa.select(QuestionEnemy).where(QuestionEnemy.made_by == person_id))
    writes = session.scalars(sa.select(ApiWrite).where(ApiWrite.person_id == person_id).order_by(ApiWrite.id))
    imports = session.scalars(sa.select(QuestionImport).where(QuestionImport.person_id == person_id))
    return {
        "saved_view": [{"name": v.name, "filters": v.filters, "saved_at": v.saved_at.isoformat()} for v in views],
        "weight_table": [{"name": t.name, "band": t.band, "loaded_at": t.loaded_at.isoformat()} for t in tables],
        "bulk_act": [{"act": a.act, "at": a.at.isoformat()} for a in acts],
        "question_enemy": [{"question": e.question_id, "other": e.other_id} for e in enemies],
        "question_import": [{"name": i.name, "created_at": i.created_at.isoformat()} for i in imports],
        "api_write": [{"key": w.key, "at": w.at.isoformat()} for w in writes],
    }


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
    tables=frozenset(
        {
            "api_write",
            "bulk_act",
            "question",
            "question_enemy",
            "question_import",
            "question_media",
            "question_version",
            "review_note",
            "saved_view",
            "version_editor",
            "version_signature",
            "weight_table",
        }
    ),
    export=export_person,
    erase=erase_person,
    follows={"api_write": ("key",), "saved_view": ("name",)},
)


def person_data_of_questions() -> PersonData:
    """Answer the hook `person_data`."""
    return PERSON_DATA
