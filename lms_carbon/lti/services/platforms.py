"""What an administrator changes about a platform, and the places in it that a launch told of."""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from lms_carbon.core.db import insert_into, session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor, Role
from lms_carbon.lti.caches import caches
from lms_carbon.lti.models.registrations import Deployment, Registration
from lms_carbon.lti.platform_errors import RegistrationExistsError
from lms_carbon.lti.rules.addresses import origin_of
from lms_carbon.lti.services.registrations import check_addresses
from lms_carbon.people.services.audit import record_act
from lms_carbon.people.services.messages import tell_holders

WAITS: Final = mark(
    "Somebody opened the tool from the place “{place}” of “{platform}”, which nobody has confirmed yet. "
    "Confirm it, and its activities can be opened."
)
MOST_PENDING: Final = 20
"""Places of one platform that wait at a time; more than that nobody would look through."""


def get_platform(*, by: Actor, registration_id: int) -> Registration:
    """Return a platform of the actor's institution with its deployments; raises `NotFoundError`."""
    found = session.scalar(
        sa.select(Registration)
        .where(Registration.id == registration_id, Registration.institution_id == by.institution_id)
        .options(sa.orm.selectinload(Registration.deployments))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFoundError
    return found


def edit_platform(*, by: Actor | None, registration: Registration, at: datetime, **told: Any) -> None:
    """Change what a platform is known by: `name`, `issuer`, `client_id`, addresses, `frame_origins`.

    People, courses and scores hang on the registration and stay. Raises `RegistrationExistsError` where issuer and
    client id are another registration's, `RegistrationInputError` for an address that cannot be used.
    """
    check_addresses({name: url for name, url in told.items() if name.endswith("_url")}, told.get("frame_origins", ()))
    if "frame_origins" in told:
        told["frame_origins"] = [origin_of(origin) for origin in told["frame_origins"]]
    changed = {name: value for name, value in told.items() if value != getattr(registration, name)}
    if not changed:
        return
    pair = (told.get("issuer", registration.issuer), told.get("client_id", registration.client_id))
    taken = sa.select(Registration.id).where(
        Registration.issuer == pair[0], Registration.client_id == pair[1], Registration.id != registration.id
    )
    if session.scalar(taken) is not None:
        raise RegistrationExistsError(issuer=pair[0], client_id=pair[1])
    before = {name: getattr(registration, name) for name in changed}
    for name, value in changed.items():
        setattr(registration, name, value)
    _note(by, registration, "platform.edit", {"before": before, "after": changed}, at=at)
    session.flush()
    forget_platforms()


def forget_platforms() -> None:
    """Let nothing in this process go on with what a platform was known by; other processes ask again within seconds."""
    caches().registrations.clear()
    caches().origins.clear()
    caches().tokens.clear()


def add_deployment(*, by: Actor | None, registration: Registration, deployment_id: str, at: datetime) -> None:
    """Let a place launch; one that waited is confirmed, one that may already stays as it is."""
    known = next((place for place in registration.deployments if place.deployment_id == deployment_id), None)
    if known is not None:
        confirm_deployment(by=by, registration=registration, place_id=known.id, at=at)
        return
    place = Deployment(
        institution_id=registration.institution_id,
        registration_id=registration.id,
        deployment_id=deployment_id,
        created_at=at,
    )
    session.add(place)
    session.flush()
    _note(by, registration, "deployment.add", {"deployment": deployment_id}, at=at)


def confirm_deployment(*, by: Actor | None, registration: Registration, place_id: int, at: datetime) -> None:
    """Let a place launch that a launch told of; raises `NotFoundError`."""
    place = _place_of(registration, place_id)
    if place.pending_since is None:
        return
    place.pending_since = None
    _note(by, registration, "deployment.confirm", {"deployment": place.deployment_id}, at=at)
    session.flush()


def drop_deployment(*, by: Actor, registration: Registration, place_id: int, at: datetime) -> None:
    """Forget a place that waits; raises `NotFoundError`. One that launched stays: courses hang on it."""
    place = _place_of(registration, place_id)
    if place.pending_since is None:
        raise NotFoundError
    _note(by, registration, "deployment.drop", {"deployment": place.deployment_id}, at=at)
    session.delete(place)
    session.flush()


def learn_deployment(*, registration_id: int, deployment_id: str, at: datetime) -> bool:
    """Keep a place that a signed launch told of, where the platform named none; tell whether it waits now."""
    registration = session.get(Registration, registration_id)
    if registration is None or registration.ended_at is not None or not registration.learns_deployments:
        return False
    pending = Deployment.pending_since.is_not(None)
    waiting = session.scalars(
        sa.select(Deployment.deployment_id).where(Deployment.registration_id == registration_id, pending)
    ).all()
    if deployment_id in waiting:
        return True
    if len(waiting) >= MOST_PENDING:
        return False
    kept = session.execute(
        insert_into(Deployment.__table__)
        .values(
            institution_id=registration.institution_id,
            registration_id=registration_id,
            deployment_id=deployment_id,
            created_at=at,
            pending_since=at,
        )
        .on_conflict_do_nothing(index_elements=("registration_id", "deployment_id"))
    )
    if kept.rowcount:  # type: ignore[attr-defined]  # else another launch of the same place was first
        _note(None, registration, "deployment.learn", {"deployment": deployment_id}, at=at)
        tell_holders(
            role=Role.ADMINISTRATOR,
            institution_id=registration.institution_id,
            sentence=WAITS,
            params={"platform": registration.name, "place": deployment_id},
            path=f"/lti/platforms/{registration_id}",
            at=at,
        )
    return True


def _place_of(registration: Registration, place_id: int) -> Deployment:
    found = next((place for place in registration.deployments if place.id == place_id), None)
    if found is None:
        raise NotFoundError
    return found


def _note(by: Actor | None, registration: Registration, action: str, detail: dict[str, Any], *, at: datetime) -> None:
    record_act(
        by=by,
        institution_id=registration.institution_id,
        action=action,
        object_type="registration",
        object_id=registration.id,
        detail=detail,
        at=at,
    )
