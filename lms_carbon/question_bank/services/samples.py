"""Bringing the shipped sample questions into an institution's bank."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.i18n import LANGUAGES
from lms_carbon.core.identity import Actor
from lms_carbon.framework.models import Requirement
from lms_carbon.framework.queries import list_requirements
from lms_carbon.people.services.audit import record_act
from lms_carbon.question_bank.errors import UnknownStatementError
from lms_carbon.question_bank.models import Question, QuestionEnemy, QuestionTag, QuestionVersion, VersionSignature
from lms_carbon.question_bank.rules.states import VersionState
from lms_carbon.question_bank.samples import SampleQuestion, read_practice, read_samples
from lms_carbon.question_bank.services.drafts import note_act


def import_samples(*, institution_id: int, by: Actor | None, at: datetime) -> int:
    """Add the sample and practice questions that the institution lacks; return how many.

    Samples come as sent to review: no exam takes one before a reviewer of the institution has signed it. Those for
    practice show no requirement, so no form of a cycle can hold them; they come as approved. None names an author.
    What is there already stays as it is, so the import can be repeated. The number of statements that write questions
    does not grow with their number. Raises `UnknownStatementError` where a tag names a requirement that the loaded
    standard does not have.
    """
    samples = [*read_samples(), *read_practice()]
    present = set(session.scalars(sa.select(Question.code).where(Question.institution_id == institution_id)))
    missing = [sample for sample in samples if sample.code not in present]
    if not missing:
        return 0
    known = {requirement.code: requirement for requirement in list_requirements()}
    statements = [_statements(sample, known) for sample in missing]
    questions = [
        Question(institution_id=institution_id, code=sample.code, kind=sample.kind, sample=True, created_at=at)
        for sample in missing
    ]
    session.add_all(questions)
    session.flush()
    versions = [_version(sample, question, at) for sample, question in zip(missing, questions, strict=True)]
    session.add_all(versions)
    session.flush()
    _add_tags(institution_id, list(zip(versions, statements, strict=True)))
    _keep_apart(samples, {sample.code for sample in missing}, by=by, institution_id=institution_id, at=at)
    for question, version in zip(questions, versions, strict=True):
        note_act(by, "import_sample", question, version, at, after=version.state)
    return len(missing)


def _version(sample: SampleQuestion, question: Question, at: datetime) -> QuestionVersion:
    signed = not sample.tags
    return QuestionVersion(
        institution_id=question.institution_id,
        question_id=question.id,
        number=1,
        state=VersionState.APPROVED if signed else VersionState.IN_REVIEW,
        title=dict(sample.title),
        content=dict(sample.content),
        points=sample.points,
        cognitive=sample.cognitive,
        difficulty=round(sample.difficulty * 100),
        minutes=sample.minutes,
        source=dict(sample.source),
        needs_expert_review=sample.needs_expert_review,
        revision=1,
        author_id=None,
        edited_at=at,
        submitted_at=at,
        decided_at=at if signed else None,
        signatures=[
            VersionSignature(language=language, institution_id=question.institution_id, at=at)
            for language in (LANGUAGES if signed else ())
        ],
    )


def _statements(sample: SampleQuestion, known: Mapping[str, Requirement]) -> list[int]:
    """Return the statements of a sample's requirement codes; two codes of one statement are one tag."""
    unknown = [code for code in sample.tags if code not in known]
    if unknown:
        raise UnknownStatementError({"requirements": ", ".join(unknown)})
    return list(dict.fromkeys(known[code].statement_id for code in sample.tags))


def _add_tags(institution_id: int, tagged: list[tuple[QuestionVersion, list[int]]]) -> None:
    rows = [
        {
            "version_id": version.id,
            "statement_id": statement_id,
            "institution_id": institution_id,
            "ordinal": ordinal,
            "positions": None,
        }
        for version, statements in tagged
        for ordinal, statement_id in enumerate(statements, start=1)
    ]
    if rows:
        session.execute(sa.insert(QuestionTag), rows)


def _keep_apart(
    samples: Sequence[SampleQuestion], added: Set[str], *, by: Actor | None, institution_id: int, at: datetime
) -> None:
    """Part samples as their files say, where at least one of two has just been added."""
    known = dict(
        session.execute(sa.select(Question.code, Question.id).where(Question.institution_id == institution_id)).all()
    )
    pairs: dict[tuple[int, int], tuple[str, str]] = {}
    for sample in samples:
        for other in sample.apart:
            if added & {sample.code, other}:
                one, two = sorted((known[sample.code], known[other]))
                pairs[one, two] = (sample.code, other)
    if not pairs:
        return
    about = {"institution_id": institution_id, "made_at": at, "made_by": by.person_id if by else None}
    session.execute(
        sa.insert(QuestionEnemy), [{"question_id": one, "other_id": two, **about} for one, two in sorted(pairs)]
    )
    for (one, _), (code, other) in sorted(pairs.items()):
        record_act(
            by=by,
            institution_id=institution_id,
            action="question.part",
            object_type="question",
            object_id=one,
            detail={"code": code, "other": other},
            at=at,
        )
