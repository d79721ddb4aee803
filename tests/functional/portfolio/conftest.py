"""A review that is open, and a candidate at it."""

import pytest
from flask import Flask

from tests.support.portfolios import Author, PortfolioWorld, make_author, make_review


@pytest.fixture
def world(app: Flask) -> PortfolioWorld:
    with app.app_context():
        return make_review(app)


@pytest.fixture
def author(world: PortfolioWorld) -> Author:
    """Return a candidate who has begun."""
    author = make_author(world)
    assert author.begin().status_code == 303
    return author
