"""One question with all its versions, tags and notes, in a fixed number of statements."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.question_bank.models import (
    Question,
    QuestionTag,
    QuestionVersion,
    ReviewNote,
    VersionEditor,
    VersionSignature,
)
from lms_carbon.question_bank.policy import questions_of
from lms_carbon.question_bank.rules.states import OPEN, STANDING, VersionState


def whole_versions() -> tuple[ExecutableOption, ...]:
    """Return the loader options of a question with everything its pages show."""
    versions = selectinload(Question.versions)
    return (
        versions.joinedload(QuestionVersion.author),
        versions.joinedload(QuestionVersion.reviewer),
        versions.selectinload(QuestionVersion.tags).joinedload(QuestionTag.statement),
        versions.selectinload(QuestionVersion.editors).joinedload(VersionEditor.person),
        versions.selectinload(QuestionVersion.signatures).joinedload(VersionSignature.person),
    )


def get_question(*, by: Actor, question_id: int) -> Question:
    """Return a question of one's institution with its versions; raises `NotFoundError`."""
    question = session.scalar(questions_of(by).where(Question.id == question_id).options(*whole_versions()))
    if question is None:
        raise NotFoundError
    return question


def lock_question(*, by: Actor, question_id: int) -> Question:
    """Return a question as `get_question`, read anew, with its row locked until the transaction ends.

    All writes go through this lock, so of two people who act on one question the second sees what the first did.
    """
    question = session.scalar(
        questions_of(by)
        .where(Question.id == question_id)
        .options(*whole_versions())
        # NO KEY UPDATE: rows that point here may still be added meanwhile. SQLite has one writer anyway.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if question is None:
        raise NotFoundError
    return question


def lock_questions(*, by: Actor, question_ids: Collection[int]) -> Sequence[Question]:
    """Return questions as `lock_question`, by id, so that two who lock many never wait for each other in a ring."""
    return session.scalars(
        questions_of(by)
        .where(Question.id.in_(question_ids))
        .order_by(Question.id)
        .options(*whole_versions())
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def newest_version(question: Question) -> QuestionVersion:
    """Return the version with the highest number."""
    return question.versions[-1]


def open_version(question: Question) -> QuestionVersion | None:
    """Return the draft or the version in review; there is one at most."""
    return next((version for version in reversed(question.versions) if version.state in OPEN), None)


def approved_version(question: Question) -> QuestionVersion | None:
    """Return the version that exams may use; there is one at most."""
    approved = (version for version in reversed(question.versions) if version.state is VersionState.APPROVED)
    return next(approved, None)


def standing_version(question: Question) -> QuestionVersion | None:
    """Return the version that is approved or suspended; there is one at most."""
    return next((version for version in reversed(question.versions) if version.state in STANDING), None)


def signed_before(question: Question, version: QuestionVersion) -> QuestionVersion | None:
    """Return the newest earlier version that was ever approved: what a reviewer compares with."""
    earlier = (v for v in reversed(question.versions) if v.number < version.number and v.decided_at is not None)
    return next((v for v in earlier if v.state in STANDING | {VersionState.RETIRED}), None)


def version_numbered(question: Question, number: int) -> QuestionVersion:
    """Return a version by its number; raises `NotFoundError`."""
    for version in question.versions:
        if version.number == number:
            return version
    raise NotFoundError


def list_notes(question: Question) -> Sequence[ReviewNote]:
    """Return what was said about all versions, oldest first, with who said it."""
    return session.scalars(
        sa.select(ReviewNote)
        .where(ReviewNote.version_id.in_([version.id for version in question.versions]))
        .options(joinedload(ReviewNote.person))
        .order_by(ReviewNote.at, ReviewNote.id)
    ).all()
