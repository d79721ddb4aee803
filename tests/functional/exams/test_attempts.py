"""Beginning an attempt and taking it over."""

import base64
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Candidacy, EntryRule
from lms_carbon.exams.models.attempts import Attempt
from lms_carbon.exams.services.exams import ExamSettings, close_exam, delete_exam, update_exam
from lms_carbon.exams.services.hooks import find_launch_target
from tests.support.exam_seats import Candidate, change, make_candidate, move_deadline, seated
from tests.support.exams import ExamWorld, exam_row, make_exam, make_practice
from tests.support.world import act_as, make_institution, make_person, make_session, use_token


def test_start_makes_an_attempt_and_a_path_to_its_window(world: ExamWorld) -> None:
    candidate = make_candidate(world)
    answer = candidate.start(world.exam_id)
    assert answer.status_code == 201, answer.json
    assert answer.json["path"].startswith("/handoff/")
    with world.app.app_context():
        attempt = world.attempt(answer.json["attempt"])
        assert attempt.person_id == candidate.person.person_id
        assert attempt.ends_at - attempt.started_at == timedelta(minutes=90)
        assert attempt.language == "en"
        with transaction(write=False):
            assert session.scalars(sa.select(Candidacy.person_id)).all() == [candidate.person.person_id]


def test_starting_again_goes_on_with_the_attempt_that_runs(world: ExamWorld) -> None:
    candidate = make_candidate(world)
    first = candidate.start(world.exam_id)
    second = candidate.start(world.exam_id, language="zh")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json["attempt"] == second.json["attempt"]
    assert first.json["path"] != second.json["path"]


def test_two_starts_at_once_make_one_attempt(world: ExamWorld) -> None:
    person = make_candidate(world).person
    browsers = [make_candidate(world, person=person) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda browser: browser.start(world.exam_id), browsers))
    assert {answer.status_code for answer in answers} <= {200, 201}, [a.json for a in answers]
    assert len({answer.json["attempt"] for answer in answers}) == 1
    assert [answer.status_code for answer in answers].count(201) == 1


def test_rules_must_be_accepted(world: ExamWorld) -> None:
    answer = make_candidate(world).start(world.exam_id, accepted=False)
    assert answer.status_code == 422
    assert answer.json["code"] == "rules-not-accepted"


@pytest.mark.parametrize("body", [{"language": "fr"}, {"accepted": "yes"}, {"more": 1}])
def test_a_start_of_the_wrong_shape_is_named(world: ExamWorld, body: dict[str, object]) -> None:
    answer = make_candidate(world).start(world.exam_id, **body)
    assert answer.status_code == 422
    assert next(iter(body)) in str(answer.json["errors"])


def _settings(**changes: object) -> ExamSettings:
    return ExamSettings(**{"title": {"zh": "笔试", "en": "Exam"}, "minutes": 90, **changes})


def _update(world: ExamWorld, **changes: object) -> None:
    with world.app.app_context():
        by = act_as(world.officer)
        with transaction():
            update_exam(exam_id=world.exam_id, settings=_settings(**changes), by=by, at=now())


def test_an_exam_that_has_not_begun_lets_nobody_in(world: ExamWorld) -> None:
    _update(world, opens_at=now() + timedelta(hours=1))
    answer = make_candidate(world).start(world.exam_id)
    assert (answer.status_code, answer.json["code"]) == (409, "exam-not-begun")


def test_an_exam_that_is_over_lets_nobody_in_but_who_began_keeps_the_minutes(world: ExamWorld) -> None:
    candidate = seated(world)
    _update(world, opens_at=now() - timedelta(hours=2), closes_at=now() - timedelta(hours=1))
    answer = make_candidate(world, "来迟").start(world.exam_id)
    assert (answer.status_code, answer.json["code"]) == (409, "exam-over")
    assert candidate.put(change(1, 1, "a")).status_code == 200
    assert candidate.start(world.exam_id).status_code == 200


def test_a_closed_exam_lets_nobody_in(world: ExamWorld) -> None:
    with world.app.app_context():
        by = act_as(world.officer)
        with transaction():
            close_exam(exam_id=world.exam_id, by=by, at=now())
    answer = make_candidate(world).start(world.exam_id)
    assert (answer.status_code, answer.json["code"]) == (409, "exam-over")


def test_a_removed_exam_says_so_and_its_links_still_lead_there(world: ExamWorld) -> None:
    with world.app.app_context():
        by = act_as(world.officer)
        with transaction():
            close_exam(exam_id=world.exam_id, by=by, at=now())
        with transaction():
            delete_exam(exam_id=world.exam_id, by=by, at=now())
        with transaction(write=False):
            assert find_launch_target("exam:exam-1", world.institution_id) == f"/exams/{world.exam_id}"
    answer = make_candidate(world).start(world.exam_id)
    assert (answer.status_code, answer.json["code"]) == (410, "exam-gone")


def test_attempts_are_counted(world: ExamWorld) -> None:
    candidate = seated(world)
    assert candidate.submit().status_code == 200
    answer = candidate.start(world.exam_id)
    assert (answer.status_code, answer.json["code"]) == (409, "no-attempts-left")


def test_a_second_attempt_has_its_own_number(app: Flask) -> None:
    world = make_exam(app, attempts=2)
    candidate = seated(world)
    first = candidate.attempt_id
    assert candidate.submit().status_code == 200
    assert candidate.start(world.exam_id).status_code == 201
    assert candidate.attempt_id != first
    with app.app_context():
        assert world.attempt(candidate.attempt_id).number == 2


def test_an_exam_is_taken_in_its_own_languages_alone(app: Flask) -> None:
    world = make_exam(app)
    _update(world, languages=("zh",))
    candidate = make_candidate(world)
    page = candidate.client.get(f"/exams/{world.exam_id}").text
    assert re.findall(r'type="radio" name="language" value="(\w+)"', page) == ["zh"]
    refused = candidate.start(world.exam_id, language="en")
    assert (refused.status_code, refused.json["code"]) == (422, "other-language")
    assert candidate.start(world.exam_id, language="zh").status_code == 201


def test_who_is_not_entered_is_told_so(app: Flask) -> None:
    world = make_exam(app, entry=EntryRule.REFUSE)
    answer = make_candidate(world).start(world.exam_id)
    assert (answer.status_code, answer.json["code"]) == (403, "not-entered")


def test_only_candidates_of_the_same_institution_start(world: ExamWorld) -> None:
    assert (
        world.app.test_client()
        .post(f"/api/v1/exams/{world.exam_id}/attempts", json={"language": "en", "accepted": True})
        .status_code
        == 401
    )
    with world.app.app_context():
        elsewhere = make_person(make_institution("elsewhere"), "外校")
        token = make_session(elsewhere, launch_role=Role.CANDIDATE)
        officer_token = make_session(world.officer)
    stranger = world.app.test_client()
    use_token(stranger, token)
    assert Candidate(stranger, elsewhere, token).start(world.exam_id).status_code == 404
    officer = world.app.test_client()
    use_token(officer, officer_token)
    assert Candidate(officer, world.officer, officer_token).start(world.exam_id).status_code == 403


def test_a_window_gets_key_times_and_answers(world: ExamWorld) -> None:
    candidate = seated(world)
    assert candidate.put(change(2, 5, ["a"], flagged=True), change(1, 6, None)).status_code == 200
    answer = candidate.open_window()
    assert answer.json["epoch"] == 2
    assert answer.json["state"] == "running"
    assert len(base64.b64decode(answer.json["key"])) == 32
    assert answer.json["server_now"] < answer.json["ends_at"]
    held = [{k: row[k] for k in ("slot", "epoch", "seq", "value", "flagged")} for row in answer.json["answers"]]
    assert held == [
        {"slot": 1, "epoch": 1, "seq": 6, "value": None, "flagged": False},
        {"slot": 2, "epoch": 1, "seq": 5, "value": ["a"], "flagged": True},
    ]
    assert candidate.open_window().json["key"] == answer.json["key"]


def test_two_windows_at_once_get_two_epochs(world: ExamWorld) -> None:
    first = seated(world)
    others = [make_candidate(world, person=first.person) for _ in range(4)]
    for other in others:
        other.attempt_id = first.attempt_id
    with ThreadPoolExecutor(4) as pool:
        epochs = [answer.json["epoch"] for answer in pool.map(Candidate.open_window, others)]
    assert sorted(epochs) == [2, 3, 4, 5]


def test_another_persons_attempt_is_nothing(world: ExamWorld) -> None:
    first, second = seated(world), make_candidate(world, "别人")
    second.attempt_id, second.epoch = first.attempt_id, 1
    assert second.open_window().status_code == 404
    assert second.put(change(1, 1, "a")).status_code == 404
    assert second.submit().status_code == 404
    assert second.client.get(f"/api/v1/attempts/{first.attempt_id}").status_code == 404
    assert second.client.get("/api/v1/attempts/99999999999999999999").status_code == 404


def test_the_attempt_tells_how_far_it_is(world: ExamWorld) -> None:
    candidate = seated(world)
    path = f"/api/v1/attempts/{candidate.attempt_id}"
    running = candidate.client.get(path).json
    assert (running["state"], running["epoch"], running["receipt"]) == ("running", 1, None)
    receipt = candidate.submit().json["receipt"]
    done = candidate.client.get(path).json
    assert (done["state"], done["receipt"]) == ("submitted", receipt)
    assert set(done) == {"state", "epoch", "server_now", "ends_at", "submitted_at", "receipt"}


def test_a_submitted_attempt_has_no_window(world: ExamWorld) -> None:
    candidate = seated(world)
    candidate.submit()
    answer = candidate.open_window()
    assert (answer.status_code, answer.json["code"]) == (409, "submitted")


def test_a_practice_exam_needs_no_candidacy_and_starts_as_often_as_wanted(world: ExamWorld) -> None:
    practice = make_practice(world)
    candidate = make_candidate(world)
    for _ in range(3):
        assert candidate.start(practice).status_code == 201
        candidate.open_window()
        assert candidate.submit(change(1, 1, "b")).status_code == 200
    with world.app.app_context(), transaction(write=False):
        assert session.scalars(sa.select(Candidacy.id)).all() == []
        assert find_launch_target("practice:practice-1", world.institution_id) == f"/exams/{practice}"
        assert find_launch_target("exam:practice-1", world.institution_id) is None
        assert find_launch_target("exam:nothing", world.institution_id) is None
        assert find_launch_target("path:exam-1", world.institution_id) is None


def test_the_overdue_attempt_keeps_a_new_one_from_starting_twice(world: ExamWorld) -> None:
    """An attempt whose time is over but which nobody submitted yet is gone on with, not begun anew."""
    candidate = seated(world)
    move_deadline(world, candidate.attempt_id, -300)
    assert candidate.start(world.exam_id).status_code == 200
    with world.app.app_context(), transaction(write=False):
        assert session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 1
        assert exam_row(world).code == "exam-1"
