"""The shipped framework against the standard: every text where the text is at hand, counts and a digest everywhere."""

import collections
import hashlib
import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lms_carbon.framework.documents import shipped_framework
from lms_carbon.framework.rules import Dimension, framework_as_json, iterate_texts

K, S, P = Dimension.KNOWLEDGE, Dimension.SKILL, Dimension.PRACTICE
CHINESE = re.compile(r"[㐀-鿿]")
# SHA-256 of all codes and Chinese texts as they stood when they were compared with the standard's own text.
REVIEWED = "54434cdfcb540164e23f00603330e746e9527b26386c2d4d54fa93d634d05283"


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    return framework_as_json(shipped_framework())


@pytest.fixture(scope="module")
def standard() -> str:
    """Return the standard's own text, where somebody has put it beside the sample data."""
    given = os.environ.get("LMS_CARBON_STANDARD")
    beside = os.environ.get("LMS_CARBON_FIXTURES")
    place = Path(given) if given else Path(beside, "..", "standard") if beside else None
    if place is not None and place.is_dir():
        place = next(iter(sorted(place.glob("*020-2024*.md"))), place / "T-MIITEC-020-2024.md")
    if place is None or not place.is_file():
        pytest.skip("the standard's own text is not here")
    return place.read_text("utf-8")


def texts_of(position: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((r["code"], r["text"]["zh"]) for r in position["requirements"])


def all_requirements(shipped: dict[str, Any]) -> list[dict[str, Any]]:
    return [r for d in shipped["directions"] for p in d["positions"] for r in p["requirements"]]


def test_counts_are_the_standards(shipped: dict[str, Any]) -> None:
    requirements = all_requirements(shipped)
    statements = {(r["dimension"], r["text"]["zh"]) for r in requirements}
    assert len(shipped["directions"]) == 5
    assert sum(len(d["positions"]) for d in shipped["directions"]) == 9
    assert collections.Counter(r["dimension"] for r in requirements) == {K: 35, S: 31, P: 24}
    assert collections.Counter(dimension for dimension, _ in statements) == {K: 31, S: 17, P: 19}
    uses = collections.Counter(r["text"]["zh"] for r in requirements)
    assert sorted(n for n in uses.values() if n > 1) == [2, 3, 3, 3, 3, 5, 6, 6]
    assert sum(1 for r in requirements if r["shared_with"]) == 31
    assert sum(1 for r in requirements if len(r["proficiency"]) == 2) == 20
    assert {len(r["proficiency"]) for r in requirements} == {1, 2}


@pytest.mark.parametrize(
    ("section", "count"),
    [
        ("scope", 2), ("terms", 4), ("dimensions", 3), ("elements", 5), ("improvement", 3), ("stages", 2),
        ("providers", 3), ("methods", 3), ("bands", 3), ("references", 5),
    ],
)  # fmt: skip
def test_sections_are_complete(shipped: dict[str, Any], section: str, count: int) -> None:
    assert len(shipped[section]) == count


def test_chinese_texts_are_the_reviewed_ones(shipped: dict[str, Any]) -> None:
    """Where the standard is not at hand, this holds what was compared with it."""
    lines = [f"{r['code']} {r['text']['zh']}" for r in all_requirements(shipped)]
    lines += [leaf["zh"] for place, leaf in iterate_texts(shipped) if not place.startswith("editorial")]
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == REVIEWED


def test_requirements_follow_the_standard_one_by_one(shipped: dict[str, Any], standard: str) -> None:
    """Read clause 5 line by line, knowing nothing of our file, and compare."""
    expected = []
    position = letter = ""
    for raw in standard[standard.index("##### 5.1 ") : standard.index("**附录 A**")].splitlines():
        line = raw.lstrip("# ").strip()
        if heading := re.match(r"(5\.\d\.\d) ", line):
            position = heading[1]
        elif dimension := re.match(r"([abc])\) ", line):
            letter, ordinal = dimension[1], 0
        elif line.startswith("- "):
            ordinal += 1
            expected.append((f"{position}-{letter}-{ordinal}", re.sub("[；。]$", "", line[2:])))
    assert [(r["code"], r["text"]["zh"]) for r in all_requirements(shipped)] == expected


def test_table_1_is_the_standards(shipped: dict[str, Any], standard: str) -> None:
    rows = [line.split("\t") for line in standard.splitlines() if re.match(r"\d\t", line)]
    positions = [p for d in shipped["directions"] for p in d["positions"]]
    assert [(p["title"]["zh"], p["duties"]["zh"]) for p in positions] == [(row[2], row[3]) for row in rows]
    assert [d["title"]["zh"] for d in shipped["directions"]] == [row[1] for row in rows if row[1]]


def test_every_chinese_text_occurs_in_the_standard(shipped: dict[str, Any], standard: str) -> None:
    ours = ("editorial", "proficiency_verbs")
    parts = {key: part for key, part in shipped.items() if key not in ours}
    absent = [
        (place, leaf["zh"])
        for place, leaf in iterate_texts(parts)
        if leaf["zh"] not in standard and not re.fullmatch(r"stages\[\d\]\.modes\[3\]\.title", place)
    ]
    assert absent == []
    assert all(name in standard for name in shipped["foreword"]["drafters"])


def test_nothing_of_the_standard_is_left_out(shipped: dict[str, Any], standard: str) -> None:
    """Strike out all that we carry: what Chinese remains is headings of the layout, table heads and filler."""
    rest = standard[: standard.index("## 目 次")] + standard[standard.index("## 前 言") :]
    carried = {leaf["zh"] for place, leaf in iterate_texts(shipped) if not place.startswith("editorial")}
    carried |= set(shipped["foreword"]["drafters"])
    for text in sorted(carried, key=len, reverse=True):
        rest = rest.replace(text, "\n")
    layout = (
        "前 言", "本文件起草单位", "本文件主要起草人", "发布", "实施", "来源", "表", "序号", "方向", "岗位名称",
        "岗位职责", "维度", "要素", "说明", "附录", "附 录", "资料性附录", "级", "评价维度", "岗位等级", "评价分值权重",
        "备注", "参 考 文 献", "图", "能力要素", "岗位",
    )  # fmt: skip
    remaining = {piece.strip() for piece in re.findall(r"[㐀-鿿][㐀-鿿 ]*", rest)}
    assert remaining - set(layout) == set()


def test_english_is_complete_and_english(shipped: dict[str, Any]) -> None:
    for place, leaf in iterate_texts(shipped):
        chinese = set(CHINESE.findall(leaf["en"]))
        assert chinese <= {"等"}, place
        assert leaf["en"] == " ".join(leaf["en"].split()), place
    english = {r["text"]["zh"]: r["text"]["en"] for r in all_requirements(shipped)}
    assert len(set(english.values())) == 67, "two statements must not read the same in English"


def test_names_are_those_that_the_pages_use(shipped: dict[str, Any]) -> None:
    names = [p["title"]["en"] for d in shipped["directions"] for p in d["positions"]]
    assert names[1:3] == ["Carbon reduction engineer", "Carbon evaluation and certification engineer"]
    assert names[5:] == [
        "Automotive carbon engineer",
        "Steel carbon engineer",
        "Energy storage carbon engineer",
        "Agricultural carbon engineer",
    ]


def test_one_requirement_whole(shipped: dict[str, Any]) -> None:
    found = next(r for r in all_requirements(shipped) if r["code"] == "5.2.1-b-3")
    assert found == {
        "code": "5.2.1-b-3",
        "guid": "f453b05f-928c-5dd9-baef-13df86d9b96a",
        "dimension": "skill",
        "proficiency": ["掌握", "能够"],
        "text": {
            "zh": "掌握数据分析工具和技术，能够进行复杂的数据分析和处理",
            "en": "Masters data analysis tools and techniques; able to carry out complex data analysis and processing",
        },
        "shared_with": ["5.2.2-b-2", "5.5.1-b-2", "5.5.2-b-2", "5.5.3-b-2", "5.5.4-b-2"],
        "related": [],
    }


def test_guids_are_of_the_code_alone(shipped: dict[str, Any]) -> None:
    for r in all_requirements(shipped):
        assert r["guid"] == str(uuid.uuid5(uuid.NAMESPACE_URL, "urn:tmiitec:020-2024:" + r["code"]))


def test_sharing_is_mutual_and_of_equal_texts(shipped: dict[str, Any]) -> None:
    requirements = {r["code"]: r for r in all_requirements(shipped)}
    for code, r in requirements.items():
        equal = [other for other, o in requirements.items() if o["text"]["zh"] == r["text"]["zh"] and other != code]
        assert r["shared_with"] == equal


@pytest.mark.parametrize(
    ("one", "other"), [("5.2.1-c-2", "5.5.1-c-4"), ("5.1.1-a-1", "5.2.2-a-2"), ("5.1.1-b-1", "5.2.1-b-2")]
)
def test_near_duplicates_are_related_not_merged(shipped: dict[str, Any], one: str, other: str) -> None:
    requirements = {r["code"]: r for r in all_requirements(shipped)}
    assert requirements[one]["related"] == [other]
    assert requirements[other]["related"] == [one]
    assert other not in requirements[one]["shared_with"]
    assert requirements[one]["text"] != requirements[other]["text"]


def test_repeated_verbs_count_twice(shipped: dict[str, Any]) -> None:
    requirements = {r["code"]: r["proficiency"] for r in all_requirements(shipped)}
    assert requirements["5.3.1-a-1"] == ["掌握", "掌握"]
    assert requirements["5.3.1-a-2"] == ["能够", "能够"]
    assert requirements["5.5.1-c-2"] == ["具备", "掌握"]


def test_bands_and_weights_are_those_of_annex_b(shipped: dict[str, Any]) -> None:
    found = [(b["code"], b["levels"], b["experience_years"], tuple(b["weights"].values())) for b in shipped["bands"]]
    assert found == [
        ("junior", [1, 2, 3], None, (70, 25, 5)),
        ("intermediate", [4, 5, 6], 3, (50, 25, 25)),
        ("senior", [7, 8, 9], 5, (20, 30, 50)),
    ]
    assert all(list(b["weights"]) == ["knowledge", "skill", "practice"] for b in shipped["bands"])


def test_open_lists_have_an_editorial_other(shipped: dict[str, Any]) -> None:
    for stage in shipped["stages"]:
        assert [mode["code"] for mode in stage["modes"]][-1] == "other"
        assert [mode.get("editorial", False) for mode in stage["modes"]] == [False, False, False, True]


def test_methods_say_mainly(shipped: dict[str, Any]) -> None:
    assert [(m["dimension"], m["mainly"]) for m in shipped["methods"]] == [(K, True), (S, True), (P, True)]
    assert all("主要" in m["text"]["zh"] and "mainly" in m["text"]["en"] for m in shipped["methods"])


def test_terms_name_their_sources(shipped: dict[str, Any]) -> None:
    assert [term["source"] and term["source"]["zh"] for term in shipped["terms"]] == [
        "GB/T 24044-2008, 定义3.1",
        "DB31T 1071-2017, 定义3.3",
        "DB 50/T 936—2019, 定义3.11",
        None,
    ]
