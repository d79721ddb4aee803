"""The tasks that ship with the product, read from `data/` and checked as they are read.

A task is written for this product and marked as a sample: case, given values and tables in which readings are drawn for
each candidate (`rules.drawing`), checkpoints with formulas over them, and the rubric for what is handed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from lms_carbon.core.i18n import LANGUAGES
from lms_carbon.practicals.errors import FormulaError, TaskDefectError
from lms_carbon.practicals.rules.drawing import draw_data
from lms_carbon.practicals.rules.scoring import NUMERIC, CheckpointItem, numeric_content, right_value
from lms_carbon.question_bank.html import clean_html

TRIALS: Final = 8
"""Seeds that a task is tried with as it is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointDraft:
    """A checkpoint as it ships; `points` in thousandths, `tags` are requirement codes."""

    key: str
    title: Mapping[str, str]
    prompt: Mapping[str, str]
    points: int
    answer: Mapping[str, Any]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDraft:
    """A task as it ships; `content` as in `rules.drawing`, `rubric` as `marking.services.rubrics` takes it."""

    code: str
    version: int
    title: Mapping[str, str]
    content: Mapping[str, Any]
    checkpoints: tuple[CheckpointDraft, ...]
    rubric: Mapping[str, Any]


@cache
def read_tasks() -> tuple[TaskDraft, ...]:
    """Return the shipped tasks in the order of their files. Raises `TaskDefectError`."""
    folder = resources.files("lms_carbon.practicals").joinpath("data")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return tuple(make_task(yaml.safe_load(folder.joinpath(name).read_text(encoding="utf-8"))) for name in names)


def make_task(document: Mapping[str, Any]) -> TaskDraft:
    """Return one document as a task. Raises `TaskDefectError` naming the code and what is wrong."""
    code = str(document.get("code"))
    try:
        task = TaskDraft(
            code=code,
            version=int(document["version"]),
            title=_texts(document["title"]),
            content=_content(document),
            checkpoints=tuple(_checkpoint(each) for each in document["checkpoints"]),
            rubric=document["rubric"],
        )
        faults = [fault for each in task.checkpoints for fault in _faults(task, each)]
    except (KeyError, TypeError, ValueError, ArithmeticError) as problem:
        raise TaskDefectError(f"{code}: {problem!r}") from problem
    keys = [each.key for each in task.checkpoints]
    if not keys or len(set(keys)) != len(keys):
        faults.append("checkpoints need keys of their own")
    if faults:
        raise TaskDefectError(f"{code}: {'; '.join(faults)}")
    return task


def _content(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "case": {language: clean_html(text) for language, text in _texts(document["case"]).items()},
        "work": {language: clean_html(text) for language, text in _texts(document["work"]).items()},
        "hours": int(document["hours"]),
        "given": [dict(each) for each in document["given"]],
        "tables": [dict(each) for each in document["tables"]],
    }


def _checkpoint(row: Mapping[str, Any]) -> CheckpointDraft:
    return CheckpointDraft(
        key=str(row["key"]),
        title=_texts(row["title"]),
        prompt={language: clean_html(f"<p>{text}</p>") for language, text in _texts(row["prompt"]).items()},
        points=int(Decimal(str(row["points"])) * 1000),
        answer={
            "formula": str(row["formula"]),
            "unit": str(row["unit"]),
            "offered_units": list(row["offered_units"]),
            "decimals": int(row["decimals"]),
            "tolerance": dict(row["tolerance"]),
            "method": {language: clean_html(f"<p>{text}</p>") for language, text in _texts(row["method"]).items()},
        },
        tags=tuple(row["tags"]),
    )


def _texts(raw: Mapping[str, str]) -> dict[str, str]:
    if set(raw) != set(LANGUAGES) or not all(str(text).strip() for text in raw.values()):
        raise ValueError(f"text is needed in both languages: {dict(raw)}")
    return {language: str(raw[language]).strip() for language in LANGUAGES}


def _faults(task: TaskDraft, each: CheckpointDraft) -> list[str]:
    """Return what is wrong with a checkpoint: no tags, no points, or a right value that would not earn them."""
    faults = [] if each.tags and each.points > 0 else [f"{each.key} has no points or shows nothing"]
    item = CheckpointItem(
        id=0, key=each.key, title=each.title, prompt=each.prompt, answer=each.answer, points=each.points
    )
    for seed in range(1, TRIALS + 1):
        try:
            content = numeric_content(item, right_value(each.answer, draw_data(task.content, seed)))
        except FormulaError as problem:
            return [*faults, f"{each.key}: {problem}"]
        faults += [f"{each.key}: {found.reason}" for found in NUMERIC.check_content(content) if found.blocking]
    return faults
