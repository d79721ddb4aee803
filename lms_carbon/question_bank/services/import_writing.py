"""Questions on their way from a file into the bank, and the rows that they become: many in one statement."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.people.services.audit import record_acts
from lms_carbon.question_bank.import_models import QuestionOrigin
from lms_carbon.question_bank.interchange.base import SKIPPED, Finding, Item
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.models import Question, QuestionTag, QuestionVersion
from lms_carbon.question_bank.rules.about import Draft
from lms_carbon.question_bank.rules.states import VersionState
from lms_carbon.question_bank.services.drafts import WRITTEN, add_version, mark_behind, note_act, set_tags
from lms_carbon.question_bank.services.import_tags import Requirements
from lms_carbon.question_bank.services.media import keep_media

NEW, VERSION, REPLACED, UNCHANGED = "new", "version", "replaced", "unchanged"
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")


@dataclass(slots=True)
class Line:
    """A finding on its way into the bank."""

    finding: Finding
    media: tuple[str, ...]
    draft: Draft | None = None
    digest: str = ""
    outcome: str = ""
    question_id: int | None = None
    version: QuestionVersion | None = None
    code: str = ""
    names_media: bool = False
    """True where its content may name pictures or files."""

    def skip(self, reason: Reason) -> None:
        """Leave the question out, and say why."""
        self.finding = replace(self.finding, status=SKIPPED, reasons=(*self.finding.reasons, reason))
        self.draft = None


@dataclass(frozen=True, slots=True)
class Known:
    """A question of the bank that a file calls by an identifier."""

    question: Question
    newest: QuestionVersion
    came_as: str
    """Digest of what came last; "" for what was written here."""


@dataclass(slots=True)
class Taken:
    """What one import has seen so far, across its batches."""

    requirements: Requirements = field(default_factory=Requirements)
    identifiers: set[str] = field(default_factory=set)
    media: set[str] = field(default_factory=set)
    rows: int = 0


def keep_pictures(
    lines: Sequence[Line], by: Actor, media_path: Callable[[str], Path], taken: Taken, at: datetime
) -> None:
    """Keep the pictures and files of what comes in, each once."""
    for line in lines:
        if line.outcome not in {NEW, VERSION, REPLACED}:
            continue
        for name in line.media:
            if name not in taken.media:
                with media_path(name).open("rb") as stream:
                    keep_media(by=by, stream=stream, name=name, alt={}, at=at)
                taken.media.add(name)


def add_new(lines: Sequence[Line], by: Actor, at: datetime) -> None:
    """Add questions that the bank did not have, each with a draft."""
    if not lines:
        return
    codes = _own_codes(by.institution_id, [line.finding.identifier for line in lines])
    questions = [
        {
            "institution_id": by.institution_id,
            "code": codes.get(line.finding.identifier, uuid4().hex),
            "kind": _item(line).kind,
            "sample": False,
            "created_at": at,
            "created_by": by.person_id,
        }
        for line in lines
    ]
    added = session.execute(
        sa.insert(Question).returning(Question.id, sort_by_parameter_order=True), questions
    ).scalars()
    for line, question, question_id in zip(lines, questions, added, strict=True):
        line.question_id, line.code = question_id, str(question["code"])
    _number_codes(by.institution_id, [line for line in lines if line.finding.identifier not in codes])
    versions = session.execute(
        sa.insert(QuestionVersion).returning(QuestionVersion.id, sort_by_parameter_order=True),
        [_version_row(line, by, at) for line in lines],
    ).scalars()
    written = list(zip(lines, versions, strict=True))
    _add_tags(by.institution_id, written)
    record_acts(
        by=by,
        institution_id=by.institution_id,
        action="question.import",
        object_type="question_version",
        acts=[(version_id, {"code": line.code, "version": 1}) for line, version_id in written],
        at=at,
    )


def _item(line: Line) -> Item:
    if line.finding.item is None:
        raise LookupError(line.finding.identifier)
    return line.finding.item


def _own_codes(institution_id: int, identifiers: Sequence[str]) -> dict[str, str]:
    """Return the identifiers that can be the code here, as they can be wherever they read like one and are free."""
    likely = [identifier for identifier in identifiers if _CODE.fullmatch(identifier)]
    taken = _taken(institution_id, likely)
    return {identifier: identifier for identifier in likely if identifier not in taken}


def _taken(institution_id: int, codes: Sequence[str]) -> set[str]:
    query = sa.select(Question.code).where(Question.institution_id == institution_id, Question.code.in_(codes))
    return set(session.scalars(query)) if codes else set()


def _number_codes(institution_id: int, lines: Sequence[Line]) -> None:
    """Give the others a code from their own number: `Q-00418`."""
    numbered = {f"Q-{line.question_id:05d}": line for line in lines}
    taken = _taken(institution_id, list(numbered))
    for code, line in numbered.items():
        line.code = f"{code}-{line.question_id}" if code in taken else code
    if lines:
        session.execute(sa.update(Question), [{"id": line.question_id, "code": line.code} for line in lines])


def _version_row(line: Line, by: Actor, at: datetime) -> dict[str, Any]:
    return {
        "institution_id": by.institution_id,
        "question_id": line.question_id,
        "number": 1,
        "state": VersionState.DRAFT,
        "revision": 1,
        "author_id": by.person_id,
        "edited_at": at,
        **{name: getattr(line.draft, name) for name in WRITTEN},
    }


def _add_tags(institution_id: int, written: Sequence[tuple[Line, int]]) -> None:
    rows = [
        {
            "version_id": version_id,
            "statement_id": tag.statement_id,
            "institution_id": institution_id,
            "ordinal": ordinal,
            "positions": list(tag.positions) if tag.positions else None,
        }
        for line, version_id in written
        if line.draft
        for ordinal, tag in enumerate(line.draft.tags, start=1)
    ]
    if rows:
        session.execute(sa.insert(QuestionTag), rows)


def change(line: Line, known: Known, by: Actor, at: datetime) -> None:
    """Write over the draft that came last, or make the next version."""
    if line.draft is None:
        return
    if line.outcome == VERSION:
        version = add_version(known.question, line.draft, number=known.newest.number + 1, author_id=by.person_id, at=at)
    else:
        version = known.newest
        for name in WRITTEN:
            setattr(version, name, getattr(line.draft, name))
        set_tags(version, line.draft.tags)
        mark_behind(known.question, version)
        version.revision += 1
        version.edited_at, version.author_id = at, by.person_id
        session.flush()
    note_act(by, "import", known.question, version, at, outcome=line.outcome)


def note_origins(institution_id: int, lines: Sequence[Line], known: Mapping[str, Known]) -> None:
    """Note what the file calls each question, and what it said."""
    new = []
    for line in lines:
        before = known.get(line.finding.identifier)
        if line.outcome == "" or line.question_id is None or (line.outcome == UNCHANGED and before is None):
            continue
        if before is None or not before.came_as:
            new.append(
                {
                    "question_id": line.question_id,
                    "institution_id": institution_id,
                    "identifier": line.finding.identifier,
                    "digest": line.digest,
                }
            )
        elif before.came_as != line.digest and line.outcome != UNCHANGED:
            session.execute(
                sa.update(QuestionOrigin)
                .where(QuestionOrigin.question_id == line.question_id)
                .values(digest=line.digest)
            )
    if new:
        session.execute(sa.insert(QuestionOrigin), new)
