"""From the queue to the ledger: two mark blind, a third decides where they differ."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import ChoiceLoader, DictLoader
from werkzeug.test import TestResponse

from lms_carbon.core import hooks
from lms_carbon.core.db import session
from lms_carbon.core.hooks import ShownWork
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Instrument, Mark, MarkBatch
from lms_carbon.cycles.rules import MarkRow
from lms_carbon.framework.models import Requirement
from lms_carbon.marking.models import Assignment, OriginalMark, Work, WorkState
from lms_carbon.marking.queries import comments_of, count_works
from tests.functional.marking.conftest import Desk
from tests.support.marking import MarkingWorld, add_work, make_marking
from tests.support.world import make_person, submit


def take(client: FlaskClient, world: MarkingWorld, *, third: bool = False) -> TestResponse:
    return submit(
        client, "/marking/take", {"instrument": world.instrument_id, "third": "1" if third else ""}, page="/profile"
    )


def marks(world: MarkingWorld, *points: str, comments: tuple[str, ...] = ()) -> dict[str, Any]:
    form = {f"points-{each}": given for each, given in zip(world.criteria, points, strict=False)}
    return form | {f"comment-{each}": text for each, text in zip(world.criteria, comments, strict=False)}


def mark_work(client: FlaskClient, world: MarkingWorld, *points: str, comments: tuple[str, ...] = ()) -> TestResponse:
    """Take the next work, mark it, finish it."""
    page = take(client, world).headers["Location"]
    return submit(client, f"{page}/finish", marks(world, *points, comments=comments), page=page)


def ledger(app: Flask) -> list[tuple[str, int, int, int]]:
    with app.app_context(), transaction(write=False):
        rows = session.execute(sa.select(Mark.item_kind, Mark.item_id, Mark.earned, Mark.possible).order_by(Mark.id))
        return [(kind, item, earned, possible) for kind, item, earned, possible in rows]


def state_of(app: Flask, work_id: int) -> WorkState:
    with app.app_context(), transaction(write=False):
        return session.scalars(sa.select(Work.state).where(Work.id == work_id)).one()


def test_two_who_agree_settle_the_work(app: Flask, world: MarkingWorld, desk: Desk) -> None:
    first, second = (desk(person) for person in world.assessors[:2])
    mark_work(first, world, "8", "15", comments=("clear", ""))
    assert state_of(app, world.works[0]) is WorkState.OPEN
    assert ledger(app) == []
    mark_work(second, world, "7.001", "16", comments=("sources named", "say why"))
    assert state_of(app, world.works[0]) is WorkState.SETTLED
    method, data = world.criteria
    assert ledger(app) == [
        ("criterion", method, 2501, 3334),
        ("criterion", method, 2500, 3333),
        ("criterion", method, 2500, 3333),
        ("criterion", data, 15500, 20000),
    ]
    with app.app_context(), transaction(write=False):
        assert comments_of(world.candidacies) == {
            (world.candidacies[0], "criterion", method): ["clear", "sources named"],
            (world.candidacies[0], "criterion", data): ["say why"],
        }
        assert session.scalars(sa.select(MarkBatch.source)).all() == ["test:1"]


def test_a_third_decides_only_what_is_disputed(app: Flask, world: MarkingWorld, desk: Desk) -> None:
    first, second, third = (desk(person) for person in world.assessors)
    mark_work(first, world, "8", "20", comments=("", "all there"))
    mark_work(second, world, "7", "10", comments=("", "half is missing"))
    assert state_of(app, world.works[0]) is WorkState.DISPUTED
    assert ledger(app) == []
    with app.app_context(), transaction(write=False):
        assert comments_of(world.candidacies) == {}
    assert "Decide a disputed work" not in first.get("/marking").text
    page = take(third, world, third=True).headers["Location"]
    assert page.endswith("/decision")
    shown = third.get(page).text
    assert "half is missing" in shown
    assert "all there" in shown
    assert not any(person.name in shown for person in (*world.assessors[:2], *world.candidates))
    method, data = world.criteria
    assert f'name="points-{method}"' not in shown
    without_reason = submit(third, f"{page}/finish", {f"points-{data}": "12"}, page=page)
    assert without_reason.status_code == 409
    assert ledger(app) == []
    done = submit(third, f"{page}/finish", {f"points-{data}": "12", f"comment-{data}": "two sources"}, page=page)
    assert done.status_code == 303
    assert state_of(app, world.works[0]) is WorkState.SETTLED
    assert [row[1:] for row in ledger(app)][-1] == (data, 12000, 20000)
    assert sum(row[2] for row in ledger(app)) == 7500 + 12000
    with app.app_context(), transaction(write=False):
        assert comments_of(world.candidacies) == {(world.candidacies[0], "criterion", data): ["two sources"]}


def test_the_moderator_is_told_and_may_decide(app: Flask, world: MarkingWorld, desk: Desk) -> None:
    for person, points in zip(world.assessors[:2], ("0", "10"), strict=True):
        mark_work(desk(person), world, points, "20")
    moderator = desk(world.moderator)
    assert world.codes[0] in moderator.get("/inbox").text
    assert take(moderator, world, third=True).headers["Location"].endswith("/decision")
    assert take(moderator, world).headers["Location"] == "/marking", "moderators do not mark"


def test_what_was_scored_before_is_booked_along(app: Flask, desk: Desk) -> None:
    with app.app_context():
        world = make_marking(app, works=0)
        requirement_id = session.scalars(sa.select(Requirement.id).where(Requirement.code == "5.2.1-b-1")).one()
        row = MarkRow(
            item_kind="checkpoint",
            item_id=7,
            title={"zh": "一", "en": "One"},
            requirement_id=requirement_id,
            earned=1000,
            possible=2000,
        )
        add_work(world, make_person(world.institution_id, "Other"), scored=[row])
    for person in world.assessors[:2]:
        mark_work(desk(person), world, "10", "20")
    assert ledger(app)[0] == ("checkpoint", 7, 1000, 2000)
    assert len(ledger(app)) == 5


def test_points_above_the_maximum_change_nothing(app: Flask, world: MarkingWorld, desk: Desk) -> None:
    client = desk(world.assessors[0])
    page = take(client, world).headers["Location"]
    method, data = world.criteria
    assert submit(client, page, marks(world, "8")).status_code == 303
    refused = submit(client, f"{page}/finish", marks(world, "12", "20", comments=("kept", "")), page=page)
    assert refused.status_code == 422
    assert "12 is more than the 10 this item has. The 8 given before still stands." in refused.text
    assert 'value="12"' in refused.text
    again = client.get(page).text
    assert 'value="8"' in again
    assert 'value="20"' in again
    assert "kept" in again
    first = submit(client, page, {f"points-{data}": "21"})
    assert "The 20 given before still stands" in first.text
    assert "一 is not a number of points" in submit(client, page, {f"points-{method}": "一"}).text


def test_nothing_is_finished_while_a_criterion_is_open(app: Flask, world: MarkingWorld, desk: Desk) -> None:
    client = desk(world.assessors[0])
    page = take(client, world).headers["Location"]
    answer = submit(client, f"{page}/finish", marks(world, "8"), page=page)
    assert answer.status_code == 409
    assert "Still without points: Data quality." in answer.text
    assert 'value="8"' in client.get(page).text


def test_a_level_gives_its_points_without_script(app: Flask, world: MarkingWorld, desk: Desk) -> None:
    client = desk(world.assessors[0])
    page = take(client, world).headers["Location"]
    method = world.criteria[0]
    submit(client, page, {f"points-{method}": "", f"was-{method}": "", f"level-{method}": "7.5"})
    assert 'value="7.5"' in client.get(page).text
    submit(client, page, {f"points-{method}": "6", f"was-{method}": "7.5", f"level-{method}": "7.5"})
    with app.app_context(), transaction(write=False):
        assert session.scalars(sa.select(OriginalMark.points)).all() == [6000]


def test_the_script_is_told_what_is_saved(app: Flask, world: MarkingWorld, desk: Desk) -> None:
    client = desk(world.assessors[0])
    page = take(client, world).headers["Location"]
    method = str(world.criteria[0])
    token = {"csrf_token": client.get(page).text.split('name="csrf_token" value="')[1].split('"')[0]}
    json_only = {"Accept": "application/json"}
    good = client.post(page, data={**token, f"points-{method}": "8"}, headers=json_only).get_json()
    assert good["points"][method] == "8"
    assert good["total"] == {"earned": "8", "possible": "30"}
    assert good["open"] == "Still open: 2"
    bad = client.post(page, data={**token, f"points-{method}": "80"}, headers=json_only).get_json()
    assert bad["points"][method] == "8"
    assert bad["problems"][method] == ["80 is more than the 10 this item has. The 8 given before still stands."]


def test_finished_marks_stay(app: Flask, world: MarkingWorld, desk: Desk) -> None:
    client = desk(world.assessors[0])
    page = take(client, world).headers["Location"]
    token_page = page
    submit(client, f"{page}/finish", marks(world, "8", "20"), page=token_page)
    late = submit(client, page, marks(world, "1"), page="/profile")
    assert late.status_code == 303
    assert "8 / 10" in client.get(page).text
    assert submit(client, f"{page}/return", {"reason": "later"}, page="/profile").status_code == 303
    with app.app_context(), transaction(write=False):
        assert session.scalars(sa.select(Assignment.part)).all() == [1]


def test_nobody_marks_own_or_unheld_works(app: Flask, desk: Desk) -> None:
    with app.app_context():
        world = make_marking(app, works=0)
        own = world.assessors[0]
        add_work(world, own)
    mine = desk(own)
    assert take(mine, world).headers["Location"] == "/marking"
    assert mine.get(f"/marking/works/{world.works[-1]}").status_code == 404
    other = desk(world.assessors[1])
    assert other.get(f"/marking/works/{world.works[-1]}").status_code == 404, "not taken yet"
    page = take(other, world).headers["Location"]
    assert other.get(page).status_code == 200
    assert desk(world.assessors[2]).get(page).status_code == 404


def test_given_back_is_offered_again_but_not_after_a_conflict(app: Flask, world: MarkingWorld, desk: Desk) -> None:
    client = desk(world.assessors[0])
    page = take(client, world).headers["Location"]
    submit(client, page, marks(world, "8"))
    submit(client, f"{page}/return", {"reason": "later"}, page=page)
    assert client.get(page).status_code == 404
    assert take(client, world).headers["Location"] == page
    assert 'value="8"' not in client.get(page).text
    submit(client, f"{page}/return", {"reason": "conflict"}, page=page)
    assert take(client, world).headers["Location"] == "/marking"
    for person in world.assessors[1:]:
        mark_work(desk(person), world, "8", "20")
    assert state_of(app, world.works[0]) is WorkState.SETTLED


def test_at_most_two_mark_a_work(app: Flask, world: MarkingWorld, desk: Desk) -> None:
    assert [take(desk(person), world).headers["Location"] for person in world.assessors] == [
        f"/marking/works/{world.works[0]}",
        f"/marking/works/{world.works[0]}",
        "/marking",
    ]


def test_finish_goes_on_to_the_next(app: Flask, world: MarkingWorld, desk: Desk) -> None:
    with app.app_context():
        add_work(world, make_person(world.institution_id, "Second"))
    client = desk(world.assessors[0])
    assert mark_work(client, world, "8", "20").headers["Location"] == f"/marking/works/{world.works[1]}"


def test_officers_see_codes_and_take_works_back(app: Flask, world: MarkingWorld, desk: Desk) -> None:
    holder = desk(world.assessors[0])
    page = take(holder, world).headers["Location"]
    officer = desk(world.officer)
    watch = f"/marking/instruments/{world.instrument_id}"
    shown = officer.get(watch).text
    assert world.codes[0] in shown
    assert world.candidates[0].name not in shown
    with app.app_context(), transaction(write=False):
        assignment_id = session.scalars(sa.select(Assignment.id)).one()
    submit(officer, f"{watch}/recall", {"assignment": assignment_id}, page=watch)
    assert holder.get(page).status_code == 404
    assert officer.get(page).status_code == 403


def test_open_work_is_named_by_code_until_it_is_settled(app: Flask, world: MarkingWorld, desk: Desk) -> None:
    def held_up() -> list[tuple[str, ...]]:
        with app.app_context(), transaction(write=False):
            cycle_id = session.get_one(Instrument, world.instrument_id).track.cycle_id
            return [work.names for found in hooks.open_work.ask(cycle_id) for work in found]

    assert held_up() == [(world.codes[0],)]
    for person in world.assessors[:2]:
        mark_work(desk(person), world, "8", "20")
    assert held_up() == []
    with app.app_context(), transaction(write=False):
        assert count_works([world.instrument_id, 999]) == {world.instrument_id: (1, 1), 999: (0, 0)}


def test_the_work_is_shown_by_its_method(
    app: Flask, world: MarkingWorld, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = desk(world.assessors[0])
    page = take(client, world).headers["Location"]
    assert "This work cannot be shown" in client.get(page).text
    ours = DictLoader({"shown.html": "<p>what {{ source }} holds</p>"})
    monkeypatch.setattr(app.jinja_env, "loader", ChoiceLoader([ours, *filter(None, [app.jinja_env.loader])]))
    monkeypatch.setattr(
        hooks.shown_work, "first", lambda source: ShownWork(template="shown.html", values={"source": source})
    )
    assert "<p>what test:1 holds</p>" in client.get(page).text
