"""Bringing the shipped sample questions into an institution's bank."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.framework.models import Requirement
from lms_carbon.framework.queries import list_requirements
from lms_carbon.question_bank.errors import UnknownStatementError
from lms_carbon.question_bank.models import Question, QuestionVersion
from lms_carbon.question_bank.rules.about import Draft, Tag
from lms_carbon.question_bank.rules.states import VersionState
from lms_carbon.question_bank.samples import SampleQuestion, read_practice, read_samples
from lms_carbon.question_bank.services.drafts import add_version, note_act


def import_samples(*, institution_id: int, by: Actor | None, at: datetime) -> int:
    """Add the sample and practice questions that the institution lacks; return how many.

    They come as approved but are marked as samples and name neither author nor reviewer: nobody here signed them.
    What is there already stays as it is, so the import can be repeated. Raises `UnknownStatementError` where a tag
    names a requirement that the loaded standard does not have.
    """
    samples = [*read_samples(), *read_practice()]
    present = set(session.scalars(sa.select(Question.code).where(Question.institution_id == institution_id)))
    missing = [sample for sample in samples if sample.code not in present]
    known = {requirement.code: requirement for requirement in list_requirements()} if missing else {}
    for sample in missing:
        _add_sample(sample, known, institution_id=institution_id, by=by, at=at)
    session.flush()
    return len(missing)


def _add_sample(
    sample: SampleQuestion,
    known: Mapping[str, Requirement],
    *,
    institution_id: int,
    by: Actor | None,
    at: datetime,
) -> None:
    question = Question(institution_id=institution_id, code=sample.code, kind=sample.kind, sample=True, created_at=at)
    session.add(question)
    session.flush()
    draft = Draft(
        title=dict(sample.title),
        content=dict(sample.content),
        points=sample.points,
        cognitive=sample.cognitive,
        difficulty=round(sample.difficulty * 100),
        minutes=sample.minutes,
        source=dict(sample.source),
        needs_expert_review=sample.needs_expert_review,
        tags=tuple(_tags(sample.tags, known)),
    )
    version: QuestionVersion = add_version(question, draft, number=1, author_id=None, at=at)
    version.state, version.decided_at = VersionState.APPROVED, at
    session.flush()
    note_act(by, "import_sample", question, version, at, after=VersionState.APPROVED)


def _tags(codes: Iterable[str], known: Mapping[str, Requirement]) -> list[Tag]:
    """Return the tags of requirement codes; two codes of one statement are one tag."""
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise UnknownStatementError({"requirements": ", ".join(unknown)})
    return [Tag(statement_id=s) for s in dict.fromkeys(known[code].statement_id for code in codes)]
