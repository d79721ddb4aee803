"""Platforms' invitations, logins' bindings, picked content, grades seen

Revision: 0004
After: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "out_score",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("target", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("score", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_out_score_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_out_score_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_out_score")),
        sa.UniqueConstraint(
            "institution_id", "target", "person_id", name=op.f("uq_out_score_institution_id_target_person_id")
        ),
    )
    with op.batch_alter_table("out_score", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_out_score_person_id"), ["person_id"], unique=False)

    op.create_table(
        "platform_invitation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_platform_invitation_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_platform_invitation_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_invitation")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_platform_invitation_token_digest")),
    )
    with op.batch_alter_table("platform_invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_platform_invitation_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "course_member",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("learns", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_member_course_id_course")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_course_member_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_course_member_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_member")),
        sa.UniqueConstraint("course_id", "person_id", name=op.f("uq_course_member_course_id_person_id")),
    )
    with op.batch_alter_table("course_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_member_person_id"), ["person_id"], unique=False)

    op.create_table(
        "link_copy",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("resource_link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("target", sa.String(length=255), nullable=False),
        sa.Column("original_link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("original_course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_link_copy_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["original_course_id"], ["course.id"], name=op.f("fk_link_copy_original_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["original_link_id"], ["resource_link.id"], name=op.f("fk_link_copy_original_link_id_resource_link")
        ),
        sa.ForeignKeyConstraint(
            ["resource_link_id"], ["resource_link.id"], name=op.f("fk_link_copy_resource_link_id_resource_link")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_copy")),
        sa.UniqueConstraint("resource_link_id", name=op.f("uq_link_copy_resource_link_id")),
    )
    with op.batch_alter_table("link_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_copy_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "deep_link_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("launch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("return_url", sa.Text(), nullable=False),
        sa.Column("accept_types", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("accept_multiple", sa.Boolean(), nullable=False),
        sa.Column("accept_line_item", sa.Boolean(), nullable=True),
        sa.Column("document_targets", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_deep_link_request_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name=op.f("fk_deep_link_request_launch_id_launch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deep_link_request")),
        sa.UniqueConstraint("launch_id", name=op.f("uq_deep_link_request_launch_id")),
    )
    op.create_table(
        "review_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("launch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("target", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_review_request_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name=op.f("fk_review_request_launch_id_launch")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_request_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_request")),
        sa.UniqueConstraint("launch_id", name=op.f("uq_review_request_launch_id")),
    )
    with op.batch_alter_table("review_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_request_person_id"), ["person_id"], unique=False)

    op.create_table(
        "picked_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=255), nullable=False),
        sa.Column("resource_link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_picked_item_course_id_course")),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_picked_item_deployment_id_deployment")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_picked_item_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["deep_link_request.id"], name=op.f("fk_picked_item_request_id_deep_link_request")
        ),
        sa.ForeignKeyConstraint(
            ["resource_link_id"], ["resource_link.id"], name=op.f("fk_picked_item_resource_link_id_resource_link")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picked_item")),
        sa.UniqueConstraint("code", name=op.f("uq_picked_item_code")),
    )
    with op.batch_alter_table("picked_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_picked_item_request_id"), ["request_id"], unique=False)

    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.add_column(sa.Column("roster_read_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("roster_due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("roster_problem", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("line_items_url", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_course_roster_due_at"), ["roster_due_at"], unique=False)

    with op.batch_alter_table("deployment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pending_since", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("line_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("filled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_line_item_filled_at"), ["filled_at"], unique=False)

    with op.batch_alter_table("lti_login", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "binding",
                sa.Enum("cookie", "platform", "tab", name="binding", native_enum=False, length=32),
                server_default="cookie",
                nullable=False,
            )
        )

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("product", sa.String(length=64), nullable=True))
        batch_op.add_column(
            sa.Column("granted_scopes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("learns_deployments", sa.Boolean(), server_default=sa.text("(false)"), nullable=False)
        )
        batch_op.add_column(
            sa.Column(
                "launches_seen",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                server_default="0",
                nullable=False,
            )
        )

    with op.batch_alter_table("resource_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("column_due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_resource_link_column_due_at"), ["column_due_at"], unique=False)

    with op.batch_alter_table("score_delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("overwrites", sa.Boolean(), server_default=sa.text("(false)"), nullable=False))
        batch_op.add_column(
            sa.Column("found_score", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("found_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("score_delivery", schema=None) as batch_op:
        batch_op.drop_column("found_at")
        batch_op.drop_column("found_score")
        batch_op.drop_column("overwrites")

    with op.batch_alter_table("resource_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_resource_link_column_due_at"))
        batch_op.drop_column("column_due_at")

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_column("launches_seen")
        batch_op.drop_column("learns_deployments")
        batch_op.drop_column("granted_scopes")
        batch_op.drop_column("product")

    with op.batch_alter_table("lti_login", schema=None) as batch_op:
        batch_op.drop_column("binding")

    with op.batch_alter_table("line_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_line_item_filled_at"))
        batch_op.drop_column("filled_at")

    with op.batch_alter_table("deployment", schema=None) as batch_op:
        batch_op.drop_column("pending_since")

    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_roster_due_at"))
        batch_op.drop_column("line_items_url")
        batch_op.drop_column("roster_problem")
        batch_op.drop_column("roster_due_at")
        batch_op.drop_column("roster_read_at")

    with op.batch_alter_table("picked_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_picked_item_request_id"))

    op.drop_table("picked_item")
    with op.batch_alter_table("review_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_request_person_id"))

    op.drop_table("review_request")
    op.drop_table("deep_link_request")
    with op.batch_alter_table("link_copy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_copy_institution_id"))

    op.drop_table("link_copy")
    with op.batch_alter_table("course_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_member_person_id"))

    op.drop_table("course_member")
    with op.batch_alter_table("platform_invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_platform_invitation_institution_id"))

    op.drop_table("platform_invitation")
    with op.batch_alter_table("out_score", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_out_score_person_id"))

    op.drop_table("out_score")
