"""A world of works, and assessors at their desks."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.marking import MarkingWorld, make_marking
from tests.support.world import World, sign_in

Desk = Callable[[World], FlaskClient]


@pytest.fixture
def world(app: Flask) -> MarkingWorld:
    """Return an instrument with a frozen rubric, and one work."""
    with app.app_context():
        return make_marking(app)


@pytest.fixture
def desk(app: Flask) -> Desk:
    """Return how somebody sits down: a client signed in as them."""

    def sit(person: World) -> FlaskClient:
        client = app.test_client()
        sign_in(client, person)
        return client

    return sit
