"""Rotation of the key pairs that we sign with: announced first, then used, published for a while after.

A platform may keep our keyset for as long as its Cache-Control says (security framework 6.4), so a key that signs the
moment it is published would be unknown to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.lti.models.registrations import KeyState, Registration, ToolKey
from lms_carbon.lti.queries import RETIRED_SHOWN
from lms_carbon.lti.services.registrations import make_key
from lms_carbon.people.services.audit import record_act

ANNOUNCED: Final = timedelta(hours=2)
"""How long a key is published before it signs: twice the life of our keyset in platforms' caches."""


@dataclass(frozen=True)
class Rotation:
    """What became of one registration's keys: `active` signs now, `next` is announced."""

    registration: Registration
    active: str
    next: str | None
    changed: bool
    """True where another key signs than before."""


@dataclass(frozen=True)
class Standing:
    """How the keys of one registration stand: the announced one may sign from `ready_at` on."""

    kid: str
    announced_at: datetime | None
    ready_at: datetime | None
    ready: bool


def find_standing(*, registration_id: int, at: datetime) -> Standing | None:
    """Return how a registration's keys stand; None where none signs. One query."""
    keys = session.scalars(
        sa.select(ToolKey)
        .where(ToolKey.registration_id == registration_id, ToolKey.state != KeyState.RETIRED)
        .order_by(ToolKey.id)
    ).all()
    active = [key for key in keys if key.state is KeyState.ACTIVE]
    coming = next((key for key in keys if key.state is KeyState.NEXT), None)
    if not active:
        return None
    announced_at = coming.created_at if coming else None
    ready_at = announced_at + ANNOUNCED if announced_at else None
    ready = ready_at is not None and at >= ready_at
    return Standing(active[-1].kid, announced_at, ready_at, ready)


def rotate_keys(
    *, by: Actor | None, registrations: Sequence[Registration], leaked: bool, at: datetime
) -> list[Rotation]:
    """Let the next key of each registration sign and announce the one after it.

    Where none was announced long enough, one is announced and nothing changes yet. `leaked`: a new key signs at once,
    and the keys before it leave the keyset; platforms that keep our keyset refuse us until they fetch it again.
    """
    return [_rotate(by, registration, leaked=leaked, at=at) for registration in registrations]


def _rotate(by: Actor | None, registration: Registration, *, leaked: bool, at: datetime) -> Rotation:
    # The registration and not its keys: a key that is not there yet has no lock, and two would each announce one.
    session.execute(sa.select(Registration.id).where(Registration.id == registration.id).with_for_update())
    keys = session.scalars(
        sa.select(ToolKey)
        .where(ToolKey.registration_id == registration.id, ToolKey.state != KeyState.RETIRED)
        .order_by(ToolKey.id)
        .execution_options(populate_existing=True)
    ).all()
    active = [key for key in keys if key.state is KeyState.ACTIVE]
    coming = next((key for key in keys if key.state is KeyState.NEXT), None)
    if leaked:
        for key in keys:
            _retire(key, at=at - RETIRED_SHOWN)  # out of the keyset at once
        signing = make_key(registration=registration, state=KeyState.ACTIVE, at=at)
        announced: ToolKey | None = None
    elif coming is None or at - coming.created_at < ANNOUNCED:
        made = coming or make_key(registration=registration, state=KeyState.NEXT, at=at)
        if coming is None:
            _note(by, registration, "key.announce", {"kid": made.kid}, at=at)
        return Rotation(registration, active[-1].kid, made.kid, changed=False)
    else:
        for key in active:
            _retire(key, at=at)
        coming.state = KeyState.ACTIVE
        signing, announced = coming, make_key(registration=registration, state=KeyState.NEXT, at=at)
    before = [key.kid for key in active]
    _note(by, registration, "key.rotate", {"before": before, "after": signing.kid, "leaked": leaked}, at=at)
    session.flush()
    return Rotation(registration, signing.kid, announced.kid if announced else None, changed=True)


def _retire(key: ToolKey, *, at: datetime) -> None:
    key.state, key.retired_at = KeyState.RETIRED, at


def _note(
    by: Actor | None, registration: Registration, action: str, detail: dict[str, object], *, at: datetime
) -> None:
    record_act(
        by=by,
        institution_id=registration.institution_id,
        action=action,
        object_type="registration",
        object_id=registration.id,
        detail=detail,
        at=at,
    )
