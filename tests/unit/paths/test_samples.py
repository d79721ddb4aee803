"""The sample activities: both languages, codes of the standard, something for every requirement in both stages."""

import re

import pytest

from lms_carbon.framework.documents import shipped_framework
from lms_carbon.paths.services.activities import read_samples

FRAMEWORK = shipped_framework()
SAMPLES = read_samples()
STATEMENT = {requirement.code: requirement.text.zh for requirement in FRAMEWORK.requirements}
STAGES = {stage["code"]: {mode["code"] for mode in stage["modes"]} for stage in FRAMEWORK.document["stages"]}


@pytest.mark.parametrize("stage", STAGES)
def test_every_requirement_of_every_position_can_be_learned_in_this_stage(stage: str) -> None:
    helped = {STATEMENT[code] for sample in SAMPLES if sample["stage"] == stage for code in sample["tags"]}
    assert [code for code, statement in STATEMENT.items() if statement not in helped] == []


def test_every_mode_and_every_provider_occurs() -> None:
    assert {(sample["stage"], sample["mode"]) for sample in SAMPLES} == {
        (stage, mode) for stage, modes in STAGES.items() for mode in modes
    }
    assert {sample["provider"] for sample in SAMPLES} == {each["code"] for each in FRAMEWORK.document["providers"]}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["code"])
def test_a_sample_is_whole(sample: dict[str, object]) -> None:
    assert set(sample) <= {"code", "stage", "mode", "provider", "hours", "confirm", "url", "title", "text", "tags"}
    for part in ("title", "text"):
        texts = sample[part]
        assert isinstance(texts, dict)
        assert set(texts) == {"zh", "en"}
        assert re.search("[\u4e00-\u9fff]", texts["zh"])
        assert not re.search("[\u4e00-\u9fff]", texts["en"])


def test_codes_are_unique() -> None:
    codes = [sample["code"] for sample in SAMPLES]
    assert len(set(codes)) == len(codes) >= 24
