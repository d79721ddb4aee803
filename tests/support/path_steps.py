"""Steps that candidates take on their paths."""

import re

import sqlalchemy as sa
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.paths.models import Activity, PathStep
from lms_carbon.paths.rules import Act, StepState
from lms_carbon.paths.services.steps import move_step
from tests.support.candidates import Class
from tests.support.paths import activity_ids
from tests.support.world import World, act_as

PLAN = "job-consulting-plan"
"""Somebody else must confirm it."""
COURSE = "job-obs-export"


def words(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def ids(group: Class) -> dict[str, int]:
    with transaction(write=False):
        return activity_ids(group.institution_id)


def move(group: Class, code: str, *acts: Act, note: str = "", by: World | None = None) -> StepState:
    """Do something as the candidate; needs an app context, as all helpers here do."""
    actor, activity_id = act_as(by or group.candidate), ids(group)[code]
    for act in acts:
        with transaction():
            state = move_step(
                candidacy_id=group.candidacy_id, activity_id=activity_id, act=act, by=actor, at=now(), note=note
            )
    return state


def step_of(group: Class, code: str) -> PathStep:
    query = sa.select(PathStep).join(PathStep.activity).where(Activity.code == code)
    with transaction(write=False):
        return session.scalars(query.execution_options(populate_existing=True)).one()
