"""What paths answer to lower packages; registered in `app.py`."""

from lms_carbon.core.hooks import ListedTarget, OwnWork
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import CycleState
from lms_carbon.results.queries.published import find_cycle_by_code, list_cycles, list_own_candidacies


def find_launch_target(target: str, institution_id: int) -> str | None:
    """Return the page that `path:<cycle code>` opens, which leads on to the person's own; None for other targets."""
    kind, _, code = target.partition(":")
    if kind != "path" or not code:
        return None
    cycle = find_cycle_by_code(code, institution_id)
    return None if cycle is None else f"/paths/own/{cycle.id}"


def list_targets(institution_id: int) -> list[ListedTarget]:
    """Answer the hook `list_targets`: one page a cycle, which leads everybody to their own path. One query."""
    return [
        ListedTarget(
            target=f"path:{cycle.code}",
            kind=mark("Learning path"),
            title={"zh": "学习路径", "en": "Learning path"},
            place=cycle.title,
            about=mark("Everybody sees what to learn next for their position, and why."),
            icon="signpost-split",
            graded=False,
            order=50,
        )
        for cycle in list_cycles(institution_id)
    ]


def list_own_paths(by: Actor) -> list[OwnWork]:
    """Answer the hook `own_work`: one card a candidacy."""
    return [
        OwnWork(
            title={
                "zh": f"学习路径：{candidacy.track.position.title['zh']}",
                "en": f"Learning path: {candidacy.track.position.title['en']}",
            },
            about=mark("What to learn next, and why.")
            if candidacy.track.cycle.state is CycleState.PUBLISHED
            else mark("Activities for your position; what you need shows once results are out."),
            path=f"/paths/{candidacy.id}",
            icon="signpost-split",
            track_id=candidacy.track_id,
            order=80,
        )
        for candidacy in list_own_candidacies(by.person_id, by.institution_id)
    ]
