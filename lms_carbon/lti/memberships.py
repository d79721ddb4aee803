"""What we ask of a platform's roster: a token, and page after page of members. Never inside a transaction."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from lms_carbon.lti.errors import RosterRefusedError, RosterUnreachableError
from lms_carbon.lti.gradebook import Access, NoTokenError, call_platform
from lms_carbon.lti.http import FetchError
from lms_carbon.lti.rules.addresses import merge_query, origin_of
from lms_carbon.lti.rules.claims import SCOPE_ROSTER
from lms_carbon.lti.rules.rosters import (
    MOST_MEMBERS,
    MOST_PAGES,
    PAGE_SIZE,
    ROSTER_TYPE,
    ListedMember,
    Roster,
    next_page,
    read_members,
)

log = structlog.get_logger("lms_carbon.lti")


def fetch_members(access: Access, url: str, *, at: datetime, link: str | None = None) -> Roster:
    """Return all members of a course, each once; raises `RosterRefusedError`, `RosterUnreachableError`.

    `link` keeps to those who may open that resource link, by the platform's id of it (NRPS 3.1).

    A page that leads to another host ends the reading: our token is for this platform alone.
    """
    found: dict[str, ListedMember] = {}
    asked: set[str] = set()
    page: str | None = merge_query(url, {"limit": str(PAGE_SIZE)} | ({"rlid": link} if link else {}))
    whole = True
    while page is not None and len(asked) < MOST_PAGES and len(found) < MOST_MEMBERS:
        asked.add(page)
        members, following = _fetch_page(access, page, at)
        found.update({member.subject: member for member in members})
        if following in asked or (following and origin_of(following) != origin_of(url)):
            log.warning("roster leads astray", registration=access.registration_id, page=page)
            following, whole = None, False
        page = following
    kept = list(found.values())[:MOST_MEMBERS]
    return Roster(members=kept, whole=whole and page is None and len(kept) == len(found))


def _fetch_page(access: Access, page: str, at: datetime) -> tuple[Sequence[ListedMember], str | None]:
    try:
        answer = call_platform(access, SCOPE_ROSTER, "GET", page, at, headers={"Accept": ROSTER_TYPE})
        if answer.status in (401, 403):
            raise RosterRefusedError
        members = read_members(answer.json()) if answer.status == 200 else None
    except NoTokenError as problem:
        log.warning("no token", registration=access.registration_id, problem=str(problem))
        raise RosterRefusedError from problem
    except FetchError as problem:
        log.warning("roster unreachable", registration=access.registration_id, problem=str(problem))
        raise RosterUnreachableError from problem
    if members is None:
        log.warning("no roster", registration=access.registration_id, status=answer.status)
        raise RosterUnreachableError
    return members, next_page(answer.headers.get("Link"))
