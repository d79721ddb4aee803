"""Keeping filters of the list under a name, and letting go of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from lms_carbon.core.db import insert_into, session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.question_bank.desk_models import SavedView
from lms_carbon.question_bank.errors import TooManyViewsError, ViewNameError
from lms_carbon.question_bank.policy import check_reader
from lms_carbon.question_bank.queries.saved_views import own_views

MAX_VIEWS: Final = 50
MAX_VIEW_NAME: Final = 80


def save_view(*, by: Actor, name: str, filters: Mapping[str, str], at: datetime) -> None:
    """Keep filters under a name; the same name again means these instead.

    Raises `ViewNameError`, `TooManyViewsError`.
    """
    check_reader(by)
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_VIEW_NAME:
        raise ViewNameError({"name": ViewNameError.sentence}, limit=MAX_VIEW_NAME)
    held = set(session.scalars(own_views(by).with_only_columns(SavedView.name)))
    if name not in held and len(held) >= MAX_VIEWS:
        raise TooManyViewsError({"name": TooManyViewsError.sentence}, limit=MAX_VIEWS)
    values = {"filters": dict(filters), "saved_at": at}
    key = {"person_id": by.person_id, "institution_id": by.institution_id, "name": name}
    session.execute(
        insert_into(SavedView).values(**key, **values).on_conflict_do_update(index_elements=list(key), set_=values)
    )


def drop_view(*, by: Actor, view_id: int) -> None:
    """Let go of a view of one's own; raises `NotFoundError`."""
    check_reader(by)
    view = session.scalar(own_views(by).where(SavedView.id == view_id))
    if view is None:
        raise NotFoundError
    session.execute(sa.delete(SavedView).where(SavedView.id == view.id))
