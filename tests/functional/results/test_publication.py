"""Two officers sign, and results are out: once, for all but the withheld, as frozen snapshots."""

import pytest
import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.hooks import OpenWork
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Candidacy, Cycle, CycleState, Instrument, Mark, Track
from lms_carbon.lti.models.scores import OutScore
from lms_carbon.people.models.records import Message
from lms_carbon.results.errors import (
    AlreadyHeldError,
    AlreadyPublishedError,
    AlreadySignedError,
    NothingToPublishError,
    NothingToRegradeError,
    OpenWorkError,
    OtherPublicationWaitsError,
    RegradeOverError,
    TooManyPointsError,
)
from lms_carbon.results.models import Publication, PublicationState, Regrade, RegradeState, Result, Signature
from lms_carbon.results.rules import Outcome
from lms_carbon.results.services.issuing import send_totals
from lms_carbon.results.services.own_hooks import find_reviewed
from lms_carbon.results.services.publication import (
    Step,
    withdraw_publication,
    withdraw_regrade,
)
from lms_carbon.results.snapshots import digest_snapshot
from tests.support.publishing import GOOD, LOW, PART, digest_now, hold, propose, publish, results_of, sign, state_of
from tests.support.results import fresh_code, make_closed_track, make_ended_cycle, record_arranged, rows_of
from tests.support.world import act_as


def test_two_officers_publish(app: Flask) -> None:
    with app.app_context():
        world = make_ended_cycle(points=[GOOD, LOW, PART], years=3_00)
        assert sign(world, 0).step is Step.SIGNED
        assert (state_of(world), rows_of(Result)) == (CycleState.CLOSED, [])
        assert all(each.released_at is None for each in rows_of(Instrument))
        assert sign(world, 1).step is Step.PUBLISHED
        assert state_of(world) is CycleState.PUBLISHED
        assert results_of(world) == [
            (0, 1, Outcome.LEVEL, 4, 7375),
            (1, 1, Outcome.BELOW_BAND, None, 5000),
            (2, 1, Outcome.INCOMPLETE, None, None),
        ]
        assert all(each.released_at is not None for each in rows_of(Instrument))
        assert {each.path for each in rows_of(Message)} == {f"/results/{each}" for each in world.candidacies}
        publication = rows_of(Publication)[0]
        assert [each.person_id for each in rows_of(Signature)] == [each.person_id for each in world.officers]
        assert publication.digest == rows_of(Signature)[0].digest == rows_of(Signature)[1].digest


def test_the_snapshot_holds_all_that_the_result_rests_on(app: Flask) -> None:
    with app.app_context():
        world = make_ended_cycle(points=[GOOD, PART], years=3_50)
        publish(world)
        whole, part = sorted(rows_of(Result), key=lambda each: each.candidacy_id)
        assert whole.digest == digest_snapshot(whole.snapshot)
        snapshot = whole.snapshot
        assert snapshot["person"] == {"name": "Candidate 1"}
        assert snapshot["framework"] == "T/MIITEC 020-2024"
        assert snapshot["institution"]["en"] == "demo college"
        assert (snapshot["position"]["code"], snapshot["band"]["levels"]) == ("5.2.1", [4, 5, 6])
        assert (snapshot["outcome"], snapshot["level"], snapshot["total"], snapshot["years"]) == (
            "level",
            4,
            "73.75",
            "3.50",
        )
        assert [
            (each["code"], each["score"], each["weight"], each["contribution"]) for each in snapshot["dimensions"]
        ] == [
            ("knowledge", "75.00", 50, "37.50"),
            ("skill", "80.00", 25, "20.00"),
            ("practice", "65.00", 25, "16.25"),
        ]
        assert snapshot["dimensions"][0]["instruments"] == [
            {
                "id": world.instruments["knowledge"],
                "kind": "exam",
                "title": {"zh": "knowledge 考核", "en": "Assessment of knowledge"},
                "weight": 1,
                "rule": "last",
                "attempt": 1,
                "earned": 15_000,
                "possible": 20_000,
                "score": "75.00",
            }
        ]
        assert snapshot["policy"]["confirmed_by"] == "Wang Min"
        assert snapshot["policy"]["cuts"] == {"intermediate": ["60", "75", "90"]}
        profile = {each["code"]: each for each in snapshot["requirements"]}
        assert len(profile) == sum(map(len, world.requirements.values()))
        assert profile["5.2.1-a-2"]["score"] == "50.00"
        assert profile["5.2.1-a-2"]["items"] == [
            {
                "kind": "question",
                "title": {"zh": "第 2 项", "en": "Item 2"},
                "instrument": world.instruments["knowledge"],
                "earned": 5_000,
                "possible": 10_000,
                "comments": [],
            }
        ]
        assert profile["5.2.1-b-2"]["score"] is None
        assert snapshot["missing"] == []
        assert part.snapshot["missing"] == [
            {"dimension": "practice", "instrument": {"zh": "practice 考核", "en": "Assessment of practice"}}
        ]
        assert part.snapshot["dimensions"][2]["contribution"] is None


def test_nobody_signs_twice_and_no_code_no_signature(app: Flask) -> None:
    with app.app_context():
        world = make_ended_cycle(points=[GOOD])
        code = fresh_code(world.officers[0])
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"
        assert sign(world, 0, code=wrong).step is Step.CODE
        assert rows_of(Signature) == []
        assert sign(world, 0).step is Step.SIGNED
        with pytest.raises(AlreadySignedError):
            sign(world, 0)
        assert len(rows_of(Signature)) == 1
        assert sign(world, 1).step is Step.PUBLISHED
        with pytest.raises(NothingToPublishError):
            sign(world, 1)
        assert len(rows_of(Result)) == 1


def test_nothing_is_published_over_open_work(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    work = OpenWork(
        instrument_id=1, title="Works not yet marked", names=("K7-4382", "K7-4390"), path="/", running=False
    )
    with app.app_context():
        world = make_ended_cycle(points=[GOOD])
        assert sign(world, 0).step is Step.SIGNED
        monkeypatch.setitem(app.extensions["lms_carbon.hooks"], "open_work", [lambda cycle_id: [work]])
        with pytest.raises(OpenWorkError) as caught:
            sign(world, 1)
        assert "K7-4382, K7-4390" in str(caught.value)
        monkeypatch.undo()
        assert sign(world, 1).step is Step.PUBLISHED


def test_what_changed_since_the_first_signature_voids_it(app: Flask) -> None:
    with app.app_context():
        world = make_ended_cycle(points=[GOOD, LOW])
        seen = digest_now(world)
        assert sign(world, 0).step is Step.SIGNED
        hold(world, 1)
        assert sign(world, 1, seen=seen).step is Step.CHANGED
        assert rows_of(Signature) == []
        assert sign(world, 1).step is Step.SIGNED
        assert sign(world, 0).step is Step.PUBLISHED
        assert results_of(world) == [(0, 1, Outcome.LEVEL, 4, 7375)]


def test_withheld_results_come_with_the_next_publication(app: Flask) -> None:
    with app.app_context():
        world = make_ended_cycle(points=[GOOD, LOW])
        hold(world, 1)
        with pytest.raises(AlreadyHeldError):
            hold(world, 1)
        publish(world)
        with pytest.raises(AlreadyPublishedError):
            hold(world, 0)
        with pytest.raises(NothingToPublishError):
            sign(world, 0)
        hold(world, 1, lift=True)
        publish(world)
        assert [(who, revision) for who, revision, *_ in results_of(world)] == [(0, 1), (1, 1)]
        assert [(each.revision, each.state) for each in rows_of(Publication)] == [
            (1, PublicationState.PUBLISHED),
            (2, PublicationState.PUBLISHED),
        ]


def test_a_gradebook_shows_the_highest_of_several_results(app: Flask) -> None:
    with app.app_context():
        world = make_ended_cycle(points=[GOOD, LOW, PART], years=3_00)
        with transaction():  # the third is the first in the band above, of which nothing is booked
            first, _, third = (session.get_one(Candidacy, each) for each in world.candidacies)
            position = session.get_one(Track, world.track_id).position
            senior = make_closed_track(first.track.cycle, position, world.officers[0].person_id, "senior")
            record_arranged(world.institution_id)
            third.track_id, third.person_id = senior.id, first.person_id
        publish(world)
        shown = {each.person_id: (each.score, each.comment) for each in rows_of(OutScore)}
        assert shown == {
            world.persons[0].person_id: (7375, "4级 中级 · Level 4"),
            world.persons[1].person_id: (5000, "未达到中级 · Below the intermediate band"),
        }
        with transaction():  # as if published there too
            result = session.scalars(sa.select(Result).where(Result.candidacy_id == world.candidacies[2])).one()
            result.total, result.level, result.outcome = 6100, 7, Outcome.LEVEL
            cycle = session.get_one(Cycle, world.cycle_id)
            send_totals(cycle=cycle, candidacy_ids=world.candidacies[2:], at=now())
            record_arranged(world.institution_id)
        [both] = [each for each in rows_of(OutScore) if each.person_id == world.persons[0].person_id]
        assert (both.score, both.comment) == (6100, "7级 高级 · Level 7; 4级 中级 · Level 4")
        cycle = session.get_one(Cycle, world.cycle_id)
        reviewed = find_reviewed(f"result:{cycle.code}", both.person_id, act_as(world.officers[0]))
        assert reviewed is not None
        assert (reviewed.score, reviewed.officer_path) == (6100, f"/results/{world.candidacies[2]}")


def test_a_regrade_makes_new_revisions_of_those_it_changes(app: Flask) -> None:
    with app.app_context():
        world = make_ended_cycle(points=[GOOD, {**GOOD, "knowledge": (9_000, 10_000)}])
        publish(world)
        before = len(rows_of(Mark))
        regrade_id = propose(world, "knowledge", 2)
        assert len(rows_of(Mark)) == before
        publish(world, regrade_id)
        # 100 of 100 in item 2: knowledge 100·20/20 for the first; the second had all points of it before.
        assert results_of(world) == [
            (0, 1, Outcome.LEVEL, 4, 7375),
            (0, 2, Outcome.LEVEL, 5, 8625),
            (1, 1, Outcome.LEVEL, 5, 8375),
        ]
        corrected = [each for each in rows_of(Mark) if each.supersedes_id is not None]
        assert [(each.earned, each.batch.reason) for each in corrected] == [(10_000, "The key was wrong.")]
        revised = next(each for each in rows_of(Result) if each.revision == 2)
        assert (
            next(each for each in revised.snapshot["requirements"] if each["code"] == "5.2.1-a-2")["score"] == "100.00"
        )
        with pytest.raises(RegradeOverError):
            sign(world, 0, seen="0", regrade_id=regrade_id)
        with pytest.raises(NothingToRegradeError):
            propose(world, "knowledge", 2)


def test_new_points_for_one(app: Flask) -> None:
    with app.app_context():
        world = make_ended_cycle(points=[GOOD, GOOD])
        publish(world)
        with pytest.raises(TooManyPointsError) as caught:
            propose(world, "skill", 1, 12_000)
        assert str(caught.value) == "12 is more than the 10 this item has. The 8 given before still stands."
        publish(world, propose(world, "skill", 1, 2_500, number=1))
        assert [(who, revision, total) for who, revision, _, _, total in results_of(world)] == [
            (0, 1, 7375),
            (1, 1, 7375),
            (1, 2, 6000),
        ]


def test_a_proposal_that_is_taken_back_leaves_no_trace_in_the_ledger(app: Flask) -> None:
    with app.app_context():
        world = make_ended_cycle(points=[GOOD])
        publish(world)
        before = [each.id for each in rows_of(Mark)]
        regrade_id = propose(world, "knowledge", 2)
        assert sign(world, 0, regrade_id=regrade_id).step is Step.SIGNED
        other = propose(world, "skill", 1)
        with pytest.raises(OtherPublicationWaitsError):
            sign(world, 1, regrade_id=other)
        by = act_as(world.officers[1])
        with transaction():
            withdraw_regrade(regrade=session.get_one(Regrade, regrade_id), by=by, at=now())
        with pytest.raises(RegradeOverError):
            sign(world, 1, seen="0", regrade_id=regrade_id)
        assert [each.id for each in rows_of(Mark)] == before
        publish(world, other)
        assert {each.state for each in rows_of(Regrade)} == {RegradeState.WITHDRAWN, RegradeState.BOOKED}


def test_a_signature_can_be_taken_back(app: Flask) -> None:
    with app.app_context():
        world = make_ended_cycle(points=[GOOD])
        assert sign(world, 0).step is Step.SIGNED
        by = act_as(world.officers[1])
        with transaction():
            withdraw_publication(cycle_id=world.cycle_id, by=by, at=now())
        assert rows_of(Signature) == []
        assert sign(world, 1).step is Step.SIGNED
