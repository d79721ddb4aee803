"""A published result by hand: the candidate of the prototypes, whose every sum can be recomputed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.cycles.models import Candidacy, CycleState, InstrumentKind, Track
from lms_carbon.cycles.rules import FULL, half_up, instrument_score
from lms_carbon.framework.documents import shipped_framework
from lms_carbon.framework.queries import get_band, list_requirements
from lms_carbon.framework.rules import Dimension
from lms_carbon.people.services.audit import record_act
from lms_carbon.results.models import Aggregation, Publication, PublicationState, Result
from lms_carbon.results.policies import example_policy
from lms_carbon.results.rules import Outcome, Policy, decide_level, format_score, policy_as_json

Item = tuple[str, str, str, float, float]
"""Kind, title in Chinese and English, points earned and possible."""

ITEMS: Mapping[str, tuple[Item, ...]] = {
    "a-1": (
        ("question", "适用哪项核算标准", "Which accounting standard applies", 5, 5),
        ("question", "报告的时限", "When the report is due", 5, 5),
        ("question", "清缴配额的义务", "Duty to surrender allowances", 2, 5),
        ("question", "法规的层级", "Rank of regulations", 5, 5),
        ("question", "数据保存年限", "How long data are kept", 4, 5),
    ),
    "a-2": (
        ("question", "监测点的设置", "Monitoring points", 5, 5),
        ("question", "计量器具的校准", "Meter calibration", 5, 5),
        ("question", "核查中的抽样", "Sampling in verification", 3.5, 5),
        ("question", "活动数据的优先顺序", "Order of activity data", 4, 5),
        ("question", "数据缺失的处理", "Missing data", 3, 5),
        ("question", "核查步骤", "Steps of verification", 5, 5),
    ),
    "a-3": (
        ("question", "化石燃料燃烧排放", "Combustion emissions", 5, 5),
        ("question", "核算边界", "Accounting boundary", 5, 5),
        ("question", "过程排放", "Process emissions", 2, 5),
        ("question", "外购电力", "Purchased electricity", 5, 5),
        ("question", "单位换算", "Converting units", 3, 5),
    ),
    "a-4": (
        ("question", "核查发现的分级", "Grading findings", 5, 5),
        ("question", "不确定度", "Uncertainty", 2.5, 5),
        ("question", "报告的组成", "Parts of the report", 5, 5),
        ("question", "结论的表述", "Wording the conclusion", 3, 5),
    ),
    "b-1": (
        ("checkpoint", "清洗监测数据", "Clean the monitoring data", 8, 10),
        ("checkpoint", "找出异常值", "Find the outliers", 8, 10),
    ),
    "b-2": (
        ("checkpoint", "在 OBS 中建立核算项目", "Set up the project in OBS", 3, 5),
        ("criterion", "按 CICES 模板导出数据", "Export data in the CICES template", 1.5, 5),
    ),
    "b-3": (
        ("checkpoint", "按燃料汇总并交叉核对", "Sum by fuel and cross-check", 10, 10),
        ("checkpoint", "敏感性分析", "Sensitivity analysis", 6.5, 10),
    ),
    "b-4": (("criterion", "工作计划与分工", "Work plan and roles", 7, 10),),
    "c-1": (
        ("criterion", "方案完整可行", "Plan complete and workable", 8, 10),
        ("criterion", "措施与目标对应", "Measures match the targets", 6, 10),
    ),
    "c-2": (
        ("criterion", "核算报告质量", "Quality of the accounting report", 7.5, 10),
        ("criterion", "对企业的实际作用", "Use to the enterprise", 6, 10),
    ),
}
COMMENTS = {
    "按 CICES 模板导出数据": [
        "导出表缺少“数据来源”列，编码与模板不符。",
        "The export lacks the column “data source”.",
    ]
}
METHODS = {
    Dimension.KNOWLEDGE: (InstrumentKind.EXAM, {"zh": "笔试", "en": "Written exam"}),
    Dimension.SKILL: (InstrumentKind.PRACTICAL, {"zh": "实验考核", "en": "Practical"}),
    Dimension.PRACTICE: (InstrumentKind.PORTFOLIO, {"zh": "成果评价", "en": "Portfolio"}),
}


def make_snapshot(
    *,
    band_code: str = "intermediate",
    without: frozenset[str] = frozenset(),
    points: Mapping[str, float] | None = None,
    minimums: Mapping[Dimension, int] | None = None,
    years: int | None = None,
) -> dict[str, Any]:
    """Return a snapshot of 5.2.1 by the rules themselves; needs a loaded framework.

    `without` names requirements (`b-2`) or dimensions (`skill`) that were not assessed, `points` (Chinese title →
    points earned) changes items, `minimums` and `years` (both hundredths) go into the decision.
    """
    band = get_band(band_code)
    plain = example_policy(shipped_framework().bands)
    policy = Policy(
        name=plain.name,
        version=plain.version,
        cuts=plain.cuts,
        minimums=dict(minimums or {}),
        experience_years=plain.experience_years,
    )
    requirements = [_requirement(row, without, points or {}) for row in list_requirements(search="5.2.1-")]
    sums = {dimension: _sums(requirements, dimension) for dimension in Dimension}
    scores = {d: instrument_score(*sums[d]) if sums[d][1] else None for d in Dimension}
    decision = decide_level(band=band, scores=scores, policy=policy, years=years)
    return {
        "framework": "T/MIITEC 020-2024",
        "institution": {"zh": "滨海职业学院", "en": "Binhai Vocational College"},
        "person": {"name": "林晓"},
        "cycle": {"code": "2026-autumn", "title": {"zh": "2026 年秋季评价", "en": "Autumn 2026 cycle"}},
        "position": {"code": "5.2.1", "title": {"zh": "碳减排工程师", "en": "Carbon reduction engineer"}},
        "band": {"code": band.code, "title": band.title.as_json(), "levels": list(band.levels)},
        "years": None if years is None else format_score(years),
        "outcome": decision.outcome.value,
        "level": decision.level,
        "total": _text(decision.total),
        "dimensions": [
            {
                "code": part.dimension.value,
                "title": shipped_framework().dimension_titles[part.dimension].as_json(),
                "weight": part.weight,
                "score": _text(part.score),
                "contribution": _text(part.contribution),
                "instruments": [_instrument(part.dimension, sums[part.dimension])],
            }
            for part in decision.dimensions
        ],
        "missing": [{"dimension": d.value, "instrument": METHODS[d][1]} for d in decision.missing],
        "policy": {
            **policy_as_json(policy),
            "confirmed_by": "王敏",
            "confirmed_at": "2026-09-01T08:00:00+00:00",
            "rationale": "演示用的示例政策，不作推荐。An example for the demo, not a recommendation.",
        },
        "requirements": requirements,
    }


def _text(score: int | None) -> str | None:
    return None if score is None else format_score(score)


def _instrument(dimension: Dimension, sums: tuple[int, int]) -> dict[str, Any]:
    kind, title = METHODS[dimension]
    score = instrument_score(*sums) if sums[1] else None
    return {
        "id": list(Dimension).index(dimension) + 1,
        "kind": kind.value,
        "title": title,
        "weight": 1,
        "rule": "last",
        "attempt": 1 if sums[1] else None,
        "earned": sums[0] if sums[1] else None,
        "possible": sums[1] or None,
        "score": _text(score),
    }


def _requirement(row: Any, without: frozenset[str], points: Mapping[str, float]) -> dict[str, Any]:
    short = row.code.partition("-")[2]
    left = () if without & {short, row.dimension} else ITEMS[short]
    items = [
        {
            "kind": kind,
            "title": {"zh": zh, "en": en},
            "instrument": list(Dimension).index(Dimension(row.dimension)) + 1,
            "earned": round(points.get(zh, earned) * 1000),
            "possible": round(possible * 1000),
            "comments": COMMENTS.get(zh, []),
        }
        for kind, zh, en, earned, possible in left
    ]
    earned = sum(item["earned"] for item in items)
    possible = sum(item["possible"] for item in items)
    return {
        "id": row.id,
        "code": row.code,
        "dimension": row.dimension,
        "text": row.statement.text,
        "earned": earned,
        "possible": possible,
        "score": _text(half_up(FULL * earned, possible)) if items else None,
        "items": items,
    }


def _sums(requirements: list[dict[str, Any]], dimension: Dimension) -> tuple[int, int]:
    mine = [each for each in requirements if each["dimension"] == dimension]
    return sum(each["earned"] for each in mine), sum(each["possible"] for each in mine)


def publish_by_hand(
    candidacy_id: int,
    snapshot: Mapping[str, Any],
    *,
    regrade_id: int | None = None,
    at: datetime | None = None,
) -> Result:
    """Put a snapshot up as the candidate's next revision, in a cycle that is published from then on."""
    at = at or now()
    candidacy = session.get_one(Candidacy, candidacy_id)
    record_act(
        by=None,
        institution_id=candidacy.institution_id,
        action="test.publish",
        object_type="candidacy",
        object_id=candidacy.id,
        at=at,
    )
    cycle = session.get_one(Track, candidacy.track_id).cycle
    cycle.state = CycleState.PUBLISHED
    number = 1 + (session.scalar(sa.select(sa.func.max(Publication.revision)).filter_by(cycle_id=cycle.id)) or 0)
    shared = {"institution_id": cycle.institution_id, "cycle_id": cycle.id}
    nothing = "0" * 64
    aggregation = Aggregation(
        **shared, number=number, at=at, candidacies=1, inputs=nothing, digest=nothing, regrade_id=regrade_id
    )
    session.add(aggregation)
    session.flush()
    publication = Publication(
        **shared,
        revision=number,
        aggregation_id=aggregation.id,
        regrade_id=regrade_id,
        state=PublicationState.PUBLISHED,
        proposed_at=at,
        published_at=at,
        digest=nothing,
    )
    session.add(publication)
    session.flush()
    total = snapshot["total"]
    before = session.scalar(sa.select(sa.func.max(Result.revision)).filter_by(candidacy_id=candidacy_id)) or 0
    result = Result(
        institution_id=cycle.institution_id,
        candidacy_id=candidacy_id,
        revision=before + 1,
        publication_id=publication.id,
        outcome=Outcome(snapshot["outcome"]),
        level=snapshot["level"],
        total=None if total is None else int(total.replace(".", "")),
        snapshot=dict(snapshot),
        digest="9f3c21ab7d40" + "0" * 52,
        published_at=at,
    )
    session.add(result)
    session.flush()
    return result
