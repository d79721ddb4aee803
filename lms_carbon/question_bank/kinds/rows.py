"""What kinds with rows share: names that tell nothing, a mixed order, what an answer may name, reveals by part.

Authors and imports name rows `a`, `b`, `c` in the order that is the key of an ordering or pairs up in a matching, so no
page of a candidate shows these names: a row goes there under a name made from its text, and in an order made from that.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.html import is_blank
from lms_carbon.question_bank.kinds.base import Form, Reveal, missing_text, texts_for_form, texts_from_form
from lms_carbon.question_bank.kinds.bilingual import Text, show
from lms_carbon.question_bank.kinds.errors import ResponseShapeError
from lms_carbon.question_bank.kinds.plain import plain_of, plain_phrase
from lms_carbon.question_bank.kinds.reasons import Problem, Reason

Row = Mapping[str, Any]
SPARE_ROWS = 2
MIN_ROWS = 4
"""Rows of an empty form."""


@dataclass(frozen=True, slots=True)
class RowView:
    """A row or option as the candidate sees it. Pages show `name` and never `id`."""

    id: str
    name: str
    label: str
    text: Text
    plain: str
    """The text where markup cannot go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsReveal(Reveal):
    """A reveal that says of each part whether it is right, or partly; `keys` are the right answers as printed."""

    right: frozenset[str]
    partly: frozenset[str] = frozenset()
    keys: Mapping[str, str]


def names_of(rows: Iterable[Row]) -> dict[str, str]:
    """Return id → the name under which a row goes to candidates: longer than any id, so the two never meet."""
    found: dict[str, str] = {}
    seen: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: str(row["id"])):
        text = "\0".join(row["text"].get(language, "") for language in ("zh", "en"))
        seen[text] = seen.get(text, 0) + 1
        found[row["id"]] = "k" + hashlib.sha256(f"{text}\0{seen[text]}".encode()).hexdigest()[:10]
    return found


def show_rows(rows: Sequence[Row], language: str, labels: Sequence[str], *, seed: str | None = None) -> list[RowView]:
    """Return rows as candidates see them, mixed by `seed`; None keeps the author's order."""
    names = names_of(rows)
    listed = list(rows)
    if seed is not None:
        # By name and not by id: who knows the attempt's number could work the ids' order out.
        listed.sort(key=lambda row: hashlib.sha256(f"{seed}\0{names[row['id']]}".encode()).digest())
    return [
        RowView(row["id"], names[row["id"]], label, show(row["text"], language), plain_of(row["text"], language))
        for row, label in zip(listed, labels, strict=False)
    ]


def known_names(rows: Iterable[Row]) -> dict[str, str]:
    """Return the name that pages show of a row → its id.

    An answer names rows in no other way: ids are guessed as soon as somebody has seen how authors number.
    """
    return {name: row_id for row_id, name in names_of(rows).items()}


def read_name(raw: object, known: Mapping[str, str]) -> str:
    """Return the id of a row that an answer names; `known` are its rows' `known_names`. Raises ResponseShapeError."""
    if isinstance(raw, str) and raw in known:
        return known[raw]
    raise ResponseShapeError


def fields_of(form: Form, slot: str) -> dict[str, str]:
    """Return what a page sent for the parts of a slot: `slot-3-k0f…` → {"k0f…": value}."""
    start = f"{slot}-"
    return {name[len(start) :]: form.get(name, "") for name in form if name.startswith(start)}


def check_rows(kind: str, rows: Sequence[Row], *, least: int, too_few: str) -> list[Problem]:
    """Return the problems of rows' texts and names; `kind` is their field, "row"."""
    found = [problem for row in rows for problem in missing_text(f"{kind}-{row['id']}", row["text"])]
    field = {"category": "categories"}.get(kind, f"{kind}s")
    if len(rows) < least:
        found.append(Problem(field, Reason(too_few)))
    if len({row["id"] for row in rows}) < len(rows):
        found.append(Problem(field, Reason(mark("Two rows have the same name inside."))))
    for language in ("zh", "en"):
        written = [text for row in rows if plain_phrase(text := row["text"].get(language, ""))]
        if len(set(written)) < len(written):
            found.append(Problem(field, Reason(mark("Two rows read the same."))))
            break
    return found


def rows_from_form(form: Form, kind: str, *pointers: str) -> list[dict[str, Any]]:
    """Return the rows of the form that hold anything; `pointers` are their other fields, "" becomes None."""
    found = []
    for name in form.getlist(kind):
        row: dict[str, Any] = {"id": name, "text": texts_from_form(form, f"{kind}-{name}", phrase=True)}
        row |= {pointer: form.get(f"{kind}-{name}-{pointer}", "") or None for pointer in pointers}
        if not all(is_blank(text) for text in row["text"].values()):
            found.append(row)
    return found


def rows_for_form(
    rows: Iterable[Row], names: Sequence[str], *pointers: str, spare: int = SPARE_ROWS
) -> list[dict[str, Any]]:
    """Return rows as the author's form has them, with spare ones whose ids are the first free of `names`."""
    made = [
        {
            "id": row["id"],
            "text": texts_for_form(row.get("text"), phrase=True),
            **{pointer: row.get(pointer) or "" for pointer in pointers},
        }
        for row in rows
    ]
    used = {row["id"] for row in made}
    free = [name for name in names if name not in used][: max(0, len(names) - len(made))]
    blank = {"text": texts_for_form(None), **dict.fromkeys(pointers, "")}
    return made + [{"id": name, **blank} for name in free[: max(spare, MIN_ROWS - len(made))]]


def numbered(count: int) -> list[str]:
    """Return the ids of new rows: `r1`, `r2`."""
    return [f"r{number}" for number in range(1, count + 1)]


def lettered(count: int) -> list[str]:
    """Return the ids of new options: `a`, `b`."""
    return list("abcdefghijklmnopqrstuvwxyz"[:count])
