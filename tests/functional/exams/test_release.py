"""Who may, releasing scores, removing exams, and how a person's data leaves."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.errors import ForbiddenError, NotFoundError
from lms_carbon.core.hooks import person_data
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.errors import AlreadyReleasedError
from lms_carbon.cycles.models import Instrument
from lms_carbon.cycles.queries import attempt_scores, released_attempt_scores, released_score
from lms_carbon.exams.errors import (
    ReleasedError,
    StillRunningError,
    WrongStepError,
)
from lms_carbon.exams.models.attempts import Answer, Attempt
from lms_carbon.exams.policy import load_form_for_officer
from lms_carbon.exams.queries.forms import list_form_problems
from lms_carbon.exams.queries.lists import (
    list_attempts,
    list_exams,
    list_late_answers,
)
from lms_carbon.exams.rules.states import ExamState
from lms_carbon.exams.services import release
from lms_carbon.exams.services.exams import (
    close_exam,
    delete_exam,
    open_exam,
    update_exam,
)
from lms_carbon.exams.services.forms import add_item, freeze_form, make_form
from lms_carbon.exams.services.release import release_scores
from tests.support.exam_desk import SETTINGS, Desk
from tests.support.exam_seats import change, make_candidate, move_deadline, seated
from tests.support.exams import ExamWorld, exam_row, make_practice
from tests.support.world import act_as, make_institution, make_person


def test_officers_alone_and_of_this_institution_alone(world: ExamWorld) -> None:
    with world.app.app_context():
        stranger = act_as(make_person(make_institution("elsewhere"), "外校考务", [Role.OFFICER]))
        author = act_as(make_person(world.institution_id, "命题", [Role.AUTHOR]))
        acts: list[tuple[Callable[..., Any], dict[str, Any]]] = [
            (update_exam, {"settings": SETTINGS}),
            (open_exam, {}),
            (close_exam, {}),
            (delete_exam, {}),
            (release_scores, {}),
            (make_form, {}),
            (freeze_form, {"number": 1}),
            (add_item, {"number": 1, "version_id": 1}),
        ]
        for act, arguments in acts:
            with pytest.raises(NotFoundError):
                Desk(stranger).do(act, exam_id=world.exam_id, **arguments)
            with pytest.raises(ForbiddenError):
                Desk(author).do(act, exam_id=world.exam_id, **arguments)
        with transaction(write=False):
            assert list_exams(stranger) == []
            with pytest.raises(ForbiddenError):
                list_exams(author)


def test_scores_are_released_once_nobody_is_in_the_exam(world: ExamWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[dict[str, Any]] = []
    monkeypatch.setattr(release, "queue_scores", lambda **given: queued.append(given) or 0)
    candidate = seated(world)
    with world.app.app_context():
        desk = Desk(act_as(world.officer))
        with pytest.raises(StillRunningError) as problem:
            desk.do(release_scores, exam_id=world.exam_id)
        assert problem.value.params["count"] == 1
        assert exam_row(world).state is ExamState.OPEN, "a refused release closes nothing"
    candidate.submit(change(1, 1, "b"), change(2, 1, ["a"]))
    with world.app.app_context():
        attempt = world.attempt(candidate.attempt_id)
        with transaction(write=False):
            instrument = session.get_one(Instrument, world.instrument_id)
            assert attempt.candidacy_id is not None
            assert released_score(instrument, attempt.candidacy_id) is None
            assert released_attempt_scores(instrument, attempt.candidacy_id) == {}
        assert desk.do(release_scores, exam_id=world.exam_id) == 1
        with transaction(write=False):
            instrument = session.get_one(Instrument, world.instrument_id, populate_existing=True)
            assert released_score(instrument, attempt.candidacy_id) == 37_50
            assert released_attempt_scores(instrument, attempt.candidacy_id) == {1: 37_50}
            assert attempt_scores(instrument.id, candidacy_id=0) == {}  # one candidate's cost no sum of all
        assert exam_row(world).state is ExamState.CLOSED
        with pytest.raises(AlreadyReleasedError):
            desk.do(release_scores, exam_id=world.exam_id)
        for act, more in ((open_exam, {}), (update_exam, {"settings": SETTINGS})):
            with pytest.raises(ReleasedError):
                desk.do(act, exam_id=world.exam_id, **more)
    assert [(each["target"], each["rows"]) for each in queued] == [
        ("exam:exam-1", [(candidate.person.person_id, 37_50, "笔试 / Written exam: 37.50 / 100")])
    ]


def test_an_exam_that_no_course_shows_is_released_too(world: ExamWorld) -> None:
    candidate = seated(world)
    candidate.submit(change(1, 1, "b"))
    with world.app.app_context():
        assert Desk(act_as(world.officer)).do(release_scores, exam_id=world.exam_id) == 1


def test_lists_take_the_same_number_of_queries_whatever_they_hold(world: ExamWorld) -> None:
    with world.app.app_context():
        by = act_as(world.officer)
        few = _count_queries(world, by)
    for n in range(3):
        candidate = seated(world, f"考生{n}")
        candidate.put(change(1, 1, "a"), change(2, 1, ["a"]))
        candidate.put(change(2, 2, None))
        move_deadline(world, candidate.attempt_id, -100)
        candidate.put(change(3, 3, True))
    make_practice(world)
    with world.app.app_context():
        assert _count_queries(world, by) == few
        with transaction(write=False):
            lines = list_attempts(world.exam_id)
            assert [(line.person.name, line.answered, line.late) for line in lines] == [
                ("考生0", 1, 1),
                ("考生1", 1, 1),
                ("考生2", 1, 1),
            ]
            assert {line.exam.code: (line.running, line.submitted, line.late) for line in list_exams(by)} == {
                "exam-1": (3, 0, 3),
                "practice-1": (0, 0, 0),
            }
            assert [late.slot for late, _, _ in list_late_answers(world.exam_id)] == [3, 3, 3]


def _count_queries(world: ExamWorld, by: Actor) -> int:
    count = 0

    def note(*_: Any) -> None:
        nonlocal count
        count += 1

    engine = world.app.extensions["sqlalchemy"].engine
    session.remove()
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        with transaction(write=False):
            for line in list_exams(by):
                if line.exam.instrument is not None:
                    assert line.exam.instrument.track.cycle.code
                    assert line.exam.instrument.track.position.code
            for each in list_attempts(world.exam_id):
                assert each.person.name
            for _, _, person in list_late_answers(world.exam_id):
                assert person.name
            form = load_form_for_officer(by, world.exam_id, 1)
            for item in form.items:
                assert item.version.question.code
                assert item.tags
            assert len(list_form_problems(form)) == 0
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return count


def test_removing_an_exam_waits_for_those_who_are_in_it(world: ExamWorld) -> None:
    seated(world)
    with world.app.app_context():
        desk = Desk(act_as(world.officer))
        with pytest.raises(WrongStepError):
            desk.do(delete_exam, exam_id=world.exam_id)
        desk.do(close_exam, exam_id=world.exam_id)
        with pytest.raises(StillRunningError):
            desk.do(delete_exam, exam_id=world.exam_id)


def test_a_person_gets_and_lets_go_of_their_data(world: ExamWorld) -> None:
    candidate = seated(world)
    candidate.put(change(1, 1, "a", client_at="2026-05-11T06:03:22Z"))
    practice = make_practice(world)
    other = make_candidate(world, person=candidate.person)
    other.start(practice)
    other.open_window()
    other.put(change(3, 1, True))
    person_id = candidate.person.person_id
    with world.app.app_context():
        with transaction(write=False):
            ours = next(each for each in person_data.ask() if "attempt" in each.tables)
            exported = ours.export(person_id)
        assert set(exported) == ours.tables
        assert {row["exam_id"] for row in exported["attempt"]} == {world.exam_id, practice}
        assert [row["value"] for row in exported["answer"]] == ["a", True]
        with transaction():
            ours.erase(person_id, now())
        with transaction(write=False):
            answers = session.scalars(sa.select(Answer).execution_options(populate_existing=True)).all()
            assert [(row.attempt_id, row.value, row.client_at) for row in answers] == [
                (candidate.attempt_id, "a", None)
            ]
            assert set(session.scalars(sa.select(Attempt.local_key))) == {b""}
