"""An institution and its administrator."""

import pytest
from flask import Flask

from lms_carbon.core.identity import Role
from tests.support.world import (
    World,
    make_institution,
    make_person,
)


@pytest.fixture
def institution(app: Flask) -> int:
    with app.app_context():
        return make_institution("demo")


@pytest.fixture
def boss(app: Flask, institution: int) -> World:
    with app.app_context():
        return make_person(institution, "管理员", [Role.ADMINISTRATOR], email="boss@example.org")
