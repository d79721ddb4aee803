"""Two institutions full of objects and people, for the wall around the routes."""

from dataclasses import dataclass, fields
from io import BytesIO

import sqlalchemy as sa

from demo.content import EXAM_CODE, OTHER_SLUG, SLUG, fill_demo
from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.exams.models.exams import Exam, Form
from lms_carbon.exams.services.attempts import start_attempt
from lms_carbon.files.rules import Limits
from lms_carbon.files.services.storage import store_file
from lms_carbon.lti.models.registrations import Deployment
from lms_carbon.marking.services.works import hand_over
from lms_carbon.people.models.persons import Institution, Person, RoleGrant
from lms_carbon.question_bank.models import Question
from tests.support.paths import waiting_step
from tests.support.portfolios import evidence_in, review_in
from tests.support.practicals import practical_in, sheet_in
from tests.support.results import regrade_in
from tests.support.world import World, act_as, make_person


@dataclass(frozen=True, kw_only=True)
class Objects:
    """Ids that addresses name; all of the demo institution."""

    exam_id: int
    attempt_id: int
    number: int
    question_id: int
    person_id: int
    grant_id: int
    file_id: int
    review_id: int
    evidence_id: int
    practical_id: int
    sheet_id: int
    task_id: int
    cycle_id: int
    track_id: int
    instrument_id: int
    work_id: int
    rubric_id: int
    candidacy_id: int
    regrade_id: int
    path_id: int
    activity_id: int
    registration_id: int
    place_id: int

    def fill(self, rule: str) -> str:
        """Return a rule's address with these ids in it."""
        for each in fields(self):
            rule = rule.replace(f"<int:{each.name}>", str(getattr(self, each.name)))
        return (
            rule.replace("<kind>", "single_choice")
            .replace("<int:delivery_id>", "1")
            .replace("<int:request_id>", "1")
            .replace("<int:copy_id>", "1")
            .replace("<int:slot>", "1")
            .replace("<int:table_id>", "1")
            .replace("<int:act_id>", "1")
            .replace("<int:view_id>", "1")
            .replace("<int:import_id>", "1")
        )


def make_people() -> tuple[dict[str, World], dict[str, World]]:
    """Fill the demo; return role → person of its two institutions. Candidate and teacher come by launch."""
    with transaction():
        fill_demo(sandbox="http://localhost:1")
    found = sa.select(Institution.slug, Institution.id).where(Institution.slug.in_((SLUG, OTHER_SLUG)))
    ids = {row.slug: row.id for row in session.execute(found)}
    session.rollback()
    return _staff(ids[SLUG]), _staff(ids[OTHER_SLUG])


def _staff(institution_id: int) -> dict[str, World]:
    by_launch = {Role.CANDIDATE, Role.TEACHER}
    return {
        role: make_person(institution_id, f"{role} of {institution_id}", () if role in by_launch else (role,))
        for role in Role
    }


def make_objects(owner: World) -> Objects:
    """Make what addresses name: an attempt and a file of the candidate, and the demo's exam and questions."""
    actor = act_as(owner, launch_role=Role.CANDIDATE)
    planner = act_as(make_person(owner.institution_id, "Planner", [Role.OFFICER]))
    with transaction():
        exam = session.scalars(sa.select(Exam).where(Exam.code == EXAM_CODE)).one()
        attempt, _ = start_attempt(exam_id=exam.id, language="zh", by=actor, at=now())
        stored = store_file(
            BytesIO(b"plain text\n"), name="notes.txt", limits=Limits(1000, ["TXT"]), by=actor, at=now()
        )
        assert exam.instrument is not None
        review = review_in(exam.instrument.track, planner)
        evidence = evidence_in(review, actor)
        sheet = sheet_in(practical_in(exam.instrument.track, planner), actor)
        work = hand_over(
            instrument_id=review.instrument_id,
            candidacy_id=attempt.candidacy_id or 0,
            attempt=1,
            source="portfolio:0",
            scored=(),
            by=actor,
            at=now(),
        )
        place = session.scalars(sa.select(Deployment).where(Deployment.institution_id == owner.institution_id)).one()
        step = waiting_step(attempt.candidacy_id or 0)
        return Objects(
            exam_id=exam.id,
            attempt_id=attempt.id,
            number=session.scalars(sa.select(Form.number).where(Form.exam_id == exam.id)).one(),
            question_id=session.scalars(sa.select(Question.id).order_by(Question.id).limit(1)).one(),
            person_id=session.scalars(sa.select(Person.id).where(Person.name == "周宁")).one(),
            grant_id=session.scalars(
                sa.select(RoleGrant.id).join(Person, Person.id == RoleGrant.person_id).where(Person.name == "周宁")
            ).one(),
            file_id=stored.id,
            review_id=evidence.portfolio.review_id,
            evidence_id=evidence.id,
            practical_id=sheet.practical_id,
            sheet_id=sheet.id,
            task_id=sheet.practical.task_id,
            cycle_id=exam.instrument.track.cycle_id,
            track_id=exam.instrument.track_id,
            instrument_id=exam.instrument.id,
            work_id=work.id,
            rubric_id=work.plan.rubric_id,
            candidacy_id=attempt.candidacy_id or 0,
            regrade_id=regrade_in(exam.instrument, planner),
            path_id=step.path_id,
            activity_id=step.activity_id,
            registration_id=place.registration_id,
            place_id=place.id,
        )
