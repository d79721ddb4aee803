"""QTI packages of ours: the same bytes again and again, valid by the schemas, and readable by what QTI says alone."""

import contextlib
import io
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from lms_carbon.question_bank.interchange.base import DEFAULT_LIMITS, Finding, Item
from lms_carbon.question_bank.interchange.errors import RefusedFileError
from lms_carbon.question_bank.interchange.qti.carrying import FILE
from lms_carbon.question_bank.interchange.qti.declarations import read_declarations
from lms_carbon.question_bank.interchange.qti.manifests import QTI_22, QTI_30
from lms_carbon.question_bank.interchange.qti.names import normalise
from lms_carbon.question_bank.interchange.qti.processing import Budget, score_of
from lms_carbon.question_bank.interchange.qti.reading import read
from lms_carbon.question_bank.interchange.qti.writing import write_22, write_30, write_item
from lms_carbon.question_bank.interchange.safe_zip import Package, write_package
from lms_carbon.question_bank.kinds.registry import KINDS
from tests.unit.question_bank.contents import RAW
from tests.unit.question_bank.interchange.qti_items import NAME, drafts, item, rich, sample_items

WRITERS = {"2.2": write_22, "3.0": write_30}


def written(items: Iterable[Item], version: str) -> io.BytesIO:
    out = io.BytesIO()
    assert WRITERS[version](items, out) == ()
    return out


def read_all(source: io.BytesIO) -> list[Finding]:
    return list(read(source, DEFAULT_LIMITS))


def changed(source: io.BytesIO, change: Callable[[str, bytes], bytes | None]) -> io.BytesIO:
    """Return a package with its files changed, without those of which nothing is left."""
    package = Package(source, place="x", limits=DEFAULT_LIMITS)
    files = [(path, change(path, package.read(path))) for path in package.paths]
    out = io.BytesIO()
    write_package([(path, data) for path, data in files if data is not None], out)
    return out


@pytest.mark.parametrize("version", WRITERS)
@pytest.mark.parametrize("kind", RAW)
def test_what_was_written_reads_back_and_is_written_the_same(kind: str, version: str) -> None:
    items = [item(kind), rich(kind)]
    first = written(items, version)
    found = read_all(first)
    assert [(each.status, each.reasons) for each in found] == [("imported", ())] * 2
    again = [each.item for each in found if each.item]
    assert again == items
    assert written(again, version).getvalue() == first.getvalue()


@pytest.mark.parametrize("version", WRITERS)
def test_drafts_are_carried_as_they_are(version: str) -> None:
    items = drafts()
    first = written(items, version)
    again = [each.item for each in read_all(first) if each.item]
    assert again == items
    assert written(again, version).getvalue() == first.getvalue()


def test_two_questions_of_one_name_are_both_written() -> None:
    items = [item("single_choice"), item("numeric")]
    items[1] = replace(items[1], identifier=items[0].identifier)
    assert len(read_all(written(items, "2.2"))) == 2


def test_the_samples_come_back_as_they_were() -> None:
    items = sample_items()[::3]
    first = written(items, "3.0")
    again = [each.item for each in read_all(first)]
    assert again == items


def test_tags_survive_without_our_own_account() -> None:
    source = changed(written([item("single_choice")], "3.0"), lambda path, data: None if path.endswith(FILE) else data)
    (found,) = read_all(source)
    assert found.item is not None
    assert [tag.code for tag in found.item.tags] == ["5.2.1-a-3", "5.2.1-b-3"]
    assert found.item.tags[0].guid == "6abfaa45-644b-52e8-891e-4fa4045a6c69"


READ_ALONE = ("single_choice", "multiple_choice", "numeric", "matching", "true_false", "calculated")


@pytest.mark.parametrize("version", WRITERS)
@pytest.mark.parametrize("kind", READ_ALONE)
def test_other_tools_read_the_same_question(kind: str, version: str) -> None:
    # A unit stands behind its field, which other tools know nothing of.
    bare = {"unit": None, "accepted_units": [], "offered_units": []} if "unit" in RAW[kind] else {}
    source = changed(written([item(kind, **bare)], version), lambda path, data: None if path.endswith(FILE) else data)
    (found,) = read_all(source)
    assert found.item is not None, found.reasons
    expected = {"true_false": "single_choice", "calculated": "numeric"}.get(kind, kind)
    assert found.item.kind == expected
    assert found.item.points == 2_500
    key = KINDS[expected].key_response(found.item.content)
    assert KINDS[expected].score(found.item.content, key, 2_500).earned == 2_500
    assert found.status == "imported", found.reasons


@pytest.mark.parametrize("version", WRITERS)
def test_other_tools_read_explanation_and_feedback(version: str) -> None:
    explained = item("single_choice", explanation={"zh": "<p>因为</p><ul><li>甲</li></ul>", "en": ""})
    source = changed(written([explained], version), lambda path, data: None if path.endswith(FILE) else data)
    (found,) = read_all(source)
    assert (found.status, found.reasons) == ("imported", ())
    assert found.item is not None
    assert found.item.content["explanation"]["zh"] == "<p>因为</p><ul><li>甲</li></ul>"
    assert found.item.content["choices"][0]["feedback"]["zh"] == "不是"


ANSWERS: list[tuple[str, dict[str, Any], object, dict[str, tuple[str, ...]]]] = [
    ("single_choice", {}, "b", {"RESPONSE": ("b",)}),
    ("single_choice", {}, "a", {"RESPONSE": ("a",)}),
    ("multiple_choice", {}, ["b"], {"RESPONSE": ("b",)}),
    ("multiple_choice", {}, ["b", "c"], {"RESPONSE": ("c", "b")}),
    ("multiple_choice", {}, ["a", "b", "c"], {"RESPONSE": ("a", "b", "c")}),
    ("multiple_choice", {"penalty": "0.2", "minimum": "0.1"}, ["a", "b"], {"RESPONSE": ("a", "b")}),
    ("multiple_choice", {"penalty": "0.2", "minimum": "0.1"}, ["a", "d"], {"RESPONSE": ("a", "d")}),
    ("multiple_choice", {"scoring": "all_or_nothing"}, ["b"], {"RESPONSE": ("b",)}),
    ("true_false", {}, False, {"RESPONSE": ("false",)}),
    ("numeric", {"unit": None, "accepted_units": [], "offered_units": []}, "32500", {"RESPONSE": ("32500",)}),
    ("numeric", {"unit": None, "accepted_units": [], "offered_units": []}, "33000", {"RESPONSE": ("33000",)}),
    ("short_text", {}, "净零", {"RESPONSE": ("净零",)}),
    ("short_text", {}, "碳中和", {"RESPONSE": ("碳中和",)}),
    ("short_text", {}, "别的", {"RESPONSE": ("别的",)}),
    ("cloze", {}, {"g1": "总量", "g2": "12.6"}, {"RESPONSE_g1": ("总量",), "RESPONSE_g2": ("12.6",)}),
    ("cloze", {}, {"g1": "x", "g2": "12.5"}, {"RESPONSE_g1": ("x",), "RESPONSE_g2": ("12.5",)}),
    ("cloze", {}, {"g1": "x", "g3": "a"}, {"RESPONSE_g1": ("x",), "RESPONSE_g3": ("a",)}),
    ("cloze", {"minimum": "0.1"}, {"g3": "a"}, {"RESPONSE_g3": ("a",)}),
    ("cloze", {"minimum": "0.1"}, None, {}),
    (
        "cloze",
        {"scoring": "all_or_nothing"},
        {"g1": "总量", "g2": "12.5", "g3": "b"},
        {"RESPONSE_g1": ("总量",), "RESPONSE_g2": ("12.5",), "RESPONSE_g3": ("b",)},
    ),
    ("cloze", {"scoring": "all_or_nothing"}, {"g3": "b"}, {"RESPONSE_g3": ("b",)}),
    ("matching", {}, {"a": "a", "b": "b", "c": "b"}, {"RESPONSE": ("a a", "b b", "c b")}),
    ("matching", {}, {"a": "a", "b": "c"}, {"RESPONSE": ("a a", "b c")}),
    ("categorising", {}, {"a": "a"}, {"RESPONSE": ("a a",)}),
    ("ordering", {}, ["a", "b", "c", "d"], {"RESPONSE": ("a", "b", "c", "d")}),
    ("hotspot", {}, ["a", "b"], {"RESPONSE": ("a", "b")}),
]


@pytest.mark.parametrize(("kind", "changes", "ours", "theirs"), ANSWERS)
def test_other_tools_give_the_same_points(
    kind: str, changes: dict[str, Any], ours: object, theirs: dict[str, tuple[str, ...]]
) -> None:
    made = item(kind, **changes)
    response = KINDS[kind].normalise_response(made.content, KINDS[kind].as_sent(made.content, ours))
    expected = KINDS[kind].score(made.content, response, made.points).earned
    for version in (QTI_22, QTI_30):
        root = normalise(etree.fromstring(write_item(made, version)))
        score = score_of(root, read_declarations(root), theirs, Budget())
        assert abs(score * 1_000 - expected) <= 1


def test_a_question_that_another_tool_changed_is_read_from_what_it_wrote() -> None:
    def change(path: str, data: bytes) -> bytes:
        return data.replace("乙".encode(), b"Other") if path.endswith("item.xml") else data

    (found,) = read_all(changed(written([item("single_choice")], "2.2"), change))
    assert found.item is not None
    assert found.item.content["choices"][1]["text"]["zh"] == "Other"
    assert found.status == "degraded"
    assert "another tool" in str(found.reasons[0])
    before = item("single_choice")
    assert (found.identifier, found.item.identifier) == (before.identifier, before.identifier)
    assert (found.item.tags, found.item.source, found.item.minutes) == (before.tags, before.source, before.minutes)


@pytest.mark.parametrize(
    "account", [b"", b"[" * 100_000, b"{}", b'{"format": "lms_carbon question", "version": 2}', b"\xff"]
)
def test_an_account_that_cannot_be_read_is_named(account: bytes) -> None:
    def change(path: str, data: bytes) -> bytes:
        return account if path.endswith(FILE) else data

    (found,) = read_all(changed(written([item("single_choice")], "3.0"), change))
    assert found.item is not None
    assert "cannot be read" in str(found.reasons[0])


@pytest.mark.parametrize("lost", [None, b"another picture"])
def test_a_picture_that_is_lost_or_another_is_named(lost: bytes | None) -> None:
    def change(path: str, data: bytes) -> bytes | None:
        return lost if path.startswith("media/") else data

    (found,) = read_all(changed(written([rich("single_choice")], "3.0"), change))
    assert found.reasons
    assert found.item is not None
    assert NAME not in found.item.media
    assert NAME not in str(found.item.content)


def test_paths_of_a_package_are_plain() -> None:
    package = Package(written([item("single_choice"), rich("numeric")], "3.0"), place="x", limits=DEFAULT_LIMITS)
    assert all(path.isascii() for path in package.paths)
    assert f"media/{NAME}" in package.paths


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_package_is_refused_or_read_in_part(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(written([rich("single_choice"), rich("hotspot")], "3.0").getvalue())
    if seed % 4:
        for _ in range(chance.randint(1, 20)):
            data[chance.randrange(len(data))] = chance.randrange(256)
    else:
        del data[chance.randrange(len(data)) :]
    with contextlib.suppress(RefusedFileError):
        assert len(read_all(io.BytesIO(bytes(data)))) == 2
