"""The only two commits of the product.

`transaction()` stands at the edge of a request, job or command: returning commits, raising rolls back.
`independent()` commits on a connection of its own, for what must survive a rollback or needs no ORM session:
a consumed login, a refusal, a candidate's answer.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from lms_carbon.core.db import db, write_intent


@contextmanager
def transaction(*, write: bool = True) -> Iterator[None]:
    """Run the block in the session's transaction and commit it at the end.

    `write=False` tells SQLite not to queue for the writer's place.
    """
    token = write_intent.set(write)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        write_intent.reset(token)


@contextmanager
def independent(*, write: bool = True, durable: bool = True) -> Iterator[sa.Connection]:
    """Yield a connection whose transaction commits when the block ends, whatever becomes of the request.

    `durable=False` does not wait for the disk: for rows that begin something which whoever began it can begin again
    with one click, such as a login. Consistent all the same, and never for what was acknowledged as kept.
    """
    token = write_intent.set(write)
    try:
        with db.engine.connect() as connection, _waiting_for_disk(connection, wait=durable), connection.begin():
            if not durable and connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
            yield connection
    finally:
        write_intent.reset(token)


@contextmanager
def _waiting_for_disk(connection: sa.Connection, *, wait: bool) -> Iterator[None]:
    """On SQLite, let this connection's commits not sync the log for a while; the next that does takes them along."""
    driver = connection.connection.driver_connection if connection.dialect.name == "sqlite" else None
    if wait or driver is None:
        yield
        return
    driver.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        driver.execute("PRAGMA synchronous=FULL")
