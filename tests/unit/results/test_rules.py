"""The arithmetic of levels against an independent reference in fractions."""

import dataclasses
from fractions import Fraction
from math import floor

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lms_carbon.cycles.rules import half_up, instrument_score
from lms_carbon.framework.documents import shipped_framework
from lms_carbon.framework.rules import Band, Dimension
from lms_carbon.results.errors import InvalidScoreError, InvalidYearsError, NoCutsForBandError
from lms_carbon.results.policies import example_policy
from lms_carbon.results.rules import (
    Decision,
    Outcome,
    Policy,
    decide_level,
    decision_as_json,
    dimension_score,
    format_cut,
    format_score,
    parse_score,
    parse_years,
)

BANDS = shipped_framework().bands
EXAMPLE = example_policy(BANDS)
WEIGHTS = {"junior": (70, 25, 5), "intermediate": (50, 25, 25), "senior": (20, 30, 50)}
EXPERIENCE = {"junior": None, "intermediate": 3, "senior": 5}

bands = st.sampled_from(BANDS)
scores = st.integers(0, 10000)
three_scores = st.tuples(scores, scores, scores)
weights = st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted).map(lambda w: (w[0], w[1] - w[0], 100 - w[1]))
cut_scores = st.lists(scores, min_size=3, max_size=3, unique=True).map(sorted).map(lambda c: (c[0], c[1], c[2]))
minimums = st.dictionaries(st.sampled_from(Dimension), scores)


def policy_of(cuts: tuple[int, int, int], least: dict[Dimension, int]) -> Policy:
    return dataclasses.replace(EXAMPLE, cuts=dict.fromkeys(WEIGHTS, cuts), minimums=least)


policies = st.builds(policy_of, cut_scores, minimums)


# The reference: percentages as fractions, rounding as school teaches it, nothing shared with the rules.
def rounded(value: Fraction) -> Fraction:
    return Fraction(floor(value * 100 + Fraction(1, 2)), 100)


def reference_total(points: tuple[int, ...], weight: tuple[int, ...]) -> Fraction:
    return sum((rounded(Fraction(p, 100) * w / 100) for p, w in zip(points, weight, strict=True)), Fraction(0))


def reference_status(
    points: tuple[int | None, ...], weight: tuple[int, ...], first: int, cuts: tuple[Fraction, ...]
) -> str:
    given_points = tuple(p for p in points if p is not None)
    if len(given_points) < 3:
        return "incomplete"
    total = reference_total(given_points, weight)
    level = max((first + i for i in range(3) if total >= cuts[i]), default=None)
    return f"level_{level}" if level else "below_band"


def decide(
    band: Band, points: tuple[int | None, ...], policy: Policy = EXAMPLE, *, years: int | None = None
) -> Decision:
    return decide_level(band=band, scores=dict(zip(Dimension, points, strict=True)), policy=policy, years=years)


@given(bands, st.tuples(*[st.none() | scores] * 3), cut_scores)
def test_status_and_total_are_the_references(
    band: Band, points: tuple[int | None, ...], cuts: tuple[int, int, int]
) -> None:
    policy = dataclasses.replace(EXAMPLE, cuts={band.code: cuts})
    decision = decide(band, points, policy)
    fractions = tuple(Fraction(cut, 100) for cut in cuts)
    assert decision.status == reference_status(points, WEIGHTS[band.code], band.levels[0], fractions)
    complete = tuple(p for p in points if p is not None)
    if len(complete) == 3:
        assert decision.total is not None
        assert Fraction(decision.total, 100) == reference_total(complete, WEIGHTS[band.code])
    else:
        assert decision.total is None
        assert decision.level is None


@given(three_scores, weights)
def test_any_weights_that_sum_to_100(points: tuple[int, int, int], weight: tuple[int, int, int]) -> None:
    band = dataclasses.replace(BANDS[0], weights=dict(zip(Dimension, weight, strict=True)))
    total = decide(band, points).total
    assert total is not None
    assert Fraction(total, 100) == reference_total(points, weight)
    assert min(points) - 2 <= total <= max(points) + 2, "a mean, but for three roundings"
    assert 0 <= total <= 10000


@given(bands)
def test_full_scores_are_the_full_total_and_no_points_are_nothing(band: Band) -> None:
    assert decide(band, (10000, 10000, 10000)).total == 10000
    assert decide(band, (0, 0, 0)).total == 0


@given(bands, three_scores, three_scores, policies)
def test_a_better_score_never_lowers_total_or_level(
    band: Band, one: tuple[int, ...], other: tuple[int, ...], policy: Policy
) -> None:
    lower = decide(band, tuple(map(min, one, other)), policy)
    higher = decide(band, tuple(map(max, one, other)), policy)
    assert lower.total is not None and higher.total is not None  # noqa: PT018
    assert lower.total <= higher.total
    assert (lower.level or 0) <= (higher.level or 0)


@pytest.mark.parametrize("band", BANDS, ids=lambda band: band.code)
@pytest.mark.parametrize(("cut", "ordinal"), [(6000, 0), (7500, 1), (9000, 2)])
def test_a_cut_is_reached_exactly(band: Band, cut: int, ordinal: int) -> None:
    assert decide(band, (cut, cut, cut)).level == band.levels[ordinal]
    below = decide(band, (cut - 4, cut - 4, cut - 4))
    assert below.level == (band.levels[ordinal - 1] if ordinal else None)


@given(bands, three_scores, cut_scores)
def test_one_hundredth_below_a_cut_is_below_it(band: Band, points: tuple[int, ...], cuts: tuple[int, ...]) -> None:
    total = decide(band, points).total
    assert total is not None
    assume(cuts[0] < total < cuts[2])
    reached = dataclasses.replace(EXAMPLE, cuts={band.code: (cuts[0], total, cuts[2])})
    missed = dataclasses.replace(EXAMPLE, cuts={band.code: (cuts[0], total + 1, cuts[2] + 1)})
    assert decide(band, points, reached).level == band.levels[1]
    assert decide(band, points, missed).level == band.levels[0]


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_half_up(numerator: int, denominator: int) -> None:
    assert half_up(numerator, denominator) == floor(Fraction(numerator, denominator) + Fraction(1, 2))


def test_halves_go_up() -> None:
    assert [half_up(n, 2) for n in (-1, 1, 3, 5)] == [0, 1, 2, 3]
    assert instrument_score(1, 8) == 1250
    assert instrument_score(1, 16) == 625
    assert instrument_score(1, 32) == 313, "3.125 is 3.13"


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_an_instruments_score(earned: int, possible: int) -> None:
    assume(earned <= possible)
    assert Fraction(instrument_score(earned, possible), 100) == rounded(Fraction(100 * earned, possible))


@pytest.mark.parametrize(("earned", "possible"), [(0, 0), (-1, 10), (11, 10)])
def test_points_that_make_no_score(earned: int, possible: int) -> None:
    with pytest.raises(ValueError, match="no score"):
        instrument_score(earned, possible)


@given(st.lists(st.tuples(scores, st.integers(1, 1000)), min_size=1, max_size=6))
def test_a_dimension_is_the_weighted_mean_of_its_instruments(instruments: list[tuple[int, int]]) -> None:
    mean = Fraction(sum(s * w for s, w in instruments), sum(w for _, w in instruments))
    assert dimension_score(instruments) == floor(mean + Fraction(1, 2))


@given(st.lists(st.tuples(scores, st.integers(1, 9)), max_size=4), st.integers(0, 4))
def test_a_missing_instrument_makes_the_dimension_missing(instruments: list[tuple[int, int]], place: int) -> None:
    assert dimension_score([*instruments[:place], (None, 1), *instruments[place:]]) is None


def test_no_instrument_is_missing_and_nothing_weighs_nothing() -> None:
    assert dimension_score([]) is None
    assert dimension_score([(0, 1)]) == 0
    with pytest.raises(ValueError, match="positive"):
        dimension_score([(100, 0)])


@given(bands, three_scores, st.sets(st.integers(0, 2), min_size=1), st.none() | st.integers(500, 10000))
def test_missing_is_not_zero(band: Band, points: tuple[int, ...], absent: set[int], years: int | None) -> None:
    partly = tuple(None if i in absent else p for i, p in enumerate(points))
    decision = decide(band, partly, years=years)
    assert decision.outcome is Outcome.INCOMPLETE
    assert decision.status == "incomplete"
    assert [list(Dimension).index(d) for d in decision.missing] == sorted(absent)


@given(bands, st.tuples(*[st.none() | scores] * 3), st.integers(0, 10000))
def test_experience_below_what_the_band_asks(band: Band, points: tuple[int | None, ...], years: int) -> None:
    asked = EXPERIENCE[band.code]
    found = decide(band, points, years=years).outcome
    assert (found is Outcome.INELIGIBLE) == (asked is not None and Fraction(years, 100) < asked)


@given(bands, three_scores, policies)
def test_below_a_minimum_no_level_is_reached(band: Band, points: tuple[int, ...], policy: Policy) -> None:
    decision = decide(band, points, policy)
    short = [d for d, p in zip(Dimension, points, strict=True) if p < policy.minimums.get(d, 0)]
    if short:
        assert decision.outcome is Outcome.BELOW_BAND
    else:
        assert decision.level == decide(band, points, dataclasses.replace(policy, minimums={})).level


def test_total_is_the_sum_of_what_is_shown() -> None:
    # 18.335 and 17.185 show as 18.34 and 17.19; a candidate adds up 35.53, though unrounded it were 35.52.
    decision = decide(BANDS[1], (0, 7334, 6874))
    assert [part.contribution for part in decision.dimensions] == [0, 1834, 1719]
    assert decision.total == 3553


def test_the_prototypes_candidate() -> None:
    decision = decide(BANDS[1], (8200, 7333, 6875))
    assert (decision.total, decision.status) == (7652, "level_5")


def test_a_policy_without_the_band() -> None:
    with pytest.raises(NoCutsForBandError, match="senior"):
        decide(BANDS[2], (1, 1, 1), dataclasses.replace(EXAMPLE, cuts={"junior": (1, 2, 3)}))


def test_withheld_is_a_status_that_arithmetic_never_gives() -> None:
    assert Outcome.WITHHELD.value == "withheld"


@given(scores)
def test_scores_are_read_as_they_are_written(hundredths: int) -> None:
    assert parse_score(format_score(hundredths)) == hundredths
    assert parse_score(format_cut(hundredths)) == hundredths
    assert Fraction(format_score(hundredths)) == Fraction(hundredths, 100)


@pytest.mark.parametrize(("cut", "text"), [(6000, "60"), (10000, "100"), (6250, "62.5"), (6205, "62.05"), (0, "0")])
def test_cuts_are_written_short(cut: int, text: str) -> None:
    assert format_cut(cut) == text


@pytest.mark.parametrize(
    "value",
    ["100.01", "101", "-1", "80.001", "80.000", "", " 80", "8e1", "nan", "８０",
     "1,5", ".5", "5.", 80.5, True, None, -1, 101],
)  # fmt: skip
def test_what_is_no_score(value: object) -> None:
    with pytest.raises(InvalidScoreError):
        parse_score(value)


def test_years() -> None:
    assert parse_years("2.99") == 299
    for value in ("-1", "three", "2.999", "101"):
        with pytest.raises(InvalidYearsError):
            parse_years(value)


def test_json_of_a_missing_dimension() -> None:
    whole = decision_as_json(decide(BANDS[1], (8000, None, 6000)))
    assert whole["status"] == "incomplete"
    assert whole["total"] is None
    assert whole["missing"] == ["skill"]
    assert whole["dimensions"]["skill"] == {"score": None, "weight": 25, "contribution": None}
