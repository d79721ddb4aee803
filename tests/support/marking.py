"""Works to be marked: a small standard, a cycle, an instrument with a frozen rubric, candidates who handed in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Instrument, InstrumentKind, Track
from lms_carbon.cycles.rules import MarkRow
from lms_carbon.cycles.services.candidacies import enter_candidate
from lms_carbon.cycles.services.planning import add_instrument
from lms_carbon.framework.queries import get_position_by_code
from lms_carbon.marking.models import Work
from lms_carbon.marking.services.rubrics import freeze_rubric, import_rubrics
from lms_carbon.marking.services.works import hand_over
from tests.support.exams import make_track
from tests.support.standard import put_standard
from tests.support.world import World, act_as, make_institution, make_person


def texts(zh: str, en: str) -> dict[str, str]:
    """Return a text in both languages."""
    return {"zh": zh, "en": en}


def make_level(points: str, zh: str, en: str) -> dict[str, Any]:
    """Return one level of a criterion."""
    return {"points": points, "title": texts(zh, en), "text": texts(f"{zh}的说明", f"What {en.lower()} means")}


LEVELS: Final = [
    make_level("10", "优秀", "Excellent"),
    make_level("7.5", "良好", "Good"),
    make_level("5", "合格", "Sound"),
    make_level("0", "未体现", "Not shown"),
]
RUBRIC: Final[dict[str, Any]] = {
    "code": "report",
    "title": texts("核算报告", "Accounting report"),
    "criteria": [
        {
            "title": texts("方法与边界", "Method and boundary"),
            "guidance": texts("先看边界。", "Look at the boundary first."),
            "points": "10",
            "levels": LEVELS,
            "tags": ["5.2.1-b-1", "5.2.1-b-2", "5.2.1-b-3"],
        },
        {
            "title": texts("数据质量", "Data quality"),
            "points": "20",
            "levels": [make_level("20", "可核对", "Checkable"), make_level("0", "不可核对", "Not checkable")],
            "tags": ["5.2.1-b-2"],
        },
    ],
}


@dataclass
class MarkingWorld:
    """Ids of what was made, and who acts."""

    app: Flask
    institution_id: int
    officer: World
    instrument_id: int
    track_id: int
    rubric_id: int
    assessors: list[World]
    moderator: World
    candidates: list[World] = field(default_factory=list)
    candidacies: list[int] = field(default_factory=list)
    works: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    criteria: list[int] = field(default_factory=list)


def add_practical(track: Track, officer: World) -> Instrument:
    """Add a practical instrument to a track."""
    with transaction():
        return add_instrument(
            track=track,
            kind=InstrumentKind.PRACTICAL,
            dimension="skill",
            title=texts("实验考核", "Practical"),
            by=act_as(officer),
            at=now(),
        )


def make_marking(app: Flask, *, slug: str = "demo", works: int = 1, assessors: int = 3) -> MarkingWorld:
    """Make an instrument marked by `RUBRIC`, and `works` works handed in; needs an app context."""
    institution_id = make_institution(slug)
    officer = make_person(institution_id, "考务", [Role.OFFICER])
    with transaction():
        put_standard()
        position_id = get_position_by_code("5.2.1").id
    track = make_track(institution_id, position_id, act_as(officer))
    instrument = add_practical(track, officer)
    with transaction():
        [rubric_id] = import_rubrics(
            institution_id=institution_id, documents=[RUBRIC], sample=True, by=act_as(officer), at=now()
        )
        plan = freeze_rubric(instrument=instrument, rubric_id=rubric_id, by=act_as(officer), at=now())
        criteria = [criterion.id for criterion in plan.rubric.criteria]
    world = MarkingWorld(
        app=app,
        institution_id=institution_id,
        officer=officer,
        instrument_id=instrument.id,
        track_id=track.id,
        rubric_id=rubric_id,
        assessors=[
            make_person(institution_id, f"Assessor {n}", [(Role.ASSESSOR, instrument.id)]) for n in range(assessors)
        ],
        moderator=make_person(institution_id, "Moderator", [(Role.MODERATOR, instrument.id)]),
        criteria=criteria,
    )
    for _ in range(works):
        add_work(world, make_person(institution_id, f"Candidate {len(world.works)}"))
    return world


def add_work(world: MarkingWorld, candidate: World, *, scored: Sequence[MarkRow] = (), attempt: int = 1) -> Work:
    """Let a candidate hand in."""
    number = len(world.works) + 1
    with transaction():
        track = session.get_one(Track, world.track_id)
        candidacy = enter_candidate(track=track, person_id=candidate.person_id, by=act_as(world.officer), at=now())
        work = hand_over(
            instrument_id=world.instrument_id,
            candidacy_id=candidacy.id,
            attempt=attempt,
            source=f"test:{number}",
            scored=scored,
            by=None,
            at=now(),
        )
    world.candidates.append(candidate)
    world.candidacies.append(candidacy.id)
    world.works.append(work.id)
    world.codes.append(work.code)
    return work
