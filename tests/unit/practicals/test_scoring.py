"""Scoring checkpoints, splitting their points, the digest, the door."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_carbon.practicals.rules.scoring import (
    CheckpointItem,
    mark_rows,
    read_entry,
    receipt_text,
    right_value,
    score_sheet,
    sheet_digest,
)
from lms_carbon.practicals.rules.states import Door, DoorFacts, door
from lms_carbon.question_bank.kinds.errors import ResponseShapeError

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DATA: dict[str, Any] = {"given": {"factor": "0.5366"}, "tables": {"ledger": {"grid": ["100", None, "200.5"]}}}
ITEM = CheckpointItem(
    id=7,
    key="electricity",
    title={"zh": "电力", "en": "Electricity"},
    prompt={"zh": "多少？", "en": "How much?"},
    answer={
        "formula": "total(grid) * factor",
        "unit": "tCO2",
        "offered_units": ["tCO2", "kgCO2", "tC"],
        "decimals": 2,
        "tolerance": {"kind": "relative", "value": "1"},
        "method": {"zh": "电量乘因子", "en": "Quantity times factor"},
    },
    points=1000,
    tags=((11, 334), (12, 333), (13, 333)),
)


@pytest.mark.parametrize(
    ("formula", "decimals", "value"),
    [
        ("total(grid) * factor", 2, "161.25"),
        ("1 / 8", 2, "0.13"),
        ("0 - 1 / 8", 2, "-0.12"),
        ("5 / 2", 0, "3"),
        ("0 - 1 / 1000", 2, "0.00"),
        ("1 / 1000", 4, "0.0010"),
    ],
)
def test_right_values_are_rounded_half_up(formula: str, decimals: int, value: str) -> None:
    assert right_value({"formula": formula, "decimals": decimals}, DATA) == value


@pytest.mark.parametrize(
    ("entry", "earned"),
    [
        ({"value": "161.25", "unit": "tCO2"}, 1000),
        ({"value": "161250", "unit": "kgCO2"}, 1000),
        ({"value": "162.8", "unit": "tCO2"}, 1000),
        ({"value": "163", "unit": "tCO2"}, 0),
        ({"value": "161.25", "unit": "tC"}, 0),
        ({"value": "161.25", "unit": ""}, 0),
        ({"value": "about 161", "unit": "tCO2"}, 0),
        (None, 0),
        ({"value": "1" * 200, "unit": "tCO2"}, 0),
    ],
)
def test_entries_are_scored_with_unit_and_tolerance(entry: Any, earned: int) -> None:
    scored = score_sheet([ITEM], DATA, {"electricity": entry})["electricity"]
    assert (scored["earned"], scored["possible"], scored["value"]) == (earned, 1000, "161.25")
    assert scored["reason"]


def test_what_nobody_typed_is_refused() -> None:
    with pytest.raises(ResponseShapeError):
        read_entry(ITEM, {"value": "1" * 80, "unit": "tCO2"})
    assert read_entry(ITEM, {"value": "  ", "unit": "tCO2"}) is None


@given(st.integers(min_value=0, max_value=1000))
def test_points_split_as_the_possible_ones_did(earned: int) -> None:
    rows = mark_rows([ITEM], {"electricity": {"earned": earned}})
    assert [row.requirement_id for row in rows] == [11, 12, 13]
    assert sum(row.earned for row in rows) == earned
    assert all(row.earned <= row.possible for row in rows)


def test_the_digest_is_over_everything_handed_in() -> None:
    base: dict[str, Any] = {"sheet_id": 1, "data": DATA, "values": {}, "note": "a", "file_sha256": None}
    digests = {
        sheet_digest(**{**base, **change})
        for change in ({}, {"sheet_id": 2}, {"note": "b"}, {"file_sha256": "00"}, {"values": {"x": None}}, {"data": {}})
    }
    assert len(digests) == 6
    assert sheet_digest(**base) == sheet_digest(**base)
    assert receipt_text("7d409f3c21ab" + "0" * 52) == "7d40 9f3c 21ab"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, Door.OPEN),
        ({"state": "draft"}, Door.NOT_OPEN),
        ({"state": "closed"}, Door.OVER),
        ({"opens_at": NOW + timedelta(minutes=1)}, Door.NOT_BEGUN),
        ({"closes_at": NOW}, Door.OVER),
        ({"sheet": "open", "state": "closed"}, Door.WORKING),
        ({"sheet": "open", "closes_at": NOW}, Door.WORKING),
        ({"sheet": "submitted"}, Door.DONE),
    ],
)
def test_the_door(change: dict[str, Any], found: Door) -> None:
    facts = {"state": "open", "opens_at": None, "closes_at": NOW + timedelta(days=1), "sheet": None, "now": NOW}
    assert door(DoorFacts(**{**facts, **change})) is found
