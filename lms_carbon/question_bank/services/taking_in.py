"""Writing what a file held into the bank, a few hundred questions at a time, within the import's transaction."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from lms_carbon.core.db import session
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor
from lms_carbon.question_bank.import_models import QuestionImport, QuestionImportRow, QuestionOrigin
from lms_carbon.question_bank.interchange.base import DEGRADED, IMPORTED, SKIPPED
from lms_carbon.question_bank.interchange.items import reason_to_json
from lms_carbon.question_bank.interchange.spool import Spooled
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.models import Question, QuestionMedia, QuestionVersion
from lms_carbon.question_bank.queries.media import media_of
from lms_carbon.question_bank.rules.about import Draft
from lms_carbon.question_bank.rules.states import VersionState
from lms_carbon.question_bank.services.drafts import WRITTEN, tags_of
from lms_carbon.question_bank.services.import_writing import (
    NEW,
    REPLACED,
    UNCHANGED,
    VERSION,
    Known,
    Line,
    Taken,
    add_new,
    change,
    keep_pictures,
    note_origins,
)

TWICE: Final = mark("The file holds another question of this identifier before this one.")
OTHER_KIND: Final = mark("The bank has question {code} of this identifier, of another kind.")
MEDIA_MISSING: Final = mark("A picture or file that it names did not come with it, and the bank does not have it.")
UNDER_WAY: Final = mark("Question {code} of the bank has a version under way; it was left as it is.")


def take_in(
    *,
    row: QuestionImport,
    batch: Sequence[Spooled],
    by: Actor,
    media_path: Callable[[str], Path],
    taken: Taken,
    at: datetime,
) -> None:
    """Write a batch and its rows of the report, count it; with `dry_run` only the report."""
    lines = [_line(spooled, taken) for spooled in batch]
    _note_missing_media(row.institution_id, lines)
    came = _find_origins(row.institution_id, [line.finding.identifier for line in lines if line.draft])
    for line in lines:
        origin = came.get(line.finding.identifier)
        if line.draft is not None and origin is not None and origin.digest == line.digest:
            line.outcome, line.question_id = UNCHANGED, origin.question_id
    known = _find_known(
        row.institution_id, [line.finding.identifier for line in lines if line.draft and not line.outcome], came
    )
    for line in lines:
        if line.draft is not None and not line.outcome:
            _decide(line, known.get(line.finding.identifier))
    if not row.dry_run:
        keep_pictures(lines, by, media_path, taken, at)
        add_new([line for line in lines if line.outcome == NEW], by, at)
        for line in lines:
            if line.outcome in {VERSION, REPLACED}:
                change(line, known[line.finding.identifier], by, at)
        note_origins(row.institution_id, lines, known)
    _report(row, lines, taken)


def digest_of(kind: str, draft: Draft) -> str:
    """Return the SHA-256 of all that a version says, so that the same is known again."""
    return hashlib.sha256(_said(kind, draft).encode()).hexdigest()


def _said(kind: str, draft: Draft) -> str:
    tags = [[tag.statement_id, sorted(tag.positions) if tag.positions else None] for tag in draft.tags]
    said = [kind, *(getattr(draft, name) for name in WRITTEN), tags]
    return json.dumps(said, sort_keys=True, default=dict)


def _line(spooled: Spooled, taken: Taken) -> Line:
    line = Line(spooled.finding, spooled.media)
    item = spooled.finding.item
    if item is None:
        return line
    if item.identifier in taken.identifiers:
        line.skip(Reason(TWICE))
        return line
    taken.identifiers.add(item.identifier)
    tags, lost = taken.requirements.resolve(item.tags)
    if lost:
        reasons = (*line.finding.reasons, *lost)
        line.finding = replace(line.finding, status=DEGRADED, reasons=reasons)
    line.draft = Draft(tags=tags, **{name: _plain(getattr(item, name)) for name in WRITTEN})
    said = _said(item.kind, line.draft)
    line.digest = hashlib.sha256(said.encode()).hexdigest()
    line.names_media = "media:" in said
    return line


def _note_missing_media(institution_id: int, lines: Sequence[Line]) -> None:
    """Note pictures and files that a question names, that did not come with it and that the bank does not have."""
    named = {
        id(line): set(media_of(line.draft.content)) - set(line.media)
        for line in lines
        if line.draft and line.names_media
    }
    wanted = set().union(*named.values())
    if not wanted:
        return
    query = sa.select(QuestionMedia.name).where(QuestionMedia.institution_id == institution_id)
    missing = wanted - set(session.scalars(query.where(QuestionMedia.name.in_(wanted))))
    for line in lines:
        if named.get(id(line), set()) & missing:
            reasons = (*line.finding.reasons, Reason(MEDIA_MISSING))
            line.finding = replace(line.finding, status=DEGRADED, reasons=reasons)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _find_origins(institution_id: int, identifiers: Sequence[str]) -> dict[str, QuestionOrigin]:
    """Return what came under these identifiers before."""
    query = sa.select(QuestionOrigin).where(
        QuestionOrigin.institution_id == institution_id, QuestionOrigin.identifier.in_(identifiers)
    )
    return {origin.identifier: origin for origin in session.scalars(query)} if identifiers else {}


def _find_known(institution_id: int, wanted: Sequence[str], came: Mapping[str, QuestionOrigin]) -> dict[str, Known]:
    """Return the questions that these identifiers stand for: as they came, else by the bank's own code."""
    if not wanted:
        return {}
    codes = [identifier for identifier in wanted if identifier not in came and len(identifier) <= 64]
    by_origin = {came[name].question_id: came[name] for name in wanted if name in came}
    questions = session.scalars(
        sa.select(Question)
        .where(
            Question.institution_id == institution_id,
            sa.or_(Question.id.in_(by_origin), Question.code.in_(codes)),
        )
        .options(selectinload(Question.versions).selectinload(QuestionVersion.tags))
    )
    found: dict[str, Known] = {}
    for question in questions:
        origin = by_origin.get(question.id)
        name = origin.identifier if origin else question.code
        found.setdefault(name, Known(question, question.versions[-1], origin.digest if origin else ""))
    return found


def _decide(line: Line, known: Known | None) -> None:
    if known is None:
        line.outcome = NEW
        return
    line.question_id, line.code = known.question.id, known.question.code
    item = line.finding.item
    state = known.newest.state
    here = digest_of(known.question.kind, draft_of(known.newest))
    if line.digest in {known.came_as, here}:
        line.outcome = UNCHANGED
    elif item is not None and item.kind != known.question.kind:
        line.skip(Reason(OTHER_KIND, {"code": line.code}))
    elif state is VersionState.DRAFT and here == known.came_as:
        line.outcome = REPLACED
    elif state in {VersionState.DRAFT, VersionState.IN_REVIEW}:
        line.skip(Reason(UNDER_WAY, {"code": line.code}))
    else:
        line.outcome = VERSION


def draft_of(version: QuestionVersion) -> Draft:
    """Return all that a stored version says."""
    return Draft(tags=tags_of(version), **{name: getattr(version, name) for name in WRITTEN})


def _report(row: QuestionImport, lines: Sequence[Line], taken: Taken) -> None:
    rows = []
    for line in lines:
        taken.rows += 1
        finding = line.finding
        rows.append(
            {
                "import_id": row.id,
                "ordinal": taken.rows,
                "institution_id": row.institution_id,
                "place": finding.place[:255],
                "line": finding.line,
                "identifier": finding.identifier[:255],
                "status": finding.status,
                "outcome": line.outcome,
                "reasons": [reason_to_json(reason) for reason in finding.reasons],
                "question_id": line.question_id,
            }
        )
    session.execute(sa.insert(QuestionImportRow), rows)
    statuses = [line.finding.status for line in lines]
    row.imported += statuses.count(IMPORTED)
    row.degraded += statuses.count(DEGRADED)
    row.skipped += statuses.count(SKIPPED)
    row.unchanged += sum(line.outcome == UNCHANGED for line in lines)
    session.flush()
