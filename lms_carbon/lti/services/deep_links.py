"""Picking from inside a course: a request is kept, shown, and answered once with a signed message."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from joserfc import jwt

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.hooks import ListedTarget, list_targets
from lms_carbon.core.i18n import text_in
from lms_carbon.core.identity import Actor
from lms_carbon.lti.errors import AlreadyPickedError, ClaimError
from lms_carbon.lti.http import is_demo
from lms_carbon.lti.models.launches import Launch
from lms_carbon.lti.models.placing import DeepLinkRequest, PickedItem
from lms_carbon.lti.models.registrations import Deployment, Registration
from lms_carbon.lti.queries import Platform
from lms_carbon.lti.rules.addresses import is_usable
from lms_carbon.lti.rules.claims import Message
from lms_carbon.lti.rules.deep_links import LINK, Choice, Settings, content_item, read_settings, response_claims
from lms_carbon.lti.services.registrations import signing_key
from lms_carbon.people.services.audit import record_act

_REQUEST: Final[Any] = DeepLinkRequest.__table__
MOST_PICKED: Final = 50


@dataclass(frozen=True)
class Reply:
    """What the browser posts to the platform, and where."""

    url: str
    token: str


def keep_request(platform: Platform, message: Message, *, launch_id: int, at: datetime) -> int:
    """Keep what a platform asks for and return the request's id; raises `ClaimError`.

    The platform signed where the answer goes, which with hosted platforms may be the school's own domain.
    """
    settings = read_settings(message.settings)
    if not is_usable(settings.return_url, demo=is_demo()):
        raise ClaimError("deep-link-return-url")
    kept = DeepLinkRequest(
        institution_id=platform.institution_id,
        launch_id=launch_id,
        return_url=settings.return_url,
        accept_types=list(settings.accept_types),
        accept_multiple=settings.accept_multiple,
        accept_line_item=settings.accept_line_item,
        document_targets=list(settings.document_targets),
        data=settings.data,
        created_at=at,
    )
    session.add(kept)
    session.flush()
    return kept.id


def load_request(*, by: Actor, request_id: int) -> DeepLinkRequest:
    """Return the request that this person came with; raises `NotFoundError` for others', `AlreadyPickedError`."""
    found = session.get(DeepLinkRequest, request_id)
    if found is None or found.institution_id != by.institution_id or found.launch_id != by.launch_id:
        raise NotFoundError
    if found.answered_at is not None:
        raise AlreadyPickedError
    return found


def takes_links(request: DeepLinkRequest) -> bool:
    """Tell whether the place in the platform takes activities at all (Canvas' homework takes files alone)."""
    return LINK in request.accept_types


def all_targets(institution_id: int) -> list[ListedTarget]:
    """Return what an institution has to place, by kind."""
    found = [target for answer in list_targets.ask(institution_id) for target in answer]
    return sorted(found, key=lambda target: target.order)


def answer_request(
    *,
    by: Actor,
    request_id: int,
    targets: Sequence[str],
    columns: bool,
    launch_url: str,
    icon_url: str,
    at: datetime,
    words: Callable[[str], str],
    message: Callable[[int], str | None],
    error: str | None = None,
) -> Reply:
    """Answer a request with the chosen targets, or with none, and return what is posted to the platform.

    `columns` says whether graded ones get a column of the gradebook, `words` translates message ids and `message` says
    what the platform may show for so many items. Targets that are not this institution's are left out. Raises
    `NotFoundError`, `AlreadyPickedError`.
    """
    request = load_request(by=by, request_id=request_id)
    launch = session.get_one(Launch, request.launch_id)
    chosen = _chosen(request, targets)
    _use_up(request, at)
    picked = [_keep_pick(request, launch, target, at) for target in chosen]
    settings = _settings_of(request)
    items = [
        content_item(
            _choice(target, code, language=by.language, columns=columns, words=words),
            launch_url=launch_url,
            icon_url=icon_url,
            settings=settings,
        )
        for target, code in zip(chosen, picked, strict=True)
    ]
    record_act(
        by=by,
        institution_id=request.institution_id,
        action="activities.pick",
        object_type="deep_link_request",
        object_id=request.id,
        detail={"targets": [target.target for target in chosen], "course": launch.course_id},
        at=at,
    )
    token = _sign(request, launch, items, at, message=message(len(items)), error=error)
    return Reply(request.return_url, token)


def _chosen(request: DeepLinkRequest, targets: Sequence[str]) -> list[ListedTarget]:
    if not targets or not takes_links(request):
        return []
    wanted = set(targets)
    found = [target for target in all_targets(request.institution_id) if target.target in wanted]
    return found[: MOST_PICKED if request.accept_multiple else 1]


def _use_up(request: DeepLinkRequest, at: datetime) -> None:
    """Mark the request as answered, in one statement: of two answers at once one is refused."""
    used = sa.update(_REQUEST).where(_REQUEST.c.id == request.id, _REQUEST.c.answered_at.is_(None))
    if session.execute(used.values(answered_at=at)).rowcount != 1:  # type: ignore[attr-defined]
        raise AlreadyPickedError


def _keep_pick(request: DeepLinkRequest, launch: Launch, target: ListedTarget, at: datetime) -> str:
    code = secrets.token_urlsafe(18)
    session.add(
        PickedItem(
            institution_id=request.institution_id,
            request_id=request.id,
            deployment_id=launch.deployment_id,
            course_id=launch.course_id,
            code=code,
            target=target.target,
            created_at=at,
        )
    )
    session.flush()
    return code


def _choice(target: ListedTarget, code: str, *, language: str, columns: bool, words: Callable[[str], str]) -> Choice:
    place = text_in(target.place, language)
    about = words(target.about)
    return Choice(
        target=target.target,
        code=code,
        title=text_in(target.title, language),
        text=f"{place}: {about}" if place and language == "en" else (f"{place}：{about}" if place else about),
        graded=target.graded and columns,
        window=target.window,
        opens_at=target.opens_at,
        closes_at=target.closes_at,
    )


def _settings_of(request: DeepLinkRequest) -> Settings:
    return Settings(
        return_url=request.return_url,
        accept_types=tuple(request.accept_types),
        document_targets=tuple(request.document_targets),
        accept_multiple=request.accept_multiple,
        accept_line_item=request.accept_line_item,
        data=request.data,
    )


def _sign(
    request: DeepLinkRequest,
    launch: Launch,
    items: list[dict[str, Any]],
    at: datetime,
    *,
    message: str | None,
    error: str | None,
) -> str:
    row = session.execute(
        sa.select(Registration.id, Registration.issuer, Registration.client_id, Deployment.deployment_id)
        .join(Deployment, Deployment.registration_id == Registration.id)
        .where(Deployment.id == launch.deployment_id)
    ).one()
    claims = response_claims(
        client_id=row.client_id,
        issuer=row.issuer,
        deployment_id=row.deployment_id,
        nonce=secrets.token_urlsafe(24),
        at=at,
        data=request.data,
        items=items,
        message=message,
        error=error,
    )
    key = signing_key(row.id)
    return jwt.encode({"typ": "JWT", "alg": "RS256", "kid": key.kid}, claims, key, algorithms=["RS256"])
