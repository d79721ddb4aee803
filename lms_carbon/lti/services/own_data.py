"""How LTI's tables let go of a person."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.hooks import PersonData
from lms_carbon.lti.models.launches import Launch
from lms_carbon.lti.models.placing import ReviewRequest
from lms_carbon.lti.models.scores import ScoreDelivery
from lms_carbon.lti.services.scores import mark_erased
from lms_carbon.people.services.own_data import plain_rows


def export_own(person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return the person's launches and the scores sent for them."""
    return {
        "launch": plain_rows(Launch, Launch.person_id == person_id),
        "review_request": plain_rows(ReviewRequest, ReviewRequest.person_id == person_id),
        "score_delivery": plain_rows(ScoreDelivery, ScoreDelivery.person_id == person_id),
    }


def erase_own(person_id: int, _at: datetime) -> None:
    """Blank what the platform told; that there was a launch and a score stays, with a number in the place of a name."""
    session.execute(
        sa.update(Launch).where(Launch.person_id == person_id).values(lti_roles=[], locale=None, return_url=None)
    )
    mark_erased(person_id=person_id)
    session.expire_all()


def person_data_of_lti() -> PersonData:
    """Answer the hook `person_data` for this package."""
    return PersonData(
        tables=frozenset({"launch", "review_request", "score_delivery"}), export=export_own, erase=erase_own
    )
