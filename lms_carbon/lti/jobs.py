"""What LTI does outside requests: scores go to gradebooks, old logins go away."""

import random
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from lms_carbon.core.clock import now
from lms_carbon.core.jobs import Job
from lms_carbon.core.settings import current_settings
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.gradebook import Access, Columns, NoTokenError, Sending, send_score
from lms_carbon.lti.http import FetchError
from lms_carbon.lti.line_items import NoColumnError, Wanted, find_or_make
from lms_carbon.lti.rules.reviews import review_link
from lms_carbon.lti.rules.scores import HandedIn, Outcome, Verdict, is_away, next_stamp
from lms_carbon.lti.services.columns import (
    columns_to_seek,
    fill_column,
    note_column,
    platforms_to_seek,
    queue_for_newcomers,
    unfilled_columns,
)
from lms_carbon.lti.services.logins import sweep_logins
from lms_carbon.lti.services.outbox import (
    LEASE,
    Due,
    claim_platform,
    keep_platform,
    next_due,
    note_outcome,
    platforms_with_due_scores,
    still_due,
)
from lms_carbon.lti.services.registrations import read_signing_key
from lms_carbon.lti.services.rosters import courses_to_read, refresh_roster
from lms_carbon.lti.services.scores import SEND_SCORES

SEEK_AGAIN: Final = timedelta(minutes=10)
SEEK_LATER: Final = timedelta(days=1)

log = structlog.get_logger("lms_carbon.lti")


def send_scores() -> None:
    """Send what is due. Each score is noted in a transaction of its own; nothing is asked of a platform inside one."""
    with transaction(write=False):
        platforms = platforms_with_due_scores(at=now())
    for registration_id in platforms:
        with transaction():
            lease = claim_platform(registration_id=registration_id, at=now())
        if lease is not None:
            _send_to(registration_id, lease)


def _send_to(registration_id: int, lease: datetime) -> None:
    """Send a platform's scores one after the other until none is due, the platform is away, or the lease is lost."""
    faults, away, columns = 0, False, Columns()
    while not away:
        with transaction(write=False):
            batch = next_due(registration_id=registration_id, at=now())
        columns.expect(due.line_item for due in batch)
        for waiting in batch:
            if lease < now() + LEASE / 2:
                until = now() + LEASE
                with transaction():
                    if not keep_platform(registration_id=registration_id, lease=lease, until=until):
                        return
                lease = until
            with transaction(write=False):
                due = still_due(waiting)
            if due is None:
                continue
            verdict = _send(due, columns, faults=faults)
            faults = faults + 1 if verdict.outcome is Outcome.LATER else 0
            away = is_away(verdict, faults=faults)
            if away:
                break
        if not batch:
            break
    with transaction():
        keep_platform(registration_id=registration_id, lease=lease, until=None)


def _send(due: Due, columns: Columns, *, faults: int) -> Verdict:
    stamp = next_stamp(now(), due.last_sent_at)
    verdict = send_score(
        _access(due),
        Sending(
            line_item=due.line_item,
            subject=due.subject,
            score=due.score,
            comment=due.comment,
            ours=due.ours,
            overwrites=due.overwrites,
            handed_in=HandedIn(
                at=due.handed_in_at, link=review_link(f"{current_settings().public_url}/lti/launch", due.subject)
            )
            if due.handed_in_at is not None
            else None,
        ),
        stamp=stamp,
        at=now(),
        columns=columns,
    )
    with transaction():
        note_outcome(
            due=due,
            verdict=verdict,
            stamp=stamp,
            chance=random.random(),  # noqa: S311 - jitter
            at=now(),
            goes_on=not is_away(verdict, faults=faults + 1),
        )
    return verdict


def _access(asked: Due | Wanted) -> Access:
    return Access(
        registration_id=asked.registration_id,
        client_id=asked.client_id,
        token_url=asked.token_url,
        audience=asked.audience,
        key=partial(read_signing_key, asked.registration_id),
    )


def seek_columns() -> None:
    """Look for columns where activities with scores have none. One asks a platform at a time: none is made twice."""
    with transaction(write=False):
        platforms = platforms_to_seek(at=now())
    for registration_id in platforms:
        with transaction():
            lease = claim_platform(registration_id=registration_id, at=now())
            wanted = columns_to_seek(registration_id=registration_id, at=now()) if lease else []
        for column in wanted:
            if lease is None or lease < now() + LEASE / 2:
                break  # the rest with the next run
            _seek(column)
        if lease is not None:
            with transaction():
                keep_platform(registration_id=registration_id, lease=lease, until=None)


def _seek(wanted: Wanted) -> None:
    url: str | None = None
    again: timedelta | None = SEEK_AGAIN
    try:
        url = find_or_make(_access(wanted), wanted, at=now())
        again = None if url else SEEK_LATER
    except (NoTokenError, NoColumnError) as problem:
        again = SEEK_LATER
        log.warning("no column", registration=wanted.registration_id, link=wanted.link_id, problem=str(problem))
    except FetchError as problem:
        log.warning("gradebook unreachable", registration=wanted.registration_id, problem=str(problem))
    with transaction():
        note_column(wanted=wanted, url=url, again_at=now() + again if again else None, at=now())


def fill_columns() -> None:
    """Queue the scores that were out before their column, or the person in its course, was known."""
    with transaction(write=False):
        columns = unfilled_columns()
    for line_item_id in columns:
        with transaction():
            fill_column(line_item_id=line_item_id, at=now())
    with transaction():
        queue_for_newcomers(at=now())


def read_rosters() -> None:
    """Read again who is in the courses that people come from."""
    with transaction(write=False):
        courses = courses_to_read(at=now())
    for course_id in courses:
        refresh_roster(course_id=course_id, at=now())


def forget_logins() -> None:
    """Delete logins of yesterday."""
    with transaction():
        sweep_logins(at=now())


JOBS = (
    Job(SEND_SCORES, send_scores, timedelta(seconds=10)),
    Job("lti.seek_columns", seek_columns, timedelta(minutes=1)),
    Job("lti.fill_columns", fill_columns, timedelta(minutes=1)),
    Job("lti.read_rosters", read_rosters, timedelta(minutes=10)),
    Job("lti.forget_logins", forget_logins, timedelta(hours=1)),
)
