"""Ordering: rows to be put in their right order.

An answer is the list of ids once every row has a place of its own, until then `{id: place}`: a paper half done is kept.
Points in parts count the rows that directly follow the one they should, so one row out of place costs two or three of
these and not all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.base import (
    CandidateView,
    Content,
    Form,
    Kind,
    Response,
    Reveal,
    half_translated,
    texts_for_form,
    texts_from_form,
)
from lms_carbon.question_bank.kinds.bilingual import show
from lms_carbon.question_bank.kinds.crediting import credit_for_form, credit_from_form, settle
from lms_carbon.question_bank.kinds.errors import ResponseShapeError
from lms_carbon.question_bank.kinds.pairing import numbers
from lms_carbon.question_bank.kinds.part_schemas import MAX_ROWS, OrderingSchema
from lms_carbon.question_bank.kinds.reasons import Problem, Reason, Score
from lms_carbon.question_bank.kinds.rows import (
    PartsReveal,
    RowView,
    check_rows,
    fields_of,
    known_names,
    names_of,
    numbered,
    read_name,
    rows_for_form,
    rows_from_form,
    show_rows,
)

IN_ORDER = mark("All rows are in the right order.")
NOT_IN_ORDER = mark("The rows are not in the right order.")
COUNTED = mark("{right} of {of} rows directly follow the one they should.")
NO_PLACE = mark("Not every row has a place of its own.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderingView(CandidateView):
    """Rows in an order that tells nothing, each to be given one of the `places`."""

    rows: tuple[RowView, ...]

    @property
    def places(self) -> range:
        """The places there are."""
        return range(1, len(self.rows) + 1)


class Ordering(Kind):
    """Scored as a whole or by what follows what."""

    name = "ordering"
    title = mark("Ordering")
    content_schema = OrderingSchema

    def check_answer(self, content: Content) -> list[Problem]:
        """Rows have texts and names of their own."""
        found = half_translated("explanation", content.get("explanation"))
        return found + check_rows("row", content["rows"], least=2, too_few=mark("At least two rows are needed."))

    def normalise_response(self, content: Content, raw: object) -> list[str] | dict[str, int] | None:
        """Return the ids in order, or the places given so far; a list may also be sent as `{row: place}`."""
        if raw is None or raw == "":
            return None
        ids = [row["id"] for row in content["rows"]]
        if not isinstance(raw, Mapping | list) or len(raw) > len(ids):
            raise ResponseShapeError
        known = known_names(content["rows"])
        given = raw.items() if isinstance(raw, Mapping) else [(name, place) for place, name in enumerate(raw, 1)]
        found = [(read_name(name, known), _place(place, len(ids))) for name, place in given]
        if len({row for row, _ in found}) < len(found):
            raise ResponseShapeError
        placed = {row: place for row, place in found if place}
        if sorted(placed.values()) == list(range(1, len(ids) + 1)):
            return sorted(placed, key=lambda row: placed[row])
        return {row: placed[row] for row in ids if row in placed} or None

    def as_sent(self, content: Content, response: Response) -> Any:
        """Return the names that pages show, in order or with their places."""
        names = names_of(content["rows"])
        if isinstance(response, Mapping):
            return {names.get(row, row): place for row, place in response.items()}
        return [names.get(row, row) for row in response] if response else None

    def response_from_form(self, form: Form, slot: str) -> object:
        """Return the place picked for each row."""
        return fields_of(form, slot)

    def remark(self, content: Content, response: Response) -> Reason | None:
        """Say that rows share a place or have none yet."""
        return Reason(NO_PLACE) if isinstance(response, Mapping) else None

    def score_answer(self, content: Content, response: Response, points: int) -> Score:
        """Count the rows that directly follow the one they should."""
        right, of = len(_followers(content, response)), max(len(content["rows"]) - 1, 1)
        earned = settle(content, points, Fraction(right, of))
        if right == of:
            return Score(earned, Reason(IN_ORDER))
        if content["scoring"] == "partial":
            return Score(earned, Reason(COUNTED, {"right": right, "of": of}))
        return Score(earned, Reason(NO_PLACE if isinstance(response, Mapping) else NOT_IN_ORDER))

    def key_response(self, content: Content) -> list[str]:
        """Return the right order."""
        return [row["id"] for row in content["rows"]]

    def candidate_view(self, content: Content, language: str, *, seed: str = "") -> OrderingView:
        """Return the rows, always mixed: the author's order is the key."""
        rows = show_rows(content["rows"], language, numbers(MAX_ROWS), seed=seed)
        return OrderingView(kind=self.name, language=language, stem=show(content["stem"], language), rows=tuple(rows))

    def reveal(self, content: Content, response: Response, points: int, language: str) -> Reveal:
        """Return the score, and each row's right place."""
        given = places_of(response)
        keys = {row["id"]: place for place, row in enumerate(content["rows"], 1)}
        return PartsReveal(
            score=self.score(content, response, points),
            possible=points,
            key=self.key_response(content),
            explanation=show(content.get("explanation"), language),
            right=frozenset(row for row, place in keys.items() if given.get(row) == place),
            keys={row: str(place) for row, place in keys.items()},
        )

    def plain_lines(self, content: Content, language: str) -> Sequence[str]:
        """Return the rows, mixed, with room for their place."""
        rows = self.candidate_view(content, language).rows
        return [f"____ {row.plain}" for row in rows]

    def parse_form(self, form: Form) -> dict[str, Any]:
        """Return raw content; rows stand in the order of their places, those without one behind."""
        rows = rows_from_form(form, "row")
        rows.sort(key=lambda row: _typed_place(form.get(f"row-{row['id']}-place", "")))
        credit = {name: value for name, value in credit_from_form(form).items() if name != "penalty"}
        return {
            "stem": texts_from_form(form, "stem"),
            "explanation": texts_from_form(form, "explanation"),
            "rows": rows,
            **credit,
        }

    def form_values(self, content: Content) -> dict[str, Any]:
        """Return texts, rows with their places and spare ones, and the choices about points."""
        rows = rows_for_form(content.get("rows", []), numbered(MAX_ROWS))
        return {
            "stem": texts_for_form(content.get("stem")),
            "explanation": texts_for_form(content.get("explanation")),
            "rows": [{**row, "place": str(place)} for place, row in enumerate(rows, 1)],
            **credit_for_form(content),
        }


def places_of(response: Response) -> Mapping[str, int]:
    """Return the place that an answer gives each row; several rows may share one."""
    if isinstance(response, list):
        return {row: place for place, row in enumerate(response, 1)}
    return response if isinstance(response, Mapping) else {}


def _followers(content: Content, response: Response) -> list[str]:
    """Return the rows that directly follow the one they should; a place given twice counts for nobody."""
    given = places_of(response)
    taken = list(given.values())
    own = {row: place for row, place in given.items() if taken.count(place) == 1}
    ids = [row["id"] for row in content["rows"]]
    return [
        after for before, after in pairwise(ids) if before in own and after in own and own[after] == own[before] + 1
    ]


def _place(raw: object, most: int) -> int:
    """Return a place, 0 for none."""
    if raw is None or raw == "":
        return 0
    if isinstance(raw, str) and raw.isascii() and raw.isdecimal() and len(raw) < 3:
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= most:
        raise ResponseShapeError
    return raw


def _typed_place(text: str) -> tuple[int, int]:
    text = text.strip()
    known = text.isascii() and text.isdecimal() and len(text) < 5
    return (0, int(text)) if known else (1, 0)
