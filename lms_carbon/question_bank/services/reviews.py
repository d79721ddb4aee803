"""Review: sending, taking back, sending back, approving, retiring, commenting, as the state table has it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from lms_carbon.core.db import session
from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.core.identity import Actor
from lms_carbon.people.services.messages import tell
from lms_carbon.question_bank.errors import (
    ChangedSinceReadError,
    DoubtMissingError,
    EmptyNoteError,
    LanguageIncompleteError,
    NoLanguageChosenError,
    NoteTooLongError,
    NotReadyError,
    ReasonMissingError,
    StepNotPossibleError,
)
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.models import Question, QuestionVersion, ReviewNote, VersionSignature
from lms_carbon.question_bank.policy import check_reader, check_step
from lms_carbon.question_bank.queries.media import lost_media
from lms_carbon.question_bank.queries.questions import lock_question, newest_version, standing_version, version_numbered
from lms_carbon.question_bank.rules.about import MAX_NOTE
from lms_carbon.question_bank.rules.readiness import Check, check_version, complete_languages, is_ready
from lms_carbon.question_bank.rules.states import TRANSITIONS, Step
from lms_carbon.question_bank.services.drafts import mark_behind, note_act
from lms_carbon.question_bank.services.media import with_picture_sizes

APPROVED_TOLD = mark("{name} approved your question {code}.")
SUSPENDED_TOLD = mark("{name} suspended your question {code}: {reason}")
SENT_BACK_TOLD = mark("{name} sent your question {code} back: {reason}")


def submit_for_review(*, by: Actor, question_id: int, at: datetime, text: str = "") -> QuestionVersion:
    """Send the draft to review; raises `NotReadyError` where the checklist has something that blocks."""
    question = lock_question(by=by, question_id=question_id)
    version = newest_version(question)
    check_step(by, Step.SUBMIT, version)
    # What came in by a file has not been saved here, so its pictures have not said their sizes.
    sized = with_picture_sizes(question.institution_id, version.content)
    if sized != version.content:
        version.content = dict(sized)
        mark_behind(question, version)
        session.flush()
    _check_ready(question, version)
    version.submitted_at = at
    _take(by, Step.SUBMIT, question, version, at, text)
    return version


def withdraw(*, by: Actor, question_id: int, at: datetime) -> QuestionVersion:
    """Take a version back from review, to write on."""
    question = lock_question(by=by, question_id=question_id)
    version = newest_version(question)
    check_step(by, Step.WITHDRAW, version)
    version.submitted_at = None
    _take(by, Step.WITHDRAW, question, version, at, "")
    return version


def send_back(*, by: Actor, question_id: int, revision: int, reason: str, at: datetime) -> QuestionVersion:
    """Make the version a draft again and tell its author why.

    Raises `ReasonMissingError`, `OwnQuestionError`, `ChangedSinceReadError` where it is not the `revision` read.
    """
    question = lock_question(by=by, question_id=question_id)
    version = newest_version(question)
    check_step(by, Step.SEND_BACK, version)
    if not reason.strip():
        raise ReasonMissingError({"text": ReasonMissingError.sentence})
    _check_revision(version, revision)
    version.submitted_at = None
    _take(by, Step.SEND_BACK, question, version, at, reason)
    _tell_author(by, SENT_BACK_TOLD, question, version, at, reason=reason.strip()[:500])
    return version


def approve(
    *,
    by: Actor,
    question_id: int,
    revision: int,
    at: datetime,
    text: str = "",
    languages: Collection[str] | None = None,
) -> QuestionVersion:
    """Sign the version off in these languages, else in all that are complete, and put the one approved before aside.

    Raises `OwnQuestionError` for who wrote or edited it, `ChangedSinceReadError`, `NotReadyError`,
    `NoLanguageChosenError`, `LanguageIncompleteError`.
    """
    question = lock_question(by=by, question_id=question_id)
    version = newest_version(question)
    check_step(by, Step.APPROVE, version)
    _check_revision(version, revision)
    _check_ready(question, version)
    signed = _settle_languages(question, version, languages)
    before = standing_version(question)
    if before is not None:
        stood, before.state = before.state, TRANSITIONS[Step.SUPERSEDE].target
        note_act(by, Step.SUPERSEDE, question, before, at, before=stood, after=before.state)
    version.reviewer_id, version.decided_at = by.person_id, at
    _sign(by, version, signed, at)
    _take(by, Step.APPROVE, question, version, at, text, languages=list(signed))
    _tell_author(by, APPROVED_TOLD, question, version, at)
    return version


def sign_language(
    *, by: Actor, question_id: int, number: int, at: datetime, languages: Collection[str] | None = None, text: str = ""
) -> QuestionVersion:
    """Approve an approved version in further languages, else in all that are complete; exams in them can use it then.

    Raises `OwnQuestionError`, `LanguageIncompleteError`, and `StepNotPossibleError` where that is done already.
    """
    question = lock_question(by=by, question_id=question_id)
    version = version_numbered(question, number)
    check_step(by, Step.SIGN_LANGUAGE, version)
    signed = () if set(languages or ()) & set(version.approved_in) else _settle_languages(question, version, languages)
    if not signed:
        raise StepNotPossibleError
    _sign(by, version, signed, at)
    _take(by, Step.SIGN_LANGUAGE, question, version, at, text, languages=list(signed))
    return version


def retire(*, by: Actor, question_id: int, number: int, at: datetime, text: str = "") -> QuestionVersion:
    """Put a draft or an approved version aside; forms that froze it keep it."""
    question = lock_question(by=by, question_id=question_id)
    version = version_numbered(question, number)
    check_step(by, Step.RETIRE, version)
    _take(by, Step.RETIRE, question, version, at, text)
    return version


def suspend(*, by: Actor, question_id: int, number: int, reason: str, at: datetime) -> QuestionVersion:
    """Keep an approved version out of new forms while a doubt is looked into; raises `DoubtMissingError`."""
    question = lock_question(by=by, question_id=question_id)
    version = version_numbered(question, number)
    check_step(by, Step.SUSPEND, version)
    if not reason.strip():
        raise DoubtMissingError({"text": DoubtMissingError.sentence})
    _take(by, Step.SUSPEND, question, version, at, reason)
    _tell_author(by, SUSPENDED_TOLD, question, version, at, reason=reason.strip()[:500])
    return version


def resume(*, by: Actor, question_id: int, number: int, at: datetime, text: str = "") -> QuestionVersion:
    """Let new forms use a suspended version again; raises `OwnQuestionError` for who wrote or edited it."""
    question = lock_question(by=by, question_id=question_id)
    version = version_numbered(question, number)
    check_step(by, Step.RESUME, version)
    _take(by, Step.RESUME, question, version, at, text)
    return version


def comment(*, by: Actor, question_id: int, number: int, text: str, at: datetime) -> ReviewNote:
    """Say something about a version without deciding; raises `EmptyNoteError`."""
    check_reader(by)
    question = lock_question(by=by, question_id=question_id)
    version = version_numbered(question, number)
    if not text.strip():
        raise EmptyNoteError({"text": EmptyNoteError.sentence})
    note = _add_note(by, "comment", version, at, text)
    note_act(by, "comment", question, version, at, note=note.id)
    return note


def checklist(question: Question, version: QuestionVersion) -> list[Check]:
    """Return what review asks of a stored version."""
    return check_version(
        KINDS[question.kind],
        version.content,
        points=version.points,
        tag_count=len(version.tags),
        source=version.source,
        needs_expert_review=version.needs_expert_review,
        lost_media=lost_media(question.institution_id, version.content),
    )


def languages_to_sign(question: Question, version: QuestionVersion) -> tuple[str, ...]:
    """Return the languages in which everything is written and nobody has approved it yet."""
    complete = complete_languages(KINDS[question.kind].check_content(version.content))
    return tuple(language for language in complete if language not in version.approved_in)


def _settle_languages(question: Question, version: QuestionVersion, wanted: Collection[str] | None) -> tuple[str, ...]:
    complete = languages_to_sign(question, version)
    if wanted is None:
        return complete
    if not wanted:
        raise NoLanguageChosenError({"languages": NoLanguageChosenError.sentence})
    if not set(wanted) <= set(complete):
        raise LanguageIncompleteError({"languages": LanguageIncompleteError.sentence})
    return tuple(language for language in LANGUAGES if language in wanted)


def _sign(by: Actor, version: QuestionVersion, languages: Collection[str], at: datetime) -> None:
    version.signatures.extend(
        VersionSignature(language=language, institution_id=version.institution_id, person_id=by.person_id, at=at)
        for language in languages
    )


def _take(
    by: Actor, step: Step, question: Question, version: QuestionVersion, at: datetime, text: str, **more: Any
) -> None:
    before, version.state = version.state, TRANSITIONS[step].target
    detail: dict[str, Any] = {"before": before, "after": version.state, "revision": version.revision, **more}
    if text.strip():
        detail["reason"] = text.strip()
    _add_note(by, step, version, at, text)
    session.flush()
    note_act(by, step, question, version, at, **detail)


def _add_note(by: Actor, step: str, version: QuestionVersion, at: datetime, text: str) -> ReviewNote:
    written = text.strip()
    if len(written) > MAX_NOTE:
        problem = {"text": NoteTooLongError.sentence}
        raise NoteTooLongError(problem, limit=MAX_NOTE, length=len(written))
    note = ReviewNote(
        institution_id=by.institution_id,
        version_id=version.id,
        person_id=by.person_id,
        at=at,
        step=step,
        text=written,
    )
    session.add(note)
    session.flush()
    return note


def _check_revision(version: QuestionVersion, revision: int) -> None:
    if version.revision != revision:
        raise ChangedSinceReadError


def _check_ready(question: Question, version: QuestionVersion) -> None:
    if not is_ready(checklist(question, version)):
        raise NotReadyError


def _tell_author(
    by: Actor, sentence: str, question: Question, version: QuestionVersion, at: datetime, **params: str
) -> None:
    if version.author_id is None:
        return
    tell(
        person_id=version.author_id,
        institution_id=question.institution_id,
        sentence=sentence,
        params={"name": by.name, "code": question.code, **params},
        path=f"/questions/{question.id}",
        at=at,
    )
