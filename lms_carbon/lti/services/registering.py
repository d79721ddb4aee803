"""Dynamic registration: ask the platform what it is, register the tool there, keep what came of it."""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog

from lms_carbon.core.db import session
from lms_carbon.core.settings import current_settings
from lms_carbon.lti.http import Answer, FetchError, fetch, is_demo
from lms_carbon.lti.models.registrations import PlatformInvitation, Registration
from lms_carbon.lti.platform_errors import PlatformDocumentError, PlatformRefusesError, PlatformSilentError
from lms_carbon.lti.rules.registering import Granted, PlatformDocument, read_granted, read_platform, registration_body
from lms_carbon.lti.services.invites import Invited
from lms_carbon.lti.services.platforms import add_deployment, edit_platform
from lms_carbon.lti.services.registrations import add_registration

log = structlog.get_logger("lms_carbon.lti")


def ask_platform(*, configuration_url: str, token: str) -> PlatformDocument:
    """Fetch and read the platform's configuration. Outside any transaction.

    Raises `PlatformSilentError`, `PlatformRefusesError`, `PlatformDocumentError`.
    """
    answer = _fetch("GET", configuration_url, token)
    return read_platform(_document(answer), source=configuration_url, demo=is_demo())


def register_tool(platform: PlatformDocument, *, token: str) -> Granted:
    """Register the tool at the platform. Outside any transaction; raises as `ask_platform`."""
    body = registration_body(platform, url=current_settings().public_url)
    answer = _fetch("POST", platform.registration_url, token, json.dumps(body, ensure_ascii=False).encode())
    return read_granted(_document(answer))


def _fetch(method: str, url: str, token: str, data: bytes | None = None) -> Answer:
    headers = {"Accept": "application/json"}
    if data is not None:
        headers["Content-Type"] = "application/json"
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        answer = fetch(method, url, headers=headers, data=data)
    except FetchError as problem:
        log.warning("platform silent at registration", url=url, problem=str(problem))
        raise PlatformSilentError from problem
    if answer.status not in (200, 201):
        said = answer.body[:300].decode("utf-8", "replace")  # for the log alone: it is the platform's text
        log.warning("platform refused registration", url=url, status=answer.status, answer=said)
        raise PlatformRefusesError(status=answer.status)
    return answer


def _document(answer: Answer) -> Any:
    try:
        return answer.json()
    except FetchError as problem:
        raise PlatformDocumentError(lacks="JSON") from problem


def keep_platform(
    *, invited: Invited, platform: PlatformDocument, granted: Granted, page_origin: str | None, at: datetime
) -> Registration:
    """Write the registration that the platform made. One that it made anew under the same client id is changed.

    `page_origin` is where the platform's page with our frame is. Raises `RegistrationExistsError` where another
    institution has it, or where it was ended.
    """
    known = session.scalar(
        sa.select(Registration).where(
            Registration.issuer == platform.issuer,
            Registration.client_id == granted.client_id,
            Registration.institution_id == invited.institution_id,
            Registration.ended_at.is_(None),
        )
    )
    told = _told(platform, granted, page_origin)
    if known is None:
        kept = add_registration(
            by=None,
            institution_id=invited.institution_id,
            name=platform.name,
            issuer=platform.issuer,
            client_id=granted.client_id,
            deployment_ids=[granted.deployment_id] if granted.deployment_id else [],
            at=at,
            **told,
        )
    else:
        kept = known
        told["frame_origins"] = told["frame_origins"] or known.frame_origins
        edit_platform(by=None, registration=kept, at=at, **told)
        if granted.deployment_id:
            add_deployment(by=None, registration=kept, deployment_id=granted.deployment_id, at=at)
    session.execute(
        sa.update(PlatformInvitation).where(PlatformInvitation.id == invited.id).values(registration_id=kept.id)
    )
    return kept


def _told(platform: PlatformDocument, granted: Granted, page_origin: str | None) -> dict[str, Any]:
    return {
        "auth_login_url": platform.auth_login_url,
        "auth_token_url": platform.auth_token_url,
        "key_set_url": platform.key_set_url,
        "auth_audience": platform.auth_audience,
        "frame_origins": [page_origin] if page_origin else [],
        "product": platform.product or None,
        "granted_scopes": granted.scopes,
    }
