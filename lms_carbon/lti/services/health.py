"""Look at a platform from here: its keyset, its token endpoint, its clock, and what came and went lately."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
import structlog

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.lti.gradebook import Access, request_token
from lms_carbon.lti.http import Answer, FetchError, fetch
from lms_carbon.lti.keysets import read_keyset
from lms_carbon.lti.models.launches import Course, Launch
from lms_carbon.lti.models.registrations import Deployment, Registration
from lms_carbon.lti.models.scores import DeliveryState, LineItem, ScoreDelivery
from lms_carbon.lti.rules.health import (
    Check,
    judge_clock,
    judge_keyset,
    judge_launches,
    judge_places,
    judge_rosters,
    judge_scopes,
    judge_scores,
    judge_token,
    scopes_in,
)
from lms_carbon.lti.rules.platforms import SCOPES, missing_scopes
from lms_carbon.lti.services.registrations import access_to

log = structlog.get_logger("lms_carbon.lti")


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What came from a platform and went there."""

    launching: int
    waiting: int
    last_launch_at: datetime | None
    last_score_at: datetime | None
    late: int
    """Scores that wait after at least one try."""
    refused: int
    rosters: int
    """Courses whose roster is offered."""
    unread: int
    """Those of them where the last reading failed."""


def read_traffic(registration: Registration) -> Traffic:
    """Return what the rows tell of a platform. Three queries."""
    waiting = sum(place.pending_since is not None for place in registration.deployments)
    last = session.scalar(
        sa.select(sa.func.max(Launch.created_at))
        .join(Deployment, Deployment.id == Launch.deployment_id)
        .where(Deployment.registration_id == registration.id)
    )
    late = sa.and_(ScoreDelivery.state == DeliveryState.WAITING, ScoreDelivery.tries > 0)
    refused = ScoreDelivery.state == DeliveryState.REFUSED
    scores = session.execute(
        sa.select(
            sa.func.max(ScoreDelivery.sent_at).label("last"),
            sa.func.count(sa.case((late, 1))).label("late"),
            sa.func.count(sa.case((refused, 1))).label("refused"),
        )
        .join(LineItem, LineItem.id == ScoreDelivery.line_item_id)
        .where(LineItem.registration_id == registration.id)
    ).one()
    rosters = session.execute(
        sa.select(sa.func.count(Course.id).label("offered"), sa.func.count(Course.roster_problem).label("unread"))
        .join(Deployment, Deployment.id == Course.deployment_id)
        .where(Deployment.registration_id == registration.id, Course.roster_url.is_not(None))
    ).one()
    return Traffic(
        launching=len(registration.deployments) - waiting,
        waiting=waiting,
        last_launch_at=last,
        last_score_at=scores.last,
        late=scores.late,
        refused=scores.refused,
        rosters=rosters.offered,
        unread=rosters.unread,
    )


def check_platform(registration: Registration, traffic: Traffic) -> list[Check]:
    """Ask the platform and judge all of it. Outside any transaction: it may not answer for half a minute."""
    checks = [*_check_keyset(registration.key_set_url), *_check_token(registration)]
    return [
        *checks,
        judge_places(launching=traffic.launching, waiting=traffic.waiting),
        judge_launches(traffic.last_launch_at, at=now()),
        judge_scores(last=traffic.last_score_at, late=traffic.late, refused=traffic.refused),
        judge_rosters(offered=traffic.rosters, unread=traffic.unread),
    ]


def _check_keyset(url: str) -> list[Check]:
    try:
        answer = fetch("GET", url)
    except FetchError as problem:
        log.info("health: keyset", url=url, problem=str(problem))
        return [judge_keyset(None, None)]
    clock = judge_clock(answer.headers.get("Date"), at=now())
    try:
        found: int | None = len(read_keyset(answer))
    except FetchError:
        found = None
    return [judge_keyset(answer.status, found), *([clock] if clock else [])]


def _check_token(registration: Registration) -> list[Check]:
    access = access_to(registration)
    asked = [scope for scope in SCOPES if scope not in missing_scopes(registration.granted_scopes)]
    try:
        answer = request_token(access, " ".join(asked), at=now())
        if answer.status == 400:  # some refuse all for one scope that they do not grant (RFC 6749 5.2, invalid_scope)
            return _check_each_scope(access, answer)
        document = answer.json() if answer.status == 200 else None
    except FetchError as problem:
        log.info("health: token", url=access.token_url, problem=str(problem))
        return [judge_token(None)]
    if answer.status != 200:
        log.info("health: token", url=access.token_url, status=answer.status, answer=_shown(answer))
        return [judge_token(answer.status)]
    granted = scopes_in(document, asked=asked)
    return [judge_token(200), judge_scopes([scope for scope in SCOPES if scope not in granted])]


def _check_each_scope(access: Access, refused: Answer) -> list[Check]:
    """Ask for one scope at a time; raises `FetchError`."""
    granted = [scope for scope in SCOPES if request_token(access, scope, at=now()).status == 200]
    if not granted:
        log.info("health: token", url=access.token_url, status=refused.status, answer=_shown(refused))
        return [judge_token(refused.status)]
    return [judge_token(200), judge_scopes([scope for scope in SCOPES if scope not in granted])]


def _shown(answer: Answer) -> str:
    return answer.body[:300].decode("utf-8", "replace")
