"""What the reader of framework documents refuses, and that it says where."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lms_carbon.framework.documents import parse_document, read_document, shipped_framework
from lms_carbon.framework.errors import InvalidFrameworkError, UnreadableDocumentError
from lms_carbon.framework.parsing import parse_framework

Edit = Callable[[dict[str, Any]], object]


@pytest.fixture
def document() -> dict[str, Any]:
    """Return the shipped document, to be spoilt."""
    return copy.deepcopy(dict(shipped_framework().document))


def first_requirements(document: dict[str, Any]) -> list[dict[str, str]]:
    requirements: list[dict[str, str]] = document["directions"][0]["positions"][0]["requirements"]
    return requirements


SPOILT: list[tuple[str, Edit, str]] = [
    ("no bands", lambda d: d.pop("bands"), "bands"),
    ("no directions", lambda d: d["directions"].clear(), "directions"),
    ("no title", lambda d: d.pop("title"), "title"),
    ("empty code", lambda d: d.update(code=" "), "code"),
    ("English missing", lambda d: d["terms"][0]["definition"].pop("en"), "terms[0].definition.en"),
    ("spaces around a text", lambda d: d["title"].update(en=" x"), "title.en"),
    ("weights of 99", lambda d: d["bands"][0]["weights"].update(skill=24), "bands[0].weights"),
    ("a weight that is true", lambda d: d["bands"][0]["weights"].update(practice=True), "bands[0].weights"),
    ("levels with a gap", lambda d: d["bands"][1].update(levels=[5, 6, 7]), "bands[1].levels"),
    ("half years", lambda d: d["bands"][1].update(experience_years="2.5"), "bands[1].experience_years"),
    ("two equal bands", lambda d: d["bands"][1].update(code="junior"), "bands"),
    ("a closing mark", lambda d: first_requirements(d)[0].update(zh="掌握；"), "positions[0].requirements[0]"),
    ("no verb", lambda d: first_requirements(d)[0].update(zh="法规"), "positions[0].requirements[0]"),
    ("a strange code", lambda d: first_requirements(d)[0].update(code="5.1.1-d-1"), "requirements[0].code"),
    ("a foreign code", lambda d: first_requirements(d)[0].update(code="5.9.1-a-1"), "related[0]"),
    ("a code twice", lambda d: first_requirements(d)[1].update(code="5.1.1-a-1"), "requirements[1]"),
    ("out of order", lambda d: first_requirements(d).reverse(), "requirements[0].code"),
    ("a position elsewhere", lambda d: d["directions"][0].update(code="5.9"), "positions[0].code"),
    ("a pair of one", lambda d: d["related"][0]["requirements"].pop(), "related[0]"),
    ("a pair twice", lambda d: d["related"].append(d["related"][0]), "related"),
    ("a pair not called editorial", lambda d: d["related"][0].pop("editorial"), "related[0]"),
    ("same text related", lambda d: d["related"][0].update(requirements=["5.2.1-a-4", "5.2.2-a-4"]), "related[0]"),
    ("dimensions in another order", lambda d: d["dimensions"].reverse(), "dimensions"),
]


@pytest.mark.parametrize(("spoil", "place"), [case[1:] for case in SPOILT], ids=[case[0] for case in SPOILT])
def test_a_spoilt_document_is_refused_with_the_place(document: dict[str, Any], spoil: Edit, place: str) -> None:
    spoil(document)
    with pytest.raises(InvalidFrameworkError) as caught:
        parse_framework(document)
    assert str(caught.value.params["place"]).endswith(place)


def test_one_chinese_text_cannot_have_two_translations(document: dict[str, Any]) -> None:
    position = document["directions"][1]["positions"][1]
    shared = next(r for r in position["requirements"] if r["code"] == "5.2.2-a-4")
    shared["en"] = "Something else"
    with pytest.raises(InvalidFrameworkError, match=r"5\.2\.2-a-4.*5\.2\.1-a-4"):
        parse_framework(document)


@pytest.mark.parametrize("document", [None, [], "text", {}, {"code": "x"}])
def test_what_is_no_framework_is_refused(document: object) -> None:
    with pytest.raises(InvalidFrameworkError):
        parse_framework(document)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.yaml", "a: 1\na: 2"),
        ("a.json", '{"a": 1, "a": 2}'),
        ("a.json", "{"),
        ("a.yaml", "a: [1"),
        ("a.yaml", "a: &x [1]\nb: *x"),
        ("a.yaml", "1: a"),
        ("a.yaml", "!!python/object/apply:os.system [ls]"),
        ("a.yaml", "[" * 5000),
    ],
)
def test_unreadable_documents_are_named(name: str, source: str) -> None:
    with pytest.raises(UnreadableDocumentError, match=name):
        parse_document(source, name=name)


def test_decimals_stay_as_they_were_typed() -> None:
    assert parse_document("cut: 60.10", name="a.yaml") == {"cut": "60.10"}
    assert parse_document('{"cut": 60.10}', name="a.json") == {"cut": "60.10"}


def test_files_that_are_not_text_or_too_large_are_refused(tmp_path: Path) -> None:
    (tmp_path / "gbk.yaml").write_bytes("code: 碳管理".encode("gbk"))
    (tmp_path / "large.yaml").write_bytes(b"#" * (4 * 1024 * 1024 + 1))
    for name in ("gbk.yaml", "large.yaml", "absent.yaml"):
        with pytest.raises(UnreadableDocumentError, match=name):
            read_document(tmp_path / name)
