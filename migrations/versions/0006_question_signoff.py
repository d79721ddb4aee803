"""Sign-off of languages

Revision: 0006
After: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "version_signature",
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_version_signature_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_version_signature_person_id_person")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name=op.f("fk_version_signature_version_id_question_version")
        ),
        sa.PrimaryKeyConstraint("version_id", "language", name=op.f("pk_version_signature")),
    )
    with op.batch_alter_table("version_signature", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_version_signature_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("exam", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "languages",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                server_default='["zh", "en"]',
                nullable=False,
            )
        )

    _sign_what_was_approved()


def _sign_what_was_approved() -> None:
    """Take what was approved as a whole as approved in the languages that it is written in."""
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    version = sa.table(
        "question_version",
        sa.column("id", sa.BigInteger()),
        sa.column("institution_id", sa.BigInteger()),
        sa.column("reviewer_id", sa.BigInteger()),
        sa.column("decided_at", sa.DateTime(timezone=True)),
        sa.column("content", json),
    )
    signature = sa.table(
        "version_signature",
        *(sa.column(name) for name in ("version_id", "language", "institution_id", "person_id", "at")),
    )
    for language in ("zh", "en"):
        written = sa.func.coalesce(version.c.content[("stem", language)].as_string(), "") != ""
        approved = sa.select(
            version.c.id, sa.literal(language), version.c.institution_id, version.c.reviewer_id, version.c.decided_at
        ).where(version.c.decided_at.is_not(None), written)
        op.execute(sa.insert(signature).from_select(list(signature.c.keys()), approved))


def downgrade() -> None:
    # SQLite would make the table anew otherwise, and rows point at it.
    with op.batch_alter_table("exam", schema=None, recreate="never") as batch_op:
        batch_op.drop_column("languages")

    with op.batch_alter_table("version_signature", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_version_signature_person_id"))

    op.drop_table("version_signature")
