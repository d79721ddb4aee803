"""Two persons who are one human, as cycles see it: in each track they are one candidate."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from lms_carbon.core.db import Model, session
from lms_carbon.core.i18n import text_in
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.errors import BothInTrackError
from lms_carbon.cycles.models import Candidacy, CandidacyState, Track
from lms_carbon.cycles.queries import name_track
from lms_carbon.people.services.audit import record_act

SETTLED: Final = "candidacies"


def settle_candidacies(by: Actor, kept_id: int, gone_id: int, at: datetime) -> dict[str, Any]:
    """Answer the hook `before_merge`: where both are in a track, the one who goes over is withdrawn there.

    Raises `BothInTrackError` where that one has work there: attempts of two would become attempts of one, and which of
    them counts would change.
    """
    other = aliased(Candidacy)
    twice = session.scalars(
        sa.select(Candidacy)
        .join(other, sa.and_(other.track_id == Candidacy.track_id, other.person_id == kept_id))
        .where(Candidacy.person_id == gone_id)
        .options(
            joinedload(Candidacy.track).joinedload(Track.cycle), joinedload(Candidacy.track).joinedload(Track.position)
        )
        .order_by(Candidacy.id)
    ).all()
    settled = {}
    for candidacy in twice:
        if _has_work(candidacy.id):
            raise BothInTrackError(track=text_in(name_track(candidacy.track), by.language))
        if candidacy.state is not CandidacyState.WITHDRAWN:
            settled[str(candidacy.id)] = candidacy.state.value
            _set_state(candidacy, CandidacyState.WITHDRAWN, "candidacy.withdraw", by, at)
    return {SETTLED: settled} if settled else {}


def restore_candidacies(by: Actor, settled: Mapping[str, Any], at: datetime) -> None:
    """Answer the hook `after_unmerge`: enter again who was withdrawn by the merge alone."""
    for candidacy_id, state in settled.get(SETTLED, {}).items():
        candidacy = session.get(Candidacy, int(candidacy_id), with_for_update=True)
        if candidacy is not None and candidacy.state is CandidacyState.WITHDRAWN:
            _set_state(candidacy, CandidacyState(state), "candidacy.restore", by, at)


def _has_work(candidacy_id: int) -> bool:
    """Tell whether anything in any table hangs on a candidacy."""
    return any(
        session.scalar(sa.select(sa.exists().where(column == candidacy_id)))
        for table in Model.metadata.sorted_tables
        for column in table.columns
        if any(key.references(Candidacy.__table__) for key in column.foreign_keys)  # type: ignore[arg-type]
    )


def _set_state(candidacy: Candidacy, state: CandidacyState, action: str, by: Actor, at: datetime) -> None:
    before, candidacy.state = candidacy.state, state
    session.flush()
    record_act(
        by=by,
        institution_id=candidacy.institution_id,
        action=action,
        object_type="candidacy",
        object_id=candidacy.id,
        detail={"track": candidacy.track_id, "person": candidacy.person_id, "before": before, "after": state},
        at=at,
    )
