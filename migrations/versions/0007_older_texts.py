"""Which language of a question is behind

Revision: 0007
After: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms_carbon.question_bank.rules.translations import older_texts

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("question_version", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "behind", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), server_default="[]", nullable=False
            )
        )
    _note_what_is_behind()


def _note_what_is_behind() -> None:
    """Look through the questions that have several versions: only in these can a text be older than another."""
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    version = sa.table(
        "question_version",
        *(sa.column(name, sa.BigInteger()) for name in ("id", "question_id", "number")),
        *(sa.column(name, json) for name in ("title", "content", "behind")),
    )
    connection = op.get_bind()
    several = sa.select(version.c.question_id).where(version.c.number > 1).distinct().order_by(version.c.question_id)
    for question_id in connection.scalars(several).all():
        rows = connection.execute(
            sa.select(version.c.id, version.c.title, version.c.content)
            .where(version.c.question_id == question_id)
            .order_by(version.c.number)
        ).all()
        wordings = [{"title": row.title, **row.content} for row in rows]
        for count, row in enumerate(rows, start=1):
            behind = sorted({language for _, language in older_texts(wordings[:count])})
            if behind:
                connection.execute(sa.update(version).where(version.c.id == row.id).values(behind=behind))


def downgrade() -> None:
    # SQLite would make the table anew otherwise, and rows point at it.
    with op.batch_alter_table("question_version", schema=None, recreate="never") as batch_op:
        batch_op.drop_column("behind")
