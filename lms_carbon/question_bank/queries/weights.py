"""Weight tables: those that hold, and those that came before."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.framework.queries import list_requirements, read_framework
from lms_carbon.framework.rules import Text
from lms_carbon.question_bank.models import WeightTable
from lms_carbon.question_bank.policy import check_reader
from lms_carbon.question_bank.rules.weights import Layout

HISTORY = 100


def sheet_layout() -> Layout:
    """Return what a sheet of weights may name."""
    bands = {name.lower(): band.code for band in read_framework().bands for name in (band.code, *_titles(band.title))}
    return Layout(bands=bands, requirements={r.code: r.position.code for r in list_requirements()})


def list_weights(*, by: Actor) -> Sequence[WeightTable]:
    """Return the institution's tables, the newest first, withdrawn ones too, with who loaded them."""
    check_reader(by)
    return session.scalars(
        sa.select(WeightTable)
        .where(WeightTable.institution_id == by.institution_id)
        .options(joinedload(WeightTable.position), joinedload(WeightTable.loader))
        .order_by(WeightTable.id.desc())
        .limit(HISTORY)
    ).all()


def current_weights(*, by: Actor) -> dict[tuple[int, str], WeightTable]:
    """Return the table that holds for each position id and band, with its shares."""
    check_reader(by)
    newest = (
        sa.select(sa.func.max(WeightTable.id))
        .where(WeightTable.institution_id == by.institution_id, WeightTable.withdrawn_at.is_(None))
        .group_by(WeightTable.position_id, WeightTable.band)
    )
    found = session.scalars(
        sa.select(WeightTable).where(WeightTable.id.in_(newest)).options(selectinload(WeightTable.shares))
    )
    return {(table.position_id, table.band): table for table in found}


def lock_weights(*, by: Actor, table_id: int) -> WeightTable:
    """Return a table of one's institution, its row locked; raises `NotFoundError`."""
    check_reader(by)
    table = session.scalar(
        sa.select(WeightTable)
        .where(WeightTable.id == table_id, WeightTable.institution_id == by.institution_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if table is None:
        raise NotFoundError
    return table


def _titles(title: Text) -> tuple[str, str]:
    return title.zh, title.en
