"""The sample questions that ship with the product, read from `data/samples/` and checked as they are read.

Samples are written for this product and marked as such. They show what a bank looks like; a live cycle takes them only
after a reviewer of the institution has signed them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from lms_carbon.question_bank.kinds.registry import KINDS

COGNITIVE_LEVELS: Final = ("remember", "understand", "apply", "analyse")
PRACTICE: Final = "practice"
_FOLDER: Final = ("data", "samples")
# The C loader reads the same ten times faster; not every build of PyYAML has it.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleQuestion:
    """A question as it ships.

    `difficulty` is the expected share of the points earned (难度系数), 0 to 1; `points` are thousandths; `check` is the
    arithmetic behind a numeric key, by gap or part where there are several. `needs_expert_review` marks what rests
    on more than the standard and the stem. `apart` are codes of samples that never stand in one form with it.
    """

    code: str
    kind: str
    title: Mapping[str, str]
    content: Mapping[str, Any]
    tags: tuple[str, ...]
    cognitive: str
    difficulty: float
    minutes: int
    points: int
    source: Mapping[str, str]
    needs_expert_review: bool = False
    apart: tuple[str, ...] = ()
    check: str | Mapping[str, str] | None = None
    sample: bool = True


class SampleDefectError(ValueError):
    """A shipped sample that is not fit to ship: a defect of the product, not of a person's input."""


def read_samples() -> list[SampleQuestion]:
    """Return the sample questions of all positions, in the order of their files, without those for practice."""
    return [sample for name in _names() if name != PRACTICE for sample in _read(name)]


def read_practice() -> list[SampleQuestion]:
    """Return the questions of the practice exam."""
    return list(_read(PRACTICE))


def sample_rows() -> Iterator[Mapping[str, Any]]:
    """Yield the rows of all files as they are written, those for practice too, for `make_sample`."""
    for name in _names():
        yield from _rows(name)


def _names() -> list[str]:
    folder = resources.files("lms_carbon.question_bank").joinpath(*_FOLDER)
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))


@cache
def _read(name: str) -> tuple[SampleQuestion, ...]:
    return tuple(make_sample(row) for row in _rows(name))


def _rows(name: str) -> list[Mapping[str, Any]]:
    source = resources.files("lms_carbon.question_bank").joinpath(*_FOLDER, f"{name}.yaml")
    rows: list[Mapping[str, Any]] = yaml.load(source.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - safe
    return rows


def make_sample(row: Mapping[str, Any]) -> SampleQuestion:
    """Return one row as a sample. Raises SampleDefectError naming the code and what is wrong."""
    code = str(row.get("code"))
    try:
        kind = KINDS[row["kind"]]
        sample = SampleQuestion(
            **{
                **row,
                "content": kind.load_content(row["content"]),
                "tags": tuple(row["tags"]),
                "apart": tuple(row.get("apart", ())),
                "points": int(row["points"]) * 1000,
                "check": _arithmetic(row.get("check")),
            }
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SampleDefectError(f"{code}: {error!r}") from error
    faults = [*_faults(sample), *(str(each.reason) for each in kind.check_content(sample.content))]
    if faults:
        raise SampleDefectError(f"{code}: {'; '.join(faults)}")
    return sample


def _arithmetic(written: Any) -> str | Mapping[str, str] | None:
    if isinstance(written, Mapping):
        return {str(gap): str(text) for gap, text in written.items()}
    return None if written is None else str(written)


def _faults(sample: SampleQuestion) -> list[str]:
    faults = [
        f"{name} is not in both languages"
        for name, texts in (("title", sample.title), ("source", sample.source))
        if set(texts) != {"zh", "en"} or not all(texts.values())
    ]
    if sample.cognitive not in COGNITIVE_LEVELS:
        faults.append(f"unknown cognitive level {sample.cognitive}")
    if not 0 < sample.difficulty < 1:
        faults.append("difficulty is not between 0 and 1")
    if sample.minutes < 1 or sample.points < 1000:
        faults.append("minutes and points begin at 1")
    return faults
