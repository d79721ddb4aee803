"""Bringing a file of questions in: handing it over, reading it, and either taking it in whole or not at all.

Reading writes nothing but progress, so it may take its time; what it found waits on disk. Then one transaction writes
questions and report together. A process that dies leaves the import to the next, which begins anew.
"""

import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Final

import sqlalchemy as sa
import structlog

from lms_carbon.core import clock
from lms_carbon.core.db import session
from lms_carbon.core.errors import DomainError, ForbiddenError
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor, HeldRole, Role
from lms_carbon.core.jobs import wake
from lms_carbon.core.transaction import independent, transaction
from lms_carbon.files.services.storage import path_of, store_unread
from lms_carbon.people.models.persons import Person, RoleGrant
from lms_carbon.people.queries import find_institution, find_person
from lms_carbon.people.services.audit import record_act
from lms_carbon.people.services.messages import tell
from lms_carbon.question_bank.import_models import ImportState, QuestionImport
from lms_carbon.question_bank.interchange.base import DEFAULT_LIMITS
from lms_carbon.question_bank.interchange.items import reason_to_json
from lms_carbon.question_bank.interchange.registry import FORMATS, recognise
from lms_carbon.question_bank.interchange.spool import Spool
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.policy import check_author
from lms_carbon.question_bank.services.import_writing import Taken
from lms_carbon.question_bank.services.taking_in import take_in

JOB: Final = "question_bank.import"
LEASE: Final = timedelta(minutes=5)
"""How long an import may fall silent before another process takes it over."""
MOST_ATTEMPTS: Final = 2
"""A file that stopped so many processes is not read again."""
PROGRESS_EVERY: Final = 200
BATCH: Final = 500

DONE_TOLD: Final = mark("{name} is imported: {imported} questions whole, {degraded} with losses, {skipped} skipped.")
TRIED_TOLD: Final = mark("{name} was tried: {imported} questions whole, {degraded} with losses, {skipped} skipped.")
REFUSED_TOLD: Final = mark("{name} was not imported; the report says why.")
GIVEN_UP: Final = mark(
    "Reading the file broke off twice, so it was given up. Nothing was imported. Split the file and try again."
)
FAULT: Final = mark("Reading the file failed through a fault of ours. Nothing was imported.")

log = structlog.get_logger("lms_carbon.question_bank")


def begin_import(
    *, by: Actor, stream: IO[bytes], name: str, dry_run: bool, at: datetime, soon: bool = True
) -> QuestionImport:
    """Take a file over; `soon` has the job read it, else the caller calls `run_import`.

    Raises `ForbiddenError`, and what `files` refuses.
    """
    check_author(by)
    stored = store_unread(stream, name=name, limit=DEFAULT_LIMITS.file_bytes, by=by, at=at)
    made = QuestionImport(
        institution_id=by.institution_id,
        person_id=by.person_id,
        file_id=stored.id,
        name=stored.name,
        dry_run=dry_run,
        state=ImportState.WAITING,
        created_at=at,
    )
    session.add(made)
    session.flush()
    record_act(
        by=by,
        institution_id=by.institution_id,
        action="question_import.begin",
        object_type="question_import",
        object_id=made.id,
        detail={"sha256": stored.sha256, "dry_run": dry_run},
        at=at,
    )
    if soon:
        wake(JOB)
    return made


def author_named(*, institution: str, email: str) -> Actor:
    """Return an author of an institution as who acts by the command line.

    Raises `NoInstitutionError`, `NoPersonError`, `ForbiddenError` where the person is no author.
    """
    institution_id = find_institution(institution)
    person = session.get_one(Person, find_person(institution_id, person_id=None, email=email))
    granted = sa.select(RoleGrant.id).where(
        RoleGrant.person_id == person.id,
        RoleGrant.institution_id == institution_id,
        RoleGrant.role == Role.AUTHOR,
        RoleGrant.ended_at.is_(None),
    )
    if session.scalar(granted) is None:
        raise ForbiddenError
    return _author(person)


def _author(person: Person) -> Actor:
    return Actor(
        person_id=person.id,
        institution_id=person.institution_id,
        name=person.name,
        language=person.language,
        held=(HeldRole(Role.AUTHOR),),
        session_id=0,
    )


def waiting_imports(*, at: datetime) -> list[int]:
    """Return the imports that nobody is at work on, the oldest first."""
    query = sa.select(QuestionImport.id).where(_free(at)).order_by(QuestionImport.id)
    return list(session.scalars(query))


def run_import(*, import_id: int) -> None:
    """Read an import's file and take it in, or note why it was refused. Opens its own transactions."""
    with transaction():
        claimed = _claim(import_id, clock.now())
        facts = _facts(import_id) if claimed else None
    if facts is None:
        return
    if facts.attempts > MOST_ATTEMPTS:
        _refuse(facts, Reason(GIVEN_UP))
        return
    try:
        with tempfile.TemporaryDirectory(prefix="lms-carbon-import-") as folder, Spool(Path(folder)) as spool:
            found = _read_into(spool, facts)
            with transaction():
                _finish(facts, spool, found)
    except DomainError as refusal:
        _refuse(facts, Reason(refusal.sentence, refusal.params))
    except Exception:
        _refuse(facts, Reason(FAULT))
        log.exception("import failed", question_import=import_id)


def _free(at: datetime) -> sa.ColumnElement[bool]:
    silent = sa.and_(QuestionImport.state == ImportState.READING, QuestionImport.claimed_at < at - LEASE)
    return sa.or_(QuestionImport.state == ImportState.WAITING, silent)


def _claim(import_id: int, at: datetime) -> bool:
    change = (
        sa.update(QuestionImport)
        .where(QuestionImport.id == import_id, _free(at))
        .values(state=ImportState.READING, claimed_at=at, attempts=QuestionImport.attempts + 1, found=0)
    )
    result = session.execute(change.execution_options(synchronize_session=False))
    return bool(result.rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What is needed of an import outside of transactions."""

    id: int
    name: str
    by: Actor
    path: Path
    attempts: int


def _facts(import_id: int) -> _Facts:
    row = session.get_one(QuestionImport, import_id, populate_existing=True)
    if row.person is None or row.file is None:
        raise LookupError(import_id)
    return _Facts(
        id=row.id, name=row.name, by=_author(row.person), path=path_of(row.file.sha256), attempts=row.attempts
    )


def _read_into(spool: Spool, facts: _Facts) -> str:
    """Read the file into the spool and return its format; raises a `RefusedFileError`."""
    with facts.path.open("rb") as source:
        chosen = recognise(source, facts.name)
        read = FORMATS[chosen.name].read
        if read is None:
            raise LookupError(chosen.name)
        for finding in read(source, DEFAULT_LIMITS):
            spool.add(finding)
            if spool.count % PROGRESS_EVERY == 0:
                _note_progress(facts.id, spool.count)
    return chosen.name


def _note_progress(import_id: int, found: int) -> None:
    change = (
        sa.update(QuestionImport)
        .where(QuestionImport.id == import_id, QuestionImport.state == ImportState.READING)
        .values(found=found, claimed_at=clock.now())
    )
    with independent(durable=False) as connection:
        connection.execute(change)


def _finish(facts: _Facts, spool: Spool, found: str) -> None:
    at, by = clock.now(), facts.by
    held = session.get_one(QuestionImport, facts.id, populate_existing=True, with_for_update=True)
    if held.state is not ImportState.READING:
        return
    held.found = spool.count
    held.format = found
    taken = Taken()
    for batch in spool.batches(BATCH):
        take_in(row=held, batch=batch, by=by, media_path=spool.media_path, taken=taken, at=at)
    _end(held, ImportState.DONE, at)
    counts = {name: getattr(held, name) for name in ("imported", "degraded", "skipped", "unchanged")}
    _note_end(held, by, TRIED_TOLD if held.dry_run else DONE_TOLD, at, counts)


def _refuse(facts: _Facts, reason: Reason) -> None:
    at = clock.now()
    with transaction():
        held = session.get_one(QuestionImport, facts.id, populate_existing=True, with_for_update=True)
        if held.state is not ImportState.READING:
            return
        held.refusal = reason_to_json(reason)
        _end(held, ImportState.REFUSED, at)
        _note_end(held, facts.by, REFUSED_TOLD, at, {})


def _end(held: QuestionImport, state: ImportState, at: datetime) -> None:
    """Close an import and let its file go: what mattered of it is in the bank and the report."""
    stored = held.file
    held.state, held.ended_at, held.file_id = state, at, None
    session.flush()
    if stored is not None:
        session.delete(stored)
    session.flush()


def _note_end(held: QuestionImport, by: Actor, sentence: str, at: datetime, counts: dict[str, int]) -> None:
    record_act(
        by=by,
        institution_id=held.institution_id,
        action=f"question_import.{held.state.value}",
        object_type="question_import",
        object_id=held.id,
        detail={"format": held.format, "dry_run": held.dry_run, **counts},
        at=at,
    )
    tell(
        person_id=by.person_id,
        institution_id=held.institution_id,
        sentence=sentence,
        params={"name": held.name, **counts},
        path=f"/questions/imports/{held.id}",
        at=at,
    )


def keeps_file(file_id: int) -> bool:
    """Answer the hook `file_kept`: a file that waits to be read is needed until it was."""
    return session.scalar(sa.select(QuestionImport.id).where(QuestionImport.file_id == file_id).limit(1)) is not None
