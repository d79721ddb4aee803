"""Access rows that nobody can use any more are not kept for ever."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.people.models.access import AuthSession, Handoff, SignInLink

_KEEP = timedelta(days=30)
"""Long enough to look into what somebody reports, and longer than every window of the rate limits."""


def forget_old_access(*, at: datetime) -> None:
    """Remove handoffs, links and sessions that ended more than 30 days ago. Invitations stay: they say who came how."""
    long_ago = at - _KEEP
    gone = sa.select(AuthSession.id).where(AuthSession.expires_at < long_ago)
    session.execute(
        sa.delete(Handoff)
        .where(sa.or_(Handoff.expires_at < long_ago, Handoff.session_id.in_(gone)))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        sa.delete(SignInLink).where(SignInLink.expires_at < long_ago).execution_options(synchronize_session=False)
    )
    session.execute(
        sa.delete(AuthSession).where(AuthSession.expires_at < long_ago).execution_options(synchronize_session=False)
    )
