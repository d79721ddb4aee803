"""Marking activities begun and done, and confirming it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import insert_into, session
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Candidacy
from lms_carbon.paths.errors import PathNotReadyError, ReasonNeededError, StepStateError
from lms_carbon.paths.models import Activity, Path, PathStep
from lms_carbon.paths.policy import load_activity, load_own_candidacy, load_step_to_confirm
from lms_carbon.paths.rules import Act, StepState, next_state
from lms_carbon.people.services.audit import record_act
from lms_carbon.people.services.messages import tell
from lms_carbon.results.queries.published import newest_result


def move_step(*, candidacy_id: int, activity_id: int, act: Act, by: Actor, at: datetime, note: str = "") -> StepState:
    """Do something with an activity of one's own path; return how it stands then.

    What needs confirmation waits for it once finished. Raises `NotFoundError` for somebody else's path,
    `PathNotReadyError` and `StepStateError`.
    """
    candidacy = load_own_candidacy(by, candidacy_id)
    activity = load_activity(candidacy, activity_id)
    if newest_result(candidacy.id) is None:
        raise PathNotReadyError
    path_id = _keep_path(candidacy, at)
    step = session.get(PathStep, (path_id, activity.id), populate_existing=True)
    state = step.state if step is not None else StepState.PLANNED
    after = next_state(state, act, needs_confirmation=activity.needs_confirmation)
    if after is None:
        raise StepStateError
    if step is None:
        step = PathStep(path_id=path_id, activity_id=activity.id, institution_id=candidacy.institution_id, note="")
        session.add(step)
    _write(step, after, act, note, at)
    session.flush()
    _record(step, activity, f"path_step.{act.value}", {"before": state.value, "after": after.value}, by, at)
    return after


def _write(step: PathStep, state: StepState, act: Act, note: str, at: datetime) -> None:
    step.state = state
    if state is StepState.PLANNED:
        step.started_at = None
    elif act in (Act.BEGIN, Act.FINISH):
        step.started_at = step.started_at or at
    step.done_at = at if act is Act.FINISH else None
    if act is Act.FINISH:
        step.note = note


def confirm_step(*, path_id: int, activity_id: int, by: Actor, at: datetime) -> None:
    """Confirm that an activity was done, and tell the candidate.

    Raises `NotConfirmerError`, `OwnConfirmationError`, `NotFoundError`, and `StepStateError` where it does not wait.
    """
    step = load_step_to_confirm(by, path_id, activity_id)
    _decide(step, state=StepState.DONE, confirmed_by=by.person_id, confirmed_at=at)
    _record(step, step.activity, "path_step.confirm", {"before": "waiting", "after": "done"}, by, at)
    _tell(step, mark("{activity} was confirmed as done."), {}, at)


def send_back(*, path_id: int, activity_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Put an activity back to under way and tell the candidate what is missing; raises as `confirm_step` does.

    Raises `ReasonNeededError` without a reason.
    """
    step = load_step_to_confirm(by, path_id, activity_id)
    if not reason.strip():
        raise ReasonNeededError
    _decide(step, state=StepState.UNDER_WAY, done_at=None)
    detail = {"before": "waiting", "after": "under_way", "reason": reason}
    _record(step, step.activity, "path_step.send_back", detail, by, at)
    _tell(step, mark("{activity} is not confirmed yet: {reason}"), {"reason": reason}, at)


def _decide(step: PathStep, **columns: Any) -> None:
    """Write a decision where the step still waits: of two who decide at once, one is told to look again."""
    written = session.execute(
        sa.update(PathStep)
        .where(
            PathStep.path_id == step.path_id,
            PathStep.activity_id == step.activity_id,
            PathStep.state == StepState.WAITING,
        )
        .values(**columns)
        .returning(PathStep.activity_id)
        .execution_options(synchronize_session=False)
    ).all()
    if not written:
        raise StepStateError
    session.refresh(step)


def _keep_path(candidacy: Candidacy, at: datetime) -> int:
    """Return the candidacy's path, made at first need, and locked: two windows cannot move a step at once."""
    session.execute(
        insert_into(Path)
        .values(
            institution_id=candidacy.institution_id,
            candidacy_id=candidacy.id,
            person_id=candidacy.person_id,
            made_at=at,
        )
        .on_conflict_do_nothing(index_elements=["candidacy_id"])
    )
    return session.scalars(sa.select(Path.id).where(Path.candidacy_id == candidacy.id).with_for_update()).one()


def _tell(step: PathStep, sentence: str, params: dict[str, Any], at: datetime) -> None:
    tell(
        person_id=step.path.person_id,
        institution_id=step.institution_id,
        sentence=sentence,
        params={"activity": step.activity.title, **params},
        path=f"/paths/{step.path.candidacy_id}/activities/{step.activity_id}",
        at=at,
    )


def _record(step: PathStep, activity: Activity, action: str, detail: dict[str, Any], by: Actor, at: datetime) -> None:
    record_act(
        by=by,
        institution_id=step.institution_id,
        action=action,
        object_type="path",
        object_id=step.path_id,
        detail={"activity": activity.code, **detail},
        at=at,
    )
