"""Reading what a page sent: nothing raises, nothing right is lost, nothing wrong gets through."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lms_carbon.exams.rules.changes import MAX_NUMBER, MAX_VALUE, Batch, Change, as_json, check_values, read_batch
from lms_carbon.question_bank.kinds.registry import KINDS
from tests.unit.question_bank.contents import JSON, RAW, content

PAPER = {slot: (KINDS[kind], content(kind)) for slot, kind in enumerate(RAW, start=1)}
COUNTS = st.integers(0, MAX_NUMBER)


def _read(data: Any) -> Batch:
    batch = read_batch(json.dumps(data).encode())
    check_values(batch, PAPER)
    return batch


@given(JSON)
def test_any_json_is_read_or_named(data: Any) -> None:
    batch = _read(data)
    assert batch.unreadable
    assert batch.faults


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_named(body: bytes) -> None:
    batch = read_batch(body)
    assert batch.changes == []


@given(st.lists(st.tuples(st.integers(0, 5), COUNTS, JSON), max_size=8))
def test_what_passes_fits_its_question_and_can_be_stored(sent: list[tuple[int, int, Any]]) -> None:
    batch = _read({"epoch": 1, "changes": [{"slot": s, "seq": q, "value": v} for s, q, v in sent]})
    for change in batch.changes:
        kind, question = PAPER[change.slot]
        kind.normalise_response(question, change.value)
    stored = as_json(batch.changes)
    stored.encode()
    assert "\\u0000" not in stored
    if not batch.unreadable:  # NaN and the infinities are no JSON at all
        assert len(batch.changes) + len({fault.slot for fault in batch.faults}) >= len({slot for slot, _, _ in sent})


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 9)), max_size=20))
def test_the_newest_of_each_slot_is_left_in_the_order_of_slots(sent: list[tuple[int, int]]) -> None:
    batch = _read({"epoch": 1, "changes": [{"slot": s, "seq": q, "value": None} for s, q in sent]})
    newest = {slot: max(seq for other, seq in sent if other == slot) for slot, _ in sent}
    assert [(change.slot, change.seq) for change in batch.changes] == sorted(newest.items())
    assert batch.faults == []


def test_the_largest_value_is_measured_in_bytes_of_json() -> None:
    def fault(text: str) -> bool:
        batch = _read({"epoch": 1, "changes": [{"slot": 4, "seq": 1, "value": text}]})
        assert len(batch.faults) == 1, "no number is that long"
        return batch.faults[0].too_large

    assert not fault("x" * (MAX_VALUE - 2))
    assert fault("x" * (MAX_VALUE - 1))
    assert fault("长" * (MAX_VALUE // 3))


def test_extra_members_are_taken_where_they_are_known() -> None:
    body = b'{"epoch": 1, "changes": [], "by": "page"}'
    assert read_batch(body, frozenset({"by"})).fields == {"by": "page"}
    assert read_batch(body).faults[0].where == "by"


def test_what_the_statement_reads() -> None:
    change = read_batch(
        b'{"epoch": 1, "changes": [{"slot": 1, "seq": 2, "value": "a", "client_at": "2026-05-11T14:03:22.5+08:00"}]}'
    ).changes[0]
    assert json.loads(as_json([change])) == [
        {"slot": 1, "seq": 2, "value": "a", "flagged": False, "client_at": "2026-05-11 06:03:22.500000+00:00"}
    ]
    assert json.loads(as_json([Change(1, 2, None, flagged=True, client_at=None)]))[0]["client_at"] is None
