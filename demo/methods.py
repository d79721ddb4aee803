"""The demo's practical task and portfolio review, made of the samples that ship."""

from datetime import datetime

from demo.people import Place
from lms_carbon.cycles.models import InstrumentKind, Track
from lms_carbon.cycles.services.planning import add_instrument
from lms_carbon.portfolio.models import PortfolioReview
from lms_carbon.portfolio.services.reviews import create_review, open_review
from lms_carbon.portfolio.services.samples import import_sample_rubrics
from lms_carbon.practicals.models import Practical
from lms_carbon.practicals.services.practicals import create_practical, open_practical
from lms_carbon.practicals.services.tasks import import_tasks


def make_practical(place: Place, track: Track, at: datetime, *, code: str, ends: datetime) -> Practical:
    """Set and open the sample task as the track's practical."""
    task_id, *_others = import_tasks(institution_id=place.institution_id, by=None, at=at)
    instrument = add_instrument(
        track=track,
        kind=InstrumentKind.PRACTICAL,
        dimension="skill",
        title={"zh": "实验考核", "en": "Practical assessment"},
        by=place.officer,
        at=at,
    )
    practical = create_practical(
        code=code,
        instrument_id=instrument.id,
        task_id=task_id,
        opens_at=None,
        closes_at=ends,
        by=place.officer,
        at=at,
    )
    return open_practical(practical_id=practical.id, by=place.officer, at=at)


def make_portfolio(place: Place, track: Track, at: datetime, *, code: str, ends: datetime) -> PortfolioReview:
    """Set up and open the portfolio review with the sample rubric of the position."""
    rubric_id, *_others = import_sample_rubrics(institution_id=place.institution_id, by=None, at=at)
    instrument = add_instrument(
        track=track,
        kind=InstrumentKind.PORTFOLIO,
        dimension="practice",
        title={"zh": "成果评价", "en": "Portfolio review"},
        by=place.officer,
        at=at,
    )
    review = create_review(
        code=code,
        instrument_id=instrument.id,
        rubric_id=rubric_id,
        opens_at=None,
        closes_at=ends,
        by=place.officer,
        at=at,
    )
    return open_review(review_id=review.id, by=place.officer, at=at)
