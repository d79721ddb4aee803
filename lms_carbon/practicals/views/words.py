"""What templates of practicals call."""

from collections.abc import Mapping

from markupsafe import Markup

from lms_carbon.core.i18n import HTML_LANG, current_language, text_in
from lms_carbon.question_bank.kinds.bilingual import show


def rich_text(texts: Mapping[str, str]) -> Markup:
    """Return a task's cleaned HTML in the page's language; where it falls back, marked with the language it is in."""
    shown = show(texts, current_language())
    return Markup('<div class="rich" lang="{}">{}</div>').format(HTML_LANG.get(shown.lang, shown.lang), shown.html)


def in_words(texts: Mapping[str, str]) -> str:
    """Return bilingual text in the page's language, for lists inside a sentence."""
    return text_in(texts, current_language())


def file_size(size: int) -> str:
    """Return a size as people read it: `24 kB`, `1.3 MB`."""
    if size >= 1_000_000:
        return f"{size / 1_000_000:.1f} MB"
    return f"{round(size / 1000)} kB" if size >= 1000 else f"{size} B"
