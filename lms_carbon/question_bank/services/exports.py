"""Handing the bank out: questions as items, and a format's file of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import BinaryIO, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.files.services.storage import path_of
from lms_carbon.framework.models import Requirement
from lms_carbon.framework.queries import list_requirements
from lms_carbon.people.services.audit import record_act
from lms_carbon.question_bank.import_models import QuestionOrigin
from lms_carbon.question_bank.interchange.base import Finding, Item, ItemTag
from lms_carbon.question_bank.interchange.errors import TooManyToWaitForError, UnknownFormatNameError
from lms_carbon.question_bank.interchange.registry import FORMATS
from lms_carbon.question_bank.models import QuestionMedia, QuestionVersion
from lms_carbon.question_bank.policy import check_reader
from lms_carbon.question_bank.queries.media import media_of
from lms_carbon.question_bank.rules.states import VersionState

BATCH: Final = 200


def write_export(
    *,
    by: Actor,
    format_name: str,
    out: BinaryIO,
    approved_only: bool,
    at: datetime,
    most: int | None = None,
    trial: bool = False,
) -> tuple[int, tuple[Finding, ...]]:
    """Write the bank into a file; return how many questions there were and what the format could not carry.

    Each question's approved version, or with `approved_only` false its newest that is not retired. Raises
    `ForbiddenError`, `UnknownFormatNameError`, `TooManyToWaitForError` beyond `most`. With `trial` nothing of it is
    handed out, and the audit trail does not say that it was.
    """
    check_reader(by)
    chosen = FORMATS.get(format_name)
    if chosen is None or chosen.write is None:
        raise UnknownFormatNameError
    if most is not None and _count(by.institution_id, approved_only=approved_only) > most:
        raise TooManyToWaitForError(limit=most)
    counted = _Counted(export_items(institution_id=by.institution_id, approved_only=approved_only))
    findings = chosen.write(counted, out)
    if trial:
        return counted.count, findings
    record_act(
        by=by,
        institution_id=by.institution_id,
        action="question.export",
        object_type="institution",
        object_id=by.institution_id,
        detail={"format": format_name, "questions": counted.count, "approved_only": approved_only},
        at=at,
    )
    return counted.count, findings


class _Counted:
    """Items, counted as they pass."""

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items
        self.count = 0

    def __iter__(self) -> Iterator[Item]:
        for item in self._items:
            self.count += 1
            yield item


def export_items(*, institution_id: int, approved_only: bool) -> Iterator[Item]:
    """Yield an institution's questions in the order of their numbers, a batch in memory at a time."""
    requirements: dict[int, Requirement] = {}
    for requirement in list_requirements():
        requirements.setdefault(requirement.statement_id, requirement)
    after = 0
    while versions := _batch(institution_id, after, approved_only=approved_only):
        after = versions[-1].question_id
        names = _identifiers([version.question_id for version in versions])
        for version in versions:
            yield _item(version, names.get(version.question_id, version.question.code), requirements)


def _wanted(*, approved_only: bool) -> sa.ColumnElement[bool]:
    state = QuestionVersion.state
    return state == VersionState.APPROVED if approved_only else state != VersionState.RETIRED


def _count(institution_id: int, *, approved_only: bool) -> int:
    query = sa.select(sa.func.count(sa.distinct(QuestionVersion.question_id))).where(
        QuestionVersion.institution_id == institution_id, _wanted(approved_only=approved_only)
    )
    return session.scalar(query) or 0


def _batch(institution_id: int, after: int, *, approved_only: bool) -> Sequence[QuestionVersion]:
    wanted = _wanted(approved_only=approved_only)
    newest = (
        sa.select(QuestionVersion.question_id, sa.func.max(QuestionVersion.number).label("number"))
        .where(QuestionVersion.institution_id == institution_id, QuestionVersion.question_id > after, wanted)
        .group_by(QuestionVersion.question_id)
        .order_by(QuestionVersion.question_id)
        .limit(BATCH)
        .subquery()
    )
    query = (
        sa.select(QuestionVersion)
        .join(
            newest,
            sa.and_(QuestionVersion.question_id == newest.c.question_id, QuestionVersion.number == newest.c.number),
        )
        .options(joinedload(QuestionVersion.question), selectinload(QuestionVersion.tags))
        .order_by(QuestionVersion.question_id)
    )
    return session.scalars(query).all()


def _identifiers(question_ids: Sequence[int]) -> dict[int, str]:
    query = sa.select(QuestionOrigin.question_id, QuestionOrigin.identifier)
    rows = session.execute(query.where(QuestionOrigin.question_id.in_(question_ids)))
    return {row.question_id: row.identifier for row in rows}


def _item(version: QuestionVersion, identifier: str, requirements: Mapping[int, Requirement]) -> Item:
    tags = []
    for tag in version.tags:
        named = requirements.get(tag.statement_id)
        if named is not None:
            positions = tuple(tag.positions) if tag.positions else None
            tags.append(ItemTag(guid=named.guid, code=named.code, positions=positions))
    return Item(
        identifier=identifier,
        kind=version.question.kind,
        title=version.title,
        content=version.content,
        tags=tuple(tags),
        points=version.points,
        cognitive=version.cognitive,
        difficulty=version.difficulty,
        minutes=version.minutes,
        source=version.source,
        needs_expert_review=version.needs_expert_review,
        media=_media(version),
    )


def _media(version: QuestionVersion) -> dict[str, bytes]:
    names = media_of(version.content)
    if not names:
        return {}
    rows = session.scalars(
        sa.select(QuestionMedia)
        .where(QuestionMedia.institution_id == version.institution_id, QuestionMedia.name.in_(names))
        .options(joinedload(QuestionMedia.file))
        .order_by(QuestionMedia.name)
    )
    return {row.name: path_of(row.file.sha256).read_bytes() for row in rows}
