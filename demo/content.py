"""What a newcomer finds: two institutions on one sandbox LMS, people with roles, content, a cycle under way in each."""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from demo.exams import make_exam, make_practice, sign_samples
from demo.methods import make_portfolio, make_practical
from demo.people import Place, add_reviewer, settle
from demo.works import acting_as
from lms_carbon.core import clock
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.cycles.models import EntryRule, Track
from lms_carbon.cycles.services.candidacies import enter_candidate
from lms_carbon.cycles.services.planning import add_track, confirm_policy, create_cycle, open_cycle
from lms_carbon.framework.documents import shipped_framework
from lms_carbon.framework.queries import get_position_by_code
from lms_carbon.framework.services import load_framework
from lms_carbon.paths.services.activities import import_activities
from lms_carbon.people.models.persons import Institution
from lms_carbon.question_bank.services.samples import import_samples
from lms_carbon.results.policies import example_policy
from lms_carbon.results.rules import policy_as_json
from lms_carbon.sandbox.config import SandboxConfig, load_config

SLUG: Final = "demo"
NAME: Final = {"zh": "滨海职业学院（演示）", "en": "Binhai Vocational College (demo)"}
OTHER_SLUG: Final = "xishan"
OTHER_NAME: Final = {"zh": "西山理工学院（演示）", "en": "Xishan Institute of Technology (demo)"}
CYCLE_CODE: Final = "2026-autumn"
CYCLE_TITLE: Final = {"zh": "2026 年秋季评价", "en": "Autumn 2026 cycle"}
EXAM_CODE: Final = "demo-exam"
PRACTICAL_CODE: Final = "demo-practical"
PORTFOLIO_CODE: Final = "demo-portfolio"
PRACTICE_CODE: Final = "demo-practice"
OTHER_EXAM_CODE: Final = "xishan-exam"
POSITION: Final = "5.2.1"
SIGNED: Final = 20
"""At most so many samples on each requirement of the position have been signed; there are fewer."""
OTHER_REVIEWER: Final = "程敏"
"""Signs at the second institution, without an account in the sandbox."""
LASTS: Final = timedelta(days=30)
"""How long the demo's cycle goes on; an officer can end it earlier."""
RATIONALE: Final = "演示用的示例政策，不作推荐。An example for the demo, not a recommendation."


def fill_demo(*, sandbox: str) -> None:
    """Fill an empty database; where the demo institution is there already, nothing changes."""
    at = clock.now()
    load_framework(shipped_framework(), at=at)
    if session.scalar(sa.select(Institution.id).where(Institution.slug == SLUG)) is not None:
        return
    seed = load_config()
    ours, theirs, *_ = seed.courses
    place = settle(seed, ours, slug=SLUG, name=NAME, sandbox=sandbox, at=at)
    fill_first(place, seed, at)
    fill_second(settle(seed, theirs, slug=OTHER_SLUG, name=OTHER_NAME, sandbox=sandbox, at=at), seed, at)


def fill_first(place: Place, seed: SandboxConfig, at: datetime) -> None:
    """Give the first institution its content and a cycle with all three methods."""
    import_samples(institution_id=place.institution_id, by=None, at=at)
    sign_samples(acting_as(place.people["u-qian"], place.institution_id, Role.REVIEWER), most=SIGNED, at=at)
    track = plan_track(place, "intermediate", at)
    begin(place, track, seed, at)
    title = {"zh": "碳减排工程师 · 中级 · 笔试", "en": "Carbon reduction engineer · intermediate · written exam"}
    make_exam(place, track, at, code=EXAM_CODE, title=title, practice=make_practice(place, PRACTICE_CODE, at))
    make_practical(place, track, at, code=PRACTICAL_CODE, ends=at + LASTS)
    make_portfolio(place, track, at, code=PORTFOLIO_CODE, ends=at + LASTS)
    import_activities(institution_id=place.institution_id, by=None, at=at)


def fill_second(place: Place, seed: SandboxConfig, at: datetime) -> None:
    """Give the second institution a cycle of its own: the same code, the same questions, nothing shared."""
    import_samples(institution_id=place.institution_id, by=None, at=at)
    reviewer = add_reviewer(place.institution_id, OTHER_REVIEWER, at)
    sign_samples(acting_as(reviewer, place.institution_id, Role.REVIEWER), most=2, at=at)
    import_activities(institution_id=place.institution_id, by=None, at=at)
    track = plan_track(place, "junior", at)
    begin(place, track, seed, at)
    title = {"zh": "碳减排工程师 · 初级 · 笔试", "en": "Carbon reduction engineer · junior · written exam"}
    make_exam(place, track, at, code=OTHER_EXAM_CODE, title=title, each=2)


def plan_track(
    place: Place, band: str, at: datetime, *, code: str = CYCLE_CODE, title: dict[str, str] = CYCLE_TITLE
) -> Track:
    """Plan a cycle with one track, its policy confirmed."""
    cycle = create_cycle(
        institution_id=place.institution_id,
        code=code,
        title=title,
        closes_at=at + LASTS,
        by=place.officer,
        at=at,
    )
    position = get_position_by_code(POSITION)
    track = add_track(cycle=cycle, position=position, band=band, entry=EntryRule.ENTER, by=place.officer, at=at)
    policy = policy_as_json(example_policy(shipped_framework().bands))
    confirm_policy(track=track, policy=policy, rationale=RATIONALE, by=place.officer, at=at)
    return track


def begin(place: Place, track: Track, seed: SandboxConfig, at: datetime) -> None:
    """Open the cycle and enter the institution's candidates."""
    open_cycle(cycle=track.cycle, by=place.officer, at=at)
    for sub, person_id in place.people.items():
        person = seed.person(sub)
        if person is not None and person.role == Role.CANDIDATE:
            enter_candidate(track=track, person_id=person_id, by=place.officer, at=at)
