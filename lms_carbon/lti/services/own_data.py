"""How LTI's tables let go of a person."""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.hooks import PersonData
from lms_carbon.lti.models.launches import CourseMember, Launch
from lms_carbon.lti.models.placing import ReviewRequest
from lms_carbon.lti.models.scores import OutScore, ScoreDelivery
from lms_carbon.lti.services.scores import mark_erased
from lms_carbon.people.services.own_data import plain_rows

TABLES: Final = frozenset({"course_member", "launch", "out_score", "review_request", "score_delivery"})


def export_own(person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return the person's launches and the scores sent for them."""
    return {
        "course_member": plain_rows(CourseMember, CourseMember.person_id == person_id),
        "launch": plain_rows(Launch, Launch.person_id == person_id),
        "out_score": plain_rows(OutScore, OutScore.person_id == person_id),
        "review_request": plain_rows(ReviewRequest, ReviewRequest.person_id == person_id),
        "score_delivery": plain_rows(ScoreDelivery, ScoreDelivery.person_id == person_id),
    }


def erase_own(person_id: int, _at: datetime) -> None:
    """Blank what the platform told; that there was a launch and a score stays, with a number in the place of a name."""
    session.execute(
        sa.update(Launch)
        .where(Launch.person_id == person_id)
        .values(lti_roles=[], locale=None, return_url=None, subject=None)
    )
    for model in (CourseMember, OutScore):
        session.execute(sa.delete(model).where(model.person_id == person_id))
    mark_erased(person_id=person_id)
    session.expire_all()


def person_data_of_lti() -> PersonData:
    """Answer the hook `person_data` for this package."""
    follows = {
        "course_member": ("course_id",),
        "launch": (),
        "out_score": ("target",),
        "review_request": (),
        "score_delivery": ("line_item_id",),
    }
    return PersonData(tables=TABLES, export=export_own, erase=erase_own, follows=follows)
