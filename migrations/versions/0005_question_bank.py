"""Weight tables, imports, media and views of the question bank

Revision: 0005
After: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_write",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("answer", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_api_write_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_write_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_write")),
        sa.UniqueConstraint(
            "person_id", "institution_id", "key", name=op.f("uq_api_write_person_id_institution_id_key")
        ),
    )
    op.create_table(
        "bulk_act",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("statement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_bulk_act_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_bulk_act_person_id_person")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_bulk_act_statement_id_statement")),
        sa.ForeignKeyConstraint(["undone_by"], ["person.id"], name=op.f("fk_bulk_act_undone_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_act")),
    )
    with op.batch_alter_table("bulk_act", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulk_act_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("filters", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_saved_view_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_view_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "person_id", "institution_id", "name", name=op.f("uq_saved_view_person_id_institution_id_name")
        ),
    )
    op.create_table(
        "bulk_change",
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("before", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("undone", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["bulk_act.id"], name=op.f("fk_bulk_change_act_id_bulk_act")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_bulk_change_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_bulk_change_question_id_question")),
        sa.PrimaryKeyConstraint("act_id", "question_id", name=op.f("pk_bulk_change")),
    )
    op.create_table(
        "question_enemy",
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_question_enemy_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_question_enemy_made_by_person")),
        sa.ForeignKeyConstraint(["other_id"], ["question.id"], name=op.f("fk_question_enemy_other_id_question")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_question_enemy_question_id_question")),
        sa.PrimaryKeyConstraint("question_id", "other_id", name=op.f("pk_question_enemy")),
    )
    with op.batch_alter_table("question_enemy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_enemy_other_id"), ["other_id"], unique=False)

    op.create_table(
        "question_import",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "reading", "done", "refused", name="importstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("found", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("imported", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("degraded", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("skipped", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unchanged", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refusal", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_question_import_file_id_stored_file")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_question_import_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_question_import_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_import")),
    )
    with op.batch_alter_table("question_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_import_file_id"), ["file_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_question_import_institution_id_question_import_created_at"),
            ["institution_id", "created_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_question_import_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_question_import_state_question_import_claimed_at"), ["state", "claimed_at"], unique=False
        )

    op.create_table(
        "question_media",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("alt", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_question_media_created_by_person")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_question_media_file_id_stored_file")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_question_media_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_media")),
        sa.UniqueConstraint("institution_id", "name", name=op.f("uq_question_media_institution_id_name")),
    )
    with op.batch_alter_table("question_media", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_media_file_id"), ["file_id"], unique=False)

    op.create_table(
        "question_origin",
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("identifier", sa.String(length=255), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_question_origin_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_question_origin_question_id_question")),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_question_origin")),
        sa.UniqueConstraint("institution_id", "identifier", name=op.f("uq_question_origin_institution_id_identifier")),
    )
    op.create_table(
        "weight_table",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("band", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("questions", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_weight_table_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["loaded_by"], ["person.id"], name=op.f("fk_weight_table_loaded_by_person")),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"], name=op.f("fk_weight_table_position_id_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weight_table")),
    )
    with op.batch_alter_table("weight_table", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_weight_table_institution_id_weight_table_position_id_weight_table_band"),
            ["institution_id", "position_id", "band"],
            unique=False,
        )

    op.create_table(
        "question_import_row",
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.String(length=255), nullable=False),
        sa.Column("line", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("identifier", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["question_import.id"], name=op.f("fk_question_import_row_import_id_question_import")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_question_import_row_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_question_import_row_question_id_question")
        ),
        sa.PrimaryKeyConstraint("import_id", "ordinal", name=op.f("pk_question_import_row")),
    )
    with op.batch_alter_table("question_import_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_import_row_question_id"), ["question_id"], unique=False)

    op.create_table(
        "weight_share",
        sa.Column("table_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("requirement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("share", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_weight_share_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_weight_share_requirement_id_requirement")
        ),
        sa.ForeignKeyConstraint(["table_id"], ["weight_table.id"], name=op.f("fk_weight_share_table_id_weight_table")),
        sa.PrimaryKeyConstraint("table_id", "requirement_id", name=op.f("pk_weight_share")),
    )
    with op.batch_alter_table("course_member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subject", sa.String(length=255), nullable=True))

    with op.batch_alter_table("launch", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subject", sa.String(length=255), nullable=True))

    with op.batch_alter_table("question_version", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_question_version_institution_id_question_version_edited_at"),
            ["institution_id", "edited_at"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("question_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_version_institution_id_question_version_edited_at"))

    with op.batch_alter_table("launch", schema=None) as batch_op:
        batch_op.drop_column("subject")

    with op.batch_alter_table("course_member", schema=None) as batch_op:
        batch_op.drop_column("subject")

    op.drop_table("weight_share")
    with op.batch_alter_table("question_import_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_import_row_question_id"))

    op.drop_table("question_import_row")
    with op.batch_alter_table("weight_table", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_weight_table_institution_id_weight_table_position_id_weight_table_band"))

    op.drop_table("weight_table")
    op.drop_table("question_origin")
    with op.batch_alter_table("question_media", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_media_file_id"))

    op.drop_table("question_media")
    with op.batch_alter_table("question_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_import_state_question_import_claimed_at"))
        batch_op.drop_index(batch_op.f("ix_question_import_person_id"))
        batch_op.drop_index(batch_op.f("ix_question_import_institution_id_question_import_created_at"))
        batch_op.drop_index(batch_op.f("ix_question_import_file_id"))

    op.drop_table("question_import")
    with op.batch_alter_table("question_enemy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_enemy_other_id"))

    op.drop_table("question_enemy")
    op.drop_table("bulk_change")
    op.drop_table("saved_view")
    with op.batch_alter_table("bulk_act", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_act_institution_id"))

    op.drop_table("bulk_act")
    op.drop_table("api_write")
