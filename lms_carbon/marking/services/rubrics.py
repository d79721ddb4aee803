"""Taking rubrics in, and freezing one for an instrument."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.i18n import text_in
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Instrument, Track
from lms_carbon.cycles.rules import share_points
from lms_carbon.framework.models import Requirement
from lms_carbon.framework.queries import list_requirements, requirements_by_statement
from lms_carbon.framework.rules import Tag, resolve_tags
from lms_carbon.marking.errors import (
    NoRequirementLeftError,
    PlanFrozenError,
    RubricDocumentError,
    RubricNotApprovedError,
    UnknownTagError,
)
from lms_carbon.marking.models import Criterion, CriterionShare, CriterionTag, MarkingPlan, Rubric
from lms_carbon.marking.rules.documents import CriterionDocument, RubricDocument, RubricShapeError, read_rubric
from lms_carbon.marking.rules.settling import LEAST, TOLERANCE
from lms_carbon.people.services.audit import record_act


def import_rubrics(
    *, institution_id: int, documents: Sequence[Mapping[str, Any]], sample: bool, by: Actor | None, at: datetime
) -> list[int]:
    """Take rubrics in, in the shape of `rules.documents`, and return their ids in the order given.

    They come as approved, samples naming neither author nor reviewer: nobody here signed them. A code and version
    that is there stays as it is, so the import can be repeated. Raises `RubricDocumentError`, `UnknownTagError`.
    """
    read = [_read(document) for document in documents]
    present = {
        (code, version): rubric_id
        for code, version, rubric_id in session.execute(
            sa.select(Rubric.code, Rubric.version, Rubric.id).where(Rubric.institution_id == institution_id)
        )
    }
    missing = [each for each in read if (each.code, each.version) not in present]
    known = {requirement.code: requirement for requirement in list_requirements()} if missing else {}
    for document in missing:
        rubric = _add_rubric(document, known, institution_id=institution_id, sample=sample, by=by, at=at)
        present[document.code, document.version] = rubric.id
    return [present[document.code, document.version] for document in read]


def freeze_rubric(*, instrument: Instrument, rubric_id: int, by: Actor | None, at: datetime) -> MarkingPlan:
    """Fix by which rubric an instrument's works are marked; the same rubric twice changes nothing.

    Tags resolve to the requirements of the track's position, the points split over them (DESIGN §3). Raises
    `NotFoundError` for another institution's rubric, `RubricNotApprovedError`, `NoRequirementLeftError` where a
    criterion shows nothing of the position, and `PlanFrozenError` where another rubric is fixed already.
    """
    rubric = session.scalar(
        sa.select(Rubric)
        .where(Rubric.id == rubric_id, Rubric.institution_id == instrument.institution_id)
        .options(selectinload(Rubric.criteria).selectinload(Criterion.tags))
    )
    if rubric is None:
        raise NotFoundError
    plan = session.get(MarkingPlan, instrument.id)
    if plan is not None:
        if plan.rubric_id != rubric.id:
            raise PlanFrozenError
        return plan
    language = by.language if by else "zh"
    if rubric.approved_at is None:
        raise RubricNotApprovedError(rubric=text_in(rubric.title, language))
    shares = _resolve(rubric, instrument, language)
    return _freeze(rubric, instrument, shares, by, at)


def _freeze(
    rubric: Rubric, instrument: Instrument, shares: list[CriterionShare], by: Actor | None, at: datetime
) -> MarkingPlan:
    plan = MarkingPlan(
        instrument_id=instrument.id,
        institution_id=instrument.institution_id,
        rubric_id=rubric.id,
        tolerance=TOLERANCE,
        least=LEAST,
        frozen_at=at,
        frozen_by=by.person_id if by else None,
        shares=shares,
    )
    session.add(plan)
    session.flush()
    record_act(
        by=by,
        institution_id=plan.institution_id,
        action="rubric.freeze",
        object_type="instrument",
        object_id=instrument.id,
        detail={"rubric": rubric.id, "tolerance": plan.tolerance, "least": plan.least},
        at=at,
    )
    return plan


def _resolve(rubric: Rubric, instrument: Instrument, language: str) -> list[CriterionShare]:
    track = session.scalars(
        sa.select(Track).where(Track.id == instrument.track_id).options(joinedload(Track.position))
    ).one()
    statements = {tag.statement_id for criterion in rubric.criteria for tag in criterion.tags}
    asked = requirements_by_statement(track.position_id, statements)
    shares: list[CriterionShare] = []
    for criterion in rubric.criteria:
        tags = [Tag(statement_id=tag.statement_id, positions=tag.positions) for tag in criterion.tags]
        left = resolve_tags(tags, asked, track.position.code)
        if not left:
            raise NoRequirementLeftError(
                criterion=text_in(criterion.title, language), position=text_in(track.position.title, language)
            )
        shares += [
            CriterionShare(
                criterion_id=criterion.id,
                requirement_id=requirement_id,
                institution_id=instrument.institution_id,
                ordinal=ordinal,
                possible=possible,
            )
            for ordinal, (requirement_id, possible) in enumerate(share_points(criterion.possible, left))
        ]
    return shares


def _read(document: Mapping[str, Any]) -> RubricDocument:
    try:
        return read_rubric(document)
    except RubricShapeError as problem:
        raise RubricDocumentError(rubric=document.get("code", "…"), place=str(problem)) from problem


def _add_rubric(
    document: RubricDocument,
    known: Mapping[str, Requirement],
    *,
    institution_id: int,
    sample: bool,
    by: Actor | None,
    at: datetime,
) -> Rubric:
    author_id = by.person_id if by and not sample else None
    rubric = Rubric(
        institution_id=institution_id,
        code=document.code,
        version=document.version,
        title=dict(document.title),
        sample=sample,
        created_at=at,
        author_id=author_id,
        approved_at=at,
        criteria=[
            _make_criterion(part, ordinal, institution_id, _statements(document.code, part.tags, known))
            for ordinal, part in enumerate(document.criteria, start=1)
        ],
    )
    session.add(rubric)
    session.flush()
    record_act(
        by=by,
        institution_id=institution_id,
        action="rubric.import",
        object_type="rubric",
        object_id=rubric.id,
        detail={"code": rubric.code, "version": rubric.version, "sample": sample},
        at=at,
    )
    return rubric


def _make_criterion(part: CriterionDocument, ordinal: int, institution_id: int, statements: Iterable[int]) -> Criterion:
    return Criterion(
        institution_id=institution_id,
        ordinal=ordinal,
        title=dict(part.title),
        guidance=dict(part.guidance),
        possible=part.points,
        levels=[
            {"points": level.points, "title": dict(level.title), "text": dict(level.text)} for level in part.levels
        ],
        tags=[
            CriterionTag(statement_id=statement_id, institution_id=institution_id, ordinal=number, positions=None)
            for number, statement_id in enumerate(statements)
        ],
    )


def _statements(rubric: str, codes: Sequence[str], known: Mapping[str, Requirement]) -> list[int]:
    """Return the statements of requirement codes; two codes of one statement are one tag."""
    for code in codes:
        if code not in known:
            raise UnknownTagError(rubric=rubric, requirement=code)
    return list(dict.fromkeys(known[code].statement_id for code in codes))
