"""Writing: a new question, a saved draft, the next version of an approved one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.errors import ConflictError
from lms_carbon.core.identity import Actor
from lms_carbon.framework.queries import positions_by_statement
from lms_carbon.people.services.audit import record_act
from lms_carbon.question_bank.errors import (
    OpenVersionError,
    StaleDraftError,
    TooManyTagsError,
    UnknownKindError,
    UnknownStatementError,
)
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.models import Question, QuestionTag, QuestionVersion, VersionEditor
from lms_carbon.question_bank.policy import check_author, check_editable
from lms_carbon.question_bank.queries.questions import lock_question, newest_version, open_version, standing_version
from lms_carbon.question_bank.rules.about import MAX_TAGS, Draft, Tag
from lms_carbon.question_bank.rules.states import VersionState
from lms_carbon.question_bank.rules.translations import older_texts
from lms_carbon.question_bank.services.media import with_picture_sizes

WRITTEN = ("title", "content", "points", "cognitive", "difficulty", "minutes", "source", "needs_expert_review")
"""The fields of a version that its author writes; tags come beside."""


def create_question(*, by: Actor, kind: str, draft: Draft, at: datetime) -> QuestionVersion:
    """Make a question with its first version, a draft. Raises `UnknownKindError`, `UnknownStatementError`."""
    check_author(by)
    if kind not in KINDS:
        raise UnknownKindError
    draft = _settled(by, draft)
    question = Question(
        institution_id=by.institution_id, code=uuid4().hex, kind=kind, created_at=at, created_by=by.person_id
    )
    session.add(question)
    session.flush()
    question.code = _free_code(question)
    version = add_version(question, draft, number=1, author_id=by.person_id, at=at)
    note_act(by, "create", question, version, at)
    return version


def save_draft(*, by: Actor, question_id: int, revision: int, draft: Draft, at: datetime) -> QuestionVersion:
    """Write `draft` over the question's open draft and raise its revision; what is the same already stays untouched.

    Raises `StaleDraftError` where the draft is not the `revision` that the author opened, `NotADraftError`,
    `TooManyTagsError`, `UnknownStatementError`.
    """
    check_author(by)
    question = lock_question(by=by, question_id=question_id)
    version = newest_version(question)
    check_editable(by, version)
    draft = _settled(by, draft)
    changed = [name for name in WRITTEN if getattr(version, name) != getattr(draft, name)]
    changed += ["tags"] if tags_of(version) != draft.tags else []
    if not changed:
        return version
    if version.revision != revision:
        raise StaleDraftError(name=last_editor(version), revision=version.revision)
    for name in WRITTEN:
        setattr(version, name, getattr(draft, name))
    if "tags" in changed:
        set_tags(version, draft.tags)
    version.revision += 1
    version.edited_at = at
    note_editor(version, by, at)
    mark_behind(question, version)
    session.flush()
    note_act(by, "save", question, version, at, revision=version.revision, changed=changed)
    return version


def _settled(by: Actor, draft: Draft) -> Draft:
    """Return a draft with what the bank knows about its tags and pictures."""
    return replace(draft, tags=settle_tags(draft.tags), content=with_picture_sizes(by.institution_id, draft.content))


def new_version(*, by: Actor, question_id: int, at: datetime) -> QuestionVersion:
    """Make the next version, a draft: a copy of the one approved or suspended, else of the newest retired one.

    Raises `OpenVersionError` where one is under way.
    """
    check_author(by)
    question = lock_question(by=by, question_id=question_id)
    under_way = open_version(question)
    if under_way is not None:
        raise OpenVersionError(number=under_way.number)
    source = standing_version(question) or newest_version(question)
    draft = Draft(tags=tags_of(source), **{name: getattr(source, name) for name in WRITTEN})
    number = newest_version(question).number + 1
    version = add_version(question, draft, number=number, author_id=by.person_id, at=at)
    note_act(by, "new_version", question, version, at, copy_of=source.number)
    return version


def add_version(
    question: Question, draft: Draft, *, number: int, author_id: int | None, at: datetime
) -> QuestionVersion:
    """Add a draft version to a question; its author counts as its editor."""
    version = QuestionVersion(
        institution_id=question.institution_id,
        question_id=question.id,
        number=number,
        state=VersionState.DRAFT,
        author_id=author_id,
        edited_at=at,
        revision=1,
        **{name: getattr(draft, name) for name in WRITTEN},
    )
    session.add(version)
    session.flush()
    set_tags(version, draft.tags)
    mark_behind(question, version)
    session.flush()
    return version


def mark_behind(question: Question, version: QuestionVersion) -> None:
    """Note in which languages a text of a draft is older than its other language."""
    if version.number > 1:
        earlier = [each for each in question.versions if each.number < version.number]
        texts = ({"title": each.title, **each.content} for each in (*earlier, version))
        version.behind = sorted({language for _, language in older_texts(texts)})


def tags_of(version: QuestionVersion) -> tuple[Tag, ...]:
    """Return a version's tags in their order."""
    return tuple(
        Tag(statement_id=tag.statement_id, positions=tuple(tag.positions) if tag.positions else None)
        for tag in version.tags
    )


def set_tags(version: QuestionVersion, tags: Sequence[Tag]) -> None:
    """Make these the version's tags, in this order."""
    known = {tag.statement_id: tag for tag in version.tags}
    kept = []
    for ordinal, tag in enumerate(tags, start=1):
        row = known.get(tag.statement_id) or QuestionTag(
            statement_id=tag.statement_id, institution_id=version.institution_id
        )
        row.ordinal = ordinal
        row.positions = list(tag.positions) if tag.positions else None
        kept.append(row)
    version.tags = kept


def settle_tags(tags: Sequence[Tag]) -> tuple[Tag, ...]:
    """Return tags as they are kept: one that names all positions that share its statement is restricted to none.

    Raises `TooManyTagsError`, or `UnknownStatementError` where a statement does not exist, is named twice, or is not
    asked of a position that is named.
    """
    wanted = [tag.statement_id for tag in tags]
    if len(wanted) > MAX_TAGS:
        raise TooManyTagsError({"requirements": TooManyTagsError.sentence}, limit=MAX_TAGS)
    sharing = positions_by_statement(wanted) if wanted else {}
    settled = []
    for tag in tags:
        codes = [position.code for position in sharing.get(tag.statement_id, [])]
        named = tag.positions or ()
        if not codes or wanted.count(tag.statement_id) > 1 or not set(named) <= set(codes):
            raise UnknownStatementError({"requirements": UnknownStatementError.sentence})
        some = 0 < len(set(named)) < len(codes)
        positions = tuple(code for code in codes if code in named) if some else None
        settled.append(Tag(statement_id=tag.statement_id, positions=positions))
    return tuple(settled)


def last_editor(version: QuestionVersion) -> str:
    """Return the name of who saved the version last."""
    if version.editors:
        return version.editors[-1].person.name
    return version.author.name if version.author else ""


def note_act(
    by: Actor | None, act: str, question: Question, version: QuestionVersion, at: datetime, **more: Any
) -> None:
    """Write `question.<act>` to the audit trail; the object is the version."""
    record_act(
        by=by,
        institution_id=question.institution_id,
        action=f"question.{act}",
        object_type="question_version",
        object_id=version.id,
        detail={"code": question.code, "version": version.number, **more},
        at=at,
    )


def note_editor(version: QuestionVersion, by: Actor, at: datetime) -> None:
    """Note that somebody wrote part of a version, so that they do not sign it off."""
    editor = session.get(VersionEditor, (version.id, by.person_id))
    if editor is None:
        editor = VersionEditor(version_id=version.id, person_id=by.person_id, institution_id=by.institution_id)
        session.add(editor)
    editor.edited_at = at


def _free_code(question: Question) -> str:
    """Return `Q-00418` from the row's own number, which no two questions share; imported codes may have taken it."""
    code = f"Q-{question.id:05d}"
    taken = session.scalar(
        sa.select(sa.func.count())
        .select_from(Question)
        .where(Question.institution_id == question.institution_id, Question.code == code)
    )
    if not taken:
        return code
    free = f"{code}-{question.id}"
    if len(free) > 64:
        raise ConflictError
    return free
