"""Writing GIFT. Each question is read back as it is written, so that no loss goes untold."""

import io
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from types import MappingProxyType
from typing import Any, BinaryIO, Final

from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.question_bank.html import is_blank
from lms_carbon.question_bank.interchange.base import DEFAULT_LIMITS, DEGRADED, Finding, Item
from lms_carbon.question_bank.interchange.comparing import note_differences
from lms_carbon.question_bank.interchange.gift.lines import escape_gift
from lms_carbon.question_bank.interchange.gift.reading import PLACE, read
from lms_carbon.question_bank.interchange.guarding import skipped, writing_guarded
from lms_carbon.question_bank.interchange.tagging import MEDIA_LOST, SOURCE_LOST, write_labels
from lms_carbon.question_bank.interchange.texts import Losses, has_han, join_languages

NO_FORM: Final = mark("GIFT has no form of question that is like it.")
POINTS_LOST: Final = mark("The points have no place in this format.")
UNITS_LOST: Final = mark("The unit has no place in this format: a bare number is asked for.")


def write(items: Iterable[Item], out: BinaryIO) -> tuple[Finding, ...]:
    """Write the items one below the other; return those that come out with losses or not at all."""
    findings: list[Finding] = []
    for item in items:
        form = _FORMS.get(item.kind)
        if form is None:
            findings.append(skipped(NO_FORM, place=PLACE, identifier=item.identifier))
            continue
        with writing_guarded(item, findings, place=PLACE):
            losses = Losses()
            data = _block(item, form, losses).encode()
            if not losses.reasons:
                note_differences(item, next(read(io.BytesIO(data), DEFAULT_LIMITS)), losses)
            if losses.reasons:
                reasons = losses.reasons
                findings.append(Finding(place=PLACE, identifier=item.identifier, status=DEGRADED, reasons=reasons))
            out.write(data)
    return tuple(findings)


def _block(item: Item, form: "Callable[[Item, Say, Losses], str]", losses: Losses) -> str:
    stem = item.content["stem"]
    said = [language for language in LANGUAGES if not is_blank(stem.get(language, ""))]
    marked = said != ["zh" if has_han("".join(stem.values())) else "en"]

    def say(texts: Mapping[str, str] | None, *, force: bool = False) -> str:
        return escape_gift(join_languages(texts, marked=marked, force=force and marked))

    _note_unkept(item, losses)
    labels = " ".join(f"[tag:{_bracketed(label)}]" for label in write_labels(item))
    titles = {language: escape(text, quote=False) for language, text in item.title.items()}
    answers = form(item, say, losses)
    explanation = item.content.get("explanation") or {}
    if any(not is_blank(text) for text in explanation.values()):
        answers += f"\n\t####[html]{say(explanation)}"
    head = f"// [id:{_bracketed(item.identifier)}] {labels}\n"
    return f"{head}::{say(titles)}::[html]{say(stem, force=True)}{{{answers}\n}}\n\n"


Say = Callable[..., str]


def _bracketed(text: str) -> str:
    return text.replace("]", "\\]")


def _note_unkept(item: Item, losses: Losses) -> None:
    if any(item.source.get(language) for language in LANGUAGES):
        losses.add(SOURCE_LOST)
    if item.media:
        losses.add(MEDIA_LOST)
    if item.points != 1_000:
        losses.add(POINTS_LOST)


def _feedback(row: Mapping[str, Any], say: Say) -> str:
    return f"#[html]{say(row['feedback'])}" if row.get("feedback") else ""


def _single(item: Item, say: Say, losses: Losses) -> str:
    right = set(item.content["correct"])
    return "".join(
        f"\n\t{'=' if row['id'] in right else '~'}[html]{say(row['text'])}{_feedback(row, say)}"
        for row in item.content["choices"]
    )


def _multiple(item: Item, say: Say, losses: Losses) -> str:
    content = item.content
    count = max(len(content["correct"]), 1)
    penalty = Decimal(content["penalty"]) * 100 if content.get("penalty") else Decimal(100) / count
    right, wrong = _percent(Decimal(100) / count), _percent(penalty)
    return "".join(
        f"\n\t~%{right if row['id'] in content['correct'] else f'-{wrong}'}%[html]{say(row['text'])}"
        f"{_feedback(row, say)}"
        for row in content["choices"]
    )


def _percent(number: Decimal) -> str:
    return format(number.quantize(Decimal("0.00001"), ROUND_HALF_UP).normalize(), "f")


def _true_false(item: Item, say: Say, losses: Losses) -> str:
    return "TRUE" if item.content["correct"] else "FALSE"


def _short_text(item: Item, say: Say, losses: Losses) -> str:
    return "".join(f"\n\t=%{answer['credit']}%{escape_gift(str(answer['text']))}" for answer in item.content["answers"])


def _numeric(item: Item, say: Say, losses: Losses) -> str:
    content = item.content
    tolerance = content.get("tolerance") or {"kind": "absolute", "value": "0"}
    if content.get("unit"):
        losses.add(UNITS_LOST)
    value = tolerance["value"]
    if tolerance["kind"] == "relative":
        value = _percent(abs(Decimal(content["value"])) * Decimal(value) / 100)
    return f"#{escape_gift(content['value'])}:{'0' if tolerance['kind'] == 'significant' else value}"


def _matching(item: Item, say: Say, losses: Losses) -> str:
    options = {option["id"]: option["text"] for option in item.content["options"]}
    used = {row["option"] for row in item.content["rows"]}
    pairs = [(row["text"], row["option"]) for row in item.content["rows"]]
    pairs += [({}, option) for option in options if option not in used]
    return "".join(f"\n\t=[html]{say(left)} -> [html]{say(options.get(option))}" for left, option in pairs)


_FORMS: Final[Mapping[str, Callable[[Item, Say, Losses], str]]] = MappingProxyType(
    {
        "single_choice": _single,
        "multiple_choice": _multiple,
        "true_false": _true_false,
        "short_text": _short_text,
        "numeric": _numeric,
        "matching": _matching,
    }
)
