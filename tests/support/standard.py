"""The shipped standard in a test's database: loaded once a process by the service itself, then put back row by row."""

from typing import Any

import sqlalchemy as sa

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.framework.documents import shipped_framework
from lms_carbon.framework.models import Direction, Framework, Position, Requirement, Statement
from lms_carbon.framework.services import load_framework

_TABLES = [
    Framework.metadata.tables[model.__tablename__] for model in (Framework, Direction, Position, Statement, Requirement)
]
_kept: list[list[dict[str, Any]]] = []


def put_standard() -> None:
    """Bring the shipped standard into the database, within the caller's transaction.

    Loading compares each of two hundred rows with the document, which most tests need not see again.
    """
    if session.scalar(sa.select(sa.func.count()).select_from(Framework)):
        return
    if not _kept:
        load_framework(shipped_framework(), at=now())
        session.flush()
        _kept.extend(
            [dict(row) for row in session.execute(sa.select(table).order_by(table.c.id)).mappings()]
            for table in _TABLES
        )
        return
    for table, rows in zip(_TABLES, _kept, strict=True):
        session.execute(sa.insert(table), rows)
    if session.get_bind().dialect.name == "postgresql":
        last = [
            sa.func.setval(f"{table.name}_id_seq", rows[-1]["id"]) for table, rows in zip(_TABLES, _kept, strict=True)
        ]
        session.execute(sa.select(*last))
