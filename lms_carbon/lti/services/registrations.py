"""Registrations: which platforms may launch, and the key pair that we sign with towards each."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from joserfc.jwk import RSAKey

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.core.transaction import independent, transaction
from lms_carbon.core.vault import seal, unseal
from lms_carbon.lti.caches import caches
from lms_carbon.lti.gradebook import Access
from lms_carbon.lti.http import is_demo
from lms_carbon.lti.models.registrations import Deployment, KeyState, Registration, ToolKey
from lms_carbon.lti.platform_errors import NoInstitutionError, RegistrationExistsError, RegistrationInputError
from lms_carbon.lti.queries import platform_addresses
from lms_carbon.lti.rules.addresses import is_usable, origin_of
from lms_carbon.people.models.persons import Institution
from lms_carbon.people.services.audit import record_act

KEY_PURPOSE = "lti tool key"


def add_registration(
    *,
    by: Actor | None,
    institution_id: int,
    name: str,
    issuer: str,
    client_id: str,
    auth_login_url: str,
    auth_token_url: str,
    key_set_url: str,
    deployment_ids: Sequence[str],
    auth_audience: str | None = None,
    frame_origins: Sequence[str] = (),
    product: str | None = None,
    granted_scopes: list[str] | None = None,
    at: datetime,
) -> Registration:
    """Register a platform and make the key pair for it. Without deployments, what launches is kept to be confirmed.

    Raises `RegistrationExistsError` for a pair of issuer and client id that is here, `RegistrationInputError` for an
    address that is not https (in the demo http will do).
    """
    addresses = {"auth_login_url": auth_login_url, "auth_token_url": auth_token_url, "key_set_url": key_set_url}
    check_addresses(addresses, frame_origins)
    known = sa.select(Registration.id).where(Registration.issuer == issuer, Registration.client_id == client_id)
    if session.scalar(known) is not None:
        raise RegistrationExistsError(issuer=issuer, client_id=client_id)
    registration = Registration(
        institution_id=institution_id,
        name=name,
        issuer=issuer,
        client_id=client_id,
        auth_audience=auth_audience,
        frame_origins=[origin_of(origin) for origin in frame_origins],
        product=product,
        granted_scopes=granted_scopes,
        learns_deployments=not deployment_ids,
        created_at=at,
        **addresses,
    )
    session.add(registration)
    session.flush()
    _add_deployments(registration, deployment_ids, at=at)
    make_key(registration=registration, state=KeyState.ACTIVE, at=at)
    record_act(
        by=by,
        institution_id=institution_id,
        action="platform.add",
        object_type="registration",
        object_id=registration.id,
        detail={"issuer": issuer, "client_id": client_id, "deployments": list(deployment_ids)},
        at=at,
    )
    session.flush()
    caches().registrations.clear()
    caches().origins.clear()
    return registration


def _add_deployments(registration: Registration, deployment_ids: Sequence[str], *, at: datetime) -> None:
    session.add_all(
        Deployment(
            institution_id=registration.institution_id,
            registration_id=registration.id,
            deployment_id=deployment_id,
            created_at=at,
        )
        for deployment_id in dict.fromkeys(deployment_ids)
    )


def check_addresses(addresses: Mapping[str, str], frame_origins: Sequence[str]) -> None:
    """Raise `RegistrationInputError` for the first address that cannot be used."""
    for field, url in addresses.items():
        if not is_usable(url, demo=is_demo()):
            raise RegistrationInputError(name=field, value=url)
    for origin in frame_origins:
        if origin_of(origin) is None:
            raise RegistrationInputError(name="frame_origin", value=origin)


def end_registration(*, by: Actor | None, registration_id: int, at: datetime) -> None:
    """Let a platform launch no more. What it brought stays; ending twice changes nothing."""
    registration = session.get_one(Registration, registration_id)
    if registration.ended_at is not None:
        return
    registration.ended_at = at
    record_act(
        by=by,
        institution_id=registration.institution_id,
        action="platform.end",
        object_type="registration",
        object_id=registration.id,
        at=at,
    )
    session.flush()
    caches().registrations.clear()
    caches().origins.clear()


def make_key(*, registration: Registration, state: KeyState, at: datetime) -> ToolKey:
    """Make a key pair (RSA 2048) of this registration's own; the private half rests sealed."""
    key = RSAKey.generate_key(2048, auto_kid=False)
    kid = key.thumbprint()
    public = {"use": "sig", "alg": "RS256", **key.as_dict(private=False), "kid": kid}
    made = ToolKey(
        institution_id=registration.institution_id,
        registration_id=registration.id,
        kid=kid,
        private_key=seal(key.as_pem(private=True), purpose=KEY_PURPOSE),
        public_jwk=json.loads(json.dumps(public)),
        state=state,
        created_at=at,
    )
    session.add(made)
    session.flush()
    return made


def signing_key(registration_id: int) -> RSAKey:
    """Return the private key that signs towards this registration, with its kid."""
    row = session.execute(
        sa.select(ToolKey.kid, ToolKey.private_key)
        .where(ToolKey.registration_id == registration_id, ToolKey.state == KeyState.ACTIVE)
        .order_by(ToolKey.id.desc())
        .limit(1)
    ).one()
    return RSAKey.import_key(unseal(row.private_key, purpose=KEY_PURPOSE), {"kid": row.kid})


def access_to(registration: Registration) -> Access:
    """Return how we show a platform who we are; the key is read in a transaction of its own, when it is needed."""
    return Access(
        registration_id=registration.id,
        client_id=registration.client_id,
        token_url=registration.auth_token_url,
        audience=registration.auth_audience or registration.auth_token_url,
        key=partial(read_signing_key, registration.id),
    )


def read_signing_key(registration_id: int) -> RSAKey:
    """Return the private key as `signing_key` does, outside transactions."""
    with transaction(write=False):
        return signing_key(registration_id)


def institution_called(slug: str) -> int:
    """Return the institution's id; raises `NoInstitutionError`."""
    found = session.scalar(sa.select(Institution.id).where(Institution.slug == slug))
    if found is None:
        raise NoInstitutionError(slug=slug)
    return found


def framing_origins() -> list[str]:
    """Return which origins may show the tool in a frame: those of the registered platforms. Asked once a minute."""

    def look() -> list[str]:
        with independent(write=False) as connection:
            rows = platform_addresses(connection)
        found = {origin_of(url) for issuer, login, more in rows for url in (issuer, login, *more)}
        return sorted(origin for origin in found if origin)

    return caches().origins.find("all", look) or []
