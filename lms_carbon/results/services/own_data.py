"""How results let go of a person: published results are handed out, and stay as the institution's record."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.hooks import PersonData
from lms_carbon.cycles.models import Candidacy
from lms_carbon.people.services.own_data import plain_rows
from lms_carbon.results.models import Aggregation, Hold, Regrade, Result, Signature


def export_own(person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return the person's rows. Scores come with a published result only: no way around the gate (DESIGN §3)."""
    mine = sa.select(Candidacy.id).where(Candidacy.person_id == person_id)
    return {
        "result": plain_rows(Result, Result.candidacy_id.in_(mine)),
        "aggregation": plain_rows(Aggregation, Aggregation.person_id == person_id),
        "hold": plain_rows(Hold, (Hold.held_by == person_id) | (Hold.lifted_by == person_id)),
        "regrade": plain_rows(Regrade, Regrade.proposed_by == person_id),
        "signature": plain_rows(Signature, Signature.person_id == person_id),
    }


def erase_own(_person_id: int, _at: datetime) -> None:
    """Keep everything: a result must stay verifiable, and names people by number alone."""


def person_data_of_results() -> PersonData:
    """Answer the hook `person_data` for this package."""
    tables = frozenset({"result", "aggregation", "hold", "regrade", "signature"})
    return PersonData(tables=tables, export=export_own, erase=erase_own)
