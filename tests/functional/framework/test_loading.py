"""Loading frameworks into the database, on both kinds."""

import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.framework import queries
from lms_carbon.framework.commands import framework_commands
from lms_carbon.framework.documents import shipped_framework
from lms_carbon.framework.errors import (
    RequirementsRemovedError,
    UnknownBandError,
    UnknownFrameworkError,
    UnknownPositionError,
)
from lms_carbon.framework.models import Framework, Position, Requirement, Statement
from lms_carbon.framework.parsing import parse_framework
from lms_carbon.framework.rules import Dimension
from lms_carbon.framework.services import load_framework

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)
TUESDAY = datetime(2026, 9, 8, 8, tzinfo=UTC)


@pytest.fixture
def loaded(app: Flask) -> Iterator[None]:
    """Load the shipped framework on Monday and stay in the app."""
    with app.app_context():
        with transaction():
            outcome = load_framework(shipped_framework(), at=MONDAY)
        assert (outcome.added, outcome.changed) == (1 + 5 + 9 + 67 + 90, 0)
        yield


def test_the_command_loads_and_says_what_it_did(app: Flask) -> None:
    first = CliRunner().invoke(framework_commands, ["load"], obj=lambda: app)
    assert first.output == "T/MIITEC 020-2024: 9 positions, 90 requirements (172 added, 0 changed)\n"
    again = CliRunner().invoke(framework_commands, ["load"], obj=lambda: app)
    assert again.output == "T/MIITEC 020-2024: 9 positions, 90 requirements (0 added, 0 changed)\n"
    with app.app_context():
        assert len(queries.list_positions()) == 9


@pytest.fixture
def document() -> dict[str, Any]:
    return copy.deepcopy(dict(shipped_framework().document))


def keys() -> dict[str, tuple[int, int, str]]:
    return {r.code: (r.id, r.statement_id, r.guid) for r in session.scalars(sa.select(Requirement))}


@pytest.mark.usefixtures("loaded")
def test_loading_again_changes_nothing() -> None:
    before = keys()
    session.expire_all()
    outcome = load_framework(shipped_framework(), at=TUESDAY)
    assert (outcome.added, outcome.changed) == (0, 0)
    assert keys() == before
    assert queries.get_framework().loaded_at == MONDAY


@pytest.mark.usefixtures("loaded")
def test_rows_are_the_files() -> None:
    framework = shipped_framework()
    rows = queries.list_requirements()
    assert [(r.code, r.guid, r.statement.text["zh"], r.proficiency) for r in rows] == [
        (r.code, str(r.guid), r.text.zh, list(r.proficiency)) for r in framework.requirements
    ]
    positions = queries.list_positions()
    assert [(p.code, p.title, p.duties, p.direction.code) for p in positions] == [
        (p.code, p.title.as_json(), p.duties.as_json(), p.code[:3]) for p in framework.positions
    ]
    # JSONB keeps no order of keys, so compare what is parsed, not what is written.
    assert queries.read_framework().bands == framework.bands
    assert queries.read_framework().requirements == framework.requirements


@pytest.mark.usefixtures("loaded")
def test_a_corrected_wording_keeps_the_row_that_tags_hang_on(document: dict[str, Any]) -> None:
    before = keys()
    for direction in document["directions"]:
        for position in direction["positions"]:
            for requirement in position["requirements"]:
                if requirement["zh"].startswith("掌握数据分析工具和技术"):
                    requirement["zh"] = requirement["zh"].replace("复杂的", "更复杂的")
    outcome = load_framework(parse_framework(document), at=TUESDAY)
    assert outcome.added == 0
    assert keys() == before
    assert "更复杂的" in queries.list_requirements(search="5.5.4-b-2")[0].statement.text["zh"]
    assert queries.get_framework().loaded_at == TUESDAY


@pytest.mark.usefixtures("loaded")
def test_a_wording_that_parts_from_the_others_is_a_statement_of_its_own(document: dict[str, Any]) -> None:
    before = keys()
    requirement = document["directions"][1]["positions"][0]["requirements"][3]
    assert requirement["code"] == "5.2.1-a-4"
    requirement.update(zh="掌握碳排放核查报告编制的要求", en="Masters the requirements for verification reports")
    outcome = load_framework(parse_framework(document), at=TUESDAY)
    assert outcome.added == 1
    after = keys()
    assert after["5.2.1-a-4"][1] != before["5.2.1-a-4"][1]
    assert {code for code in before if before[code] != after[code]} == {"5.2.1-a-4"}


@pytest.mark.usefixtures("loaded")
def test_a_document_that_lacks_requirements_is_refused(document: dict[str, Any]) -> None:
    document["directions"][4]["positions"][3]["requirements"].pop()
    with pytest.raises(RequirementsRemovedError, match=r"5\.5\.4-c-5"):
        load_framework(parse_framework(document), at=TUESDAY)


@pytest.mark.usefixtures("loaded")
def test_a_new_edition_loads_beside(document: dict[str, Any]) -> None:
    before = keys()
    document.update(code="T/MIITEC 020-2027", urn="urn:tmiitec:020-2027:")
    document["directions"][4]["positions"][3]["requirements"].pop()
    outcome = load_framework(parse_framework(document), at=TUESDAY)
    assert outcome.added == 1 + 5 + 9 + 66 + 89
    assert [f.code for f in queries.list_frameworks()] == ["T/MIITEC 020-2024", "T/MIITEC 020-2027"]
    assert len(queries.list_requirements(framework="T/MIITEC 020-2027")) == 89
    assert len(queries.list_requirements()) == 90
    assert {r.code: (r.id, r.statement_id, r.guid) for r in queries.list_requirements()} == before


@pytest.mark.usefixtures("loaded")
def test_requirements_by_position_and_dimension() -> None:
    position = queries.get_position_by_code("5.2.1")
    assert position.title["en"] == "Carbon reduction engineer"
    found = queries.list_requirements(position_id=position.id, dimension=Dimension.KNOWLEDGE)
    assert [r.code for r in found] == ["5.2.1-a-1", "5.2.1-a-2", "5.2.1-a-3", "5.2.1-a-4"]


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("search", "codes"),
    [
        ("土壤", ["5.5.4-a-2"]),
        ("SOIL fertility", ["5.5.4-a-2"]),
        ("汽车 标准", ["5.5.1-a-1"]),
        ("5.3.1-c", ["5.3.1-c-1", "5.3.1-c-2"]),
        ("50%", []),
        ("_", []),
        ("soil 汽车", []),
    ],
)
def test_search_in_both_languages(search: str, codes: list[str]) -> None:
    assert [r.code for r in queries.list_requirements(search=search)] == codes


@pytest.mark.usefixtures("loaded")
def test_who_shares_a_statement() -> None:
    shared = queries.list_requirements(search="5.2.1-b-3")[0].statement
    alone = queries.list_requirements(search="5.5.4-a-2")[0].statement
    codes = ["5.2.1", "5.2.2", "5.5.1", "5.5.2", "5.5.3", "5.5.4"]
    assert [p.code for p in queries.positions_sharing(shared)] == codes
    both = queries.positions_by_statement([shared.id, alone.id])
    assert {key: [p.code for p in found] for key, found in both.items()} == {shared.id: codes, alone.id: ["5.5.4"]}
    assert {r.position.code for r in queries.list_requirements(statement_ids=[shared.id])} == set(codes)


@pytest.mark.usefixtures("loaded")
def test_guids_find_their_requirements() -> None:
    wanted = [str(r.guid) for r in shipped_framework().requirements[:3]]
    found = queries.list_requirements_by_guid([*wanted, "f453b05f-0000-5dd9-baef-13df86d9b96a"])
    assert {guid: r.code for guid, r in found.items()} == dict(
        zip(wanted, ["5.1.1-a-1", "5.1.1-a-2", "5.1.1-a-3"], strict=True)
    )


@pytest.mark.usefixtures("loaded")
def test_what_is_not_there_is_named() -> None:
    assert queries.get_band("intermediate").weights[Dimension.KNOWLEDGE] == 50
    with pytest.raises(UnknownBandError, match="expert"):
        queries.get_band("expert")
    with pytest.raises(UnknownPositionError, match=r"9\.9"):
        queries.get_position_by_code("9.9")
    with pytest.raises(UnknownFrameworkError, match="T/X"):
        queries.get_framework("T/X")


@pytest.mark.usefixtures("loaded")
def test_listing_takes_one_query(app: Flask) -> None:
    session.expunge_all()
    seen: list[str] = []
    engine = app.extensions["sqlalchemy"].engine

    def on_execute(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", on_execute)
    texts = [(r.position.title["zh"], r.statement.text["zh"]) for r in queries.list_requirements()]
    assert len(texts) == 90
    assert {p.direction.title["zh"] for p in queries.list_positions()} >= {"碳战略", "碳市场"}
    assert len([statement for statement in seen if statement.startswith("SELECT")]) == 2


@pytest.mark.usefixtures("loaded")
def test_counts_in_the_database() -> None:
    counts = [
        session.scalar(sa.select(sa.func.count()).select_from(m)) for m in (Framework, Position, Statement, Requirement)
    ]
    assert counts == [1, 9, 67, 90]
