"""What pages show of a sheet: the case with its data, the checkpoints, and after the gate what was right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lms_carbon.practicals.models import Sheet
from lms_carbon.practicals.queries.standings import list_items
from lms_carbon.practicals.rules.scoring import NUMERIC, CheckpointItem, blank_content, reason_of
from lms_carbon.question_bank.kinds.errors import ResponseShapeError
from lms_carbon.question_bank.kinds.numeric_reading import offered_units
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.kinds.units import unit_label


@dataclass(frozen=True, kw_only=True)
class CheckpointView:
    """A checkpoint on a page: `value` and `unit` as typed, `units` to pick from as (value, label)."""

    id: int
    key: str
    number: int
    title: Mapping[str, str]
    prompt: Mapping[str, str]
    decimals: int
    tolerance: str
    value: str
    unit: str
    units: tuple[tuple[str, str], ...]
    points: int
    remark: Reason | None = None
    """What can be said about what was typed without giving anything away."""
    earned: int | None = None
    """Thousandths; None before the release (DESIGN §3)."""
    why: Reason | None = None
    key_value: str = ""
    method: Mapping[str, str] | None = None

    @property
    def typed(self) -> str:
        """Return what was entered, as one text."""
        return f"{self.value} {unit_label(self.unit)}".strip()


def view_checkpoints(
    sheet: Sheet, *, values: Mapping[str, Any] | None = None, reveal: bool = False
) -> list[CheckpointView]:
    """Return a sheet's checkpoints; `values` stand in for those saved, `reveal` adds points and right values.

    Reveal only after the release, and to who marks never: the caller knows the gate.
    """
    held = sheet.values if values is None else values
    scored = sheet.scored or {}
    return [
        _view(item, number, held.get(item.key), scored.get(item.key) if reveal else None)
        for number, item in enumerate(list_items(sheet.practical), start=1)
    ]


def show_work(sheet: Sheet) -> dict[str, Any]:
    """Return what assessors see of a sheet: no name, no file name, no points of what was scored at once."""
    return {
        "task": sheet.practical.task,
        "data": sheet.data,
        "checkpoints": view_checkpoints(sheet),
        "note": sheet.note,
        "has_workbook": sheet.file_id is not None,
        "workbook_size": sheet.file.size if sheet.file else 0,
        "sheet_id": sheet.id,
    }


def _view(
    item: CheckpointItem, number: int, entry: Mapping[str, Any] | None, scored: Mapping[str, Any] | None
) -> CheckpointView:
    typed = entry or {}
    tolerance = item.answer["tolerance"]
    kind = " %" if tolerance["kind"] == "relative" else f" {unit_label(item.answer['unit'])}"
    revealed: dict[str, Any] = {}
    if scored is not None:
        revealed = {
            "earned": int(scored["earned"]),
            "why": reason_of(scored),
            "key_value": f"{scored['value']} {unit_label(scored['unit'] or '')}".strip(),
            "method": item.answer.get("method"),
        }
    return CheckpointView(
        id=item.id,
        key=item.key,
        number=number,
        title=item.title,
        prompt=item.prompt,
        decimals=int(item.answer.get("decimals", 2)),
        tolerance=f"{tolerance['value']}{kind}",
        value=typed.get("value") or "",
        unit=typed.get("unit") or "",
        units=tuple((unit, unit_label(unit)) for unit in offered_units(blank_content(item))),
        points=item.points,
        remark=_remark(item, entry),
        **revealed,
    )


def _remark(item: CheckpointItem, entry: Mapping[str, Any] | None) -> Reason | None:
    content = blank_content(item)
    try:
        return NUMERIC.remark(content, NUMERIC.normalise_response(content, dict(entry) if entry else None))
    except ResponseShapeError:
        return None
