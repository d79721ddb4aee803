"""What a form needs before it is frozen."""

from hypothesis import given
from hypothesis import strategies as st

from lms_carbon.exams.rules.forms import EMPTY, DraftItem, form_digest, form_problems, tag_shares
from lms_carbon.framework.rules import Tag, resolve_tags


def _item(
    slot: int = 1, *, approved: bool = True, requirements: tuple[int, ...] = (7,), points: int = 1000
) -> DraftItem:
    return DraftItem(slot=slot, version_id=slot, points=points, approved=approved, requirements=requirements)


def test_tags_resolve_to_the_position_in_their_order() -> None:
    tags = [
        Tag(statement_id=3, positions=None),
        Tag(statement_id=1, positions=["5.2.1"]),
        Tag(statement_id=2, positions=["5.2.2"]),
        Tag(statement_id=9, positions=None),
    ]
    requirements = {1: 11, 2: 12, 3: 13}
    assert resolve_tags(tags, requirements, "5.2.1") == [13, 11]
    assert resolve_tags(tags, requirements, "5.2.2") == [13, 12]
    assert resolve_tags([], requirements, "5.2.1") == []


def test_an_empty_form_says_so() -> None:
    assert [problem.sentence for problem in form_problems([], counts=False)] == [EMPTY]


def test_all_problems_are_told_at_once() -> None:
    items = [_item(1), _item(2, approved=False), _item(3, requirements=()), _item(4, approved=False, requirements=())]
    assert [problem.slot for problem in form_problems(items, counts=True)] == [2, 3, 4, 4]
    assert [problem.slot for problem in form_problems(items, counts=False)] == [2, 4]


@given(st.integers(10, 1_000_000), st.integers(1, 8))
def test_shares_sum_to_the_points_and_none_is_empty(points: int, count: int) -> None:
    shares = tag_shares(_item(points=points, requirements=tuple(range(count))))
    assert sum(possible for _, possible in shares) == points
    assert all(possible > 0 for _, possible in shares)
    assert tag_shares(_item(points=points, requirements=())) == []


def test_the_digest_follows_slots_versions_points_and_shares() -> None:
    base = [_item(1), _item(2)]
    different = [
        base,
        [_item(2), _item(1)],
        [_item(1)],
        [_item(1), _item(2, points=999)],
        [_item(1), _item(2, requirements=(8,))],
    ]
    assert len({form_digest(items) for items in different}) == len(different)
    assert form_digest(base) == form_digest([_item(1), _item(2)])
