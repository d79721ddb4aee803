"""Runs the revisions on the app's database."""

from typing import Any

import sqlalchemy as sa
from alembic import context
from sqlalchemy.schema import SchemaItem

from lms_carbon.core.db import Instant, Model, db

_ENGINES_OWN = "procrastinate_"


def ours(item: SchemaItem, name: str | None, kind: str, reflected: bool, compared: object) -> bool:
    """Leave out the job engine's own tables, which have their own revision and no models here."""
    return not (kind == "table" and (name or "").startswith(_ENGINES_OWN))


def render(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Write our column types as plain SQLAlchemy, so that revisions do not depend on code that moves on."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sa.JSON):
        autogen_context.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


def run(connection: Any) -> None:
    """Upgrade or downgrade over a connection, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        include_object=ours,
        render_as_batch=True,
        compare_type=True,
        render_item=render,
    )
    with context.begin_transaction():
        context.run_migrations()


with db.engine.connect() as open_connection:
    run(open_connection)
    open_connection.commit()
