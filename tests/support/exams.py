"""An exam to sit: a position, a cycle, approved questions, a frozen form, an open exam, a candidate at the door."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.i18n import LANGUAGES
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Cycle, EntryRule, Instrument, InstrumentKind, Track
from lms_carbon.cycles.services.planning import add_instrument, add_track, confirm_policy, create_cycle, open_cycle
from lms_carbon.exams.models.attempts import Attempt
from lms_carbon.exams.models.exams import Exam
from lms_carbon.exams.services.exams import ExamSettings, create_exam, open_exam
from lms_carbon.exams.services.forms import add_item, freeze_form, make_form
from lms_carbon.framework.models import Direction, Framework, Position, Requirement, Statement
from lms_carbon.people.services.audit import record_act
from lms_carbon.question_bank.models import Question, QuestionTag, QuestionVersion, VersionSignature
from lms_carbon.question_bank.rules.states import VersionState
from tests.support.world import World, act_as, make_institution, make_person

CONTENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "single_choice",
        {
            "stem": {"zh": "范围二是什么？", "en": "What is scope 2?"},
            "choices": [{"id": each, "text": {"zh": each, "en": each}} for each in "abcd"],
            "correct": ["b"],
            "shuffle": True,
        },
    ),
    (
        "multiple_choice",
        {
            "stem": {"zh": "哪些是温室气体？", "en": "Which are greenhouse gases?"},
            "choices": [{"id": each, "text": {"zh": each, "en": each}} for each in "abcd"],
            "correct": ["a", "c"],
            "shuffle": False,
            "scoring": "partial",
        },
    ),
    ("true_false", {"stem": {"zh": "对吗？", "en": "True?"}, "correct": True}),
    (
        "numeric",
        {
            "stem": {"zh": "排放多少？", "en": "How much?"},
            "value": "32368",
            "unit": "tCO2",
            "accepted_units": [],
            "offered_units": [],
            "tolerance": {"kind": "absolute", "value": "10"},
        },
    ),
)
RIGHT: Mapping[int, Any] = {1: "b", 2: ["a", "c"], 3: True, 4: {"value": "32368", "unit": "tCO2"}}
"""Slot → the right answer of the form that `make_exam` makes."""


@dataclass(frozen=True, kw_only=True)
class ExamWorld:
    """Ids of what was made, and who acts."""

    app: Flask
    institution_id: int
    officer: World
    exam_id: int
    instrument_id: int
    track_id: int

    def attempt(self, attempt_id: int) -> Attempt:
        """Return an attempt as it stands now; needs an app context."""
        with transaction(write=False):
            return session.scalars(
                sa.select(Attempt).where(Attempt.id == attempt_id).execution_options(populate_existing=True)
            ).one()


def make_standard(shares: int = 2) -> tuple[int, list[int]]:
    """Make a small standard: two positions that share all of `shares` statements; (position, statements)."""
    with transaction():
        framework = Framework(
            code="TEST", title={"zh": "标准", "en": "Standard"}, document={}, digest="0" * 64, loaded_at=now()
        )
        session.add(framework)
        session.flush()
        direction = Direction(framework_id=framework.id, code="5.2", ordinal=1, title={"zh": "方向", "en": "Direction"})
        session.add(direction)
        session.flush()
        positions = [
            Position(
                framework_id=framework.id,
                direction_id=direction.id,
                code=code,
                ordinal=ordinal,
                title={"zh": f"岗位{ordinal}", "en": f"Position {ordinal}"},
                duties={"zh": "", "en": ""},
            )
            for ordinal, code in enumerate(("5.2.1", "5.2.2"), start=1)
        ]
        session.add_all(positions)
        session.flush()
        statements = []
        for number in range(shares):
            text = f"掌握第 {number} 项"
            statement = Statement(
                framework_id=framework.id,
                digest=hashlib.sha256(text.encode()).hexdigest(),
                dimension="knowledge",
                text={"zh": text, "en": text},
            )
            session.add(statement)
            session.flush()
            statements.append(statement.id)
            for position in positions:
                session.add(
                    Requirement(
                        framework_id=framework.id,
                        position_id=position.id,
                        statement_id=statement.id,
                        guid=f"{position.id}-{number}",
                        code=f"{position.code}-a-{number + 1}",
                        dimension="knowledge",
                        ordinal=number,
                        proficiency=["掌握"],
                    )
                )
        session.flush()
        return positions[0].id, statements


def make_question(
    institution_id: int,
    code: str,
    kind: str,
    content: Mapping[str, Any],
    statements: list[int],
    *,
    state: VersionState = VersionState.APPROVED,
    positions: list[str] | None = None,
    points: int = 1000,
    languages: Sequence[str] = LANGUAGES,
) -> int:
    """Make a question and return its version's id."""
    with transaction():
        question = Question(institution_id=institution_id, code=code, kind=kind, created_at=now())
        session.add(question)
        session.flush()
        version = QuestionVersion(
            institution_id=institution_id,
            question_id=question.id,
            number=1,
            state=VersionState.DRAFT,
            title={"zh": code, "en": code},
            content=dict(content),
            points=points,
            cognitive="apply",
            difficulty=60,
            minutes=2,
            source={"zh": "", "en": ""},
            edited_at=now(),
        )
        session.add(version)
        session.flush()
        for ordinal, statement_id in enumerate(statements):
            session.add(
                QuestionTag(
                    version_id=version.id,
                    statement_id=statement_id,
                    institution_id=institution_id,
                    ordinal=ordinal,
                    positions=positions,
                )
            )
        session.flush()
        version.state = state
        if state is VersionState.APPROVED:
            version.signatures = [
                VersionSignature(language=language, institution_id=institution_id, at=now()) for language in languages
            ]
        session.flush()
        audit(institution_id, version.id)
        return version.id


def make_track(institution_id: int, position_id: int, officer: Actor, entry: EntryRule = EntryRule.ENTER) -> Track:
    """Make an open cycle with one track."""
    with transaction():
        cycle: Cycle = create_cycle(
            institution_id=institution_id, code="2026-1", title={"zh": "第一期", "en": "Round 1"}, by=officer, at=now()
        )
        position = session.get_one(Position, position_id)
        track = add_track(cycle=cycle, position=position, band="intermediate", entry=entry, by=officer, at=now())
        session.refresh(track)
        confirm_policy(track=track, policy={"name": "test"}, rationale="test", by=officer, at=now())
        open_cycle(cycle=cycle, by=officer, at=now())
        return track


def make_instrument(track: Track, officer: Actor) -> Instrument:
    """Make an exam instrument for knowledge."""
    with transaction():
        return add_instrument(
            track=track,
            kind=InstrumentKind.EXAM,
            dimension="knowledge",
            title={"zh": "笔试", "en": "Written exam"},
            by=officer,
            at=now(),
        )


def make_exam(
    app: Flask,
    *,
    slug: str = "demo",
    minutes: int = 90,
    attempts: int = 1,
    copies: int = 1,
    entry: EntryRule = EntryRule.ENTER,
    shares: int = 2,
) -> ExamWorld:
    """Make an open exam of `copies` times the four kinds, one point each; every question shows `shares` statements."""
    with app.app_context():
        institution_id = make_institution(slug)
        officer = make_person(institution_id, "考务", [Role.OFFICER])
        by = act_as(officer)
        position_id, statements = make_standard(shares)
        versions = [
            make_question(institution_id, f"Q-{copy}-{kind}", kind, content, statements)
            for copy in range(copies)
            for kind, content in CONTENTS
        ]
        track = make_track(institution_id, position_id, by, entry)
        instrument = make_instrument(track, by)
        settings = ExamSettings(
            title={"zh": "笔试", "en": "Written exam"},
            minutes=minutes,
            attempts=attempts,
            rules={"zh": "独立作答", "en": "Work alone"},
        )
        with transaction():
            exam = create_exam(code="exam-1", settings=settings, by=by, at=now(), instrument_id=instrument.id)
        with transaction():
            form = make_form(exam_id=exam.id, by=by, at=now())
            for version_id in versions:
                add_item(exam_id=exam.id, number=form.number, version_id=version_id, by=by, at=now())
            freeze_form(exam_id=exam.id, number=form.number, by=by, at=now())
            open_exam(exam_id=exam.id, by=by, at=now())
        return ExamWorld(
            app=app,
            institution_id=institution_id,
            officer=officer,
            exam_id=exam.id,
            instrument_id=instrument.id,
            track_id=track.id,
        )


def plan_next(world: ExamWorld) -> int:
    """Plan another round for the same position and return its track."""
    with world.app.app_context(), transaction():
        by, at = act_as(world.officer), now()
        title = {"zh": "第二期", "en": "Round 2"}
        cycle = create_cycle(institution_id=world.institution_id, code="2026-2", title=title, by=by, at=at)
        position = session.get_one(Position, session.get_one(Track, world.track_id).position_id)
        return add_track(cycle=cycle, position=position, band="intermediate", entry=EntryRule.ASK, by=by, at=at).id


def make_practice(
    world: ExamWorld, code: str = "practice-1", contents: Sequence[tuple[str, dict[str, Any]]] = CONTENTS
) -> int:
    """Make and open a practice exam, of the same kinds of question where no others are given; returns its id."""
    with world.app.app_context():
        by = act_as(world.officer)
        versions = [
            make_question(world.institution_id, f"P-{code}-{kind}", kind, content, []) for kind, content in contents
        ]
        settings = ExamSettings(title={"zh": "练习", "en": "Practice"}, minutes=10, attempts=0)
        with transaction():
            exam = create_exam(code=code, settings=settings, by=by, at=now())
            form = make_form(exam_id=exam.id, by=by, at=now())
            for version_id in versions:
                add_item(exam_id=exam.id, number=form.number, version_id=version_id, by=by, at=now())
            freeze_form(exam_id=exam.id, number=form.number, by=by, at=now())
            open_exam(exam_id=exam.id, by=by, at=now())
            return exam.id


def exam_row(world: ExamWorld) -> Exam:
    """Return the exam as it stands now; needs an app context."""
    with transaction(write=False):
        return session.scalars(
            sa.select(Exam).where(Exam.id == world.exam_id).execution_options(populate_existing=True)
        ).one()


def audit(institution_id: int, object_id: int) -> None:
    """Leave the audit row that the walls ask of every state change."""
    record_act(
        by=None, institution_id=institution_id, action="test.make", object_type="test", object_id=object_id, at=now()
    )
