"""Activities and steps of paths, put there without a result."""

import sqlalchemy as sa

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.cycles.models import Candidacy
from lms_carbon.paths.models import Activity, Path, PathStep
from lms_carbon.paths.rules import StepState


def activity_ids(institution_id: int) -> dict[str, int]:
    """Return code → id of an institution's activities."""
    query = sa.select(Activity.code, Activity.id).where(Activity.institution_id == institution_id)
    return {row.code: row.id for row in session.execute(query)}


def waiting_step(candidacy_id: int, code: str = "job-consulting-plan") -> PathStep:
    """Put an activity there that waits for confirmation, in the caller's transaction."""
    candidacy = session.get_one(Candidacy, candidacy_id)
    shared = {"institution_id": candidacy.institution_id}
    path = Path(**shared, candidacy_id=candidacy.id, person_id=candidacy.person_id, made_at=now())
    session.add(path)
    session.flush()
    step = PathStep(
        **shared,
        path_id=path.id,
        activity_id=activity_ids(candidacy.institution_id)[code],
        state=StepState.WAITING,
        started_at=now(),
        done_at=now(),
        note="The plan is in use.",
    )
    session.add(step)
    session.flush()
    return step
