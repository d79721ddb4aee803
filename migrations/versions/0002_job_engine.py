"""Procrastinate's tables, on PostgreSQL only; SQLite's queue is `wake_up`.

Revision: 0002
After: 0001

The library ships its schema as SQL and we pin its minor version (docs/decisions/0003-job-engines.md).
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        # Straight to the driver: the SQL holds % and : that are not parameters.
        connection.connection.driver_connection.execute(SchemaManager.get_schema())


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    driver = connection.connection.driver_connection
    names = "SELECT format('DROP %s %s CASCADE', kind, name) FROM ("
    tables = (
        "SELECT 'TABLE' AS kind, quote_ident(tablename) AS name FROM pg_tables WHERE tablename LIKE 'procrastinate%'"
    )
    types = "SELECT 'TYPE', quote_ident(typname) FROM pg_type WHERE typtype IN ('e') AND typname LIKE 'procrastinate%'"
    functions = "SELECT 'FUNCTION', oid::regprocedure::text FROM pg_proc WHERE proname LIKE 'procrastinate%'"
    for part in (tables, functions, types):
        for (statement,) in driver.execute(f"{names}{part}) AS them").fetchall():
            driver.execute(statement)
