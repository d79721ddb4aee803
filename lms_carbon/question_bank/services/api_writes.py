"""Writes over the API that are done once, however often they are sent (`Idempotency-Key`)."""

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from lms_carbon.core.db import insert_into, session
from lms_carbon.core.identity import Actor
from lms_carbon.question_bank.desk_models import ApiWrite
from lms_carbon.question_bank.errors import KeyReusedError

MAX_KEY: Final = 200
KEPT: Final = timedelta(days=7)
"""How long an answer is kept: who has not asked again by then will not."""


def claim_key(*, by: Actor, key: str, digest: str, at: datetime) -> ApiWrite | None:
    """Return the answer that this key got before; None where it is new, and then it is this request's.

    Of two that send one key at once, the second waits here for the first. A refused request gives its key back, as
    nothing of it was done. Raises `KeyReusedError` where the key belongs to another request.
    """
    own = (ApiWrite.person_id == by.person_id, ApiWrite.institution_id == by.institution_id)
    session.execute(sa.delete(ApiWrite).where(*own, ApiWrite.at < at - KEPT))
    name = {"person_id": by.person_id, "institution_id": by.institution_id, "key": key}
    claimed = session.execute(
        insert_into(ApiWrite)
        .values(**name, digest=digest, status=0, answer={}, at=at)
        .on_conflict_do_nothing(index_elements=list(name))
        .returning(ApiWrite.id)
    )
    if claimed.first() is not None:
        return None
    found = session.scalars(sa.select(ApiWrite).where(*own, ApiWrite.key == key)).one()
    if found.digest != digest:
        raise KeyReusedError
    return found


def keep_answer(*, by: Actor, key: str, status: int, answer: dict[str, Any]) -> None:
    """Keep what the request of this key was answered."""
    session.execute(
        sa.update(ApiWrite)
        .where(ApiWrite.person_id == by.person_id, ApiWrite.institution_id == by.institution_id, ApiWrite.key == key)
        .values(status=status, answer=answer)
    )
