"""Points, their split over requirements, and digests."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lms_carbon.cycles.rules import split_points
from lms_carbon.exams.rules.scoring import (
    HeldAnswer,
    PaperItem,
    answers_digest,
    deal_paper,
    is_answered,
    mark_rows,
    receipt_text,
    score_item,
    whole_score,
)
from lms_carbon.question_bank.kinds.registry import KINDS
from tests.unit.question_bank.contents import JSON, RAW, content


def _item(kind: str, slot: int = 1, points: int = 1000, tags: int = 1) -> PaperItem:
    shares = split_points(points, tags)
    return PaperItem(
        id=100 + slot,
        slot=slot,
        version_id=slot,
        kind=kind,
        title={"zh": kind, "en": kind},
        content=content(kind),
        points=points,
        tags=[(number, possible) for number, possible in enumerate(shares)],
    )


@given(st.sampled_from(sorted(RAW)), JSON, st.integers(10, 10_000), st.integers(1, 5))
def test_earned_points_split_as_possible_ones_and_sum_to_the_whole(
    kind: str, value: Any, points: int, tags: int
) -> None:
    item = _item(kind, points=points, tags=tags)
    rows = mark_rows([item], {1: value})
    assert sum(row.earned for row in rows) == score_item(item, value).earned
    assert sum(row.possible for row in rows) == points
    assert all(0 <= row.earned <= row.possible for row in rows)
    assert [row.requirement_id for row in rows] == list(range(tags))


@given(st.sampled_from(sorted(RAW)), JSON)
def test_garbage_is_no_answer_and_no_error(kind: str, value: Any) -> None:
    item = _item(kind)
    if not is_answered(item, value):
        assert score_item(item, value).earned == 0


def test_the_key_earns_everything_and_nothing_earns_nothing() -> None:
    items = [_item(kind, slot) for slot, kind in enumerate(RAW, start=1)]
    keys = {
        item.slot: KINDS[item.kind].as_sent(item.content, KINDS[item.kind].key_response(item.content)) for item in items
    }
    assert whole_score(items, keys) == 100_00
    assert whole_score(items, {}) == 0
    half = dict(list(keys.items())[: len(items) // 2])
    assert whole_score(items[: 2 * (len(items) // 2)], half) == 50_00


def test_an_attempt_is_scored_by_the_numbers_that_it_drew() -> None:
    drawn = {"variables": [{"name": "m", "min": "1", "max": "9000", "step": "1"}, {"name": "k", "values": ["2"]}]}
    item = replace(_item("calculated"), content=content("calculated", **drawn, constraints=[], digits=None))
    ((mine,), (again,), (other,)) = (deal_paper([item], attempt) for attempt in (7, 7, 8))
    assert mine == again
    assert mine.content["numbers"] != other.content["numbers"]
    answer = {"value": str(2 * int(mine.content["numbers"]["m"])), "unit": "tCO2"}
    assert score_item(mine, answer).earned == 1000
    assert score_item(other, answer).earned == 0


def test_a_digest_follows_slot_epoch_seq_and_value_and_not_the_order() -> None:
    held = [HeldAnswer(2, 1, 5, ["a", "c"]), HeldAnswer(1, 1, 4, {"value": "长", "unit": None})]
    digest = answers_digest(7, held)
    assert digest == answers_digest(7, reversed(held))
    others = [
        answers_digest(8, held),
        answers_digest(7, held[:1]),
        answers_digest(7, [HeldAnswer(2, 2, 5, ["a", "c"]), held[1]]),
        answers_digest(7, [HeldAnswer(2, 1, 6, ["a", "c"]), held[1]]),
        answers_digest(7, [HeldAnswer(2, 1, 5, ["c", "a"]), held[1]]),
        answers_digest(7, [HeldAnswer(2, 1, 5, None), held[1]]),
    ]
    assert len({digest, *others}) == 7


def test_a_receipt_reads_in_groups_of_four() -> None:
    assert receipt_text("7d409f3c21ab" + "0" * 52) == "7d40 9f3c 21ab"
