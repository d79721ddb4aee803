"""Typed hooks: how a lower package asks what only an upper one knows. Registered in `app.py` and nowhere else."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, ParamSpec, TypeVar

from flask import Flask, current_app

P = ParamSpec("P")
R = TypeVar("R")


class Hook(Generic[P, R]):
    """A named question with any number of answerers, each app having its own."""

    def __init__(self, name: str) -> None:
        self.name = name

    def register(self, app: Flask, answer: Callable[P, R]) -> None:
        """Let `answer` be asked in this app."""
        self._answers(app).append(answer)

    def ask(self, *args: P.args, **kwargs: P.kwargs) -> Iterator[R]:
        """Yield each answerer's answer, in the order of registration."""
        for answer in self._answers(current_app):
            yield answer(*args, **kwargs)

    def first(self, *args: P.args, **kwargs: P.kwargs) -> R | None:
        """Return the first answer that is not None."""
        return next((answer for answer in self.ask(*args, **kwargs) if answer is not None), None)

    def _answers(self, app: Any) -> list[Callable[P, R]]:
        answers: list[Callable[P, R]] = app.extensions.setdefault("lms_carbon.hooks", {}).setdefault(self.name, [])
        return answers


load_actor: Hook[[str], Any] = Hook("load_actor")
"""Session token → `core.identity.Actor`, or None where the session has ended."""

launch_target: Hook[[str, int], str | None] = Hook("launch_target")
"""What a resource link points at, `kind:code`, and an institution → path of the page that opens; None if not mine."""


@dataclass(frozen=True, kw_only=True)
class ListedTarget:
    """Something that a teacher can place in a course, as the picker shows it. Nothing of its content is in it."""

    target: str
    """As `launch_target` reads it: `exam:autumn`."""
    kind: str
    """Message id of what it is, one or two words."""
    title: dict[str, str]
    place: dict[str, str]
    """Where it belongs: cycle, position and band; empty for what belongs to none."""
    about: str
    """Message id of one sentence: what somebody who opens it in the course gets."""
    icon: str
    """Name of a Bootstrap icon."""
    graded: bool
    """True where scores of it go to gradebooks."""
    order: int
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    state: str = ""
    """Message id of what is still missing, where something is."""
    window: bool = False
    """True where it is better opened in a window of its own."""


list_targets: Hook[[int], list[ListedTarget]] = Hook("list_targets")
"""Id of an institution → what the answerer has to place, the newest first, in a fixed number of queries."""


@dataclass(frozen=True, kw_only=True)
class ClonePlace:
    """Where a clone of an assessment can stand."""

    track_id: int
    title: dict[str, str]
    beside: int
    """How many instruments of its dimension count there already."""


@dataclass(frozen=True, kw_only=True)
class Clone:
    """A clone that was made."""

    target: str
    """As `launch_target` reads it."""
    path: str
    """The officer's page of it, where dates are set and it is opened."""


clone_places: Hook[[Collection[str], int], dict[str, list[ClonePlace]]] = Hook("clone_places")
"""What links point at, an institution → by target where an officer can have a clone; without what counts nowhere.

However many targets there are, an answer takes the same number of queries."""

make_clone: Hook[[str, int, Any, datetime], Clone | None] = Hook("make_clone")
"""What a link points at, id of a track, `core.identity.Actor`, moment → a clone: settings and content, nobody's work.

None if not mine; raises the errors of making such an assessment."""


@dataclass(frozen=True)
class PersonData:
    """How one package lets go of a person's data: the tables it answers for, and what it does with them."""

    tables: frozenset[str]
    export: Callable[[int], dict[str, list[dict[str, Any]]]]
    """Person id → table name → rows, in plain JSON types."""
    erase: Callable[[int, datetime], None]
    """Person id, moment: remove or blank what need not be kept."""
    follows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Those of the tables whose rows go over, by their `person_id`, when two persons turn out to be one.

    With the columns of which one person has each value once: a row stays where the other has one with the same.
    """


before_merge: Hook[[Any, int, int, datetime], dict[str, Any]] = Hook("before_merge")
"""`core.identity.Actor`, id of the person that stays, id of the one that goes over, moment → what was settled for it.

In plain JSON types, for `after_unmerge`. Raises a `DomainError` where the two cannot become one."""

after_unmerge: Hook[[Any, dict[str, Any], datetime], None] = Hook("after_unmerge")
"""`core.identity.Actor`, what all that answered `before_merge` settled, moment: take it back."""

person_data: Hook[[], PersonData] = Hook("person_data")
"""Every package with a table that names a person answers; a wall test compares with the schema."""


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """A desk: one place where a person can work, as a tab and as a card on the home page."""

    title: str
    """Message id, a word or two; shown translated."""
    about: str
    """Message id, one sentence that says what can be done there."""
    path: str
    """Where it opens; pages below this path belong to it."""
    icon: str
    """Name of a Bootstrap icon."""
    order: int = 50


navigation: Hook[[Any], list[NavItem]] = Hook("navigation")
"""`core.identity.Actor` → the desks of a package that this person may open."""


@dataclass(frozen=True, kw_only=True)
class OpenWork:
    """Work that is not finished, as the officer reads what holds a cycle up."""

    instrument_id: int
    title: str
    """Message id of what is open, one for several: `Exams under way`, `Portfolios not yet marked`."""
    names: tuple[str, ...]
    """Who or what: persons while they work, codes once work is blind."""
    path: str
    """The page where it can be seen to."""
    running: bool
    """True while a candidate is in it (a cycle waits for it before closing); False for unmarked work."""
    until: datetime | None = None
    """When it ends by itself at the latest."""


open_work: Hook[[int], list[OpenWork]] = Hook("open_work")
"""Id of a cycle → what is not finished in it. No cycle closes over running work, nothing is published over any."""


@dataclass(frozen=True, kw_only=True)
class InstrumentFacts:
    """How an instrument stands, as its method tells it; all counts are candidates."""

    instrument_id: int
    target: str
    """What a link in a course names: `exam:autumn`."""
    path: str
    """The officer's page of it."""
    ready: bool
    """False while something is missing before candidates can begin."""
    todo: str
    """Message id of the next step while it is not ready, else empty."""
    opens_at: datetime | None
    closes_at: datetime | None
    running: int
    submitted: int
    marked: int


instrument_facts: Hook[[int], list[InstrumentFacts]] = Hook("instrument_facts")
"""Id of a track → how the answerer's instruments in it stand, in a fixed number of queries."""


@dataclass(frozen=True, kw_only=True)
class QuestionUse:
    """Where a version of a question stands."""

    version_id: int
    title: dict[str, str]
    place: str
    """Message id of where in it; `params` fill it."""
    params: Mapping[str, object]
    path: str
    """The officer's page of it."""


question_uses: Hook[[int, Collection[int]], list[QuestionUse]] = Hook("question_uses")
"""Institution, ids of versions of a question → where they are used, the newest first, in a fixed number of queries."""


@dataclass(frozen=True, kw_only=True)
class OwnWork:
    """Something that a candidate can do or look at, on their start page."""

    title: dict[str, str]
    about: str
    """Message id of one sentence: what is to be done, or that it is done."""
    path: str
    icon: str
    track_id: int | None = None
    """What belongs to one track stands together; None for practice."""
    until: datetime | None = None
    done: bool = False
    order: int = 50


own_work: Hook[[Any], list[OwnWork]] = Hook("own_work")
"""`core.identity.Actor` → what this person can take, hand in or look at. Before release no mark changes it."""


@dataclass(frozen=True, kw_only=True)
class ShownWork:
    """A candidate's work as an assessor sees it: without a name."""

    template: str
    """Template of the method's package, included in the marking page."""
    values: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ReviewedWork:
    """What one person did with something placed in a course, for those who ask from the course's gradebook.

    Before the release it says that something was handed in and when; nothing that depends on a mark.
    """

    title: dict[str, str]
    instrument_id: int | None
    """Whose assessors and moderators may ask too; None for what has none."""
    handed_in_at: datetime | None
    released: bool
    score: int | None = None
    """Hundredths of 100; None before the release and for the unmarked."""
    comment: dict[str, str] | None = None
    """What stands beside the score, such as the level."""
    source: str = ""
    """As `shown_work` reads it, where the asker may see the work itself: it was theirs to mark, and is released."""
    officer_path: str = ""
    """Where officers see more."""


reviewed_work: Hook[[str, int, Any], ReviewedWork | None] = Hook("reviewed_work")
"""What a link points at, id of a person, `core.identity.Actor` who asks → what that person did; None if not mine."""

handed_in: Hook[[str, int, int], datetime | None] = Hook("handed_in")
"""What a link points at, ids of a person and an institution → when their work was handed in; None if not mine."""

shown_work: Hook[[str], ShownWork | None] = Hook("shown_work")
"""Source of a work (`sheet:17`) → what the marking page shows of it; None if not mine."""

scores_out: Hook[[Collection[int], datetime], None] = Hook("scores_out")
"""Ids of instruments whose scores just became visible, or changed after they were: send them to gradebooks."""

file_reader: Hook[[Any, int], bool] = Hook("file_reader")
"""`core.identity.Actor`, id of a `stored_file` of their institution → may they download it? Its owner always may."""

media_reader: Hook[[Any, str], bool] = Hook("media_reader")
"""`core.identity.Actor`, name of an image or data file in a question → may they see it? Who writes questions may."""

file_kept: Hook[[int], bool] = Hook("file_kept")
"""Id of a `stored_file` → is it needed even when its owner is erased (a picture in a question, marked work)?"""
