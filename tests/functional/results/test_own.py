"""The candidate's result over HTTP: nothing before the gate, every reason behind it."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.hooks import launch_target, own_work
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Instrument, InstrumentKind, Track
from lms_carbon.cycles.rules import MarkRow
from lms_carbon.cycles.services.ledger import book_marks
from lms_carbon.cycles.services.planning import add_instrument
from lms_carbon.framework.queries import list_requirements
from lms_carbon.framework.rules import Dimension
from lms_carbon.people.services.audit import record_act
from lms_carbon.results.models import Hold
from tests.functional.results.test_publication import GOOD, PART, propose
from tests.functional.results.test_publication import publish as publish_signed
from tests.support.candidates import CYCLE, Class, enter, make_class
from tests.support.results import make_ended_cycle
from tests.support.snapshots import make_snapshot, publish_by_hand
from tests.support.world import act_as, make_institution, make_person, sign_in


@pytest.fixture
def group(app: Flask) -> Class:
    """Return an open cycle with a candidate."""
    with app.app_context():
        return make_class()


def publish(app: Flask, group: Class, **changes: object) -> None:
    with app.app_context(), transaction():
        publish_by_hand(group.candidacy_id, make_snapshot(**changes))  # type: ignore[arg-type]


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return re.sub(r"\s+", " ", answer.text)


def words(client: FlaskClient, address: str) -> str:
    """Return what a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page(client, address)))


def mark_candidate(group: Class) -> None:
    """Book points, as a finished exam does."""
    track = session.get_one(Track, group.track_id)
    instrument: Instrument = add_instrument(
        track=track, kind=InstrumentKind.EXAM, dimension="knowledge", title={"zh": "笔试"}, by=None, at=now()
    )
    row = MarkRow(
        item_kind="question",
        item_id=1,
        title={"zh": "题目"},
        requirement_id=list_requirements(search="5.2.1-a-1")[0].id,
        earned=4321,
        possible=5000,
    )
    book_marks(
        institution_id=group.institution_id,
        instrument_id=instrument.id,
        candidacy_id=group.candidacy_id,
        source="attempt:1",
        attempt=1,
        rows=[row],
        by=None,
        reason="",
        at=now(),
    )


def test_before_publication_the_pages_are_the_same_with_and_without_marks(
    app: Flask, client: FlaskClient, group: Class
) -> None:
    sign_in(client, group.candidate)
    addresses = [f"/results/{group.candidacy_id}", f"/paths/{group.candidacy_id}", "/"]
    before = [client.get(address).data for address in addresses]
    with app.app_context(), transaction():
        mark_candidate(group)
        session.add(
            Hold(
                institution_id=group.institution_id,
                candidacy_id=group.candidacy_id,
                reason="An incident.",
                held_at=now(),
                held_by=group.officer.person_id,
            )
        )
    assert [client.get(address).data for address in addresses] == before
    assert "Not published yet" in words(client, addresses[0])


def test_why_this_level(app: Flask, client: FlaskClient, group: Class) -> None:
    publish(app, group)
    sign_in(client, group.candidate)
    said = words(client, f"/results/{group.candidacy_id}")
    for part in (
        "Level 5, intermediate",
        "total 76.52",
        "Knowledge Written exam 82 / 100 82.00 × 50 % 41.00",
        "Skill Practical 44 / 60 73.33 × 25 % 18.33",
        "Practice Portfolio 27.5 / 40 68.75 × 25 % 17.19",
        "Example policy v1 (60 / 75 / 90), confirmed by 王敏",
        "13.48 points to level 6",
        "5.2.1-b-2 is the lowest of the 10 requirements that were assessed, at 45.00",
        "Criterion Export data in the CICES template Assessor: 导出表缺少“数据来源”列，编码与模板不符。",
        "The coloured area is the total, 76.52.",
    ):
        assert part in said
    assert said.count("Assessor:") == 2


def test_all_details_open_without_script(app: Flask, client: FlaskClient, group: Class) -> None:
    publish(app, group)
    sign_in(client, group.candidate)
    assert "<details open" not in page(client, f"/results/{group.candidacy_id}")
    assert page(client, f"/results/{group.candidacy_id}?open=all").count("<details open") == 10


@pytest.mark.parametrize(
    ("changes", "said", "unsaid"),
    [
        (
            {"without": frozenset({"practice", "a-4"})},
            ["Not complete", "Practice : Portfolio", "without a score, weight 25 %", "not assessed", "Total –"],
            ["points to level", "The coloured area"],
        ),
        (
            {"minimums": {Dimension.SKILL: 75_00}},
            ["Below the intermediate band", "Skill: 73.33, and at least 75 is asked", "level 4"],
            ["Level 4 begins at"],
        ),
        (
            {
                "points": {"适用哪项核算标准": 0, "报告的时限": 0, "单位换算": 0, "在 OBS 中建立核算项目": 0},
                "years": 300,
            }
            | {"minimums": {}, "without": frozenset()},
            ["Level 4, intermediate", "3 years asked, 3 confirmed"],
            [],
        ),
        (
            {"years": 250},
            ["Experience not sufficient", "asks for 3 years of experience (B.2); 2.50 are confirmed"],
            ["points to level"],
        ),
    ],
)
def test_other_outcomes_say_why(
    app: Flask, client: FlaskClient, group: Class, changes: dict[str, object], said: list[str], unsaid: list[str]
) -> None:
    publish(app, group, **changes)
    sign_in(client, group.candidate)
    shown = words(client, f"/results/{group.candidacy_id}")
    assert [part for part in said if part not in shown] == []
    assert [part for part in unsaid if part in shown] == []


def test_a_second_revision_stands_beside_the_first(app: Flask, client: FlaskClient, group: Class) -> None:
    publish(app, group)
    publish(app, group, points={"单位换算": 5})
    sign_in(client, group.candidate)
    newest = words(client, f"/results/{group.candidacy_id}")
    assert "What revision 2 changed" in newest
    assert "Total 76.52 77.52 Knowledge 82.00 84.00 5.2.1-a-3 80.00 88.00" in newest
    assert "was 80.00" in newest
    first = words(client, f"/results/{group.candidacy_id}?revision=1")
    assert "This is revision 1. It no longer holds: revision 2 took its place" in first
    assert "total 76.52" in first
    assert "Open my learning path" not in first
    page(client, f"/results/{group.candidacy_id}?revision=3", 404)


def test_a_withheld_result_says_so_behind_the_gate_and_not_why(app: Flask, client: FlaskClient, group: Class) -> None:
    with app.app_context():
        other = make_person(group.institution_id, "陈晨")
        candidacy_id = enter(group.track_id, other)
        publish(app, group)
        with transaction():
            held = {"reason": "Two sheets alike.", "held_at": now(), "held_by": group.officer.person_id}
            session.add(Hold(institution_id=group.institution_id, candidacy_id=candidacy_id, **held))
    sign_in(client, other)
    said = words(client, f"/results/{candidacy_id}")
    assert "Your result is withheld" in said
    assert "An incident or a dispute about this result is open" in said
    assert "Two sheets" not in said


def test_officers_see_it_with_the_name_and_nobody_else_does(app: Flask, client: FlaskClient, group: Class) -> None:
    publish(app, group)
    address = f"/results/{group.candidacy_id}"
    sign_in(client, group.officer)
    said = words(client, address)
    assert "林晓 · Carbon reduction engineer" in said
    assert "Open my learning path" not in said
    with app.app_context():
        strangers = [
            make_person(group.institution_id, "Colleague", [Role.ASSESSOR]),
            make_person(make_institution("elsewhere"), "Elsewhere", [Role.OFFICER]),
        ]
    for stranger in strangers:
        sign_in(client, stranger)
        page(client, address, 404)


def test_a_link_leads_to_one_s_own(app: Flask, client: FlaskClient, group: Class) -> None:
    with app.app_context():
        link = launch_target.first(f"result:{CYCLE}", group.institution_id)
        assert launch_target.first("result:unknown", group.institution_id) is None
        assert launch_target.first(f"result:{CYCLE}", make_institution("elsewhere")) is None
        stranger = make_person(group.institution_id, "Nobody")
    assert link == f"/results/own/{group.cycle_id}"
    sign_in(client, group.candidate)
    assert client.get(link).headers["Location"] == f"/results/{group.candidacy_id}"
    sign_in(client, stranger)
    assert "You are not a candidate in this cycle" in words(client, link)
    sign_in(client, group.officer)
    assert "Each candidate sees their own here" in words(client, link)


def test_of_several_candidacies_the_person_chooses(app: Flask, client: FlaskClient, group: Class) -> None:
    with app.app_context():
        with transaction():
            track = session.get_one(Track, group.track_id)
            second = Track(
                institution_id=track.institution_id,
                cycle_id=track.cycle_id,
                position_id=track.position_id,
                band="senior",
                entry=track.entry,
            )
            session.add(second)
            session.flush()
            from_here = second.id
            record_act(
                by=None,
                institution_id=group.institution_id,
                action="test.arrange",
                object_type="track",
                object_id=second.id,
                at=now(),
            )
        candidacy_id = enter(from_here, group.candidate)
    sign_in(client, group.candidate)
    shown = page(client, f"/results/own/{group.cycle_id}")
    assert "Which one?" in shown
    assert f'href="/results/{candidacy_id}"' in shown
    assert f'href="/results/{group.candidacy_id}"' in shown


def test_the_start_page_has_a_card_that_knows_nothing_of_marks(app: Flask, group: Class) -> None:
    def done() -> bool:
        with app.app_context():
            actor = act_as(group.candidate)
            cards = {card.path: card.done for answer in own_work.ask(actor) for card in answer}
        return cards[f"/results/{group.candidacy_id}"]

    assert not done()
    publish(app, group)
    assert done()


def test_what_two_officers_publish_and_regrade_reads_the_same_way(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        world = make_ended_cycle(points=[GOOD, PART], years=3_00)
        publish_signed(world)
        publish_signed(world, propose(world, "knowledge", 2))
    sign_in(client, world.persons[0])
    said = words(client, f"/results/{world.candidacies[0]}")
    assert "Level 5, intermediate" in said
    assert "What revision 2 changed Reason: The key was wrong." in said
    assert "Result Level 4, intermediate Level 5, intermediate Total 73.75 86.25" in said
    assert "From level 5 to level 6" in words(client, f"/paths/{world.candidacies[0]}")
    sign_in(client, world.persons[1])
    said = words(client, f"/results/{world.candidacies[1]}")
    assert "Not complete" in said
    assert "Practice : " in said
    assert "To level 4" in words(client, f"/paths/{world.candidacies[1]}")
