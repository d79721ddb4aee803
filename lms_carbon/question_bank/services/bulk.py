"""Doing one thing to many questions: tagging, taking a tag off, retiring. Each question says what became of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor, Role
from lms_carbon.framework.queries import list_requirements
from lms_carbon.people.services.audit import record_act
from lms_carbon.question_bank.errors import NothingChosenError, TooManyChosenError, UnknownRequirementError
from lms_carbon.question_bank.models import BulkAct, BulkChange, Question, QuestionVersion, ReviewNote
from lms_carbon.question_bank.policy import check_author, check_reader
from lms_carbon.question_bank.queries.questions import lock_questions, open_version, standing_version
from lms_carbon.question_bank.rules.about import MAX_TAGS, Draft, Tag
from lms_carbon.question_bank.rules.bulk import MAX_BULK, Act, Outcome
from lms_carbon.question_bank.rules.states import STANDING, TRANSITIONS, Step, VersionState, is_possible
from lms_carbon.question_bank.services.drafts import WRITTEN, add_version, note_act, note_editor, set_tags, tags_of


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a question; `before` is what taking it back needs."""

    outcome: Outcome
    number: int | None = None
    before: dict[str, Any] | None = None


def change_many(*, by: Actor, act: Act, question_ids: Collection[int], requirement: str = "", at: datetime) -> BulkAct:
    """Do it to all questions that one may see, and keep what was before.

    `requirement` is a code, needed for tags. Raises `NothingChosenError`, `TooManyChosenError`,
    `UnknownRequirementError`, and `ForbiddenError` for who may not.
    """
    if act is Act.RETIRE:
        check_reader(by)
    else:
        check_author(by)
    if not question_ids:
        raise NothingChosenError({"pick": NothingChosenError.sentence})
    if len(set(question_ids)) > MAX_BULK:
        raise TooManyChosenError({"pick": TooManyChosenError.sentence}, limit=MAX_BULK)
    statement_id = None if act is Act.RETIRE else _statement_of(requirement)
    done = BulkAct(
        institution_id=by.institution_id, person_id=by.person_id, at=at, act=act.value, statement_id=statement_id
    )
    session.add(done)
    session.flush()
    for question in lock_questions(by=by, question_ids=question_ids):
        change = _retire(by, question, at) if statement_id is None else _tag(by, act, question, statement_id, at)
        session.add(
            BulkChange(
                act_id=done.id,
                question_id=question.id,
                institution_id=by.institution_id,
                outcome=change.outcome.value,
                number=change.number,
                before=change.before,
            )
        )
    session.flush()
    note_bulk(by, f"bulk_{act}", done, at, questions=len(set(question_ids)))
    return done


def take_quietly(by: Actor, step: Step, question: Question, version: QuestionVersion, at: datetime) -> None:
    """Take a step of the table without words of its own, as part of an act on many."""
    before, version.state = version.state, TRANSITIONS[step].target
    session.add(
        ReviewNote(
            institution_id=by.institution_id, version_id=version.id, person_id=by.person_id, at=at, step=step, text=""
        )
    )
    session.flush()
    note_act(by, step, question, version, at, before=before, after=version.state)


def rewrite_tags(by: Actor, question: Question, version: QuestionVersion, tags: tuple[Tag, ...], at: datetime) -> None:
    """Give a draft other tags, as saving it does."""
    set_tags(version, tags)
    version.revision += 1
    version.edited_at = at
    note_editor(version, by, at)
    session.flush()
    note_act(by, "save", question, version, at, revision=version.revision, changed=["tags"])


def note_bulk(by: Actor, action: str, act: BulkAct, at: datetime, **detail: Any) -> None:
    """Write the act as a whole to the audit trail; each question has its own row beside."""
    record_act(
        by=by,
        institution_id=by.institution_id,
        action=f"question.{action}",
        object_type="bulk_act",
        object_id=act.id,
        detail=detail,
        at=at,
    )


def kept_tags(tags: tuple[Tag, ...]) -> list[dict[str, Any]]:
    """Return tags as a change keeps them."""
    return [{"statement": tag.statement_id, "positions": tag.positions and list(tag.positions)} for tag in tags]


def _tag(by: Actor, act: Act, question: Question, statement_id: int, at: datetime) -> Change:
    version = open_version(question) or standing_version(question)
    if version is None:
        return Change(Outcome.NOT_POSSIBLE)
    tags = tags_of(version)
    has = any(tag.statement_id == statement_id for tag in tags)
    if has is (act is Act.TAG):
        return Change(Outcome.SAME)
    if version.state is VersionState.IN_REVIEW:
        return Change(Outcome.IN_REVIEW)
    if act is Act.TAG and len(tags) >= MAX_TAGS:
        return Change(Outcome.TOO_MANY)
    wanted = tuple(tag for tag in tags if tag.statement_id != statement_id)
    wanted += (Tag(statement_id=statement_id),) if act is Act.TAG else ()
    if version.state in STANDING:
        # What was signed off never changes: the tag comes in the next version, which a reviewer sees.
        draft = Draft(tags=wanted, **{name: getattr(version, name) for name in WRITTEN})
        made = add_version(question, draft, number=question.versions[-1].number + 1, author_id=by.person_id, at=at)
        note_act(by, "new_version", question, made, at, copy_of=version.number)
        return Change(Outcome.RENEWED, made.number, {})
    rewrite_tags(by, question, version, wanted, at)
    return Change(Outcome.CHANGED, version.number, {"tags": kept_tags(tags), "revision": version.revision})


def _retire(by: Actor, question: Question, at: datetime) -> Change:
    under_way = open_version(question)
    if under_way is not None and under_way.state is VersionState.IN_REVIEW:
        return Change(Outcome.IN_REVIEW)
    versions = [version for version in question.versions if is_possible(Step.RETIRE, version.state)]
    if not versions:
        return Change(Outcome.SAME)
    states = {str(version.number): version.state.value for version in versions}
    for version in versions:
        take_quietly(by, Step.RETIRE, question, version, at)
    return Change(Outcome.CHANGED, versions[-1].number, {"states": states})


def _statement_of(code: str) -> int:
    found = [one for one in list_requirements(search=code.strip()[:16]) if one.code == code.strip()]
    if not found:
        raise UnknownRequirementError({"requirement": UnknownRequirementError.sentence})
    return found[0].statement_id


def may_do(by: Actor, act: str) -> bool:
    """Tell whether somebody may do the act, and so take it back."""
    return by.has(Role.AUTHOR) or (act == Act.RETIRE and by.has(Role.REVIEWER))
