"""What every template of the product keeps to."""

import re
from pathlib import Path

import pytest

from lms_carbon.web.icons import icon, symbols

ROOT = Path(__file__).parents[3] / "lms_carbon"
TEMPLATES = sorted(path for path in ROOT.glob("*/templates/**/*.html") if "sandbox" not in path.parts)
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
MACRO = re.compile(r"\{%-? macro (\w+)\((.*?)endmacro", re.DOTALL)
FREE = ("web.choose_language", "{{ action }}?lang={{ other }}")
"""Posted without a token: a choice of language gives no right, and what is asked anew with it was sealed before."""
COOKIELESS = {f"lti/templates/lti/{name}.html" for name in ("doorway", "picked", "platform_register", "ticket")}
"""Where frames may keep no cookie for a token: what is posted is sealed or a link's secret, or goes to a platform."""


def test_there_are_templates() -> None:
    assert len(TEMPLATES) > 5


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_posted_form_carries_its_token(path: Path) -> None:
    text = path.read_text()
    carriers = ["csrf()", *(f"{name}(" for name, body in MACRO.findall(text) if "csrf()" in body)]
    for form in FORM.findall(text):
        if 'method="post"' not in form:
            continue
        free = str(path.relative_to(ROOT)) in COOKIELESS
        assert free or any(part in form for part in (*carriers, *FREE)), form[:200]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_inline(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"\sstyle=\"|\son[a-z]+=\"|<style\b|<script(?![^>]*\b(?:src|type=\"application/json\"))", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_named_icons_exist(path: Path) -> None:
    named = re.findall(r"(?:icon|icon_svg)\(\"([a-z0-9-]+)\"", path.read_text())
    assert not [name for name in named if name not in symbols()]


def test_an_icon_is_passed_over_by_assistive_technology() -> None:
    drawn = icon("check2")
    assert drawn.startswith('<svg class="bi" viewBox="0 0 16 16" aria-hidden="true"><path')
    with pytest.raises(KeyError):
        icon("no-such-icon")
