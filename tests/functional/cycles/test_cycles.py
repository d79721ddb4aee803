"""Planning a cycle, entering candidates, booking marks, releasing."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor, HeldRole, Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.errors import (
    AlreadyReleasedError,
    AskedError,
    CycleNotOpenError,
    NotEnteredError,
    PolicyFrozenError,
    PolicyNotConfirmedError,
)
from lms_carbon.cycles.models import Candidacy, EntryRule, Instrument, InstrumentKind, Mark, Track
from lms_carbon.cycles.policy import load_instrument, load_track
from lms_carbon.cycles.queries import instrument_scores, list_candidacies, list_marks, list_tracks
from lms_carbon.cycles.rules import MarkRow, ResultRule
from lms_carbon.cycles.services.candidacies import ask_entry, enter_candidate, resolve_candidacy
from lms_carbon.cycles.services.ledger import book_marks
from lms_carbon.cycles.services.planning import add_instrument, add_track, confirm_policy, create_cycle, open_cycle
from lms_carbon.cycles.services.release import release_instrument
from lms_carbon.framework.queries import get_position_by_code, list_requirements
from tests.support.standard import put_standard
from tests.support.world import make_institution, make_person

TITLE = {"zh": "笔试", "en": "Written exam"}


def actor(institution_id: int, name: str, role: Role) -> Actor:
    person = make_person(institution_id, name)
    return Actor(
        person_id=person.person_id,
        institution_id=institution_id,
        name=name,
        language="en",
        held=(HeldRole(role),),
        session_id=0,
    )


@pytest.fixture
def officer(app: Flask) -> Iterator[Actor]:
    with app.app_context():
        with transaction():
            put_standard()
        yield actor(make_institution("demo"), "王敏", Role.OFFICER)


def make_track(officer: Actor, entry: EntryRule = EntryRule.ENTER, *, opened: bool = True) -> Track:
    cycle = create_cycle(
        institution_id=officer.institution_id, code="c1", title={"zh": "一", "en": "One"}, by=officer, at=now()
    )
    position = get_position_by_code("5.2.1")
    track = add_track(cycle=cycle, position=position, band="intermediate", entry=entry, by=officer, at=now())
    if opened:
        confirm_policy(track=track, policy={"name": "example"}, rationale="A test.", by=officer, at=now())
        open_cycle(cycle=cycle, by=officer, at=now())
    return track


def make_instrument(officer: Actor, track: Track) -> Instrument:
    return add_instrument(
        track=track, kind=InstrumentKind.EXAM, dimension="knowledge", title=TITLE, by=officer, at=now()
    )


def rows(earned: int, possible: int) -> list[MarkRow]:
    requirement = list_requirements(position_id=get_position_by_code("5.2.1").id)[0]
    return [
        MarkRow(
            item_kind="question",
            item_id=1,
            title={"zh": "题", "en": "Question"},
            requirement_id=requirement.id,
            earned=earned,
            possible=possible,
        )
    ]


def test_a_cycle_does_not_open_before_somebody_answers_for_its_policy(officer: Actor) -> None:
    with transaction():
        track = make_track(officer, opened=False)
        with pytest.raises(PolicyNotConfirmedError, match=r"5\.2\.1"):
            open_cycle(cycle=track.cycle, by=officer, at=now())
        confirm_policy(track=track, policy={"name": "p"}, rationale="r", by=officer, at=now())
        open_cycle(cycle=track.cycle, by=officer, at=now())
        with pytest.raises(PolicyFrozenError):
            confirm_policy(track=track, policy={"name": "q"}, rationale="r", by=officer, at=now())
        with pytest.raises(CycleNotOpenError):
            open_cycle(cycle=track.cycle, by=officer, at=now())
    assert [t.id for t in list_tracks(officer.institution_id)] == [track.id]


def test_a_launch_enters_asks_or_is_refused_as_the_track_says(officer: Actor) -> None:
    candidate = actor(officer.institution_id, "林晓", Role.CANDIDATE)
    with transaction():
        track = make_track(officer, EntryRule.REFUSE)
        with pytest.raises(NotEnteredError, match="Carbon reduction engineer"):
            resolve_candidacy(track=track, by=candidate, at=now())
        track.entry = EntryRule.ASK
        ask_entry(track=track, by=candidate, at=now())
        with pytest.raises(AskedError):
            resolve_candidacy(track=track, by=candidate, at=now())
        assert list_candidacies(track.id) == []
        entered = enter_candidate(track=track, person_id=candidate.person_id, by=officer, at=now())
        assert resolve_candidacy(track=track, by=candidate, at=now()).id == entered.id
        track.entry = EntryRule.ENTER
        other = actor(officer.institution_id, "陆川", Role.CANDIDATE)
        first = resolve_candidacy(track=track, by=other, at=now())
        assert resolve_candidacy(track=track, by=other, at=now()).id == first.id
    assert session.scalar(sa.select(sa.func.count()).select_from(Candidacy)) == 2


def test_the_same_work_is_never_booked_twice(officer: Actor) -> None:
    with transaction():
        track = make_track(officer)
        instrument = make_instrument(officer, track)
        candidacy = enter_candidate(track=track, person_id=officer.person_id, by=officer, at=now())
        book = {
            "institution_id": officer.institution_id,
            "instrument_id": instrument.id,
            "candidacy_id": candidacy.id,
            "by": None,
            "at": now(),
        }
        book_marks(**book, source="attempt:1", attempt=1, rows=rows(3000, 4000))
        book_marks(**book, source="attempt:2", attempt=2, rows=rows(1000, 4000))
    with pytest.raises(sa.exc.IntegrityError), transaction():
        book_marks(**book, source="attempt:1", attempt=1, rows=rows(4000, 4000))
    assert [mark.earned for mark in list_marks(candidacy.id, instrument.id)] == [3000, 1000]
    for rule, score in (("first", 7500), ("last", 2500), ("best", 7500)):
        instrument.result_rule = ResultRule(rule)
        assert instrument_scores(instrument) == {candidacy.id: score}
    session.rollback()


@pytest.mark.parametrize(("earned", "possible"), [(-1, 10), (11, 10), (0, 0)])
def test_the_database_refuses_impossible_marks(officer: Actor, earned: int, possible: int) -> None:
    with transaction():
        track = make_track(officer)
        instrument = make_instrument(officer, track)
        candidacy = enter_candidate(track=track, person_id=officer.person_id, by=officer, at=now())
    with pytest.raises(sa.exc.IntegrityError), transaction():
        book_marks(
            institution_id=officer.institution_id,
            instrument_id=instrument.id,
            candidacy_id=candidacy.id,
            source="attempt:9",
            attempt=1,
            rows=rows(earned, possible),
            by=None,
            at=now(),
        )
    assert session.scalar(sa.select(sa.func.count()).select_from(Mark)) == 0


def test_release_happens_once(officer: Actor) -> None:
    with transaction():
        instrument = make_instrument(officer, make_track(officer))
        release_instrument(instrument=instrument, by=officer, at=now())
        assert instrument.released_by == officer.person_id
        with pytest.raises(AlreadyReleasedError):
            release_instrument(instrument=instrument, by=officer, at=now())


def test_another_institution_sees_nothing(officer: Actor) -> None:
    with transaction():
        track = make_track(officer)
        instrument = make_instrument(officer, track)
    stranger = actor(make_institution("elsewhere"), "Cy", Role.OFFICER)
    assert load_track(officer, track.id).id == track.id
    with pytest.raises(NotFoundError):
        load_track(stranger, track.id)
    with pytest.raises(NotFoundError):
        load_instrument(stranger, instrument.id)
    assert list_tracks(stranger.institution_id) == []
