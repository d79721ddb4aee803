"""An open exam on each database."""

import pytest
from flask import Flask

from tests.support.exam_seats import Candidate, seated
from tests.support.exams import ExamWorld, make_exam


@pytest.fixture
def world(app: Flask) -> ExamWorld:
    return make_exam(app)


@pytest.fixture
def candidate(world: ExamWorld) -> Candidate:
    """Return a candidate whose attempt runs in an open window."""
    return seated(world)
