"""What differs between two versions, field by field, in words that an author knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.question_bank.html import is_blank, plain_text
from lms_carbon.question_bank.kinds.base import points_text
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.rules.about import COGNITIVE
from lms_carbon.question_bank.rules.parts_in_words import ORDERED, PART, PARTS, list_in_words, member_label, short_name

IN_LANGUAGE: Final = {"zh": mark("{what}, Chinese"), "en": mark("{what}, English")}
FIELD_NAMES: Final[Mapping[str, str]] = {
    "title": mark("Short title"),
    "stem": mark("Stem"),
    "explanation": mark("Explanation"),
    "correct": mark("What is right"),
    "shuffle": mark("Order of the choices is mixed"),
    "scoring": mark("Scoring"),
    "penalty": mark("Taken off for each wrong pick"),
    "minimum": mark("Least that an answer earns"),
    "answers": mark("Answers that count"),
    "case_sensitive": mark("Capital and small letters are different"),
    "fold_width": mark("Full-width and half-width characters are the same"),
    "fold_script": mark("Simplified and traditional characters are the same"),
    "value": mark("Correct value"),
    "unit": mark("Unit"),
    "accepted_units": mark("Other units that count"),
    "offered_units": mark("Units offered to choose from"),
    "tolerance": mark("Tolerance"),
    "image": mark("Picture"),
    "alt": mark("What it shows"),
    "size": mark("Size of the picture"),
    "variables": mark("Numbers that each candidate draws"),
    "constraints": mark("Conditions on the numbers"),
    "formula": mark("Formula of the correct value"),
    "digits": mark("Significant digits of the correct value"),
    "points": mark("Points"),
    "cognitive": mark("Cognitive level"),
    "difficulty": mark("Expected difficulty"),
    "minutes": mark("Expected time"),
    "source": mark("Source"),
    "needs_expert_review": mark("An expert should look at it"),
    "tags": mark("Requirements"),
}
ORDER: Final = mark("Order of the rows")
_YES: Final = mark("yes")
_NO: Final = mark("no")
_DIGITS: Final = mark("{digits} significant digits")


class Described(Protocol):
    """What both a stored version and a draft have."""

    @property
    def title(self) -> Any:
        """`{"zh", "en"}`."""

    @property
    def content(self) -> Any:
        """As the kind's schema has it."""

    @property
    def points(self) -> Any:
        """Thousandths."""

    @property
    def cognitive(self) -> Any:
        """A key of `COGNITIVE`."""

    @property
    def difficulty(self) -> Any:
        """Hundredths."""

    @property
    def minutes(self) -> Any:
        """Whole ones."""

    @property
    def source(self) -> Any:
        """`{"zh", "en"}`."""

    @property
    def needs_expert_review(self) -> Any:
        """True or false."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs: its name, where it is in one language that language, and both texts."""

    label: Reason
    language: str | None
    before: Reason
    after: Reason

    @property
    def sentence(self) -> str:
        """The message id around the label: where the field is bilingual, it names the language."""
        return IN_LANGUAGE[self.language] if self.language else "{what}"


Flat = dict[tuple[str, str], tuple[Reason, str | None, Reason]]


def changes_between(before: Described, after: Described, *, tags: tuple[str, str] = ("", "")) -> list[Change]:
    """Return what differs, in the order of the form; `tags` are both sides' requirements in words."""
    old, new = _flatten(before, tags[0]), _flatten(after, tags[1])
    nothing = Reason("")
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        label, language, _ = new.get(key) or old[key]
        was = old[key][2] if key in old else nothing
        now = new[key][2] if key in new else nothing
        if was != now:
            found.append(Change(label, language, *_told_apart(was, now)))
    return found


def _flatten(version: Described, tags: str) -> Flat:
    flat: Flat = {}
    _add(flat, "title", version.title)
    _add_content(flat, version.content)
    _add(flat, "points", points_text(version.points))
    flat["cognitive", ""] = (Reason(FIELD_NAMES["cognitive"]), None, Reason(COGNITIVE.get(version.cognitive, "")))
    _add(flat, "difficulty", f"{version.difficulty / 100:.2f}")
    for name in ("minutes", "source", "needs_expert_review"):
        _add(flat, name, getattr(version, name))
    _add(flat, "tags", tags)
    return flat


def _add_content(flat: Flat, described: Mapping[str, Any]) -> None:
    content = dict(described)
    for name in ("stem", "explanation"):
        _add(flat, name, content.pop(name, None))
    for part in content.pop("parts", []):
        _add_part(flat, part)
    for group in PARTS:
        rows = content.pop(group, [])
        for row in rows:
            _add_row(flat, group, row)
        if rows and group in ORDERED:
            names = ", ".join(short_name(str(row["id"])) for row in rows)
            flat[f"{group}-order", ""] = (Reason(ORDER), None, _literal(names))
    for name, value in content.items():
        _add(flat, name, value)


def _add_part(flat: Flat, part: Mapping[str, Any]) -> None:
    """Add a part of a case: all of its fields go by the part's name, what they are shows in what they say."""
    label, key = Reason(PART, {"letter": short_name(str(part["id"]))}), f"parts-{part['id']}"
    own: Flat = {}
    _add_content(own, part["content"])
    _add(own, "points", part["points"])
    for (name, language), (_, lang, words) in own.items():
        flat[f"{key}-{name}", language] = (label, lang, words)


def _add_row(flat: Flat, group: str, row: Mapping[str, Any]) -> None:
    name = {"letter": short_name(str(row["id"]))}
    for member, value in row.items():
        if member == "id":
            continue
        label, key = Reason(member_label(group, member), name), f"{group}-{row['id']}-{member}"
        if isinstance(value, Mapping) and set(value) <= set(LANGUAGES):
            for language in LANGUAGES:
                flat[key, language] = (label, language, _text(value.get(language, "")))
        else:
            flat[key, ""] = (label, None, _in_words(value))


def _add(flat: Flat, name: str, value: Any) -> None:
    label = Reason(FIELD_NAMES.get(name, name))
    if isinstance(value, Mapping) and set(value) <= set(LANGUAGES):
        for language in LANGUAGES:
            flat[name, language] = (label, language, _text(value.get(language, "")))
        return
    flat[name, ""] = (label, None, _in_words(value))


def _in_words(value: Any) -> Reason:
    if value is None:
        return Reason("")
    if isinstance(value, bool):
        return Reason(_YES if value else _NO)
    if isinstance(value, list):
        return _literal(list_in_words(value))
    if isinstance(value, Mapping):
        if value.get("kind") == "significant":
            return Reason(_DIGITS, {"digits": value.get("value", "")})
        percent = " %" if value.get("kind") == "relative" else ""
        return _literal(f"± {value.get('value', '')}{percent}")
    return _literal(str(value))


def _text(html: str) -> Reason:
    return Reason("") if is_blank(html) else Reason("{text}", {"text": plain_text(html), "html": html})


def _told_apart(was: Reason, now: Reason) -> tuple[Reason, Reason]:
    """Return both sides in plain words, or as they are written where only a picture or its setting differs."""
    name = "html" if was.params.get("text", "") == now.params.get("text", "") else "text"
    before, after = (_literal(str(side.params[name])) if "html" in side.params else side for side in (was, now))
    return before, after


def _literal(text: str) -> Reason:
    # As a parameter, so that braces in a question are not taken for names to fill.
    return Reason("{text}", {"text": text}) if text else Reason("")
