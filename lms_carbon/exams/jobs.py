"""What the scheduler does for exams."""

from datetime import timedelta

import structlog

from lms_carbon.core.clock import now
from lms_carbon.core.jobs import Job
from lms_carbon.core.transaction import transaction
from lms_carbon.exams.queries.standings import list_overdue
from lms_carbon.exams.rules.states import SubmittedBy
from lms_carbon.exams.services.submission import submit_attempt

log = structlog.get_logger("lms_carbon.exams")


def submit_overdue() -> None:
    """Submit for those who are gone: what they had saved counts. One transaction each, so one fault stops no other."""
    with transaction(write=False):
        overdue = list_overdue()
    for attempt_id in overdue:
        try:
            with transaction():
                done = submit_attempt(attempt_id=attempt_id, by=SubmittedBy.SCHEDULER, at=now())
        except Exception:
            log.exception("attempt not submitted", attempt=attempt_id)
        else:
            log.info("attempt submitted", attempt=attempt_id, made_now=done.made_now)


JOBS = (Job(name="exams.submit_overdue", run=submit_overdue, every=timedelta(seconds=5)),)
