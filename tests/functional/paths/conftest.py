"""A class whose results are out, with activities to choose from."""

import pytest
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.transaction import transaction
from lms_carbon.paths.services.activities import import_activities
from tests.support.candidates import Class, make_class
from tests.support.snapshots import make_snapshot, publish_by_hand


@pytest.fixture
def group(app: Flask) -> Class:
    """Return a candidate with a published result, in an institution with the sample activities."""
    with app.app_context():
        made = make_class()
        with transaction():
            import_activities(institution_id=made.institution_id, at=now())
            publish_by_hand(made.candidacy_id, make_snapshot())
        return made
