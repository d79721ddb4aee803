"""Text in two languages: `{"zh": html, "en": html}`, either may be empty, one stands in for the other."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from lms_carbon.core.i18n import HTML_LANG, LANGUAGES
from lms_carbon.question_bank.html import for_page, is_blank


@dataclass(frozen=True, slots=True)
class Text:
    """Markup for a page, the HTML language it is in, and whether that stands in for the one asked for."""

    html: Markup
    lang: str
    fallback: bool = False

    def __bool__(self) -> bool:
        """Tell whether there is anything to show."""
        return bool(self.html)


def text_of(texts: Mapping[str, str], language: str) -> tuple[str, str]:
    """Return the text in `language`, else in the other one, and the language it is in."""
    for candidate in (language, *LANGUAGES):
        text = texts.get(candidate, "")
        if not is_blank(text):
            return text, candidate
    return "", language


def show(texts: Mapping[str, str] | None, language: str) -> Text:
    """Return bilingual content as page markup in `language`, with fallback."""
    text, used = text_of(texts or {}, language)
    return Text(for_page(text, used), HTML_LANG[used], fallback=used != language)


def missing_languages(texts: Mapping[str, str] | None) -> list[str]:
    """Return the languages in which there is nothing to read."""
    return [language for language in LANGUAGES if is_blank((texts or {}).get(language, ""))]
