"""Who may see and do what with questions. Everything is loaded through `questions_of`, so nothing leaks by its id.

Authors and reviewers of the institution see all of its bank; nobody else sees a question with its key (DESIGN §2).
"""

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from lms_carbon.core.db import session
from lms_carbon.core.errors import ForbiddenError, NotFoundError
from lms_carbon.core.hooks import media_reader
from lms_carbon.core.identity import Actor, Role
from lms_carbon.question_bank.errors import NotADraftError, OwnQuestionError, StepNotPossibleError
from lms_carbon.question_bank.models import Question, QuestionMedia, QuestionVersion
from lms_carbon.question_bank.rules.states import TRANSITIONS, Step, VersionState, is_entitled, is_possible

READERS = frozenset({Role.AUTHOR, Role.REVIEWER})


def check_reader(by: Actor) -> None:
    """Raise `ForbiddenError` for all but authors and reviewers."""
    if not by.has_any(READERS):
        raise ForbiddenError


def questions_of(by: Actor) -> sa.Select[Question]:
    """Return the select of the questions that `by` may see; raises `ForbiddenError`."""
    check_reader(by)
    return sa.select(Question).where(Question.institution_id == by.institution_id)


def readable_media(by: Actor, name: str) -> QuestionMedia:
    """Return an image or data file that `by` may see: of the own bank, or of a paper that lies before them.

    Raises `NotFoundError`, whether it is there or not.
    """
    media = session.scalar(
        sa.select(QuestionMedia)
        .join(QuestionMedia.file)
        .where(QuestionMedia.institution_id == by.institution_id, QuestionMedia.name == name)
        .options(contains_eager(QuestionMedia.file))
    )
    if media is None or not (may_read(by) or any(media_reader.ask(by, name))):
        raise NotFoundError
    return media


def may_read(by: Actor) -> bool:
    """Tell whether `by` reads the bank, and not only what lies before them."""
    return by.has_any(READERS)


def check_author(by: Actor) -> None:
    """Raise `ForbiddenError` for all but authors."""
    if not by.has(Role.AUTHOR):
        raise ForbiddenError


def check_editable(by: Actor, version: QuestionVersion) -> None:
    """Raise where `by` is no author, or the version is no draft."""
    check_author(by)
    if version.state is not VersionState.DRAFT:
        raise NotADraftError


def wrote(by: Actor, version: QuestionVersion) -> bool:
    """Tell whether `by` wrote or edited this version; needs its editors loaded."""
    return version.author_id == by.person_id or any(e.person_id == by.person_id for e in version.editors)


def may_take(by: Actor, step: Step, version: QuestionVersion) -> bool:
    """Tell whether `by` may take the step now: what decides whether a page offers the button."""
    return is_possible(step, version.state) and is_entitled(step, by.roles, wrote=wrote(by, version))


def check_step(by: Actor, step: Step, version: QuestionVersion) -> None:
    """Raise `ForbiddenError`, `OwnQuestionError` or `StepNotPossibleError` where `may_take` is false."""
    if TRANSITIONS[step].roles.isdisjoint(by.roles):
        raise ForbiddenError
    if not is_entitled(step, by.roles, wrote=wrote(by, version)):
        raise OwnQuestionError
    if not is_possible(step, version.state):
        raise StepNotPossibleError
