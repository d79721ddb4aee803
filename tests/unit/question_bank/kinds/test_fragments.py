"""The fragments of every kind: labelled, filled in, silent about the key until it may be shown."""

import re
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask, render_template

from lms_carbon.core.extensions import PackageBabel
from lms_carbon.core.i18n import LOCALES
from lms_carbon.question_bank.kinds.base import by_field
from lms_carbon.question_bank.kinds.registry import KINDS
from tests.unit.question_bank.contents import RAW, content

every_kind = pytest.mark.parametrize("name", list(KINDS))
both_languages = pytest.mark.parametrize("language", ["zh", "en"])


_HALF = {"id": "a", "text": {"zh": "一"}}
GAPPED: dict[str, dict[str, Any]] = {
    "single_choice": {"correct": []},
    "multiple_choice": {"correct": []},
    "true_false": {"correct": None},
    "numeric": {"value": "many", "unit": "foo"},
    "calculated": {"formula": "m/(", "unit": "foo", "variables": [{"name": "1"}, {"name": "m", "min": "1"}]},
    "short_text": {"answers": [{"text": "a", "credit": "50"}, {"text": "A"}, {"text": ""}]},
    "cloze": {
        "gaps": [
            {"id": "g1", "kind": "text", "answers": [{"text": ""}]},
            {"id": "g2", "kind": "number", "value": "many", "tolerance": {"kind": "absolute", "value": "-1"}},
            {"id": "g3", "kind": "choice", "choices": [_HALF]},
        ]
    },
    "matching": {"rows": [_HALF], "options": [_HALF, {**_HALF, "id": "b"}]},
    "ordering": {"rows": [_HALF]},
    "hotspot": {"image": "", "areas": [{"id": "a", "shape": "circle", "coords": [1], "label": {}}], "correct": []},
    "case": {"parts": [{"id": "p1", "kind": "ordering", "points": "0", "content": {"stem": {}, "rows": [_HALF]}}]},
    "categorising": {"rows": [_HALF, {"id": "b", "text": {}}], "categories": []},
}
"""What is wrong with a draft of each kind, so that every sentence has to find its field."""


class _Reader(HTMLParser):
    """Collects tags with attributes and checks that they close in order."""

    void = frozenset({"input", "br", "img", "hr", "meta", "link"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


@cache
def _app(language: str) -> Flask:
    app = Flask("fragments", template_folder=None)
    app.jinja_loader = Flask("lms_carbon.question_bank").jinja_loader
    PackageBabel(app, locale_selector=lambda: LOCALES[language])
    return app


def _render(template: str, language: str, **context: Any) -> str:
    with _app(language).test_request_context():
        return render_template(template, **context)


def _candidate(name: str, language: str, **context: Any) -> str:
    view = KINDS[name].candidate_view(content(name), language)
    given = {"view": view, "slot": 3, "response": None, "readonly": False, "reveal": None, **context}
    return _render(KINDS[name].view_template, language, **given)


def _check_labels(page: _Reader) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    labels = {attributes["for"] for attributes in page.all("label")}
    fields = [each for each in page.all("input", "select", "textarea") if each.get("type") != "hidden"]
    assert fields
    assert {each["id"] for each in fields} == labels
    described = [each["aria-describedby"] for _, each in page.tags if "aria-describedby" in each]
    assert set(" ".join(filter(None, described)).split()) <= set(ids)
    assert not any(set(each) & {"style", "onclick"} for _, each in page.tags)


@every_kind
@both_languages
def test_the_candidate_fragment_is_labelled_and_named_by_slot(name: str, language: str) -> None:
    page = _Reader(_candidate(name, language))
    _check_labels(page)
    names = [str(each["name"]) for each in page.all("input", "select")]
    assert all(each == "slot-3" or each.startswith("slot-3-") for each in names)
    ids = {f"slot-3-{row['id']}" for member in ("rows", "options") for row in RAW[name].get(member, [])}
    assert not ids & set(names), "a row's own name may tell its place"
    assert len(page.all("fieldset")) == len(page.all("legend")) == (3 if name == "case" else 1)


@every_kind
def test_the_candidate_fragment_holds_the_answer_given(name: str) -> None:
    key = KINDS[name].key_response(content(name))
    blank, filled = _candidate(name, "en"), _candidate(name, "en", response=key)
    marks = (" checked", 'value="32368"', " selected", 'value="碳中和"', 'value="总量"', 'value="12.5"')
    assert not any(mark in blank for mark in marks)
    several = {
        "multiple_choice": 2,
        "numeric": 2,
        "calculated": 2,
        "cloze": 3,
        "matching": 3,
        "ordering": 4,
        "categorising": 2,
        "case": 6,
        "hotspot": 2,
    }
    assert sum(filled.count(mark) for mark in marks) == several.get(name, 1)


@every_kind
def test_read_only_leaves_nothing_to_change(name: str) -> None:
    page = _Reader(_candidate(name, "en", readonly=True))
    fields = [each for each in page.all("input", "select") if each.get("type") != "hidden"]
    assert all("disabled" in each or "readonly" in each for each in fields)


@every_kind
@both_languages
def test_the_key_shows_only_when_revealed(name: str, language: str) -> None:
    kind, example = KINDS[name], content(name)
    assert "lc-q-verdict" not in _candidate(name, language)
    assert "is-ok" not in _candidate(name, language)
    for response in (None, kind.key_response(example)):
        reveal = kind.reveal(example, response, 5000, language)
        shown = _candidate(name, language, response=response, reveal=reveal, readonly=True)
        _Reader(shown)
        assert ("is-ok" if response is not None else "is-bad") in shown
        assert ("5 of 5 points" in shown) == (language == "en" and response is not None)


@every_kind
def test_no_script_and_no_markup_gets_out_of_an_answer(name: str) -> None:
    evil = '"><script>alert(1)</script>'
    response = {"value": evil, "unit": evil} if name == "numeric" else evil
    remark = KINDS["numeric"].remark(content("numeric"), {"value": evil, "unit": None})
    assert "<script" not in _candidate(name, "en", response=response, remark=remark)


@every_kind
@both_languages
def test_the_author_fragment_is_labelled(name: str, language: str) -> None:
    kind = KINDS[name]
    draft = {**RAW[name], "stem": {}, **GAPPED[name]}
    loaded = kind.load_content(draft)
    problems = by_field(kind.check_content(loaded))
    html = _render(kind.form_template, language, values=kind.form_values(loaded), problems=problems)
    page = _Reader(html)
    _check_labels(page)
    assert html.count("lc-field-problem") == sum(map(len, problems.values()))
    assert html.count('aria-invalid="true"') >= 1
    _Reader(_render(kind.form_template, language, values=kind.form_values({}), problems=None))


@every_kind
def test_chinese_pages_have_no_english_words_left(name: str) -> None:
    words = re.compile(r">[^<]*[A-Za-z]{4,}[^<]*<")
    reveal = KINDS[name].reveal(content(name), None, 5000, "zh")
    shown = _candidate(name, "zh", reveal=reveal) + _render(
        KINDS[name].form_template, "zh", values=KINDS[name].form_values({}), problems=None
    )
    left = [
        found for found in words.findall(shown) if not re.search("tCO2|MathML|HTML|kgCO|carbon neutral|sqrt", found)
    ]
    assert left == []
