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
def independent(*, write: bool = True) -> Iterator[sa.Connection]:
    """Yield a connection whose transaction commits when the block ends, whatever becomes of the request."""
    token = write_intent.set(write)
    try:
        with db.engine.connect() as connection, connection.begin():
            yield connection
    finally:
        write_intent.reset(token)
