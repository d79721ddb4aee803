"""Which platforms may launch, and the keys both sides sign with."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import BigId, Model


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
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    scores_claimed_until: Mapped[datetime | None]
    """One scheduler at a time sends this platform's scores, one after the other; after this moment another may."""

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

    registration: Mapped[Registration] = relationship(back_populates="deployments")


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
