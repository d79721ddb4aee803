"""Plain text with wide characters."""

from hypothesis import given
from hypothesis import strategies as st

from lms_carbon.framework.documents import shipped_framework
from lms_carbon.framework.layout import pad, table, width_of, wrap
from lms_carbon.framework.sheets import framework_as_text


def test_wide_characters_take_two_cells() -> None:
    assert width_of("碳 a") == 4
    assert width_of("（）") == 4
    assert width_of("é") == 1
    assert pad("碳", 4) == "碳  "
    assert pad("碳", 4, right=True) == "  碳"


def test_marks_stay_with_the_text_they_close() -> None:
    assert wrap("掌握碳核算，能够", 10) == ["掌握碳核", "算，能够"]


def test_words_stay_whole() -> None:
    assert wrap("the OBS software", 9) == ["the OBS", "software"]


@given(st.text("碳核算，。ab1 ", max_size=60), st.integers(4, 30))
def test_wrapping_loses_nothing_but_spaces(text: str, width: int) -> None:
    assert "".join(wrap(text, width)).replace(" ", "") == text.replace(" ", "")


def test_columns_line_up() -> None:
    lines = table(["岗位", "n"], [["碳减排工程师", "10"], ["x", "9"]], right=(1,), indent=0)
    assert lines == ["岗位            n", "────────────   ──", "碳减排工程师   10", "x               9"]


def test_the_whole_framework_fits_the_terminal() -> None:
    for language in ("zh", "en"):
        text = framework_as_text(shipped_framework(), language=language, width=80)
        too_wide = [line for line in text.splitlines() if width_of(line) > 80]
        assert too_wide == []


def test_the_text_form_names_everything() -> None:
    framework = shipped_framework()
    flat = "".join(framework_as_text(framework, language="zh", width=100).split())
    for position in framework.positions:
        assert position.title.zh in flat
        assert position.duties.zh in flat
    for requirement in framework.requirements:
        assert requirement.code + requirement.text.zh.replace(" ", "") in flat
    for part in ("50%", "25%", "笔试", "内部在岗培训", "其他（编者加）", "评价总分满分为100分", "GB/T32150-2015"):
        assert part in flat
