"""How often an import was taken up

Revision: 0008
After: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("question_import", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
            )
        )


def downgrade() -> None:
    # SQLite would make the table anew otherwise, and rows point at it.
    with op.batch_alter_table("question_import", schema=None, recreate="never") as batch_op:
        batch_op.drop_column("attempts")
