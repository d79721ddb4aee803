"""The sample rubrics: whole, in both languages, a hundred points, tags that the standard has."""

from lms_carbon.framework.documents import shipped_framework
from lms_carbon.framework.rules import Dimension
from lms_carbon.marking.rules.documents import RubricDocument, read_rubric
from lms_carbon.portfolio.services.samples import read_samples

RUBRICS: dict[str, RubricDocument] = {each.code: each for each in map(read_rubric, read_samples())}
PRACTICE = [r for r in shipped_framework().requirements if r.dimension is Dimension.PRACTICE]


def test_each_comes_to_a_hundred_points() -> None:
    assert {code: sum(c.points for c in each.criteria) for code, each in RUBRICS.items()} == {
        "portfolio-5.2.1": 100_000,
        "portfolio-general": 100_000,
    }


def test_no_text_is_cut_at_a_comma() -> None:
    """In YAML's flow style a comma ends a text that is not quoted, and what follows becomes a key."""

    def keys(part: object) -> set[str]:
        if isinstance(part, dict):
            return set(part).union(*(keys(each) for each in part.values()))
        return set().union(*(keys(each) for each in part)) if isinstance(part, list) else set()

    assert keys(list(read_samples())) == {
        "code", "version", "title", "criteria", "guidance", "points", "levels", "text", "tags", "zh", "en"
    }  # fmt: skip


def test_levels_go_from_all_points_to_none() -> None:
    for rubric in RUBRICS.values():
        for criterion in rubric.criteria:
            assert criterion.levels[0].points == criterion.points
            assert criterion.levels[-1].points == 0


def test_the_one_for_5_2_1_shows_each_of_its_practice_requirements_in_three_criteria() -> None:
    tags = [tag for criterion in RUBRICS["portfolio-5.2.1"].criteria for tag in criterion.tags]
    assert {code: tags.count(code) for code in set(tags)} == {"5.2.1-c-1": 3, "5.2.1-c-2": 3}


def test_the_general_one_shows_every_practice_requirement_of_every_position() -> None:
    text_of = {r.code: r.text.zh for r in PRACTICE}
    for criterion in RUBRICS["portfolio-general"].criteria:
        shown = [text_of[tag] for tag in criterion.tags]
        assert len(shown) == len(set(shown))
        assert set(shown) == set(text_of.values())
