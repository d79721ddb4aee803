"""Which platforms may launch, and the keys both sides sign with."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import BIG, BigId, Model


class Registration(Model):
    """One platform's registration of this tool. Canvas has one issuer for all schools, so the pair is the key."""

    __tablename__ = "registration"
    __table_args__ = (sa.UniqueConstraint("issuer", "client_id"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(255))
    issuer: Mapped[str] = mapped_column(sa.String(255))
    client_id: Mapped[str] = mapped_column(sa.String(255))
    auth_login_url: Mapped[str] = mapped_column(sa.Text)
    auth_token_url: Mapped[str] = mapped_column(sa.Text)
    auth_audience: Mapped[str | None] = mapped_column(sa.Text)
    """`aud` of our token requests where it is not the token URL (security framework 4.1.1)."""
    key_set_url: Mapped[str] = mapped_column(sa.Text)
    frame_origins: Mapped[list[str]] = mapped_column(default=list)
    """Where the platform's pages that frame us are, beyond issuer and login (Canvas has one issuer for all schools)."""
    product: Mapped[str | None] = mapped_column(sa.String(64))
    """`product_family_code` of the platform, where it said so: moodle, canvas."""
    granted_scopes: Mapped[list[str] | None]
    """The scopes that it granted when the tool was registered; None where it never said."""
    learns_deployments: Mapped[bool] = mapped_column(default=False, server_default=sa.text("false"))
    """True where no deployment was named at registration: one that launches is kept, and waits to be confirmed."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    scores_claimed_until: Mapped[datetime | None]
    """One scheduler at a time sends this platform's scores, one after the other; after this moment another may."""
    launches_seen: Mapped[int] = mapped_column(BIG, default=0, server_default="0")
    """The last launch that was looked at for scores which were out before the person came."""

    deployments: Mapped[list["Deployment"]] = relationship(back_populates="registration")


class Deployment(Model):
    """A place in the platform where the tool was deployed (LTI core 3.1.3)."""

    __tablename__ = "deployment"
    __table_args__ = (sa.UniqueConstraint("registration_id", "deployment_id"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey("registration.id"))
    deployment_id: Mapped[str] = mapped_column(sa.String(255))
    created_at: Mapped[datetime]
    pending_since: Mapped[datetime | None]
    """When a launch told of it, while nobody has confirmed it; None for one that may launch."""

    registration: Mapped[Registration] = relationship(back_populates="deployments")


class PlatformInvitation(Model):
    """A link by which one platform may register itself (dynamic registration): works once, for seven days."""

    __tablename__ = "platform_invitation"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"), index=True)
    token_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    registration_id: Mapped[int | None] = mapped_column(sa.ForeignKey("registration.id"))
    """What came of it."""


class KeyState(enum.StrEnum):
    """A key is announced before it signs and stays published after it did (security framework 6.4)."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"


class ToolKey(Model):
    """A key pair that we sign with towards one registration."""

    __tablename__ = "tool_key"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey("registration.id"), index=True)
    kid: Mapped[str] = mapped_column(sa.String(64), unique=True)
    private_key: Mapped[bytes]
    """PEM, sealed by `core.vault`."""
    public_jwk: Mapped[dict[str, Any]]
    state: Mapped[KeyState]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
