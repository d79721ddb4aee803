"""What LTI does outside requests: scores go to gradebooks, old logins go away."""

import random
from datetime import datetime, timedelta
from functools import partial

from joserfc.jwk import RSAKey

from lms_carbon.core.clock import now
from lms_carbon.core.jobs import Job
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.gradebook import Access, Sending, send_score
from lms_carbon.lti.rules.scores import Outcome, Verdict, is_away, next_stamp
from lms_carbon.lti.services.columns import fill_column, queue_for_newcomers, unfilled_columns
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
from lms_carbon.lti.services.registrations import signing_key
from lms_carbon.lti.services.rosters import courses_to_read, refresh_roster
from lms_carbon.lti.services.scores import SEND_SCORES


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
    faults, away = 0, False
    while not away:
        with transaction(write=False):
            batch = next_due(registration_id=registration_id, at=now())
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
            verdict = _send(due, faults=faults)
            faults = faults + 1 if verdict.outcome is Outcome.LATER else 0
            away = is_away(verdict, faults=faults)
            if away:
                break
        if not batch:
            break
    with transaction():
        keep_platform(registration_id=registration_id, lease=lease, until=None)


def _send(due: Due, *, faults: int) -> Verdict:
    stamp = next_stamp(now(), due.last_sent_at)
    access = Access(
        registration_id=due.registration_id,
        client_id=due.client_id,
        token_url=due.token_url,
        audience=due.audience,
        key=partial(_key, due.registration_id),
    )
    verdict = send_score(
        access,
        Sending(
            line_item=due.line_item,
            subject=due.subject,
            score=due.score,
            comment=due.comment,
            ours=due.ours,
            overwrites=due.overwrites,
        ),
        stamp=stamp,
        at=now(),
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


def _key(registration_id: int) -> RSAKey:
    with transaction(write=False):
        return signing_key(registration_id)


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
    Job("lti.fill_columns", fill_columns, timedelta(minutes=1)),
    Job("lti.read_rosters", read_rosters, timedelta(minutes=10)),
    Job("lti.forget_logins", forget_logins, timedelta(hours=1)),
)
