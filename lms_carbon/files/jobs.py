"""Once a day: leftovers of broken uploads, and bytes that no row knows, go away."""

from datetime import timedelta

import structlog

from lms_carbon.core.clock import now
from lms_carbon.core.jobs import Job
from lms_carbon.core.transaction import transaction
from lms_carbon.files.services.storage import sweep

log = structlog.get_logger("lms_carbon.files.jobs")


def tidy_files() -> None:
    """Remove what was left behind more than a day ago."""
    with transaction(write=False):
        removed = sweep(older_than=now() - timedelta(days=1))
    log.info("files tidied", removed=removed)


JOBS = (Job(name="tidy_files", run=tidy_files, every=timedelta(days=1)),)
