"""What was uploaded. The bytes lie in the files folder under their SHA-256; many rows may share them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms_carbon.core.db import BigId, Model


class StoredFile(Model):
    """A file as one person handed it in."""

    __tablename__ = "stored_file"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    """Who uploaded it."""
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    size: Mapped[int]
    """Bytes."""
    media_type: Mapped[str] = mapped_column(sa.String(127))
    """As found in the content, not as claimed."""
    name: Mapped[str] = mapped_column(sa.String(255))
    created_at: Mapped[datetime]
