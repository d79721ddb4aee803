"""Scores as people see them: changed in the platform, sent again, late for their column, let go of."""

import json
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Role
from lms_carbon.core.jobs import run_job
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.models.scores import DeliveryState, LineItem, OutScore
from lms_carbon.lti.score_queries import list_scores
from lms_carbon.lti.services.own_data import erase_own, export_own
from lms_carbon.lti.services.scores import queue_scores, resend_score
from lms_carbon.lti.views import scores as views
from tests.support.gradebook import World
from tests.support.platform import AGS, SCORE
from tests.support.world import act_as, make_institution, make_person, sign_in, submit


def test_a_grade_changed_in_the_platform_stands_until_somebody_decides(world: World) -> None:
    world.queue(5000)
    world.send()
    world.gradebook.shown["4"] = 50
    world.queue(6000)  # a correction of ours
    world.send()
    world.gradebook.shown["4"] = 77  # a teacher's
    world.queue(6500)
    world.send()
    assert world.states() == [("sent", None), ("sent", None), ("superseded", "changed-there")]
    assert world.rows()[-1].found_score == 7700
    assert len(world.gradebook.scores) == 2
    with world.app.app_context():
        officer = make_person(world.institution_id, "王敏", [Role.OFFICER])
    sign_in(world.client, officer)
    page = world.client.get("/lti/scores").text
    assert "changed in the platform" in page
    assert "The gradebook shows 77" in page
    assert submit(world.client, "/lti/scores/resend", {}, page="/lti/scores").status_code == 303  # all, but not this
    world.send()
    assert len(world.gradebook.scores) == 2
    changed = world.rows()[-1].id
    submit(world.client, f"/lti/scores/{changed}/resend", {}, page="/lti/scores")
    world.send()
    assert world.states()[-1] == ("sent", None)
    assert world.gradebook.scores[-1][1]["scoreGiven"] == 65
    assert world.gradebook.scores[-1][1]["https://canvas.instructure.com/lti/submission"] == {
        "new_submission": False,
        "preserve_score": True,
        "prioritize_non_tool_grade": False,
    }


def test_a_score_whose_answer_was_lost_is_not_taken_for_a_teachers(world: World) -> None:
    world.gradebook.script = [(500, {}, b"")]
    world.queue(5000)
    world.send()
    world.gradebook.shown["4"] = 50  # it was taken all the same
    world.queue(6000)
    world.send()
    assert world.states() == [("superseded", "platform-fault"), ("sent", None)]


def test_all_that_was_refused_goes_out_again(world: World) -> None:
    world.gradebook.script = [(404, {}, b""), (403, {}, b""), (503, {}, b"")]
    world.queue(1000, 2000, 3000)
    world.send()
    with world.app.app_context():
        officer = make_person(world.institution_id, "王敏", [Role.OFFICER])
    sign_in(world.client, officer)
    submit(world.client, "/lti/scores/resend", {"target": "exam:none"}, page="/lti/scores")
    world.send()
    assert len(world.gradebook.scores) == 3
    submit(world.client, "/lti/scores/resend", {"target": "exam:one"}, page="/lti/scores")
    world.send()
    assert [state for state, _ in world.states()] == ["refused", "refused", "sent", "sent", "sent"]


def test_scores_out_before_their_column_or_person_was_known(world: World) -> None:
    endpoint = {"scope": [SCORE], "lineitem": f"{world.gradebook.url}/items/8/lineitem"}
    rows = [(person, 4000, "4级 中级 · Level 4") for person in world.people[:2]]
    with world.app.app_context(), transaction():
        assert queue_scores(institution_id=world.institution_id, target="result:c", rows=rows, at=now()) == 0
    custom = {"https://purl.imsglobal.org/spec/lti/claim/custom": {"target": "result:c"}}
    link = {"https://purl.imsglobal.org/spec/lti/claim/resource_link": {"id": "rl-2", "title": "My result"}}
    world.platform.launch(world.app.test_client(), sub="4", **{AGS: endpoint}, **custom, **link)
    for _ in range(2):
        run_job(world.app, "lti.fill_columns")
    world.send()
    assert [(body["userId"], body["comment"]) for _, body, _ in world.gradebook.scores] == [
        ("4", "4级 中级 · Level 4"),
        ("5", "4级 中级 · Level 4"),  # came from the course before
    ]
    # Somebody who comes from the course only now.
    client = world.app.test_client()
    world.platform.launch(client, sub="9", **{AGS: endpoint}, **custom, **link)
    told: Any = client.get("/api/v1/me").json
    with world.app.app_context(), transaction():
        out = OutScore(
            institution_id=world.institution_id,
            target="result:c",
            person_id=told["person"]["id"],
            score=5000,
            updated_at=now(),
        )
        session.add(out)
        session.execute(sa.update(LineItem).values(filled_at=now()))
    run_job(world.app, "lti.fill_columns")
    world.send()
    assert [body["userId"] for _, body, _ in world.gradebook.scores] == ["4", "5", "9"]


def test_the_list_and_sending_again(world: World) -> None:
    world.gradebook.script = [(404, {}, b"")]
    world.queue(1000, 2000)
    world.send()
    with world.app.app_context():
        officer = make_person(world.institution_id, "王敏", [Role.OFFICER])
        other = make_person(make_institution("other"), "他人", [Role.OFFICER])
    refused = world.rows()[0].id
    sign_in(world.client, other)
    assert "Person 4" not in world.client.get("/lti/scores").text
    assert world.client.post(f"/lti/scores/{refused}/resend").status_code in (400, 404)
    sign_in(world.client, officer)
    page = world.client.get("/lti/scores?target=exam:one").text
    assert "Person 4" in page
    assert "no longer has this column" in page
    assert "Person 5" in page
    only = world.client.get("/lti/scores?target=exam:one&state=refused").text
    assert "Person 4" in only
    assert "Person 5" not in only
    answer = submit(world.client, f"/lti/scores/{refused}/resend", {"target": "exam:one"}, page="/lti/scores")
    assert answer.status_code == 303
    world.send()
    assert world.states() == [("refused", "column-gone"), ("sent", None), ("sent", None)]
    # An older row is not sent over a newer one.
    with world.app.app_context():
        actor = act_as(officer)
        with pytest.raises(NotFoundError), transaction():
            resend_score(by=actor, delivery_id=refused, at=now())


def test_all_rows_are_there_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.gradebook.script = [(204, {}, b""), (404, {}, b"")]
    world.queue(1000, 2000, 3000)
    world.send()
    with world.app.app_context():
        officer = make_person(world.institution_id, "王敏", [Role.OFFICER])
        actor, pages, after = act_as(officer), [], None
        with transaction(write=False):
            while after is not None or not pages:
                found = list_scores(actor=actor, target=None, state=None, after=after, limit=1)
                pages.append([row.name for row in found.rows])
                after = found.following
            sent = list_scores(actor=actor, target=None, state=DeliveryState.SENT, after="1-0", limit=1)
    assert pages == [["Person 5"], ["Person 6"], ["Person 4"]]  # what is in trouble first
    assert (sent.rows, sum(sent.counts.values())) == ([], 3)

    monkeypatch.setattr(views, "list_scores", partial(list_scores, limit=2))
    sign_in(world.client, officer)
    first = world.client.get("/lti/scores").text
    following = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    last = world.client.get(following).text
    assert [name in first for name in ("Person 4", "Person 5", "Person 6")] == [False, True, True]
    assert [name in last for name in ("Person 4", "Person 5", "Person 6")] == [True, False, False]
    assert 'rel="next"' not in last
    assert world.client.get("/lti/scores?after=nonsense").status_code == 200


def test_a_person_may_be_let_go_of(world: World) -> None:
    world.queue(1000)
    person = world.people[0]
    with world.app.app_context(), transaction():
        exported = export_own(person)
        assert exported["score_delivery"][0]["subject"] == "4"
        assert exported["launch"][0]["lti_roles"]
        json.dumps(exported)
        erase_own(person, now())
    world.send()
    assert world.gradebook.scores == []
    assert world.states() == [("refused", "erased")]
    with world.app.app_context(), transaction(write=False):
        assert '"4"' not in json.dumps(export_own(person))
