"""What the question bank does outside requests: reading the files that were handed in."""

from datetime import timedelta
from typing import Final

from lms_carbon.core.clock import now
from lms_carbon.core.jobs import Job
from lms_carbon.core.transaction import transaction
from lms_carbon.question_bank.services.imports import JOB, run_import, waiting_imports


def run_imports() -> None:
    """Work off the imports that wait, one after the other; each opens its own transactions."""
    with transaction(write=False):
        waiting = waiting_imports(at=now())
    for import_id in waiting:
        run_import(import_id=import_id)


JOBS: Final = [Job(JOB, run_imports, timedelta(minutes=1))]
