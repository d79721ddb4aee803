"""What the scheduler does for practicals."""

from datetime import timedelta

import structlog

from lms_carbon.core.clock import now
from lms_carbon.core.jobs import Job
from lms_carbon.core.transaction import transaction
from lms_carbon.practicals.queries.standings import list_overdue
from lms_carbon.practicals.rules.states import SubmittedBy
from lms_carbon.practicals.services.submission import submit_sheet

log = structlog.get_logger("lms_carbon.practicals")


def submit_overdue() -> None:
    """Hand in for those who did not: what they had saved counts. One transaction each, so one fault stops no other."""
    with transaction(write=False):
        overdue = list_overdue()
    for sheet_id in overdue:
        try:
            with transaction():
                submit_sheet(sheet_id=sheet_id, by=SubmittedBy.SCHEDULER, at=now())
        except Exception:
            log.exception("sheet not handed in", sheet=sheet_id)
        else:
            log.info("sheet handed in", sheet=sheet_id)


JOBS = (Job(name="practicals.submit_overdue", run=submit_overdue, every=timedelta(seconds=30)),)
