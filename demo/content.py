"""What a newcomer finds: an institution connected to the sandbox LMS, people with roles, questions, an open exam."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from lms_carbon.core import clock
from lms_carbon.core.db import session
from lms_carbon.core.identity import SCOPE_OF_ROLE, Actor, HeldRole, Role
from lms_carbon.cycles.models import EntryRule, InstrumentKind, Track
from lms_carbon.cycles.services.planning import add_instrument, add_track, confirm_policy, create_cycle, open_cycle
from lms_carbon.exams.models.exams import Exam
from lms_carbon.exams.services.exams import ExamSettings, create_exam, open_exam
from lms_carbon.exams.services.forms import add_item, freeze_form, make_form
from lms_carbon.framework.documents import shipped_framework
from lms_carbon.framework.queries import get_position_by_code
from lms_carbon.framework.services import load_framework
from lms_carbon.lti.services.registrations import add_registration
from lms_carbon.people.models.persons import Institution
from lms_carbon.people.services.grants import grant_role
from lms_carbon.people.services.persons import create_institution, upsert_identity
from lms_carbon.question_bank.models import Question, QuestionVersion
from lms_carbon.question_bank.services.samples import import_samples
from lms_carbon.results.policies import example_policy
from lms_carbon.results.rules import policy_as_json

SLUG: Final = "demo"
EXAM_CODE: Final = "demo-exam"
PRACTICE_CODE: Final = "demo-practice"
POSITION: Final = "5.2.1"
BAND: Final = "intermediate"
KNOWLEDGE: Final = ("sample-521a1", "sample-521a2", "sample-521a3", "sample-521a4")
PER_REQUIREMENT: Final = 5
RATIONALE: Final = "演示用的示例政策，不作推荐。An example for the demo, not a recommendation."

# The sandbox's people who get a role here; candidates and teachers need none, their launch says it.
STAFF: Final[Mapping[str, tuple[str, Role]]] = {
    "u-zhou": ("周宁", Role.AUTHOR),
    "u-qian": ("钱华", Role.REVIEWER),
    "u-chen": ("陈立", Role.ASSESSOR),
    "u-he": ("何静", Role.ASSESSOR),
    "u-wang": ("王敏", Role.OFFICER),
    "u-tang": ("唐宇", Role.ADMINISTRATOR),
}
RULES: Final = {
    "zh": "独立完成，不得使用其他资料；所需的系数都在题中给出。",
    "en": "Work alone and use no other material; all factors needed are given in the questions.",
}


def fill_demo(*, sandbox: str) -> None:
    """Fill an empty database; where the demo institution is there already, nothing changes."""
    at = clock.now()
    load_framework(shipped_framework(), at=at)
    if session.scalar(sa.select(Institution.id).where(Institution.slug == SLUG)) is not None:
        return
    names = {"zh": "滨海职业学院（演示）", "en": "Binhai Vocational College (demo)"}
    institution_id = create_institution(slug=SLUG, name=names, at=at)
    people = connect_platform(institution_id, sandbox, at)
    import_samples(institution_id=institution_id, by=None, at=at)
    officer = Actor(
        person_id=people["u-wang"],
        institution_id=institution_id,
        name="王敏",
        language="zh",
        held=(HeldRole(Role.OFFICER),),
        session_id=0,
    )
    practice = make_practice(officer, at)
    make_exam(plan_track(officer, at), practice, officer, at)


def connect_platform(institution_id: int, sandbox: str, at: datetime) -> dict[str, int]:
    """Register the sandbox LMS and give its staff their roles; return sub → person id."""
    registration = add_registration(
        institution_id=institution_id,
        name="Sandbox LMS",
        issuer=sandbox,
        client_id="lms-carbon-demo",
        deployment_ids=["1"],
        auth_login_url=f"{sandbox}/auth",
        auth_token_url=f"{sandbox}/token",
        key_set_url=f"{sandbox}/jwks.json",
        by=None,
        at=at,
    )
    people = {}
    for subject, (name, role) in STAFF.items():
        people[subject] = upsert_identity(
            institution_id=institution_id,
            provider=f"lti:{registration.id}",
            subject=subject,
            name=name,
            email=None,
            number=None,
            language="zh",
            at=at,
        )
        grant_role(
            by=None,
            institution_id=institution_id,
            person_id=people[subject],
            role=role,
            scope=SCOPE_OF_ROLE[role],
            scope_id=None,
            at=at,
        )
    return people


def plan_track(officer: Actor, at: datetime) -> Track:
    """Plan and open a cycle with one track, under the example policy."""
    cycle = create_cycle(
        institution_id=officer.institution_id,
        code="2026-autumn",
        title={"zh": "2026 年秋季评价", "en": "Autumn 2026 cycle"},
        by=officer,
        at=at,
    )
    track = add_track(
        cycle=cycle, position=get_position_by_code(POSITION), band=BAND, entry=EntryRule.ENTER, by=officer, at=at
    )
    policy = policy_as_json(example_policy(shipped_framework().bands))
    confirm_policy(track=track, policy=policy, rationale=RATIONALE, by=officer, at=at)
    open_cycle(cycle=cycle, by=officer, at=at)
    return track


def sample_versions(institution_id: int, prefix: str, *, most: int) -> list[QuestionVersion]:
    """Return sample questions by code."""
    query = (
        sa.select(QuestionVersion)
        .join(QuestionVersion.question)
        .where(Question.institution_id == institution_id, Question.code.startswith(prefix))
        .order_by(Question.code)
        .limit(most)
    )
    return list(session.scalars(query))


def make_practice(officer: Actor, at: datetime) -> Exam:
    """Make and open the practice exam: how answering works, as often as wanted."""
    settings = ExamSettings(
        title={"zh": "模拟考试：熟悉答题页面", "en": "Practice exam: how answering works"},
        minutes=15,
        attempts=0,
        rules={"zh": "这是练习，不计分。", "en": "This is practice; it does not count."},
    )
    exam = create_exam(code=PRACTICE_CODE, settings=settings, by=officer, at=at)
    put_up(exam, sample_versions(officer.institution_id, "practice-", most=3), officer, at)
    return exam


def make_exam(track: Track, practice: Exam, officer: Actor, at: datetime) -> Exam:
    """Make and open the written exam: five sample questions on each of the position's knowledge requirements."""
    instrument = add_instrument(
        track=track,
        kind=InstrumentKind.EXAM,
        dimension="knowledge",
        title={"zh": "笔试", "en": "Written exam"},
        by=officer,
        at=at,
    )
    settings = ExamSettings(
        title={"zh": "碳减排工程师 · 中级 · 笔试", "en": "Carbon reduction engineer · intermediate · written exam"},
        minutes=90,
        rules=RULES,
        practice_id=practice.id,
    )
    exam = create_exam(code=EXAM_CODE, settings=settings, by=officer, at=at, instrument_id=instrument.id)
    versions = [
        version
        for prefix in KNOWLEDGE
        for version in sample_versions(officer.institution_id, prefix, most=PER_REQUIREMENT)
    ]
    put_up(exam, versions, officer, at)
    return exam


def put_up(exam: Exam, versions: list[QuestionVersion], officer: Actor, at: datetime) -> None:
    """Put questions into a form, freeze it and open the exam."""
    form = make_form(exam_id=exam.id, by=officer, at=at)
    for version in versions:
        add_item(exam_id=exam.id, number=form.number, version_id=version.id, by=officer, at=at)
    freeze_form(exam_id=exam.id, number=form.number, by=officer, at=at)
    open_exam(exam_id=exam.id, by=officer, at=at)
