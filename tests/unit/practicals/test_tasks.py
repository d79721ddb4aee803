"""The shipped tasks: fit to ship, drawn the same for the same seed, within what they promise."""

import copy
from decimal import Decimal
from fractions import Fraction
from importlib import resources
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lms_carbon.marking.rules.documents import read_rubric
from lms_carbon.practicals.errors import TaskDefectError
from lms_carbon.practicals.rules.drawing import MAX_SEED, draw_data
from lms_carbon.practicals.rules.scoring import right_value
from lms_carbon.practicals.rules.tasks import make_task, read_tasks

TASK = read_tasks()[0]
SEEDS = st.integers(min_value=1, max_value=MAX_SEED)


def document() -> dict[str, Any]:
    source = resources.files("lms_carbon.practicals").joinpath("data", "5.2.1-inventory.yaml")
    return copy.deepcopy(yaml.safe_load(source.read_text("utf-8")))


@given(SEEDS)
def test_the_same_seed_draws_the_same(seed: int) -> None:
    assert draw_data(TASK.content, seed) == draw_data(TASK.content, seed)


@given(SEEDS)
def test_readings_stay_within_their_spread(seed: int) -> None:
    data = draw_data(TASK.content, seed)
    for column in TASK.content["tables"][0]["columns"]:
        for base, drawn in zip(column["base"], data["tables"]["ledger"][column["key"]], strict=True):
            assert (base is None) == (drawn is None)
            if base is not None:
                room = Decimal(base) * Decimal(column["spread"]) / 100 + Decimal(column["step"])
                assert abs(Decimal(drawn) - Decimal(base)) <= room
                assert Decimal(drawn) % Decimal(column["step"]) == 0
    for each in TASK.content["given"]:
        value = Decimal(data["given"][each["key"]])
        if "draw" in each:
            assert Decimal(each["draw"]["from"]) <= value <= Decimal(each["draw"]["to"])


def test_candidates_get_different_numbers() -> None:
    answers = {right_value(TASK.checkpoints[0].answer, draw_data(TASK.content, seed)) for seed in range(1, 40)}
    assert len(answers) > 30


def test_a_seed_means_the_same_in_years_to_come() -> None:
    data = draw_data(TASK.content, 3)
    assert data["tables"]["ledger"]["grid"][:3] == ["1085.7", "796.2", "1110.5"]
    assert (data["given"]["gas_june"], data["given"]["pv_capacity"]) == ("8.75", "1250")


def test_the_arithmetic_of_the_case_by_hand() -> None:
    """Recompute seed 1 from the drawn numbers, as a candidate would."""
    data = draw_data(TASK.content, 1)
    ledger = {
        key: sum((Fraction(value) for value in column if value), Fraction(0))
        for key, column in data["tables"]["ledger"].items()
    }
    fixed = {key: Fraction(value) for key, value in data["given"].items()}
    gas = (ledger["gas"] + fixed["gas_june"]) * Fraction("389.31") * Fraction("0.0153") * Fraction("0.99") * 44 / 12
    diesel = ledger["diesel"] * fixed["diesel_density"] / 1000
    diesel *= Fraction("42.652") * Fraction("0.0202") * Fraction("0.98") * 44 / 12
    electricity = (ledger["grid"] - ledger["passed_on"]) * Fraction("0.5366")
    whole = gas + diesel + electricity + ledger["heat"] * Fraction("0.11")
    answers = {each.key: right_value(each.answer, data) for each in TASK.checkpoints}
    assert answers["gas-emission"] == f"{float(gas):.2f}" == "2710.09"
    assert answers["total-emission"] == f"{float(whole):.2f}" == "10120.44"
    assert answers["intensity"] == f"{float(whole / ledger['output']):.4f}"


@pytest.mark.parametrize("seed", range(1, 60))
def test_no_wrong_way_comes_out_right(seed: int) -> None:
    """What the checkpoints look for must not be within tolerance of its common mistakes."""
    data = draw_data(TASK.content, seed)
    answers = {each.key: Decimal(right_value(each.answer, data)) for each in TASK.checkpoints}
    ledger = {
        key: sum((Decimal(value) for value in column if value), Decimal(0))
        for key, column in data["tables"]["ledger"].items()
    }
    mistakes = {
        "gas-activity": ledger["gas"],  # June forgotten
        "net-electricity": ledger["grid"],  # passed on counted as one's own
        "total-emission": answers["total-emission"] - answers["diesel-emission"],  # a source forgotten
    }
    for key, wrong in mistakes.items():
        tolerance = Decimal(next(each for each in TASK.checkpoints if each.key == key).answer["tolerance"]["value"])
        assert abs(wrong - answers[key]) > answers[key] * tolerance / 100, key


def test_the_rubric_is_one() -> None:
    rubric = read_rubric(TASK.rubric)
    assert sum(each.points for each in rubric.criteria) == 40_000
    assert sum(each.points for each in TASK.checkpoints) == 60_000


def test_the_task_covers_all_skill_requirements_of_its_position() -> None:
    shown = {tag for each in TASK.checkpoints for tag in each.tags}
    assert shown == {f"5.2.1-b-{n}" for n in range(1, 5)}


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("formula", "total(nothing)"),
        ("unit", "bogus"),
        ("tags", []),
        ("points", "0"),
        ("prompt", {"zh": "只有中文"}),
        ("key", "gas-emission"),
    ],
)
def test_a_defect_is_named(place: str, value: object) -> None:
    broken = document()
    broken["checkpoints"][0][place] = value
    with pytest.raises(TaskDefectError, match="sample-521-inventory"):
        make_task(broken)
