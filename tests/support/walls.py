"""A wall in every functional test: state changes of what matters leave an audit row, or the commit fails."""

from typing import Any, Final

import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.engine import Result
from sqlalchemy.orm import ORMExecuteState

from lms_carbon.people.models.records import AuditEntry

WATCHED: Final[dict[str, frozenset[str]]] = {
    "role_grant": frozenset({"role", "ended_at"}),
    "invitation": frozenset({"used_at"}),
    "registration": frozenset({"issuer", "client_id", "ended_at"}),
    "cycle": frozenset({"state"}),
    "track": frozenset({"policy", "entry"}),
    "instrument": frozenset({"released_at", "weight"}),
    "candidacy": frozenset({"state"}),
    "mark": frozenset({"earned"}),
    "mark_batch": frozenset({"source"}),
    "question_version": frozenset({"state"}),
    "exam": frozenset({"state", "deleted_at"}),
    "form": frozenset({"frozen_at"}),
    "attempt": frozenset({"state"}),
    "portfolio_review": frozenset({"state"}),
    "portfolio": frozenset({"state"}),
    "work": frozenset({"state"}),
}
"""Table → columns whose change (or a new row) is a state change (DESIGN §4, walls)."""

_CHANGED = "changed without audit"


def _note_flush(session: Session, _context: object) -> None:
    for row in [*session.new, *session.deleted]:
        if isinstance(row, AuditEntry):
            session.info["audited"] = True
        elif getattr(row, "__tablename__", "") in WATCHED:
            session.info.setdefault(_CHANGED, set()).add(row.__tablename__)
    for row in session.dirty:
        columns = WATCHED.get(getattr(row, "__tablename__", ""), frozenset())
        state = sa.inspect(row)
        if any(state.attrs[name].history.has_changes() for name in columns):
            session.info.setdefault(_CHANGED, set()).add(row.__tablename__)


def _note_statement(execution: ORMExecuteState) -> Result[Any] | None:
    statement: Any = execution.statement
    table = getattr(getattr(statement, "table", None), "name", "")
    if table == "audit_entry":
        execution.session.info["audited"] = True
    if table not in WATCHED or not (execution.is_update or execution.is_insert or execution.is_delete):
        return None
    if not execution.is_update:
        execution.session.info.setdefault(_CHANGED, set()).add(table)
        return None
    named = {getattr(column, "key", str(column)) for column in (getattr(statement, "_values", None) or {})}
    if not named & WATCHED[table]:
        return None
    result = execution.invoke_statement()
    if not getattr(result, "returns_rows", True):
        touched = result.rowcount  # type: ignore[attr-defined]
    else:
        kept = result.freeze()  # a compare-and-swap that lost changed nothing
        touched, result = len(kept.data), kept()
    if touched:
        execution.session.info.setdefault(_CHANGED, set()).add(table)
    return result


def _judge(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint is released; the commit is still to come
    session.flush()
    changed, audited = session.info.pop(_CHANGED, set()), session.info.pop("audited", False)
    if changed and not audited:
        raise AssertionError(f"committed without an audit row: {sorted(changed)}")


def _forget(session: Session) -> None:
    session.info.pop(_CHANGED, None)
    session.info.pop("audited", None)


def build_walls() -> None:
    """Make every session of this process watch itself; called once by conftest."""
    sa.event.listen(Session, "after_flush", _note_flush)
    sa.event.listen(Session, "do_orm_execute", _note_statement)
    sa.event.listen(Session, "before_commit", _judge)
    sa.event.listen(Session, "after_rollback", _forget)
