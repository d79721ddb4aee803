"""What the scheduler does for cycles."""

from datetime import timedelta

import structlog

from lms_carbon.core.clock import now
from lms_carbon.core.jobs import Job
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.queries import list_due_cycles
from lms_carbon.cycles.services.closing import close_if_due

log = structlog.get_logger("lms_carbon.cycles")


def close_due() -> None:
    """End cycles whose time has come and close those that nothing holds up any more, however long that is ago.

    One transaction each, so one fault stops no other; whoever comes second finds the state changed.
    """
    with transaction(write=False):
        due = list_due_cycles()
    for cycle_id in due:
        try:
            with transaction():
                state = close_if_due(cycle_id=cycle_id, at=now())
        except Exception:
            log.exception("cycle not closed", cycle=cycle_id)
        else:
            log.info("cycle looked at", cycle=cycle_id, state=state)


JOBS = (Job(name="cycles.close_due", run=close_due, every=timedelta(seconds=30)),)
