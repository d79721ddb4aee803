"""The database: declarative base, column types that mean the same on SQLite and PostgreSQL, and its clock."""

import enum
import sqlite3
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Annotated, Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class Instant(sa.TypeDecorator[datetime]):
    """A moment in UTC: `timestamptz` on PostgreSQL, sortable text with microseconds on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse moments without a zone, which would mean different things on different machines."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

BigId = Annotated[int, mapped_column(BIG, primary_key=True, autoincrement=True)]
"""A primary key that the database hands out."""


class Model(DeclarativeBase):
    """Base of all tables. Constraint names follow one convention, so migrations can name what they change."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: Instant(),
        int: BIG,
        dict[str, Any]: JSON,
        dict[str, str]: JSON,
        list[Any]: JSON,
        list[str]: JSON,
        enum.Enum: sa.Enum(
            enum.Enum, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members]
        ),
    }


db = SQLAlchemy(metadata=Model.metadata, session_options={"expire_on_commit": False})
session = db.session


def insert_into(table: Any) -> Any:
    """Return an INSERT that knows ON CONFLICT, for a model or table: where two race, a unique key decides."""
    return (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(table)


class database_now(GenericFunction[datetime]):  # noqa: N801 - reads as the SQL function that it is
    """The database's clock, in `Instant`'s format. Deadlines compare with this, never with a web server's time."""

    type = Instant()
    inherit_cache = True


@compiles(database_now, "postgresql")
def _now_on_postgresql(element: database_now, compiler: SQLCompiler, **options: Any) -> str:
    # clock_timestamp moves within a transaction, so a statement that waited for a lock sees the time it really is.
    return "clock_timestamp()"


@compiles(database_now, "sqlite")
def _now_on_sqlite(element: database_now, compiler: SQLCompiler, **options: Any) -> str:
    return "(strftime('%Y-%m-%d %H:%M:%f', 'now') || '000')"


def read_clock() -> datetime:
    """Return the database's time, which deadlines are held against."""
    return session.scalars(sa.select(database_now())).one()


write_intent: ContextVar[bool] = ContextVar("write_intent", default=False)
"""Whether the transaction about to begin will write; set by `core.transaction` alone."""


def prepare_engine(engine: sa.Engine) -> None:
    """Make SQLite durable and fair; nothing to do on PostgreSQL.

    WAL with `synchronous=FULL`: what was acknowledged survives a power cut. Writers begin IMMEDIATE, because a
    deferred transaction that upgrades to writing fails at once instead of waiting for its turn.
    """
    if engine.dialect.name != "sqlite":
        return

    @sa.event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, record: object) -> None:
        assert isinstance(connection, sqlite3.Connection)  # noqa: S101 - tells mypy what the dialect means
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def on_begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write_intent.get() else "BEGIN")
