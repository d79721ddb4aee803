"""Saving answers. Nothing is acknowledged that is not committed; nothing that came is thrown away.

`by` is absent here: the statement itself checks the session by its token, in the same moment in which it writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from lms_carbon.core.db import database_now
from lms_carbon.core.errors import NotFoundError, NotSignedInError
from lms_carbon.core.transaction import independent
from lms_carbon.exams.errors import ClosedError, SubmittedError, TakenOverError
from lms_carbon.exams.models.attempts import Answer, Attempt, LateAnswer
from lms_carbon.exams.queries.papers import paper_of
from lms_carbon.exams.rules.changes import Batch, Change, as_json, check_values
from lms_carbon.exams.rules.states import GRACE, AttemptState, LateReason
from lms_carbon.exams.services.statements import SAVE
from lms_carbon.people.models.access import AuthSession
from lms_carbon.people.rules import digest

AttemptRefusal = SubmittedError | TakenOverError | ClosedError

_SESSION = sa.select(AuthSession.person_id).where(
    AuthSession.token_digest == sa.bindparam("token"),
    AuthSession.ended_at.is_(None),
    AuthSession.expires_at > database_now(),
)
# FOR SHARE, so that what is said about the attempt is still so when this transaction commits.
_ATTEMPT = (
    sa.select(Attempt.institution_id, Attempt.state, Attempt.epoch, Attempt.ends_at, database_now().label("now"))
    .where(Attempt.id == sa.bindparam("attempt"), Attempt.person_id == sa.bindparam("person"))
    .with_for_update(read=True)
)
_HELD = sa.select(Answer.slot, Answer.epoch, Answer.seq).where(
    Answer.attempt_id == sa.bindparam("attempt"), Answer.slot.in_(sa.bindparam("slots", expanding=True))
)
_LATE = {
    "postgresql": postgresql.insert(LateAnswer).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(LateAnswer).on_conflict_do_nothing(),
}


@dataclass(slots=True)
class Saved:
    """What is safe now: (slot, seq) held for each slot that was sent, and the times the page shows.

    `refusal` is why the attempt takes nothing more; what was sent is kept as late answers then.
    """

    slots: list[tuple[int, int]] = field(default_factory=list)
    server_now: datetime | None = None
    ends_at: datetime | None = None
    refusal: AttemptRefusal | None = None


def save_answers(*, token: str, attempt_id: int, batch: Batch) -> Saved:
    """Save a batch and commit; what does not fit its question moves to `batch.faults`.

    Raises `NotSignedInError`, and `NotFoundError` for an attempt that is not of the person with this token.
    """
    paper = paper_of(attempt_id)
    if paper is not None:
        check_values(batch, paper)
    changes = batch.changes
    keys = {"attempt": attempt_id, "token": digest(token), "epoch": batch.epoch}
    with independent() as connection:
        rows = _write(connection, keys, changes) if changes and paper is not None else []
        if rows and len(rows) == len(changes):
            return _saved(rows)
        # Fewer came back than were sent: find out why, in the same transaction.
        return _explain(connection, keys, changes, rows)


def _write(connection: sa.Connection, keys: dict[str, Any], changes: Sequence[Change]) -> Sequence[Any]:
    statement = SAVE[connection.dialect.name]
    return connection.exec_driver_sql(statement, {**keys, "changes": as_json(changes)}).fetchall()


def _saved(rows: Sequence[Any]) -> Saved:
    return Saved([(row[0], row[1]) for row in rows], _instant(rows[0][2]), _instant(rows[0][3]))


def _instant(raw: str | datetime) -> datetime:
    """Return a moment as the driver gives it: SQLite's text knows no zone, PostgreSQL's session may have any."""
    if isinstance(raw, str):
        return datetime.fromisoformat(raw).replace(tzinfo=UTC)
    return raw.astimezone(UTC)


def _explain(connection: sa.Connection, keys: dict[str, Any], changes: Sequence[Change], rows: Sequence[Any]) -> Saved:
    person_id = connection.scalar(_SESSION, {"token": keys["token"]})
    if person_id is None:
        raise NotSignedInError
    attempt = connection.execute(_ATTEMPT, {"attempt": keys["attempt"], "person": person_id}).one_or_none()
    if attempt is None:
        raise NotFoundError
    saved = Saved([(row[0], row[1]) for row in rows], attempt.now, attempt.ends_at)
    held = _held(connection, keys["attempt"], changes)
    refused = _refusal(attempt, keys["epoch"])
    if refused is not None:
        reason, saved.refusal = refused
        _keep_late(connection, keys, attempt, [c for c in changes if not _is_held(c, keys["epoch"], held)], reason)
        return saved
    newer = [change for change in changes if (keys["epoch"], change.seq) > held.get(change.slot, (-1, -1))]
    if newer:
        # What stood in the way a moment ago, such as a deadline that was just moved, is gone.
        _write(connection, keys, newer)
        held |= {change.slot: (keys["epoch"], change.seq) for change in newer}
    saved.slots = [(change.slot, held[change.slot][1]) for change in changes]
    return saved


def _refusal(attempt: Any, epoch: int) -> tuple[LateReason, AttemptRefusal] | None:
    if attempt.state is not AttemptState.RUNNING:
        return LateReason.SUBMITTED, SubmittedError({"state": attempt.state})
    if attempt.epoch != epoch:
        return LateReason.TAKEN_OVER, TakenOverError({"epoch": attempt.epoch})
    if attempt.now > attempt.ends_at + GRACE:
        return LateReason.DEADLINE, ClosedError({"ends_at": attempt.ends_at.isoformat()})
    return None


def _held(connection: sa.Connection, attempt_id: int, changes: Sequence[Change]) -> dict[int, tuple[int, int]]:
    if not changes:
        return {}
    rows = connection.execute(_HELD, {"attempt": attempt_id, "slots": [change.slot for change in changes]})
    return {row.slot: (row.epoch, row.seq) for row in rows}


def _is_held(change: Change, epoch: int, held: dict[int, tuple[int, int]]) -> bool:
    """Tell whether a change was taken before: its acknowledgement was lost, the change was not."""
    found = held.get(change.slot)
    return found is not None and found[0] == epoch and found[1] >= change.seq


def _keep_late(
    connection: sa.Connection, keys: dict[str, Any], attempt: Any, changes: Sequence[Change], reason: LateReason
) -> None:
    if not changes:
        return
    connection.execute(
        _LATE[connection.dialect.name],
        [
            {
                "institution_id": attempt.institution_id,
                "attempt_id": keys["attempt"],
                "slot": change.slot,
                "epoch": keys["epoch"],
                "seq": change.seq,
                "value": change.value,
                "client_at": change.client_at,
                "received_at": attempt.now,
                "reason": reason,
            }
            for change in changes
        ],
    )
