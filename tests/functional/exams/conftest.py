"""An open exam on each database."""

import pytest
from flask import Flask

from tests.support.exams import Candidate, ExamWorld, make_exam, seated


@pytest.fixture
def world(app: Flask) -> ExamWorld:
    return make_exam(app)


@pytest.fixture
def candidate(world: ExamWorld) -> Candidate:
    """Return a candidate whose attempt runs in an open window."""
    return seated(world)
