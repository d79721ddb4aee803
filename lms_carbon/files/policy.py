"""Who may read a file: its owner, and whom a package above says so for. Nobody of another institution."""

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.hooks import file_reader
from lms_carbon.core.identity import Actor
from lms_carbon.files.models import StoredFile


def readable_file(*, by: Actor, file_id: int) -> StoredFile:
    """Return a file that the actor may read. Raises `NotFoundError`, whether it is there or not."""
    stored = session.scalar(
        sa.select(StoredFile).where(StoredFile.id == file_id, StoredFile.institution_id == by.institution_id)
    )
    if stored is None:
        raise NotFoundError
    if stored.person_id != by.person_id and not any(file_reader.ask(by, file_id)):
        raise NotFoundError
    return stored
