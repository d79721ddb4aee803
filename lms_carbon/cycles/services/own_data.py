"""How cycles let go of a person: candidacies and released marks are handed out, names of who signed stay as numbers."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.hooks import PersonData
from lms_carbon.cycles.models import Candidacy, Cycle, Instrument, Mark, MarkBatch, Track
from lms_carbon.people.services.own_data import plain_rows

_KEYS = {
    Candidacy: Candidacy.person_id,
    Cycle: Cycle.created_by,
    Track: Track.policy_confirmed_by,
    Instrument: Instrument.released_by,
    MarkBatch: MarkBatch.person_id,
}


def export_own(person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return the person's rows. Marks come only after release: an export is no way around the gate (DESIGN §3)."""
    mine = sa.select(Candidacy.id).where(Candidacy.person_id == person_id)
    released = sa.select(Instrument.id).where(Instrument.released_at.is_not(None))
    rows = {str(model.__tablename__): plain_rows(model, key == person_id) for model, key in _KEYS.items()}
    rows["mark"] = plain_rows(Mark, Mark.candidacy_id.in_(mine) & Mark.instrument_id.in_(released))
    return rows


def erase_own(_person_id: int, _at: datetime) -> None:
    """Keep everything: candidacies and marks are the institution's record, and name the person by number alone."""


def person_data_of_cycles() -> PersonData:
    """Answer the hook `person_data` for this package."""
    tables = frozenset({*(str(model.__tablename__) for model in _KEYS), "mark"})
    return PersonData(tables=tables, export=export_own, erase=erase_own, follows={"candidacy": ("track_id",)})
