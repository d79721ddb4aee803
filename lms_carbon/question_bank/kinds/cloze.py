"""Cloze: a text with gaps, `[[g1]]` in its stem, to be typed or picked. An answer is `{gap: what was given}`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from lms_carbon.core.i18n import LANGUAGES, mark
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
from lms_carbon.question_bank.kinds.bilingual import show, text_of
from lms_carbon.question_bank.kinds.crediting import credit_for_form, credit_from_form, rule_of, settle
from lms_carbon.question_bank.kinds.errors import ResponseShapeError
from lms_carbon.question_bank.kinds.gaps import (
    GapView,
    check_gap,
    check_marks,
    gap_credit,
    gap_for_form,
    gap_from_form,
    gap_key,
    key_words,
    marks_in,
    pieces_of,
    read_gap,
    show_gap,
)
from lms_carbon.question_bank.kinds.part_schemas import MAX_GAPS, ClozeSchema
from lms_carbon.question_bank.kinds.plain import plain_of
from lms_carbon.question_bank.kinds.reasons import Problem, Reason, Score
from lms_carbon.question_bank.kinds.rows import PartsReveal, fields_of

ALL_RIGHT = mark("All gaps are right.")
COUNTED = mark("{right} of {of} gaps right, {wrong} wrong.")
NOT_ALL = mark("{right} of {of} gaps right; points are given for all or none.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClozeView(CandidateView):
    """The stem, and the same cut into markup and gaps."""

    pieces: tuple[Markup | GapView, ...]


class Cloze(Kind):
    """Scored by gap, each with its weight."""

    name = "cloze"
    title = mark("Cloze")
    content_schema = ClozeSchema

    def check_answer(self, content: Content) -> list[Problem]:
        """Each gap has its answer and stands once in the stem of each language."""
        found = half_translated("explanation", content.get("explanation"))
        if not content["gaps"]:
            found.append(Problem("gaps", Reason(mark("At least one gap is needed: write [[g1]] where it stands."))))
        for gap in content["gaps"]:
            found += check_gap(gap)
        return found + check_marks(content["stem"], content["gaps"])

    def normalise_response(self, content: Content, raw: object) -> dict[str, str] | None:
        """Return gap → what was typed or picked, in the order of the gaps; empty ones are left out."""
        if raw is None or raw == "":
            return None
        gaps = {gap["id"]: gap for gap in content["gaps"]}
        if not isinstance(raw, Mapping) or len(raw) > MAX_GAPS or not raw.keys() <= gaps.keys():
            raise ResponseShapeError
        given = {name: read_gap(gap, raw[name]) for name, gap in gaps.items() if name in raw}
        return {name: answer for name, answer in given.items() if answer} or None

    def response_from_form(self, form: Form, slot: str) -> object:
        """Return the fields of the gaps."""
        return fields_of(form, slot)

    def score_answer(self, content: Content, response: Response, points: int) -> Score:
        """Weigh what each gap earns."""
        parts = {gap["id"]: gap_credit(gap, response.get(gap["id"])) for gap in content["gaps"]}
        whole = sum(gap["weight"] for gap in content["gaps"]) or 1
        got = sum((gap["weight"] * parts[gap["id"]] for gap in content["gaps"]), Fraction(0)) / whole
        wrong = sum(1 for name in response if not parts[name])
        right = sum(1 for credit in parts.values() if credit == 1)
        earned = settle(content, points, got, wrong)
        if right == len(parts):
            return Score(earned, Reason(ALL_RIGHT))
        counts = {"right": right, "of": len(parts), "wrong": wrong}
        return Score(earned, Reason(COUNTED if content["scoring"] == "partial" else NOT_ALL, counts))

    def key_response(self, content: Content) -> dict[str, str]:
        """Return what fills the gaps."""
        return {gap["id"]: gap_key(gap) for gap in content["gaps"]}

    def candidate_view(self, content: Content, language: str, *, seed: str = "") -> ClozeView:
        """Return the stem with its gaps, numbered as they stand in it."""
        stem = show(content["stem"], language)
        views = {gap["id"]: show_gap(gap, number, language) for number, gap in _numbered(content, language)}
        return ClozeView(
            kind=self.name,
            language=language,
            stem=stem,
            rule=rule_of(content),
            pieces=tuple(pieces_of(stem.html, views)),
        )

    def reveal(self, content: Content, response: Response, points: int, language: str) -> Reveal:
        """Return the score, which gaps are right, and what fills them."""
        given = response or {}
        parts = {gap["id"]: gap_credit(gap, given.get(gap["id"])) for gap in content["gaps"]}
        return PartsReveal(
            score=self.score(content, response, points),
            possible=points,
            key={},
            explanation=show(content.get("explanation"), language),
            right=frozenset(name for name, credit in parts.items() if credit == 1),
            partly=frozenset(name for name, credit in parts.items() if 0 < credit < 1),
            keys={gap["id"]: key_words(gap, language) for gap in content["gaps"]},
        )

    def plain(self, content: Content, language: str) -> str:
        """Return the stem with the gaps numbered."""
        text = super().plain(content, language)
        for number, gap in _numbered(content, language):
            text = text.replace(f"[[{gap['id']}]]", f"({number}) ________")
        return text

    def plain_lines(self, content: Content, language: str) -> Sequence[str]:
        """Return the choices of each gap that has some."""
        return [
            f"({number}) " + " / ".join(plain_of(each["text"], language) for each in gap["choices"])
            for number, gap in _numbered(content, language)
            if gap["kind"] == "choice"
        ]

    def parse_form(self, form: Form) -> dict[str, Any]:
        """Return raw content; a gap that the stem does not have is dropped where nothing was entered for it."""
        stem = texts_from_form(form, "stem")
        marked = {name for language in LANGUAGES for name in marks_in(stem[language])}
        gaps = [gap_from_form(form, name) for name in dict.fromkeys(form.getlist("gap"))]
        return {
            "stem": stem,
            "explanation": texts_from_form(form, "explanation"),
            "gaps": [gap for gap in gaps if gap["id"] in marked or _filled(gap)],
            **credit_from_form(form),
        }

    def form_values(self, content: Content) -> dict[str, Any]:
        """Return texts, and the gaps: those there are, and those that the stem marks and nobody has filled in yet."""
        stem = content.get("stem") or {}
        gaps = list(content.get("gaps", []))
        known = {gap["id"] for gap in gaps}
        marked = dict.fromkeys(name for language in LANGUAGES for name in marks_in(stem.get(language, "")))
        gaps += [{"id": name} for name in marked if name not in known]
        return {
            "stem": texts_for_form(stem),
            "explanation": texts_for_form(content.get("explanation")),
            "gaps": [gap_for_form(gap) for gap in gaps[:MAX_GAPS]],
            **credit_for_form(content),
        }


def _numbered(content: Content, language: str) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the gaps with their numbers, as they stand in the stem."""
    gaps = {gap["id"]: gap for gap in content["gaps"]}
    marked = dict.fromkeys(marks_in(text_of(content["stem"], language)[0]))
    return list(enumerate((gaps[name] for name in marked if name in gaps), 1))


def _filled(gap: Mapping[str, Any]) -> bool:
    return bool(gap.get("answers") or gap.get("value") or gap.get("choices"))
