"""Exams and forms from the officer's side."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.errors import DomainError, NotFoundError
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.errors import CycleNotOpenError
from lms_carbon.cycles.models import Cycle, CycleState
from lms_carbon.exams.errors import (
    AlreadyInFormError,
    CodeTakenError,
    EnemyInFormError,
    ExamSettingsError,
    FormFrozenError,
    FormNotReadyError,
    InstrumentTakenError,
    LanguageNotApprovedError,
    NoFrozenFormError,
    NothingToReleaseError,
    PointsError,
    QuestionNotApprovedError,
    StillRunningError,
    WrongStepError,
)
from lms_carbon.exams.models.exams import Exam, Form, FormItem, FrozenFormError
from lms_carbon.exams.policy import load_exam_for_officer, load_form_for_officer
from lms_carbon.exams.queries.forms import list_approved, list_form_problems, list_forms
from lms_carbon.exams.queries.lists import (
    list_free_instruments,
    list_practice_exams,
)
from lms_carbon.exams.rules.states import Door
from lms_carbon.exams.services.exams import (
    close_exam,
    create_exam,
    delete_exam,
    open_exam,
    update_exam,
)
from lms_carbon.exams.services.forms import add_item, freeze_form, make_form, move_item, remove_item, set_points
from lms_carbon.exams.services.release import release_scores
from lms_carbon.people.models.records import AuditEntry
from lms_carbon.question_bank.models import QuestionEnemy, QuestionVersion
from lms_carbon.question_bank.rules.states import VersionState
from tests.support.exam_desk import SETTINGS, Desk
from tests.support.exams import (
    CONTENTS,
    audit,
    make_exam,
    make_instrument,
    make_question,
    make_standard,
    make_track,
)
from tests.support.world import act_as, make_institution, make_person


@pytest.fixture
def office(app: Flask) -> Any:
    """Yield an institution with a standard, a track, and an officer; inside an app context."""
    with app.app_context():
        institution_id = make_institution()
        by = act_as(make_person(institution_id, "考务", [Role.OFFICER]))
        position_id, statements = make_standard()
        track = make_track(institution_id, position_id, by)
        desk = Desk(by)
        desk.statements, desk.track = statements, track  # type: ignore[attr-defined]
        yield desk


def _question(desk: Any, code: str, **more: Any) -> int:
    kind, content = CONTENTS[0]
    statements = more.pop("statements", desk.statements)
    return make_question(desk.by.institution_id, code, kind, content, statements, **more)


def _exam(desk: Any, code: str = "E1") -> Exam:
    instrument = make_instrument(desk.track, desk.by)
    exam: Exam = desk.do(create_exam, code=code, settings=SETTINGS, instrument_id=instrument.id)
    desk.do(make_form, exam_id=exam.id)
    return exam


def _slots(desk: Any, exam: Exam) -> list[tuple[int, int]]:
    with transaction(write=False):
        form = load_form_for_officer(desk.by, exam.id, 1)
        return [(item.slot, item.version_id) for item in form.items]


def test_a_form_is_put_together_by_hand(office: Any) -> None:
    exam = _exam(office)
    first, second, third = (_question(office, f"Q{n}") for n in range(3))
    for version_id in (first, second, third):
        office.do(add_item, exam_id=exam.id, number=1, version_id=version_id)
    office.do(move_item, exam_id=exam.id, number=1, slot=3, to=1)
    assert _slots(office, exam) == [(1, third), (2, first), (3, second)]
    office.do(remove_item, exam_id=exam.id, number=1, slot=2)
    assert _slots(office, exam) == [(1, third), (2, second)]
    office.do(move_item, exam_id=exam.id, number=1, slot=1, to=99)
    assert _slots(office, exam) == [(1, second), (2, third)]
    office.do(set_points, exam_id=exam.id, number=1, slot=1, points=2500)
    form = office.do(freeze_form, exam_id=exam.id, number=1)
    assert len(form.digest) == 64
    with transaction(write=False):
        loaded = load_form_for_officer(office.by, exam.id, 1)
        assert [[tag.possible for tag in item.tags] for item in loaded.items] == [[1250, 1250], [500, 500]]
        assert [(each.id, count, points) for each, count, points in list_forms(exam.id)] == [(form.id, 2, 3500)]


def test_only_approved_questions_each_once_and_of_this_institution(office: Any) -> None:
    exam = _exam(office)
    draft, approved = _question(office, "Q1", state=VersionState.DRAFT), _question(office, "Q2")
    with pytest.raises(QuestionNotApprovedError):
        office.do(add_item, exam_id=exam.id, number=1, version_id=draft)
    office.do(add_item, exam_id=exam.id, number=1, version_id=approved)
    with pytest.raises(AlreadyInFormError):
        office.do(add_item, exam_id=exam.id, number=1, version_id=approved)
    kind, content = CONTENTS[0]
    foreign = make_question(make_institution("other"), "Q3", kind, content, [])
    with pytest.raises(NotFoundError):
        office.do(add_item, exam_id=exam.id, number=1, version_id=foreign)
    with transaction(write=False):
        assert [version.id for version in list_approved(office.by)] == [approved]
        assert list_approved(office.by, without=[list_approved(office.by)[0].question_id]) == []


def test_a_form_takes_what_is_approved_in_all_languages_of_its_exam(office: Any) -> None:
    exam = _exam(office)
    both, chinese = _question(office, "Q1"), _question(office, "Q2", languages=["zh"])
    with pytest.raises(LanguageNotApprovedError):
        office.do(add_item, exam_id=exam.id, number=1, version_id=chinese)
    only = replace(SETTINGS, languages=("zh",))
    with pytest.raises(ExamSettingsError):
        office.do(update_exam, exam_id=exam.id, settings=replace(SETTINGS, languages=()))
    office.do(update_exam, exam_id=exam.id, settings=only)
    for version_id in (both, chinese):
        office.do(add_item, exam_id=exam.id, number=1, version_id=version_id)
    office.do(update_exam, exam_id=exam.id, settings=SETTINGS)
    with pytest.raises(FormNotReadyError) as problem:
        office.do(freeze_form, exam_id=exam.id, number=1)
    assert [(each.slot, each.sentence) for each in problem.value.found] == [
        (2, "Question {slot} is not approved in English.")
    ]
    office.do(update_exam, exam_id=exam.id, settings=only)
    office.do(freeze_form, exam_id=exam.id, number=1)
    with pytest.raises(ExamSettingsError) as refusal:
        office.do(update_exam, exam_id=exam.id, settings=SETTINGS)
    assert list(refusal.value.problems) == ["languages"]
    with transaction(write=False):
        assert [v.id for v in list_approved(office.by, languages=["zh", "en"])] == [both]


def test_enemies_never_stand_in_one_form(office: Any) -> None:
    exam = _exam(office)
    one, other = _question(office, "Q1"), _question(office, "Q2")
    ids = sorted(v.question_id for v in session.scalars(sa.select(QuestionVersion)))
    office.do(add_item, exam_id=exam.id, number=1, version_id=one)
    about = {"institution_id": office.by.institution_id, "made_at": now(), "made_by": office.by.person_id}
    with transaction():
        session.add(QuestionEnemy(question_id=ids[0], other_id=ids[1], **about))
    with pytest.raises(EnemyInFormError) as refusal:
        office.do(add_item, exam_id=exam.id, number=1, version_id=other)
    assert refusal.value.params == {"code": "Q1"}
    with transaction():
        session.execute(sa.delete(QuestionEnemy))
    office.do(add_item, exam_id=exam.id, number=1, version_id=other)
    with transaction():  # said only now that both are in it
        session.add(QuestionEnemy(question_id=ids[0], other_id=ids[1], **about))
    with pytest.raises(FormNotReadyError) as problem:
        office.do(freeze_form, exam_id=exam.id, number=1)
    assert [(each.slot, each.other) for each in problem.value.found] == [(1, 2)]


@pytest.mark.parametrize("points", [0, -1, 9, 1_000_001])
def test_points_have_a_range(office: Any, points: int) -> None:
    exam = _exam(office)
    version_id = _question(office, "Q1")
    with pytest.raises(PointsError):
        office.do(add_item, exam_id=exam.id, number=1, version_id=version_id, points=points)


def test_a_form_without_questions_is_not_frozen_and_the_exam_not_opened(office: Any) -> None:
    exam = _exam(office)
    with pytest.raises(FormNotReadyError) as problem:
        office.do(freeze_form, exam_id=exam.id, number=1)
    assert [each.slot for each in problem.value.found] == [None]
    with pytest.raises(NoFrozenFormError):
        office.do(open_exam, exam_id=exam.id)


def test_every_question_shows_something_that_the_position_asks_for(office: Any) -> None:
    exam = _exam(office)
    good = _question(office, "Q1", positions=["5.2.1", "5.2.2"])
    elsewhere = _question(office, "Q2", positions=["5.2.2"])
    untagged = _question(office, "Q3", statements=[])
    for version_id in (good, elsewhere, untagged):
        office.do(add_item, exam_id=exam.id, number=1, version_id=version_id)
    with pytest.raises(FormNotReadyError) as problem:
        office.do(freeze_form, exam_id=exam.id, number=1)
    assert [each.slot for each in problem.value.found] == [2, 3]
    with transaction(write=False):
        assert len(list_form_problems(load_form_for_officer(office.by, exam.id, 1))) == 2


def test_a_frozen_form_never_changes(office: Any) -> None:
    exam = _exam(office)
    first, second = _question(office, "Q1"), _question(office, "Q2")
    office.do(add_item, exam_id=exam.id, number=1, version_id=first)
    office.do(freeze_form, exam_id=exam.id, number=1)
    acts: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (add_item, {"version_id": second}),
        (remove_item, {"slot": 1}),
        (move_item, {"slot": 1, "to": 1}),
        (set_points, {"slot": 1, "points": 20}),
        (freeze_form, {}),
    ]
    for act, arguments in acts:
        with pytest.raises(FormFrozenError):
            office.do(act, exam_id=exam.id, number=1, **arguments)
    with transaction(write=False):
        form_id = session.scalars(sa.select(Form.id)).one()
    for spoil in (
        lambda form, item: setattr(item, "points", 1),
        lambda form, item: session.delete(item.tags[0]),
        lambda form, item: setattr(form, "frozen_at", None),
        lambda form, item: setattr(form, "digest", "0" * 64),
    ):
        with pytest.raises(FrozenFormError):
            _spoil(form_id, spoil)
    assert office.do(make_form, exam_id=exam.id).number == 2


def _spoil(form_id: int, spoil: Callable[[Form, FormItem], None]) -> None:
    with transaction():
        form = session.get_one(Form, form_id)
        spoil(form, session.scalars(sa.select(FormItem).where(FormItem.form_id == form_id)).one())
        session.flush()


def test_a_practice_form_needs_no_tags(office: Any) -> None:
    exam = office.do(create_exam, code="P1", settings=SETTINGS)
    office.do(make_form, exam_id=exam.id)
    office.do(add_item, exam_id=exam.id, number=1, version_id=_question(office, "Q1", statements=[]))
    office.do(freeze_form, exam_id=exam.id, number=1)
    office.do(open_exam, exam_id=exam.id)
    with pytest.raises(NothingToReleaseError):
        office.do(release_scores, exam_id=exam.id)
    with transaction(write=False):
        assert [each.code for each in list_practice_exams(office.by)] == ["P1"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"attempts": -1}, "attempts"),
        ({"title": {"zh": " ", "en": ""}}, "title"),
        ({"opens_at": now(), "closes_at": now() - timedelta(days=1)}, "closes_at"),
        ({"practice_id": 4711}, "practice_id"),
    ],
)
def test_settings_that_do_not_go_together_are_named(office: Any, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(ExamSettingsError) as problem:
        office.do(create_exam, code="E1", settings=replace(SETTINGS, **wrong))
    assert list(problem.value.problems) == [field]


def test_a_code_is_used_once_also_after_removal(office: Any) -> None:
    for code in ("", " x", "a b", "-x", "x" * 65, "编号"):
        with pytest.raises(ExamSettingsError):
            office.do(create_exam, code=code, settings=SETTINGS)
    exam = office.do(create_exam, code="E1", settings=SETTINGS)
    office.do(delete_exam, exam_id=exam.id)
    with pytest.raises(CodeTakenError):
        office.do(create_exam, code="E1", settings=SETTINGS)
    with pytest.raises(NotFoundError), transaction(write=False):
        load_exam_for_officer(office.by, exam.id)


def test_an_instrument_has_one_exam(office: Any) -> None:
    exam = _exam(office)
    with pytest.raises(InstrumentTakenError):
        office.do(create_exam, code="E2", settings=SETTINGS, instrument_id=exam.instrument_id)
    free = make_instrument(office.track, office.by)
    with transaction(write=False):
        assert [each.id for each in list_free_instruments(office.by)] == [free.id]


def test_changes_are_in_the_audit_trail(office: Any) -> None:
    exam = _exam(office)
    office.do(update_exam, exam_id=exam.id, settings=replace(SETTINGS, minutes=75))
    with transaction(write=False):
        act = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "exam.update")).one()
    assert (act.detail["before"]["minutes"], act.detail["after"]["minutes"]) == (60, 75)
    assert act.person_id == office.by.person_id


def test_an_exam_opens_in_an_open_cycle_alone(app: Flask) -> None:
    world = make_exam(app)
    with app.app_context():
        desk = Desk(act_as(world.officer))
        desk.do(close_exam, exam_id=world.exam_id)
        with pytest.raises(WrongStepError):
            desk.do(close_exam, exam_id=world.exam_id)
        with transaction():
            session.execute(sa.update(Cycle.__table__).values(state=CycleState.CLOSED))
            audit(world.institution_id, world.track_id)
        with pytest.raises(CycleNotOpenError):
            desk.do(open_exam, exam_id=world.exam_id)
        with transaction():
            session.execute(sa.update(Cycle.__table__).values(state=CycleState.OPEN))
            audit(world.institution_id, world.track_id)
        desk.do(open_exam, exam_id=world.exam_id)
        with pytest.raises(WrongStepError):
            desk.do(open_exam, exam_id=world.exam_id)


def test_the_words_of_every_door_are_errors_or_a_start() -> None:
    """No door leads nowhere: what is neither open nor running has an error of its own."""
    assert {Door.NOT_OPEN, Door.NOT_BEGUN, Door.OVER, Door.NO_ATTEMPTS_LEFT} == set(Door) - {Door.OPEN, Door.RUNNING}
    assert issubclass(StillRunningError, DomainError)
