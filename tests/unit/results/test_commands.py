"""`lms-carbon level compute`."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lms_carbon.results.commands import level_commands


def compute(*options: str) -> Result:
    return CliRunner().invoke(level_commands, ["compute", *options])


def compute_json(*options: str) -> dict[str, Any]:
    outcome = compute(*options, "--format", "json")
    assert outcome.exit_code == 0, outcome.output
    whole: dict[str, Any] = json.loads(outcome.stdout)
    return whole


THREE = ("--knowledge", "80", "--skill", "70", "--practice", "60")


def test_json_is_the_issues_example() -> None:
    assert compute_json("--band", "intermediate", *THREE, "--years", "3") == {
        "status": "level_4",
        "band": "intermediate",
        "level": 4,
        "total": "72.50",
        "dimensions": {
            "knowledge": {"score": "80.00", "weight": 50, "contribution": "40.00"},
            "skill": {"score": "70.00", "weight": 25, "contribution": "17.50"},
            "practice": {"score": "60.00", "weight": 25, "contribution": "15.00"},
        },
        "missing": [],
        "policy": {
            "name": "Example policy",
            "version": "1",
            "cuts": {band: ["60", "75", "90"] for band in ("junior", "intermediate", "senior")},
            "minimums": {},
            "experience_years": {"junior": None, "intermediate": 3, "senior": 5},
        },
    }


def test_an_omitted_dimension_is_incomplete() -> None:
    whole = compute_json("--band", "junior", "--knowledge", "100")
    assert (whole["status"], whole["missing"], whole["total"]) == ("incomplete", ["skill", "practice"], None)


def test_years_are_checked_only_where_given() -> None:
    assert compute_json("--band", "intermediate", *THREE)["status"] == "level_4"
    assert compute_json("--band", "intermediate", *THREE, "--years", "2.99")["status"] == "ineligible"
    assert compute_json("--band", "junior", *THREE, "--years", "0")["status"] == "level_2"


def test_text_is_for_reading() -> None:
    text = compute("--band", "intermediate", *THREE).stdout
    assert text.startswith("Level 4, intermediate band\n")
    assert "Knowledge   80.00     50 %   40.00" in text
    assert "Example policy" in text
    assert "no score for practice" in compute("--band", "junior", "--knowledge", "1", "--skill", "1").stdout
    assert "asks for 5 years" in compute("--band", "senior", *THREE, "--years", "1").stdout
    assert compute("--band", "senior", "--knowledge", "1", "--skill", "1", "--practice", "1").stdout.startswith("Below")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--band", "expert"], "expert is not a band"),
        (["--knowledge", "1"], "--band"),
        (["--band", "junior", "--knowledge", "100.01"], "100.01 is not a score"),
        (["--band", "junior", "--skill", "-1"], "-1 is not a score"),
        (["--band", "junior", "--practice", "80.123"], "at most two decimals"),
        (["--band", "junior", "--practice", "many"], "many is not a score"),
        (["--band", "junior", "--years", "-2"], "-2 is not a number of years"),
        (["--band", "junior", "--policy", "absent.yaml"], "absent.yaml"),
    ],
)
def test_mistakes_end_with_a_sentence_and_status_2(options: list[str], sentence: str) -> None:
    outcome = compute(*options)
    assert outcome.exit_code == 2
    assert sentence in outcome.stderr
    assert outcome.stdout == ""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.yaml", "name: Ours\nversion: 3\ncuts:\n  junior: [10, 20.05, 30]\nminimums: {skill: 70}\n"),
        ("p.json", '{"name": "Ours", "version": 3, "cuts": {"junior": [10, 20.05, 30]}, "minimums": {"skill": 70}}'),
    ],
)
def test_a_policy_from_a_file(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    whole = compute_json("--band", "junior", *THREE, "--policy", str(tmp_path / name))
    assert whole["level"] == 3
    assert whole["policy"]["name"] == "Ours"
    assert whole["policy"]["version"] == 3
    assert whole["policy"]["cuts"] == {"junior": ["10", "20.05", "30"]}
    short = compute_json("--band", "junior", "--knowledge", "90", "--skill", "69.99", "--practice", "90",
                         "--policy", str(tmp_path / name))  # fmt: skip
    assert (short["status"], short["level"]) == ("below_band", None)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("cuts: {junior: [60, 60, 90]}", "cut scores must rise, and 60, 60, 90 do not"),
        ("cuts: {senior: [60, 75, 90]}", "no cut scores for the band junior"),
        ("cuts: {junior: [60, 75, 120]}", "120 is not from 0 to 100"),
        ("cuts: [", "p.yaml cannot be read"),
    ],
)
def test_bad_policies(tmp_path: Path, content: str, sentence: str) -> None:
    (tmp_path / "p.yaml").write_text(content)
    outcome = compute("--band", "junior", *THREE, "--policy", str(tmp_path / "p.yaml"))
    assert outcome.exit_code == 2
    assert sentence in outcome.stderr
