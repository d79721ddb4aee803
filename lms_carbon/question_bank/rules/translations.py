"""Which texts of a question are older than what they translate: the other language changed since, and they did not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from lms_carbon.core.i18n import LANGUAGES
from lms_carbon.question_bank.html import is_blank

_ROWS: Final = {
    "choices": "choice",
    "rows": "row",
    "options": "option",
    "categories": "category",
    "gaps": "gap",
}
"""What the author's form calls a member of a list."""
Texts = Mapping[str, str]


def older_texts(wordings: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return (form field, language) of what is behind, in the order of the form; `wordings` run from old to new.

    A text falls behind when the other language changes without it, and catches up when it changes itself. A language
    that was empty is written against what stands beside it, so neither is behind.
    """
    before: dict[str, Texts] = {}
    behind: dict[str, str] = {}
    for wording in wordings:
        now = dict(_texts(wording, ()))
        behind = {
            field: language
            for field, texts in now.items()
            if (language := _behind(before.get(field), texts, behind.get(field)))
        }
        before = now
    return list(behind.items())


def _behind(was: Texts | None, now: Texts, behind: str | None) -> str | None:
    if was is None or any(is_blank(texts.get(language, "")) for texts in (was, now) for language in LANGUAGES):
        return None
    changed = [language for language in LANGUAGES if was[language] != now[language]]
    if len(changed) != 1:
        return None if changed else behind
    return None if behind == changed[0] else next(language for language in LANGUAGES if language not in changed)


def _texts(node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Texts]]:
    """Return every bilingual text by its field: `stem`, `choice-b`, `choice-b-feedback`, `gap-g1-choice-a`."""
    if isinstance(node, Mapping):
        if node and set(node) <= set(LANGUAGES):
            yield "-".join(path), node
            return
        for name, below in node.items():
            yield from _texts(below, path if name == "text" else (*path, name))
    elif isinstance(node, Sequence) and not isinstance(node, str) and path:
        for member in node:
            if isinstance(member, Mapping) and "id" in member:
                yield from _texts(member, (*path[:-1], _ROWS.get(path[-1], path[-1]), str(member["id"])))
