"""Planning a path: what is short, what helps, what comes next, and who may move what."""

import pytest

from lms_carbon.paths.rules import Act, Need, Offer, Plan, StepState, next_state, plan_path, stage_of


def need(number: int, score: int | None, goal: int | None = 90_00) -> Need:
    return Need(requirement_id=number, code=f"5.2.1-a-{number}", dimension="knowledge", text={}, score=score, goal=goal)


def offer(number: int, *requirements: int, stage: str = "on_job", hours: int = 8) -> Offer:
    return Offer(activity_id=number, stage=stage, mode="other", hours=hours, requirement_ids=requirements)


NEEDS = [need(1, 84_00), need(2, 45_00), need(3, None), need(4, 95_00)]


def plan(*offers: Offer, states: dict[int, StepState] | None = None, stage: str = "on_job") -> Plan:
    return plan_path(offers, NEEDS, states or {}, stage=stage)


def order(made: Plan) -> list[int]:
    return [card.offer.activity_id for card in made.cards]


def test_the_lowest_comes_first_and_what_was_not_assessed_last() -> None:
    made = plan(offer(10, 3), offer(11, 1), offer(12, 2))
    assert order(made) == [12, 11, 10]
    assert made.now is not None
    assert made.now.offer.activity_id == 12
    assert [card.offer.activity_id for card in made.then] == [11, 10]


def test_of_two_for_the_same_need_the_reader_s_stage_comes_first_then_the_shorter() -> None:
    offers = [offer(10, 2, stage="pre_job", hours=2), offer(11, 2, hours=9), offer(12, 2, hours=4)]
    assert order(plan(*offers)) == [12, 11, 10]
    assert order(plan(*offers, stage="pre_job")) == [10, 12, 11]


def test_what_helps_only_with_what_is_reached_stays_out_unless_it_was_begun() -> None:
    assert (order(plan(offer(10, 4))), plan(offer(10, 4)).spare) == ([], 1)
    begun = plan(offer(10, 4), states={10: StepState.UNDER_WAY})
    assert (order(begun), begun.spare) == ([10], 0)


def test_an_activity_of_another_position_is_no_part_of_it() -> None:
    made = plan(offer(10, 99))
    assert (made.cards, made.spare, made.now) == ((), 0, None)


def test_what_was_begun_is_the_next_step_and_what_waits_or_is_done_is_not() -> None:
    states = {10: StepState.DONE, 11: StepState.WAITING, 12: StepState.UNDER_WAY}
    made = plan(offer(10, 2), offer(11, 2), offer(12, 1), offer(13, 2), states=states)
    assert made.now is not None
    assert made.now.offer.activity_id == 12
    assert [card.offer.activity_id for card in made.then] == [13]
    assert (made.done, made.hours, made.count("on_job")) == ((1, 8), 32, (1, 4))


def test_a_score_at_the_goal_is_not_short() -> None:
    assert [each.short for each in (need(1, 89_99), need(2, 90_00), need(3, None), need(4, 1_00, None))] == [
        True,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(("band", "stage"), [("junior", "pre_job"), ("intermediate", "on_job"), ("senior", "on_job")])
def test_the_stage_of_a_band(band: str, stage: str) -> None:
    assert stage_of(band) == stage


P, U, W, D = StepState.PLANNED, StepState.UNDER_WAY, StepState.WAITING, StepState.DONE
MOVES = {
    (P, Act.BEGIN): (U, U),
    (P, Act.FINISH): (D, W),
    (U, Act.FINISH): (D, W),
    (U, Act.LEAVE): (P, P),
    (W, Act.REOPEN): (U, U),
    (D, Act.REOPEN): (U, None),
}


@pytest.mark.parametrize("state", list(StepState))
@pytest.mark.parametrize("act", list(Act))
def test_every_move(state: StepState, act: Act) -> None:
    """No act of a candidate leads to done where somebody else must confirm."""
    wanted = MOVES.get((state, act), (None, None))
    assert next_state(state, act, needs_confirmation=False) is wanted[0]
    assert next_state(state, act, needs_confirmation=True) is wanted[1]
