"""What the pages of exams show beside the exam itself: whose they are, where they came from, what a paper holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Candidacy, CandidacyState, EntryRule
from lms_carbon.cycles.queries import find_candidacy
from lms_carbon.exams.models.exams import Exam, Form, FormItem
from lms_carbon.exams.queries.standings import clock
from lms_carbon.lti.models.launches import Course, Launch
from lms_carbon.lti.models.registrations import Deployment, Registration
from lms_carbon.people.models.persons import Institution, Person


@dataclass(frozen=True, kw_only=True)
class Whereabouts:
    """Who a candidate is to us and where they came from; empty where they did not come from a course."""

    name: str
    number: str
    institution: Mapping[str, str]
    course: str = ""
    platform: str = ""
    return_url: str = ""


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


def find_whereabouts(by: Actor) -> Whereabouts:
    """Return who the actor is and which launch brought them here. Two queries."""
    person = session.execute(
        sa.select(Person.name, Person.number, Institution.name.label("institution"))
        .join(Institution, Institution.id == by.institution_id)
        .where(Person.id == by.person_id)
    ).one()
    launch: dict[str, Any] = {}
    if by.launch_id is not None:
        row = session.execute(
            sa.select(Course.title, Registration.name, Launch.return_url)
            .select_from(Launch)
            .join(Deployment, Deployment.id == Launch.deployment_id)
            .join(Registration, Registration.id == Deployment.registration_id)
            .outerjoin(Course, Course.id == Launch.course_id)
            .where(Launch.id == by.launch_id, Launch.institution_id == by.institution_id)
        ).one_or_none()
        if row is not None:
            launch = {"course": row.title or "", "platform": row.name, "return_url": row.return_url or ""}
    return Whereabouts(name=person.name, number=person.number or "", institution=person.institution, **launch)


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
    if not track.cycle.takes_work(clock()):
        name = "no_cycle"
    elif candidacy is not None and candidacy.state is CandidacyState.ENTERED:
        name = "open"
    elif candidacy is not None:
        name = "asked" if candidacy.state is CandidacyState.ASKED else "refused"
    else:
        name = {EntryRule.ENTER: "open", EntryRule.ASK: "ask", EntryRule.REFUSE: "refused"}[track.entry]
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
