"""How portfolios let go of a person: all of it is handed out; what was handed in stays, results rest on it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.hooks import PersonData
from lms_carbon.people.services.own_data import plain_rows
from lms_carbon.portfolio.models import Evidence, Portfolio, PortfolioReview
from lms_carbon.portfolio.rules import PortfolioState


def export_own(person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return the person's rows: portfolios with their evidence, reviews they set up."""
    mine = sa.select(Portfolio.id).where(Portfolio.person_id == person_id)
    return {
        "portfolio_review": plain_rows(PortfolioReview, PortfolioReview.created_by == person_id),
        "portfolio": plain_rows(Portfolio, Portfolio.person_id == person_id),
        "evidence": plain_rows(Evidence, Evidence.portfolio_id.in_(mine)),
    }


def erase_own(person_id: int, _at: datetime) -> None:
    """Remove evidence that was never handed in, and what was taken out again."""
    mine = sa.select(Portfolio.id).where(Portfolio.person_id == person_id)
    open_ones = mine.where(Portfolio.state == PortfolioState.OPEN)
    session.execute(
        sa.delete(Evidence)
        .where(
            sa.or_(
                Evidence.portfolio_id.in_(open_ones),
                sa.and_(Evidence.portfolio_id.in_(mine), Evidence.removed_at.is_not(None)),
            )
        )
        .execution_options(synchronize_session=False)
    )


def person_data_of_portfolios() -> PersonData:
    """Answer the hook `person_data` for this package."""
    tables = frozenset({"portfolio_review", "portfolio", "evidence"})
    return PersonData(tables=tables, export=export_own, erase=erase_own, follows={"portfolio": ()})
