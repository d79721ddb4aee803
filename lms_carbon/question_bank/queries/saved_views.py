"""Filters that somebody keeps under a name."""

from collections.abc import Sequence

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.question_bank.desk_models import SavedView
from lms_carbon.question_bank.policy import check_reader


def list_views(*, by: Actor) -> Sequence[SavedView]:
    """Return one's own views by name."""
    check_reader(by)
    return session.scalars(own_views(by).order_by(SavedView.name)).all()


def own_views(by: Actor) -> sa.Select[SavedView]:
    """Return the select of one's own views in the institution one works for."""
    return sa.select(SavedView).where(
        SavedView.person_id == by.person_id, SavedView.institution_id == by.institution_id
    )
