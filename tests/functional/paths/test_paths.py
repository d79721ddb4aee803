"""Learning paths over HTTP: made from the published result alone, moved by their owner, confirmed by somebody else."""

import re
import threading

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.paths.errors import (
    InvalidActivityError,
    NotConfirmerError,
    OwnConfirmationError,
    StepStateError,
)
from lms_carbon.paths.models import Path, PathStep
from lms_carbon.paths.rules import Act, StepState
from lms_carbon.paths.services.activities import import_activities, read_samples
from lms_carbon.paths.services.steps import confirm_step, move_step, send_back
from lms_carbon.people.models.records import AuditEntry, Message
from tests.support.candidates import Class, enter
from tests.support.path_steps import COURSE, PLAN, ids, move, step_of, words
from tests.support.snapshots import make_snapshot, publish_by_hand
from tests.support.world import act_as, make_institution, make_person, sign_in, submit


def test_the_import_adds_what_is_missing_and_nothing_twice(app: Flask, group: Class) -> None:
    with app.app_context():
        with transaction():
            assert import_activities(institution_id=group.institution_id, at=now()) == 0
        other = make_institution("elsewhere")
        with transaction():
            assert import_activities(institution_id=other, at=now()) == len(read_samples())


@pytest.mark.parametrize(
    "change",
    [
        {"stage": "provider"},
        {"mode": "internal_training"},
        {"provider": "nobody"},
        {"tags": ["9.9.9-a-1"]},
    ],
)
def test_an_activity_that_the_standard_does_not_know_is_refused(
    app: Flask, group: Class, change: dict[str, object]
) -> None:
    document = {**read_samples()[0], "code": "new", **change}
    with app.app_context(), pytest.raises(InvalidActivityError) as problem, transaction():
        import_activities(institution_id=group.institution_id, at=now(), documents=[document])
    assert "new" in str(problem.value)


def test_the_path_names_the_next_step_and_what_is_short_lowest_first(
    app: Flask, client: FlaskClient, group: Class
) -> None:
    sign_in(client, group.candidate)
    said = words(client, f"/paths/{group.candidacy_id}")
    assert "From level 5 to level 6: Carbon reduction engineer" in said
    assert (
        "Next step Set up a project in OBS and export CICES data Because 5.2.1-b-2 is at 45.00 ; the goal is 90."
        in said
    )
    short = said[said.index("What is short") : said.index("Pre-job improvement")]
    scores = [float(score) for score in re.findall(r"\d\d\.\d\d", short)]
    assert scores == sorted(scores) == [45.0, 67.5, 70.0, 70.0, 77.5, 80.0, 80.0, 82.5, 84.0, 85.0]
    assert "0 of 15 activities done" in said


def test_a_revised_result_moves_the_path(app: Flask, client: FlaskClient, group: Class) -> None:
    with app.app_context(), transaction():
        better = make_snapshot(points={"在 OBS 中建立核算项目": 5, "按 CICES 模板导出数据": 5})
        publish_by_hand(group.candidacy_id, better)
    sign_in(client, group.candidate)
    said = words(client, f"/paths/{group.candidacy_id}")
    assert "Because 5.2.1-c-2 is at 67.50" in said
    assert "2 activities are left out" in said
    assert "revision 2" in said


def test_an_activity_goes_from_begun_to_done_on_its_page(app: Flask, client: FlaskClient, group: Class) -> None:
    sign_in(client, group.candidate)
    with app.app_context():
        address = f"/paths/{group.candidacy_id}/activities/{ids(group)[COURSE]}"
    assert submit(client, address, {"act": "begin"}).status_code == 303
    assert "This activity is under way." in words(client, address)
    assert "Go on with it" in words(client, f"/paths/{group.candidacy_id}")
    submit(client, address, {"act": "finish", "note": "Exported."})
    assert "Exported." in words(client, address)
    assert "1 of 15 activities done · 12 / 183 hours" in words(client, f"/paths/{group.candidacy_id}")
    assert submit(client, address, {"act": "begin"}).status_code == 409
    submit(client, address, {"act": "reopen"})
    submit(client, address, {"act": "leave"})
    assert "You have not begun it." in words(client, address)
    assert submit(client, address, {"act": "burn"}).status_code == 422


def test_a_mentor_confirms_what_needs_it_and_the_candidate_is_told(
    app: Flask, client: FlaskClient, group: Class
) -> None:
    with app.app_context():
        mentor = make_person(group.institution_id, "梅导师", [Role.MENTOR])
        assert move(group, PLAN, Act.BEGIN, Act.FINISH, note="The plan is in use.") is StepState.WAITING
        step = step_of(group, PLAN)
    sign_in(client, group.candidate)
    assert "0 of 15 activities done" in words(client, f"/paths/{group.candidacy_id}")
    sign_in(client, mentor)
    said = words(client, "/paths/confirmations")
    assert "林晓 · Draw up a reduction plan for an enterprise" in said
    assert "The plan is in use." in said
    decision = f"/paths/confirmations/{step.path_id}/{step.activity_id}"
    refused = submit(client, decision, {"act": "return", "reason": " "}, page="/paths/confirmations")
    assert refused.status_code == 422
    assert "Nothing has been sent back yet" in refused.text
    assert submit(client, decision, {"act": "confirm"}, page="/paths/confirmations").status_code == 303
    assert submit(client, decision, {"act": "confirm"}, page="/profile").status_code == 409
    assert "Nothing waits" in words(client, "/paths/confirmations")
    sign_in(client, group.candidate)
    activity = f"/paths/{group.candidacy_id}/activities/{step.activity_id}"
    assert "Confirmed by 梅导师" in words(client, activity)
    assert submit(client, activity, {"act": "reopen"}, page="/profile").status_code == 409
    assert "was confirmed as done" in words(client, "/inbox")


def test_what_is_sent_back_says_what_is_missing(app: Flask, group: Class) -> None:
    with app.app_context():
        move(group, PLAN, Act.FINISH)
        step, by = step_of(group, PLAN), act_as(group.officer)
        with transaction():
            send_back(path_id=step.path_id, activity_id=step.activity_id, reason="No targets.", by=by, at=now())
        assert step_of(group, PLAN).state is StepState.UNDER_WAY
        with transaction(write=False):
            told = session.scalars(sa.select(Message).where(Message.person_id == group.candidate.person_id)).one()
            acts = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action.startswith("path_step"))).all()
        assert told.params["reason"] == "No targets."
        assert sorted(acts) == ["path_step.finish", "path_step.send_back"]


def test_nobody_confirms_without_the_right_and_nobody_for_themselves(
    app: Flask, client: FlaskClient, group: Class
) -> None:
    with app.app_context():
        move(group, PLAN, Act.FINISH)
        step = step_of(group, PLAN)
        elsewhere = make_person(make_institution("elsewhere"), "Elsewhere", [Role.MENTOR])
        cases = [
            (group.candidate, NotConfirmerError),
            (make_person(group.institution_id, "Assessor", [Role.ASSESSOR]), NotConfirmerError),
            (elsewhere, NotFoundError),
        ]
        for person, problem in cases:
            actor = act_as(person)
            with pytest.raises(problem), transaction():
                confirm_step(path_id=step.path_id, activity_id=step.activity_id, by=actor, at=now())
        own = enter(group.track_id, group.officer)
        with transaction():
            publish_by_hand(own, make_snapshot())
        actor, plan = act_as(group.officer), ids(group)[PLAN]
        with transaction():
            move_step(candidacy_id=own, activity_id=plan, act=Act.FINISH, by=actor, at=now())
            path_id = session.scalars(sa.select(Path.id).where(Path.candidacy_id == own)).one()
        with pytest.raises(OwnConfirmationError), transaction():
            confirm_step(path_id=path_id, activity_id=plan, by=actor, at=now())
    sign_in(client, group.candidate)
    answer = client.get("/paths/confirmations")
    assert answer.status_code == 403
    assert step_state(app, group) is StepState.WAITING


def step_state(app: Flask, group: Class) -> StepState:
    with app.app_context(), transaction(write=False):
        query = sa.select(PathStep.state).join(PathStep.path).where(Path.candidacy_id == group.candidacy_id)
        return session.scalars(query).one()


def test_of_two_mentors_at_once_one_is_told_to_look_again(app: Flask, group: Class) -> None:
    with app.app_context():
        move(group, PLAN, Act.FINISH)
        step = step_of(group, PLAN)
        mentors = [act_as(make_person(group.institution_id, f"Mentor {n}", [Role.MENTOR])) for n in range(2)]
    gate, answers = threading.Barrier(2), []

    def confirm(number: int) -> None:
        with app.app_context():
            gate.wait(10)
            try:
                with transaction():
                    confirm_step(path_id=step.path_id, activity_id=step.activity_id, by=mentors[number], at=now())
                answers.append("confirmed")
            except StepStateError:
                answers.append("look again")

    threads = [threading.Thread(target=confirm, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == ["confirmed", "look again"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_speaks_one_language(app: Flask, client: FlaskClient, group: Class, language: str) -> None:
    with app.app_context():
        other = make_person(group.institution_id, "Lin Xiao", language=language)
        candidacy_id = enter(group.track_id, other)
        with transaction():
            publish_by_hand(candidacy_id, make_snapshot(without=frozenset({"skill"})))
    sign_in(client, other)
    said = words(client, f"/paths/{candidacy_id}").replace("中文", "").replace("English", "")
    wrong = "[\u4e00-\u9fff]" if language == "en" else r"\b(the|and|goal|done|begun|activit\w+)\b"
    assert re.findall(wrong, said) == []
