"""What the demo's people did before a newcomer came: answered, worked, handed in, marked.

All goes through the services that the pages use; only exam answers are written as they would have come in. The same
seed gives the same work.
"""

import io
import random
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor, HeldRole, Role
from lms_carbon.exams.models.attempts import Answer
from lms_carbon.exams.queries.papers import list_paper
from lms_carbon.exams.rules.states import SubmittedBy
from lms_carbon.exams.services.attempts import start_attempt, take_over
from lms_carbon.exams.services.submission import submit_attempt
from lms_carbon.marking.errors import NothingToTakeError
from lms_carbon.marking.models import Assignment, Criterion, MarkingPlan
from lms_carbon.marking.queries import blind_points
from lms_carbon.marking.rules.settling import DECIDING_PART
from lms_carbon.marking.services.assignments import take_work
from lms_carbon.marking.services.marks import GivenMark, finish_decision, finish_marks, save_marks
from lms_carbon.marking.services.settling import disputed_of
from lms_carbon.people.models.persons import Person
from lms_carbon.portfolio.models import EvidenceKind, PortfolioReview
from lms_carbon.portfolio.queries import list_asked
from lms_carbon.portfolio.services.evidence import EvidenceDraft, add_evidence, open_portfolio
from lms_carbon.portfolio.services.submission import submit_portfolio
from lms_carbon.practicals.models import Practical
from lms_carbon.practicals.rules.scoring import right_value
from lms_carbon.practicals.services.datasheets import Row, make_xlsx
from lms_carbon.practicals.services.sheets import attach_file, open_sheet, save_sheet
from lms_carbon.practicals.services.submission import hand_in
from lms_carbon.question_bank.kinds.registry import KINDS

PIECES: Final = (
    (
        "年度减排项目小结（摘要）",
        "我负责核算边界的划分、活动数据的收集和减排量的复核。",
        "2025 年共实施 6 个减排项目，核算减排量 1 840 tCO2e。边界为厂区内全部固定源和外购电力，"
        "活动数据取自能源管理台账，逐月与发票核对；小结由部门负责人签字确认。",
    ),
    (
        "锅炉改造项目的监测记录",
        "记录由我设计并按月填写，减排量按基准情景计算。",
        "改造前后各 12 个月的天然气用量和蒸汽产量如表；基准情景取改造前三年单位蒸汽气耗的平均值。"
        "两台流量计每季度比对一次，偏差都在 1% 以内。",
    ),
    (
        "屋顶光伏项目可行性比选",
        "我写了其中的核算一章，并向评审会说明。",
        "三个方案按同一基准情景比较减排量、投资和回收期；方案二在回收期 7 年以内减排量最大，予以推荐。"
        "并网电价下调 10% 时结论不变。",
    ),
)
COMMENTS: Final = (
    "活动数据的来源写得清楚，核算过程可以复现。",
    "边界说明完整；不确定性只提到，没有估计。",
    "结论有数据支持，表述准确。",
    "缺少数据质量控制的说明，其余合格。",
)
REASON: Final = "两份评分差在数据质量一项：材料中有来源说明，但没有复核记录，取较低的一档。"


def acting_as(person_id: int, institution_id: int, role: Role) -> Actor:
    """Return a person in one role, as services take it."""
    name = session.execute(sa.select(Person.name).where(Person.id == person_id)).scalar_one()
    return Actor(
        person_id=person_id,
        institution_id=institution_id,
        name=name,
        language="zh",
        held=(HeldRole(role),),
        session_id=0,
    )


def take_exam(exam_id: int, *, by: Actor, ability: float, chance: random.Random, at: datetime) -> None:
    """Sit the exam, right with the probability `ability` in each question, and submit."""
    attempt, _ = start_attempt(exam_id=exam_id, language="zh", by=by, at=at)
    epoch = take_over(attempt_id=attempt.id, by=by, at=at).epoch
    for item in list_paper(attempt.form_id):
        kind = KINDS[item.kind]
        value = (
            kind.as_sent(item.content, kind.key_response(item.content))
            if chance.random() < ability
            else _wrong(item.kind, item.content)
        )
        if value is not None:
            session.add(
                Answer(
                    attempt_id=attempt.id,
                    slot=item.slot,
                    institution_id=attempt.institution_id,
                    epoch=epoch,
                    seq=1,
                    value=value,
                    client_at=at,
                    saved_at=at,
                )
            )
    session.flush()
    submit_attempt(attempt_id=attempt.id, by=SubmittedBy.CANDIDATE, at=at)


def _wrong(kind: str, content: Any) -> Any:
    """Return a wrong answer where one is easily made; None leaves the question unanswered."""
    if kind == "true_false":
        return not KINDS[kind].key_response(content)
    if kind == "single_choice":
        key = KINDS[kind].key_response(content)
        return next(row["id"] for row in content["choices"] if row["id"] != key)
    return None


def do_practical(practical: Practical, *, by: Actor, ability: float, chance: random.Random, at: datetime) -> None:
    """Work through the data set that was drawn, attach a workbook, hand in."""
    sheet, _ = open_sheet(practical_id=practical.id, by=by, at=at)
    values = {}
    for checkpoint in practical.task.checkpoints:
        right = right_value(checkpoint.answer, sheet.data)
        entered = right if chance.random() < ability else f"{float(right) * 1.3 + 1:.2f}"
        values[checkpoint.key] = {"value": entered, "unit": checkpoint.answer["unit"]}
    note = "核算边界为厂区围墙内的全部排放源；外购电力按本题给出的因子计算，生物质燃料单列。"
    saved = save_sheet(sheet_id=sheet.id, values=values, note=note, revision=sheet.revision, by=by, at=at)
    attach_file(sheet_id=saved.id, stream=_workbook(values), name="核算表.xlsx", by=by, at=at)
    hand_in(sheet_id=saved.id, revision=saved.revision, declared=True, by=by, at=at)


def _workbook(values: dict[str, dict[str, str]]) -> io.BytesIO:
    rows: list[Row] = [["项目", "数值", "单位"]]
    rows += [[key, Decimal(entry["value"]), entry["unit"]] for key, entry in values.items()]
    return io.BytesIO(make_xlsx([("核算", rows)]))


def build_portfolio(review: PortfolioReview, *, by: Actor, chance: random.Random, at: datetime) -> None:
    """Put a text or a link in for every requirement, declare it, hand in."""
    open_portfolio(review_id=review.id, by=by, at=at)
    for requirement in list_asked(review):
        title, statement, text = chance.choice(PIECES)
        draft = EvidenceDraft(requirement_id=requirement.id, title=title, statement=statement, text=text)
        add_evidence(review_id=review.id, kind=EvidenceKind.TEXT, draft=draft, by=by, at=at)
    submit_portfolio(review_id=review.id, declared=True, without=(), by=by, at=at)


def mark_everything(
    instrument_id: int, *, assessors: Collection[Actor], moderator: Actor, chance: random.Random, at: datetime
) -> None:
    """Mark all works of an instrument by two, and decide what they dispute."""
    for by in assessors:
        while (assignment := _next(instrument_id, by, at)) is not None:
            _mark(assignment, by, chance, at)
    while (assignment := _next(instrument_id, moderator, at, third=True)) is not None:
        _decide(assignment, moderator, at)


def _next(instrument_id: int, by: Actor, at: datetime, *, third: bool = False) -> Assignment | None:
    try:
        return take_work(instrument_id=instrument_id, by=by, at=at, third=third)
    except NothingToTakeError:
        return None


def _mark(assignment: Assignment, by: Actor, chance: random.Random, at: datetime) -> None:
    """Give each criterion the level that the work deserves, at times one level off."""
    plan = session.get_one(MarkingPlan, assignment.work.instrument_id)
    deserved = random.Random(assignment.work_id)  # noqa: S311 - a demo's, both assessors see the same work
    given = []
    for criterion in plan.rubric.criteria:
        level = deserved.choices(range(len(criterion.levels)), weights=_weights(criterion))[0]
        if chance.random() < 0.06:
            level = min(level + 1, len(criterion.levels) - 1)
        points = criterion.levels[level]["points"]
        given.append(GivenMark(criterion_id=criterion.id, points=f"{points / 1000:g}", comment=chance.choice(COMMENTS)))
    save_marks(work_id=assignment.work_id, given=given, by=by, at=at)
    finish_marks(work_id=assignment.work_id, by=by, at=at)


def _weights(criterion: Criterion) -> list[int]:
    return [3, 4, 2, *[1] * len(criterion.levels)][: len(criterion.levels)]


def _decide(assignment: Assignment, by: Actor, at: datetime) -> None:
    """Take the lower of the two marks of whatever is disputed."""
    given = []
    for criterion_id in disputed_of(assignment.work):
        lowest = min(marks[criterion_id].points or 0 for marks in blind_points(assignment.work_id).values())
        given.append(GivenMark(criterion_id=criterion_id, points=f"{lowest / 1000:g}", comment=REASON))
    save_marks(work_id=assignment.work_id, given=given, by=by, at=at, parts=(DECIDING_PART,))
    finish_decision(work_id=assignment.work_id, by=by, at=at)
