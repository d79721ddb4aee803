"""Hotspot: areas of a picture to be picked, on the picture or from the list of what they are called beside it.

An answer is the list of the areas picked, as in multiple choice, whose scoring it has. Coordinates are pixels of the
picture: a rectangle's left, top, right and bottom, a circle's centre and radius, a polygon's corners.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.html import MEDIA, MEDIA_PATH, is_blank, plain_text
from lms_carbon.question_bank.kinds.base import (
    Content,
    Form,
    Response,
    Reveal,
    half_translated,
    missing_text,
    texts_for_form,
    texts_from_form,
)
from lms_carbon.question_bank.kinds.bilingual import Text, show
from lms_carbon.question_bank.kinds.choices import ChoicesView
from lms_carbon.question_bank.kinds.crediting import credit_for_form, credit_from_form
from lms_carbon.question_bank.kinds.hotspot_schemas import MAX_AREAS, HotspotSchema
from lms_carbon.question_bank.kinds.multiple_choice import MultipleChoice
from lms_carbon.question_bank.kinds.plain import plain_of
from lms_carbon.question_bank.kinds.reasons import Problem, Reason, Score

SPARE_ROWS: Final = 2
_NAMES: Final = "abcdefghijklmnop"[:MAX_AREAS]


@dataclass(frozen=True, slots=True)
class Spot:
    """An area as it is drawn: its shape, its numbers, the box around it, and where its letter stands."""

    id: str
    letter: str
    shape: str
    points: str
    """Of a polygon; a rectangle is its box, a circle its box's middle and half."""
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HotspotView(ChoicesView):
    """A picture with areas, which are also the choices of a list. Without its size the picture shows no areas."""

    address: str
    alt: str
    alt_text: Text
    width: int
    height: int
    spots: tuple[Spot, ...]


class Hotspot(MultipleChoice):
    """Scored as multiple choice: all or none, or in parts."""

    name = "hotspot"
    title = mark("Places in a picture")
    content_schema = HotspotSchema

    def check_answer(self, content: Content) -> list[Problem]:
        """There is a picture with words for it, areas inside it that are told apart by name, and some are right."""
        found = half_translated("explanation", content.get("explanation"))
        if not content["image"]:
            found.append(Problem("image", Reason(mark("Choose a picture."))))
        found += missing_text("alt", content["alt"])
        for area in content["areas"]:
            found += missing_text(f"area-{area['id']}", area["label"]) + _check_coords(area, content.get("size"))
        found += _check_areas(content["areas"])
        if not content["correct"]:
            found.append(Problem("correct", Reason(mark("Mark at least one area as right."))))
        elif not set(content["correct"]) <= {area["id"] for area in content["areas"]}:
            found.append(Problem("correct", Reason(mark("A row without text is marked as right."))))
        return found

    def normalise_response(self, content: Content, raw: object) -> list[str] | None:
        """Return the areas picked, each once, in the author's order."""
        return super().normalise_response(_as_choices(content), raw)

    def score_answer(self, content: Content, response: Response, points: int) -> Score:
        """Count right and wrong picks."""
        return super().score_answer(_as_choices(content), response, points)

    def key_response(self, content: Content) -> list[str]:
        """Return the right areas."""
        return super().key_response(_as_choices(content))

    def candidate_view(self, content: Content, language: str, *, seed: str = "") -> HotspotView:
        """Return the picture with its areas; the list has them in the author's order."""
        listed = super().candidate_view(_as_choices(content), language)
        width, height = content.get("size") or (0, 0)
        alt = show(content["alt"], language)
        found = MEDIA.fullmatch(content["image"])
        return HotspotView(
            **{each.name: getattr(listed, each.name) for each in fields(ChoicesView)},
            address=MEDIA_PATH + found["name"] if found else "",
            alt=plain_text(alt.html),
            alt_text=alt,
            width=width,
            height=height,
            spots=tuple(
                _spot(area, choice.letter)
                for area, choice in zip(content["areas"], listed.choices, strict=True)
                if not _wrong_count(area)
            ),
        )

    def reveal(self, content: Content, response: Response, points: int, language: str) -> Reveal:
        """Return the score and the right areas."""
        return Reveal(
            score=self.score(content, response, points),
            possible=points,
            key=list(content["correct"]),
            explanation=show(content.get("explanation"), language),
        )

    def plain_lines(self, content: Content, language: str) -> Sequence[str]:
        """Return what the picture shows, and its areas with their letters."""
        return [f"[{plain_of(content['alt'], language)}]", *super().plain_lines(_as_choices(content), language)]

    def parse_form(self, form: Form) -> dict[str, Any]:
        """Return raw content; areas left empty are dropped."""
        areas = [_area_from(form, name) for name in form.getlist("area")[: MAX_AREAS + SPARE_ROWS]]
        return {
            "stem": texts_from_form(form, "stem"),
            "explanation": texts_from_form(form, "explanation"),
            "image": _picture_from(form.get("image", "")),
            "alt": texts_from_form(form, "alt", phrase=True),
            "areas": [area for area in areas if area["coords"] or not all(map(is_blank, area["label"].values()))],
            "correct": form.getlist("correct"),
            **credit_from_form(form),
        }

    def form_values(self, content: Content) -> dict[str, Any]:
        """Return texts, the areas with two spare rows, and the scoring."""
        correct = content.get("correct", [])
        rows = [
            {
                "id": area["id"],
                "shape": area["shape"],
                "coords": ", ".join(map(str, area["coords"])),
                "label": texts_for_form(area["label"], phrase=True),
                "correct": area["id"] in correct,
            }
            for area in content.get("areas", [])
        ]
        free = [name for name in _NAMES if name not in {row["id"] for row in rows}]
        for name in free[: min(max(SPARE_ROWS, 3 - len(rows)), MAX_AREAS - len(rows))]:
            empty = {"shape": "rect", "coords": "", "label": texts_for_form(None), "correct": name in correct}
            rows.append({"id": name, **empty})
        return {
            "stem": texts_for_form(content.get("stem")),
            "explanation": texts_for_form(content.get("explanation")),
            "image": content.get("image", ""),
            "alt": texts_for_form(content.get("alt"), phrase=True),
            "areas": rows,
            **credit_for_form(content),
        }


def _as_choices(content: Content) -> dict[str, Any]:
    choices = [{"id": area["id"], "text": area["label"]} for area in content["areas"]]
    return {**content, "choices": choices, "shuffle": False}


def _spot(area: Mapping[str, Any], letter: str) -> Spot:
    coords = area["coords"]
    if area["shape"] == "circle":
        x, y, radius = coords
        return Spot(area["id"], letter, "circle", "", x - radius, y - radius, 2 * radius, 2 * radius)
    across, down = coords[::2], coords[1::2]
    left, top = min(across), min(down)
    points = " ".join(f"{x},{y}" for x, y in zip(across, down, strict=True))
    return Spot(area["id"], letter, area["shape"], points, left, top, max(across) - left, max(down) - top)


def _wrong_count(area: Mapping[str, Any]) -> bool:
    count = len(area["coords"])
    if area["shape"] == "polygon":
        return count < 6 or count % 2 == 1
    return count != {"rect": 4, "circle": 3}[area["shape"]]


def _check_coords(area: Mapping[str, Any], size: Sequence[int] | None) -> list[Problem]:
    field = f"area-{area['id']}-coords"
    if _wrong_count(area):
        wanted = mark("A rectangle has 4 numbers, a circle 3, a polygon 2 for each of at least 3 corners.")
        return [Problem(field, Reason(wanted))]
    spot = _spot(area, "")
    if not spot.width or not spot.height:
        return [Problem(field, Reason(mark("This area is empty.")))]
    outside = min(spot.x, spot.y) < 0
    if size:
        outside = outside or spot.x + spot.width > size[0] or spot.y + spot.height > size[1]
    return [Problem(field, Reason(mark("This area reaches beyond the picture.")))] if outside else []


def _check_areas(areas: Sequence[Mapping[str, Any]]) -> Iterable[Problem]:
    names = [area["id"] for area in areas]
    if len(names) < 2:
        yield Problem("areas", Reason(mark("At least two areas are needed.")))
    if len(set(names)) < len(names):
        yield Problem("areas", Reason(mark("Two areas have the same name inside.")))
    for language in ("zh", "en"):
        said = [text for area in areas if (text := plain_text(area["label"].get(language, "")))]
        if len(set(said)) < len(said):
            yield Problem("areas", Reason(mark("Two areas are called the same; who picks from the list cannot tell.")))
            return


def _area_from(form: Form, name: str) -> dict[str, Any]:
    written = form.get(f"area-{name}-coords", "").replace("，", ",").replace(",", " ").split()
    numbers = [int(part) if part.isascii() and part.isdecimal() and len(part) < 7 else part for part in written]
    return {
        "id": name,
        "shape": form.get(f"area-{name}-shape", "rect"),
        "coords": numbers,
        "label": texts_from_form(form, f"area-{name}", phrase=True),
    }


def _picture_from(text: str) -> str:
    """Return the picture that an author named: `media:…`, or the whole line that the bank offers to copy."""
    found = MEDIA.search(text)
    return found.group(0) if found else text.strip()
