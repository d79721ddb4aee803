"""Whose path it is, and what shows before results are out."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.hooks import launch_target
from lms_carbon.core.transaction import transaction
from lms_carbon.paths.errors import (
    PathNotReadyError,
)
from lms_carbon.paths.rules import Act
from lms_carbon.paths.services.activities import import_activities
from lms_carbon.paths.services.steps import move_step
from tests.support.candidates import CYCLE, Class, enter
from tests.support.path_steps import COURSE, ids, move, words
from tests.support.paths import activity_ids
from tests.support.world import act_as, make_institution, make_person, sign_in, submit


def test_somebody_else_s_path_is_not_there(app: Flask, client: FlaskClient, group: Class) -> None:
    with app.app_context():
        other = make_person(group.institution_id, "陈晨")
        address, activity = f"/paths/{group.candidacy_id}", ids(group)[COURSE]
        with pytest.raises(NotFoundError):
            move(group, COURSE, Act.BEGIN, by=other)
        with pytest.raises(NotFoundError):
            move(group, COURSE, Act.BEGIN, by=group.officer)  # an officer reads, the candidate acts
    sign_in(client, other)
    assert client.get(address).status_code == 404
    assert client.get(f"{address}/activities/{activity}").status_code == 404
    assert submit(client, f"{address}/activities/{activity}", {"act": "begin"}, page="/profile").status_code == 404
    sign_in(client, group.officer)
    assert "林晓" in words(client, address)
    assert "Go on with it" not in words(client, address)


def test_an_activity_of_another_position_or_institution_is_not_there(
    app: Flask, client: FlaskClient, group: Class
) -> None:
    with app.app_context():
        other = make_institution("elsewhere")
        with transaction():
            import_activities(institution_id=other, at=now())
        with transaction(write=False):
            theirs = activity_ids(other)[COURSE]
        traders = ids(group)["pre-trading-rules"]
    sign_in(client, group.candidate)
    for activity in (theirs, traders):
        assert client.get(f"/paths/{group.candidacy_id}/activities/{activity}").status_code == 404


def test_without_a_published_result_nothing_of_it_shows_and_nothing_begins(
    app: Flask, client: FlaskClient, group: Class
) -> None:
    with app.app_context():
        other = make_person(group.institution_id, "陈晨")
        candidacy_id = enter(group.track_id, other)
        actor = act_as(other)
        with pytest.raises(PathNotReadyError), transaction():
            move_step(candidacy_id=candidacy_id, activity_id=ids(group)[COURSE], act=Act.BEGIN, by=actor, at=now())
    sign_in(client, other)
    said = words(client, f"/paths/{candidacy_id}")
    assert "Until then this is the same for everybody" in said
    assert "Organising a consulting project" in said
    assert not re.search(r"\d\d\.\d\d", said)


def test_a_link_leads_to_one_s_own_path(app: Flask, client: FlaskClient, group: Class) -> None:
    with app.app_context():
        link = launch_target.first(f"path:{CYCLE}", group.institution_id)
    assert link == f"/paths/own/{group.cycle_id}"
    sign_in(client, group.candidate)
    assert client.get(link).headers["Location"] == f"/paths/{group.candidacy_id}"
