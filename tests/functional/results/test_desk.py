"""The officers' pages of results: look, withhold, sign, publish, regrade, by clicking alone."""

import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms_carbon.core.identity import Role
from lms_carbon.cycles.models import CycleState
from lms_carbon.results.models import Result, Signature
from tests.support.results import ResultWorld, fresh_code, make_ended_cycle, rows_of
from tests.support.world import World, make_person, sign_in, submit

GOOD = {"knowledge": (10_000, 5_000), "skill": (8_000,), "practice": (6_000, 7_000)}
NEAR = {"knowledge": (6_000, 6_000), "skill": (6_000,), "practice": (6_000, 5_990)}
PART = {"knowledge": (9_000, 9_000), "skill": (9_000,)}


def post_signature(client: FlaskClient, path: str, person: World, *, code: str = "", looked: str = "1") -> TestResponse:
    """Sign on a page as its form does."""
    sign_in(client, person)
    with client.application.app_context():
        code = code or fresh_code(person)
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', client.get(path).text)
    return submit(client, path, {"code": code, "looked": looked, "seen": seen.group(1) if seen else ""}, page=path)


def arrange(app: Flask) -> ResultWorld:
    with app.app_context():
        world = make_ended_cycle(points=[GOOD, NEAR, PART])
        for officer in world.officers:
            fresh_code(officer)
        return world


def test_officers_look_withhold_sign_and_publish(app: Flask, client: FlaskClient) -> None:
    world = arrange(app)
    first, second = world.officers
    cycle = f"/results/cycles/{world.cycle_id}"
    sign_in(client, first)
    assert "Autumn 2026" in client.get("/results").text
    assert "not computed yet" in client.get(cycle).text
    submit(client, f"{cycle}/aggregate", page=cycle)
    page = client.get(cycle).text
    assert "run 1" in page
    # 30.00 + 15.00 + 14.99: a hundredth below the first cut.
    assert "−0.01" in page
    assert "Nothing marked in: Assessment of practice" in page
    person = f"/results/candidacies/{world.candidacies[1]}"
    assert submit(client, f"{person}/hold", {"reason": "no"}, page=person).status_code == 422
    submit(client, f"{person}/hold", {"reason": "The incident of 20 November is open."}, page=person)
    assert "The incident of 20 November is open." in client.get(f"{cycle}/publication").text

    assert post_signature(client, f"{cycle}/publication", first, looked="").status_code == 422
    wrong = post_signature(client, f"{cycle}/publication", first, code="000000")
    assert wrong.status_code == 422
    assert "code is not right" in wrong.text
    assert post_signature(client, f"{cycle}/publication", first).status_code == 303
    again = client.get(f"{cycle}/publication").text
    assert "You have signed. Another officer must sign too." in again
    assert 'name="code"' not in again
    assert post_signature(client, f"{cycle}/publication", second).status_code == 303
    assert "Published" in client.get(f"{cycle}/publication").text
    with app.app_context():
        assert {each.candidacy_id for each in rows_of(Result)} == {world.candidacies[0], world.candidacies[2]}
    assert client.get(f"/results/{world.candidacies[0]}").status_code == 200


def test_a_stale_page_signs_nothing(app: Flask, client: FlaskClient) -> None:
    world = arrange(app)
    cycle = f"/results/cycles/{world.cycle_id}"
    sign_in(client, world.officers[0])
    submit(client, f"{cycle}/aggregate", page=cycle)
    with app.app_context():
        code = fresh_code(world.officers[0])
    told = submit(client, f"{cycle}/publication", {"code": code, "looked": "1", "seen": "0" * 64})
    assert told.status_code == 303
    assert "nothing was signed" in client.get(f"{cycle}/publication").text
    with app.app_context():
        assert rows_of(Signature) == []


def test_a_regrade_shows_its_effect_before_it_is_signed(app: Flask, client: FlaskClient) -> None:
    world = arrange(app)
    cycle = f"/results/cycles/{world.cycle_id}"
    sign_in(client, world.officers[0])
    submit(client, f"{cycle}/aggregate", page=cycle)
    for officer in world.officers:
        assert post_signature(client, f"{cycle}/publication", officer).status_code == 303
    new = f"{cycle}/regrades/new"
    assert "Assessment of knowledge" in client.get(new).text
    assert "question:2" in client.get(f"{new}?instrument={world.instruments['knowledge']}").text
    form = f"{new}?instrument={world.instruments['skill']}&item=checkpoint:1"
    one = {"who": "one", "candidacy_id": str(world.candidacies[1]), "reason": "The unit was read wrongly."}
    refused = submit(client, form, {**one, "points": "12"})
    assert refused.status_code == 422
    assert "12 is more than the 10 this item has. The 6 given before still stands." in refused.text
    assert "The unit was read wrongly." in refused.text
    assert submit(client, form, {"who": "one", "reason": "The unit was read wrongly."}).status_code == 422
    made = submit(client, form, {**one, "points": "6.5"})
    assert made.status_code == 303
    page = client.get(made.location).text
    assert re.search(r"59\.99 → <b>61\.24</b>", page)
    assert "Below the band</span> → <b>" in page
    for officer in world.officers:
        assert post_signature(client, made.location, officer).status_code == 303
    with app.app_context():
        revised = rows_of(Result, Result.candidacy_id == world.candidacies[1])
    assert [(each.revision, each.level, each.total) for each in revised] == [(1, None, 5999), (2, 4, 6124)]
    assert "booked" in client.get(made.location).text
    assert "59.99 → " in client.get(made.location).text


def test_a_proposal_is_taken_back(app: Flask, client: FlaskClient) -> None:
    world = arrange(app)
    cycle = f"/results/cycles/{world.cycle_id}"
    sign_in(client, world.officers[0])
    submit(client, f"{cycle}/aggregate", page=cycle)
    for officer in world.officers:
        post_signature(client, f"{cycle}/publication", officer)
    form = f"{cycle}/regrades/new?instrument={world.instruments['knowledge']}&item=question:2"
    made = submit(client, form, {"who": "all", "reason": "The key was wrong."})
    submit(client, f"{made.location}/take-back", page=made.location)
    assert "This regrade was taken back" in client.get(made.location).text


def test_nothing_of_it_is_open_to_another_institution(app: Flask, client: FlaskClient) -> None:
    world = arrange(app)
    with app.app_context():
        other = make_ended_cycle("other")
        stranger = other.officers[0]
        candidate = world.persons[0]
        plain = make_person(world.institution_id, "Plain", [(Role.ASSESSOR, world.instruments["skill"])])
    cycle = f"/results/cycles/{world.cycle_id}"
    pages = (cycle, f"{cycle}/publication", f"{cycle}/regrades/new", f"/results/candidacies/{world.candidacies[0]}")
    sign_in(client, stranger)
    assert [client.get(page).status_code for page in pages] == [404] * len(pages)
    assert "Autumn 2026" in client.get("/results").text
    assert f'{cycle}"' not in client.get("/results").text
    for person in (candidate, plain):
        sign_in(client, person)
        assert [client.get(page).status_code for page in pages] == [403] * len(pages)


def test_a_cycle_that_runs_shows_no_scores(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        world = make_ended_cycle(points=[GOOD], state=CycleState.OPEN)
    sign_in(client, world.officers[0])
    assert "73.75" not in client.get(f"/results/cycles/{world.cycle_id}").text
    cycle = f"/results/cycles/{world.cycle_id}"
    told = submit(client, f"{cycle}/aggregate", page=f"/results/candidacies/{world.candidacies[0]}")
    assert told.status_code == 303
    assert "computed once the cycle is closed" in client.get(cycle).text
