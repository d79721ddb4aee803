"""What the pages of exams show beside the exam itself: whose they are, where they came from, what a paper holds."""

from dataclasses import dataclass

import sqlalchemy as sa

from lms_carbon.core.db import read_clock, session
from lms_carbon.cycles.models import Candidacy
from lms_carbon.cycles.queries import entry_of, find_candidacy
from lms_carbon.exams.models.exams import Exam, Form, FormItem


@dataclass(frozen=True, kw_only=True)
class PaperFacts:
    """How long a paper is; points in thousandths."""

    questions: int
    points: int


@dataclass(frozen=True, kw_only=True)
class EntryState:
    """Whether a person may sit an exam that counts: `open`, `ask`, `asked`, `refused` or `no_cycle`."""

    name: str
    candidacy: Candidacy | None = None


def find_paper_facts(exam_id: int) -> PaperFacts | None:
    """Return how long the paper is that a new attempt would get; None where there is none."""
    row = session.execute(
        sa.select(sa.func.count(FormItem.id), sa.func.sum(FormItem.points))
        .join(Form, Form.id == FormItem.form_id)
        .where(Form.exam_id == exam_id, Form.frozen_at.is_not(None))
        .group_by(Form.id, Form.number)
        .order_by(Form.number.desc())
        .limit(1)
    ).one_or_none()
    return PaperFacts(questions=row[0], points=int(row[1])) if row else None


def find_entry(exam: Exam, person_id: int) -> EntryState:
    """Return whether a person may begin, by candidacy and the track's rule (DESIGN §2)."""
    if exam.instrument is None:
        return EntryState(name="open")
    track = exam.instrument.track
    candidacy = find_candidacy(track.id, person_id)
    name = entry_of(track, candidacy, moment=read_clock())
    return EntryState(name=name, candidacy=candidacy)


def find_open_practice(exam: Exam) -> tuple[Exam, PaperFacts] | None:
    """Return the practice exam offered before this one, where there is a paper in it."""
    if exam.practice_id is None:
        return None
    practice = session.get(Exam, exam.practice_id)
    if practice is None or practice.deleted_at is not None or practice.state != "open":
        return None
    facts = find_paper_facts(practice.id)
    return (practice, facts) if facts else None
