"""What matching and categorising share: each row goes with one of several targets. An answer is `{row: target}`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
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
    letter,
    texts_for_form,
    texts_from_form,
)
from lms_carbon.question_bank.kinds.bilingual import show
from lms_carbon.question_bank.kinds.crediting import credit_for_form, credit_from_form, rule_of, settle
from lms_carbon.question_bank.kinds.errors import ResponseShapeError
from lms_carbon.question_bank.kinds.part_schemas import MAX_OPTIONS, MAX_ROWS
from lms_carbon.question_bank.kinds.plain import plain_of
from lms_carbon.question_bank.kinds.reasons import Problem, Reason, Score
from lms_carbon.question_bank.kinds.rows import (
    PartsReveal,
    RowView,
    check_rows,
    fields_of,
    known_names,
    lettered,
    names_of,
    numbered,
    read_name,
    rows_for_form,
    rows_from_form,
    show_rows,
)

ALL_RIGHT = mark("All rows are right.")
COUNTED = mark("{right} of {of} rows right, {wrong} wrong.")
NOT_ALL = mark("{right} of {of} rows right; points are given for all or none.")
_LONG = 40
"""Characters of a target beyond which it is read above the rows, and picked by its letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsView(CandidateView):
    """Rows, and the targets to pick from; with `listed`, these are shown whole above the rows as well."""

    rows: tuple[RowView, ...]
    targets: tuple[RowView, ...]
    listed: bool


class PairsKind(Kind):
    """Base of the kinds whose rows each go with one target.

    `targets` and `pointer` are where content has the targets, and a row its own.
    """

    targets: str
    pointer: str
    mixes_targets: bool
    """Whether it is the targets that `shuffle` mixes, or the rows."""
    too_few_rows = mark("At least two rows are needed.")
    too_few_targets: str
    no_target: str

    def check_answer(self, content: Content) -> list[Problem]:
        """Rows and targets have texts and names of their own; each row has its target."""
        rows, targets = content["rows"], content[self.targets]
        found = half_translated("explanation", content.get("explanation"))
        found += check_rows("row", rows, least=2, too_few=self.too_few_rows)
        found += check_rows(self.pointer, targets, least=2, too_few=self.too_few_targets)
        known = {target["id"] for target in targets}
        found += [
            Problem(f"row-{row['id']}-{self.pointer}", Reason(self.no_target))
            for row in rows
            if row[self.pointer] not in known
        ]
        return found

    def normalise_response(self, content: Content, raw: object) -> dict[str, str] | None:
        """Return row → target, in the author's order of rows; rows without a pick are left out."""
        if raw is None or raw == "":
            return None
        if not isinstance(raw, Mapping) or len(raw) > MAX_ROWS:
            raise ResponseShapeError
        rows, targets = known_names(content["rows"]), known_names(content[self.targets])
        picked = {
            read_name(name, rows): read_name(target, targets)
            for name, target in raw.items()
            if target is not None and target != ""
        }
        return {row: picked[row] for row in (each["id"] for each in content["rows"]) if row in picked} or None

    def as_sent(self, content: Content, response: Response) -> Any:
        """Return the names that pages show, of rows and targets."""
        rows, targets = names_of(content["rows"]), names_of(content[self.targets])
        return {rows.get(row, row): targets.get(target, target) for row, target in (response or {}).items()} or None

    def response_from_form(self, form: Form, slot: str) -> object:
        """Return the targets picked, by row."""
        return fields_of(form, slot)

    def score_answer(self, content: Content, response: Response, points: int) -> Score:
        """Count the rows that are right and wrong."""
        right, of = len(_right(content, response, self.pointer)), len(content["rows"])
        wrong = len(response) - right
        earned = settle(content, points, Fraction(right, max(of, 1)), wrong)
        if right == of:
            return Score(earned, Reason(ALL_RIGHT))
        counts = {"right": right, "of": of, "wrong": wrong}
        return Score(earned, Reason(COUNTED if content["scoring"] == "partial" else NOT_ALL, counts))

    def key_response(self, content: Content) -> dict[str, str]:
        """Return the target of each row."""
        return {row["id"]: row[self.pointer] for row in content["rows"]}

    def candidate_view(self, content: Content, language: str, *, seed: str = "") -> PairsView:
        """Return rows and targets; mixed by `seed` where the author lets them be."""
        mixing = seed if content["shuffle"] and seed else None
        letters = [letter(index) for index in range(MAX_OPTIONS)]
        targets = show_rows(content[self.targets], language, letters, seed=mixing if self.mixes_targets else None)
        rows = show_rows(content["rows"], language, numbers(MAX_ROWS), seed=None if self.mixes_targets else mixing)
        return PairsView(
            kind=self.name,
            language=language,
            stem=show(content["stem"], language),
            rule=rule_of(content),
            rows=tuple(rows),
            targets=tuple(targets),
            listed=any("<" in target.text.html or len(target.plain) > _LONG for target in targets),
        )

    def reveal(self, content: Content, response: Response, points: int, language: str) -> Reveal:
        """Return the score, which rows are right, and where each belongs."""
        texts = {target["id"]: plain_of(target["text"], language) for target in content[self.targets]}
        return PartsReveal(
            score=self.score(content, response, points),
            possible=points,
            key=self.key_response(content),
            explanation=show(content.get("explanation"), language),
            right=frozenset(_right(content, response or {}, self.pointer)),
            keys={row["id"]: texts.get(row[self.pointer], "") for row in content["rows"]},
        )

    def plain_lines(self, content: Content, language: str) -> Sequence[str]:
        """Return the rows with room to write, then the targets with their letters."""
        rows = [f"{number}. {plain_of(row['text'], language)} ____" for number, row in enumerate(content["rows"], 1)]
        return rows + [
            f"{letter(index)}. {plain_of(target['text'], language)}"
            for index, target in enumerate(content[self.targets])
        ]

    def parse_form(self, form: Form) -> dict[str, Any]:
        """Return raw content; rows left empty are dropped."""
        return {
            "stem": texts_from_form(form, "stem"),
            "explanation": texts_from_form(form, "explanation"),
            self.targets: rows_from_form(form, self.pointer),
            "rows": rows_from_form(form, "row", self.pointer),
            "shuffle": bool(form.get("shuffle", "")),
            **credit_from_form(form),
        }

    def form_values(self, content: Content) -> dict[str, Any]:
        """Return texts, rows and targets with spare ones, and the choices about points."""
        return {
            "stem": texts_for_form(content.get("stem")),
            "explanation": texts_for_form(content.get("explanation")),
            "targets": rows_for_form(content.get(self.targets, []), lettered(MAX_OPTIONS)),
            "rows": rows_for_form(content.get("rows", []), numbered(MAX_ROWS), self.pointer),
            "shuffle": content.get("shuffle", True),
            **credit_for_form(content),
        }


def numbers(count: int) -> list[str]:
    """Return the labels of rows: 1, 2, 3."""
    return [str(number) for number in range(1, count + 1)]


def _right(content: Content, response: Mapping[str, str], pointer: str) -> list[str]:
    return [row["id"] for row in content["rows"] if response.get(row["id"]) == row[pointer]]
