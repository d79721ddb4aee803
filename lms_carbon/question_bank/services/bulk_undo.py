"""Taking back what was done to many questions, as far as nobody worked on them since."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.errors import ForbiddenError
from lms_carbon.core.identity import Actor
from lms_carbon.question_bank.errors import UndoneAlreadyError
from lms_carbon.question_bank.models import BulkAct, BulkChange, Question, QuestionVersion, ReviewNote
from lms_carbon.question_bank.queries.bulk import get_bulk_act
from lms_carbon.question_bank.queries.questions import lock_questions, newest_version, open_version, standing_version
from lms_carbon.question_bank.rules.about import Tag
from lms_carbon.question_bank.rules.bulk import DONE, Outcome
from lms_carbon.question_bank.rules.states import OPEN, RESTORING, STANDING, VersionState
from lms_carbon.question_bank.services.bulk import may_do, note_bulk, rewrite_tags, take_quietly
from lms_carbon.question_bank.services.drafts import note_act


def undo_many(*, by: Actor, act_id: int, at: datetime) -> BulkAct:
    """Take an act back, question by question; raises `UndoneAlreadyError`, and `ForbiddenError` for who may not.

    A question on which somebody worked since keeps that work: it stays as it is and says so.
    """
    act = get_bulk_act(by=by, act_id=act_id, lock=True)
    if not may_do(by, act.act):
        raise ForbiddenError
    if act.undone_at is not None:
        raise UndoneAlreadyError
    changes = {change.question_id: change for change in act.changes if change.outcome in DONE}
    for question in lock_questions(by=by, question_ids=changes):
        changes[question.id].undone = _undo(by, question, changes[question.id], at).value
    act.undone_at, act.undone_by = at, by.person_id
    session.flush()
    note_bulk(by, f"undo_bulk_{act.act}", act, at, questions=len(changes))
    return act


def _undo(by: Actor, question: Question, change: BulkChange, at: datetime) -> Outcome:
    before = change.before or {}
    if change.outcome == Outcome.RENEWED:
        return _drop_version(by, question, change.number, at)
    if "states" in before:
        return _restore(by, question, before["states"], at)
    return _restore_tags(by, question, change.number, before, at)


def _drop_version(by: Actor, question: Question, number: int | None, at: datetime) -> Outcome:
    """Remove the version that the act made; nobody has seen it but as this act's."""
    version = newest_version(question)
    untouched = version.number == number and version.state is VersionState.DRAFT and version.revision == 1
    if not untouched or _said(version):
        return Outcome.MOVED_ON
    note_act(by, "drop_version", question, version, at)
    session.delete(version)
    session.flush()
    return Outcome.UNDONE


def _restore(by: Actor, question: Question, states: Mapping[str, str], at: datetime) -> Outcome:
    """Give retired versions their states back, unless another took their place meanwhile."""
    retired = {version.number: version for version in question.versions if version.state is VersionState.RETIRED}
    wanted = [(retired.get(int(number)), VersionState(state)) for number, state in states.items()]
    taken = any(
        (state in OPEN and open_version(question)) or (state in STANDING and standing_version(question))
        for _, state in wanted
    )
    if taken or any(version is None for version, _ in wanted):
        return Outcome.MOVED_ON
    for version, state in wanted:
        if version is not None:
            take_quietly(by, RESTORING[state], question, version, at)
    return Outcome.UNDONE


def _restore_tags(
    by: Actor, question: Question, number: int | None, before: Mapping[str, Any], at: datetime
) -> Outcome:
    version = newest_version(question)
    same = version.number == number and version.revision == before.get("revision")
    if not same or version.state is not VersionState.DRAFT:
        return Outcome.MOVED_ON
    tags = tuple(
        Tag(statement_id=tag["statement"], positions=tuple(tag["positions"]) if tag["positions"] else None)
        for tag in before.get("tags", ())
    )
    rewrite_tags(by, question, version, tags, at)
    return Outcome.UNDONE


def _said(version: QuestionVersion) -> bool:
    return bool(session.scalar(sa.select(sa.exists().where(ReviewNote.version_id == version.id))))
