"""Two languages, complete. Message ids are English; every package keeps a Chinese catalogue `translations/zh.po`.

The catalogues are read when the process starts, so no compiled files can go stale. `mark` tags a message id in
rooms that must not know Flask (errors, rules): it is translated where it is shown.
"""

import io
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask_babel import Domain, get_locale

LANGUAGES: Final = ("zh", "en")
LOCALES: Final[Mapping[str, str]] = {"zh": "zh_CN", "en": "en"}
HTML_LANG: Final[Mapping[str, str]] = {"zh": "zh-CN", "en": "en"}


def mark(message: str) -> str:
    """Return the message id unchanged; its name makes extraction find it."""
    return message


def language_of(tag: str | None) -> str | None:
    """Map a locale such as `zh_CN`, `zh-Hans` or `en-GB` to one of `LANGUAGES`; None where we speak neither."""
    primary = (tag or "").lower().replace("_", "-").split("-")[0]
    return primary if primary in LANGUAGES else None


def current_language() -> str:
    """Return `zh` or `en`: the language of the page being made."""
    locale = get_locale()
    return (language_of(str(locale)) if locale else None) or LANGUAGES[0]


def text_in(texts: Mapping[str, str], language: str) -> str:
    """Return bilingual content in `language`, else in whatever language it has."""
    return texts.get(language) or next((text for text in texts.values() if text), "")


@cache
def chinese_messages() -> Translations:
    """Return all packages' Chinese messages as one gettext catalogue."""
    whole = Catalog(locale="zh_CN")
    for package in sorted(resources.files("lms_carbon").iterdir(), key=lambda entry: entry.name):
        source = package / "translations" / "zh.po"
        if source.is_file():
            for message in read_po(io.BytesIO(source.read_bytes()), locale="zh_CN"):
                if message.id and message.string and not message.fuzzy:
                    whole[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(fp=compiled)


class PackageDomain(Domain):
    """Flask-Babel's domain, fed from the packages' catalogues instead of one folder of compiled files."""

    def get_translations(self) -> NullTranslations:
        """Return the catalogue of the current request's language."""
        return chinese_messages() if current_language() == "zh" else NullTranslations()
