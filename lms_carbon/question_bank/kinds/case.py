"""A case: one text, table, figure or data file, and several questions about it, each of a kind of its own.

An answer is `{part: answer as the part's kind has it}`; parts without an answer are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.base import (
    CandidateView,
    Content,
    Form,
    Kind,
    Response,
    Reveal,
    half_translated,
    missing_text,
    texts_for_form,
    texts_from_form,
)
from lms_carbon.question_bank.kinds.bilingual import show
from lms_carbon.question_bank.kinds.case_parts import PartFields, PartForm, prefix_of, share_of_part, split_by_parts
from lms_carbon.question_bank.kinds.case_schemas import MAX_PARTS, CaseSchema
from lms_carbon.question_bank.kinds.errors import ContentShapeError, ResponseShapeError
from lms_carbon.question_bank.kinds.reasons import Problem, Reason, Score
from lms_carbon.question_bank.kinds.schemas import NOT_KNOWN

ALL_RIGHT: Final = mark("Full points in {right} of {of} parts.")
NEW: Final = "new-part"
"""The author's field that names the kind of a part to add."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """A part as the candidate sees it."""

    id: str
    number: int
    template: str
    kind: str
    view: CandidateView


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView(CandidateView):
    """The text, and the parts that ask about it."""

    parts: tuple[PartView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReveal(Reveal):
    """What the whole earned, and each part."""

    parts: Mapping[str, Reveal]


class Case(Kind):
    """Points go to the parts by their shares; each part is scored as its kind does."""

    name = "case"
    title = mark("Case with several questions")
    content_schema = CaseSchema

    def __init__(self, kinds: Sequence[Kind]) -> None:
        """`kinds` are what parts may be."""
        self.kinds: Mapping[str, Kind] = {kind.name: kind for kind in kinds}

    def load_content(self, raw: object) -> dict[str, Any]:
        """Return content with every part cleaned by its own kind; problems of parts name their part."""
        content = super().load_content(raw)
        found: list[Problem] = []
        for part in content["parts"]:
            if part["kind"] not in self.kinds:
                found.append(Problem(f"{prefix_of(part['id'])}kind", Reason(NOT_KNOWN)))
                continue
            try:
                part["content"] = self.kinds[part["kind"]].load_content(part["content"])
            except ContentShapeError as error:
                found += _of_part(part, error.found)
        if found:
            raise ContentShapeError(found)
        return content

    def deal(self, content: Content, seed: str) -> Content:
        """Return the content with every part dealt, each from a seed of its own."""
        parts = [
            {**part, "content": self._kind_of(part).deal(part["content"], f"{seed}\0{part['id']}")}
            for part in content["parts"]
        ]
        return {**content, "parts": parts}

    def check_answer(self, content: Content) -> list[Problem]:
        """Each part is without problems of its own, has a share of the points, and a name that no other has."""
        found = half_translated("explanation", content.get("explanation"))
        parts = content["parts"]
        if not parts:
            found.append(Problem(NEW, Reason(mark("At least one part is needed."))))
        names = [part["id"] for part in parts]
        if len(set(names)) < len(names):
            found.append(Problem(NEW, Reason(mark("Two parts have the same name inside."))))
        for part in parts:
            own = part["content"]
            found += _of_part(part, missing_text("stem", own["stem"]) + self._kind_of(part).check_answer(own))
            if not share_of_part(part):
                found.append(
                    Problem(f"{prefix_of(part['id'])}points", Reason(mark("A number above 0 is needed here.")))
                )
        return found

    def normalise_response(self, content: Content, raw: object) -> dict[str, Response] | None:
        """Return the answers that there are, by part. Raises ResponseShapeError."""
        if raw is None or raw == "":
            return None
        if not isinstance(raw, Mapping) or not set(raw) <= {part["id"] for part in content["parts"]}:
            raise ResponseShapeError
        found = {
            part["id"]: self._kind_of(part).normalise_response(part["content"], raw.get(part["id"]))
            for part in content["parts"]
        }
        return {name: answer for name, answer in found.items() if answer is not None} or None

    def as_sent(self, content: Content, response: Response) -> Any:
        """Return each part's answer as its kind's page sends it."""
        kinds = {part["id"]: (self._kind_of(part), part["content"]) for part in content["parts"]}
        return {part: kinds[part][0].as_sent(kinds[part][1], given) for part, given in (response or {}).items()} or None

    def response_from_form(self, form: Form, slot: str) -> object:
        """Return the answers by part; the page says in `slot-n-part` which parts it has, and of which kind."""
        found = {}
        for named in form.getlist(f"{slot}-part")[:MAX_PARTS]:
            name, _, kind = named.partition(":")
            if kind in self.kinds:
                found[name] = self.kinds[kind].response_from_form(form, f"{slot}-{name}")
        return found

    def is_answered(self, content: Content, response: Response) -> bool:
        """Tell whether any part has an answer."""
        return bool(self._answered(content, response))

    def score_answer(self, content: Content, response: Response, points: int) -> Score:
        """Add up what the parts earn."""
        scores = self._scores(content, response, points)
        shares = split_by_parts(points, content["parts"])
        right = sum(score.earned == share for score, share in zip(scores.values(), shares, strict=True))
        earned = sum(score.earned for score in scores.values())
        return Score(earned, Reason(ALL_RIGHT, {"right": right, "of": len(scores)}))

    def key_response(self, content: Content) -> dict[str, Response]:
        """Return an answer of each part that earns full marks."""
        return {part["id"]: self._kind_of(part).key_response(part["content"]) for part in content["parts"]}

    def candidate_view(self, content: Content, language: str, *, seed: str = "") -> CaseView:
        """Return the text and its parts, in their order; each part mixes by a seed of its own."""
        return CaseView(
            kind=self.name,
            language=language,
            stem=show(content["stem"], language),
            parts=tuple(
                self._part_view(part, number, language, f"{seed}\0{part['id']}" if seed else "")
                for number, part in enumerate(content["parts"], start=1)
            ),
        )

    def reveal(self, content: Content, response: Response, points: int, language: str) -> CaseReveal:
        """Return the score of the whole and what to show with each part."""
        shares = split_by_parts(points, content["parts"])
        return CaseReveal(
            score=self.score(content, response, points),
            possible=points,
            key=None,
            explanation=show(content.get("explanation"), language),
            parts={
                part["id"]: self._kind_of(part).reveal(
                    part["content"], (response or {}).get(part["id"]), share, language
                )
                for part, share in zip(content["parts"], shares, strict=True)
            },
        )

    def plain_lines(self, content: Content, language: str) -> Sequence[str]:
        """Return the parts, numbered."""
        parts = enumerate(content["parts"], start=1)
        return [f"{number}. {self._kind_of(part).plain(part['content'], language)}" for number, part in parts]

    def parse_form(self, form: Form) -> dict[str, Any]:
        """Return raw content: parts that are not taken out, and the one that is to be added."""
        parts = []
        for name in form.getlist("part")[:MAX_PARTS]:
            own = PartForm(form, name)
            kind = self.kinds.get(own.get("kind", ""))
            if kind is not None and not own.get("remove", ""):
                points = own.get("points", "1").strip()
                parts.append({"id": name, "kind": kind.name, "points": points, "content": kind.parse_form(own)})
        wanted = self.kinds.get(form.get(NEW, ""))
        if wanted is not None and len(parts) < MAX_PARTS:
            taken = {part["id"] for part in parts}
            name = next(name for name in (f"p{number}" for number in range(1, 99)) if name not in taken)
            empty = wanted.parse_form(PartForm(form, name))
            parts.append({"id": name, "kind": wanted.name, "points": "1", "content": empty})
        return {
            "stem": texts_from_form(form, "stem"),
            "explanation": texts_from_form(form, "explanation"),
            "parts": parts,
        }

    def form_values(self, content: Content) -> dict[str, Any]:
        """Return texts, the parts with their kinds' own values, and the kinds that can be added."""
        parts = content.get("parts", [])
        return {
            "stem": texts_for_form(content.get("stem")),
            "explanation": texts_for_form(content.get("explanation")),
            "parts": [
                PartFields(part["id"], number, self.kinds[part["kind"]], str(part["points"]), self._values_of(part))
                for number, part in enumerate(parts, start=1)
            ],
            "kinds": [(kind.name, kind.title) for kind in self.kinds.values()] if len(parts) < MAX_PARTS else [],
        }

    def _values_of(self, part: Mapping[str, Any]) -> dict[str, Any]:
        return self._kind_of(part).form_values(part["content"])

    def _kind_of(self, part: Mapping[str, Any]) -> Kind:
        return self.kinds[part["kind"]]

    def _answered(self, content: Content, response: Response) -> list[str]:
        given = response or {}
        return [
            part["id"]
            for part in content["parts"]
            if self._kind_of(part).is_answered(part["content"], given.get(part["id"]))
        ]

    def _scores(self, content: Content, response: Response, points: int) -> dict[str, Score]:
        shares = split_by_parts(points, content["parts"])
        return {
            part["id"]: self._kind_of(part).score(part["content"], (response or {}).get(part["id"]), share)
            for part, share in zip(content["parts"], shares, strict=True)
        }

    def _part_view(self, part: Mapping[str, Any], number: int, language: str, seed: str) -> PartView:
        kind = self._kind_of(part)
        view = kind.candidate_view(part["content"], language, seed=seed)
        return PartView(id=part["id"], number=number, template=kind.view_template, kind=kind.name, view=view)


def _of_part(part: Mapping[str, Any], found: Sequence[Problem]) -> list[Problem]:
    return [Problem(prefix_of(part["id"]) + each.field, each.reason, blocking=each.blocking) for each in found]
