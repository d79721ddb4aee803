"""What the scheduler does for results."""

from datetime import timedelta

import structlog

from lms_carbon.core.clock import now
from lms_carbon.core.jobs import Job
from lms_carbon.core.transaction import transaction
from lms_carbon.results.queries.aggregations import is_stale, list_stale_cycles
from lms_carbon.results.services.aggregation import aggregate_cycle, lock_cycle

log = structlog.get_logger("lms_carbon.results")


def aggregate_closed() -> None:
    """Aggregate closed cycles whose ledger has changed since; one transaction each, so one fault stops no other.

    Whatever happened while no scheduler ran is in the ledger, so the first run after a week sees all of it. Of two
    schedulers one holds the cycle; the other looks again once it is free and finds nothing to do.
    """
    with transaction(write=False):
        stale = list_stale_cycles()
    for cycle_id in stale:
        try:
            with transaction():
                lock_cycle(cycle_id)
                if is_stale(cycle_id):
                    aggregation = aggregate_cycle(cycle_id=cycle_id, by=None, at=now())
                    log.info("cycle aggregated", cycle=cycle_id, run=aggregation.number)
        except Exception:
            log.exception("cycle not aggregated", cycle=cycle_id)


JOBS = (Job(name="results.aggregate_closed", run=aggregate_closed, every=timedelta(seconds=30)),)
