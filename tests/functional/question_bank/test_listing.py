"""Finding questions: filters in the address, pages by cursor, the API, who may see what, how many queries it takes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from lms_carbon.framework.queries import get_position_by_code
from lms_carbon.question_bank.queries.usable import approved_for_position, requirements_shown
from tests.functional.question_bank.conftest import Bank
from tests.support.world import submit

PAGES = [
    "/questions",
    "/questions/new/numeric",
    "/questions/{id}",
    "/questions/{id}/review",
    "/questions/{id}/versions",
]
PAGES += ["/questions/{id}/versions/1", "/questions/{id}/try", "/api/v1/questions", "/api/v1/questions/{id}"]


@contextmanager
def counted(bank: Bank) -> Iterator[list[str]]:
    """Yield the statements that are sent to the database."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    with bank.app.app_context():
        engine = bank.app.extensions["sqlalchemy"].engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def codes(page: str) -> list[str]:
    return re.findall(r'lc-code">(Q-\d+)<', page)


def code(question_id: int) -> str:
    return f"Q-{question_id:05d}"


def test_an_empty_bank_says_what_to_do(bank: Bank) -> None:
    page = bank.client("author").get("/questions").text
    assert "No questions yet" in page
    assert page.count('href="/questions/new/numeric"') == 2
    assert "New question" not in bank.client("reviewer").get("/questions").text


def test_filters_find_what_they_say(bank: Bank) -> None:
    draft = bank.question("5.2.1-a-4", title={"zh": "燃烧排放", "en": "Combustion 100%"})
    approved = bank.approved("5.2.1-a-3")
    waiting = bank.question("5.2.2-a-3", by="colleague")
    bank.send(waiting, by="colleague")
    narrow = bank.question("5.2.1-a-4", positions=("5.2.1",))
    client = bank.client("author")

    def found(query: str) -> list[str]:
        return sorted(codes(client.get(f"/questions?{query}").text))

    def listed(*ids: int) -> list[str]:
        return sorted(code(each) for each in ids)

    assert found("") == listed(draft, approved, waiting, narrow)
    assert found("state=draft") == listed(draft, narrow)
    assert found("state=approved") == listed(approved)
    assert found("state=in_review") == listed(waiting)
    assert found("mine=1") == listed(draft, approved, narrow)
    assert found("kind=numeric") == []
    assert found("q=燃烧") == listed(draft)
    assert found("q=100%25") == listed(draft)
    assert found("q=carbon+ELEMENT") == listed(draft, approved, waiting, narrow)
    assert found(f"q={code(waiting)}") == listed(waiting)
    assert found("requirement=5.2.1-a-3") == listed(approved)
    assert found("requirement=5.2.1-a-4") == listed(draft, narrow)
    shared = next(
        r for r in bank.requirements.values() if r.statement_id == bank.statement("5.2.1-a-4") and r.code[:5] != "5.2.1"
    )
    assert found(f"requirement={shared.code}") == listed(draft)
    assert found(f"position={shared.position.code}&q=carbon") == (
        listed(draft, waiting) if shared.position.code == "5.2.2" else listed(draft)
    )
    assert found("state=nonsense&kind=%00&position=x&requirement=%25&after=!!") == []


def test_an_approved_question_with_a_draft_above_it_stands_in_both_states(bank: Bank) -> None:
    question_id = bank.approved()
    client = bank.client("author")
    submit(client, f"/questions/{question_id}/versions/1", {"action": "renew"})
    assert codes(client.get("/questions?state=approved").text) == [code(question_id)]
    assert codes(client.get("/questions?state=draft").text) == [code(question_id)]
    assert codes(client.get("/questions").text) == [code(question_id)]


def test_pages_follow_each_other_without_gap_or_repetition(bank: Bank) -> None:
    made = [bank.question() for _ in range(7)]
    client = bank.client("author")
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = client.get(f"/api/v1/questions?limit=3&cursor={cursor}").json
        seen += [item["id"] for item in answer["items"]]
        cursor = answer["next"]
    assert seen == sorted(made, reverse=True)
    assert client.get("/api/v1/questions?limit=0").status_code == 422
    assert client.get("/api/v1/questions?state=odd").status_code == 422


def test_the_api_tells_a_question_whole(bank: Bank) -> None:
    question_id = bank.approved("5.2.1-a-3")
    answer = bank.client("reviewer").get(f"/api/v1/questions/{question_id}").json
    assert answer["state"] == "approved"
    assert answer["content"]["stem"]["en"] == "<p>Carbon is an element.</p>"
    assert answer["requirements"][0]["code"] == "5.2.1-a-3"
    assert answer["versions"] == [{"version": 1, "state": "approved"}]
    assert answer["reviewer"] == "Li Wen"


@pytest.mark.parametrize("path", PAGES)
def test_only_authors_and_reviewers_of_the_institution_see_questions(bank: Bank, path: str) -> None:
    address = path.format(id=bank.question())
    for name in ("nobody", "officer"):
        assert bank.client(name).get(address).status_code == 403, name
    assert bank.app.test_client().get(address).status_code == 401
    foreign = bank.client("foreigner").get(address)
    assert foreign.status_code == (404 if "{id}" in path else 200)
    assert "Carbon is an element" not in foreign.text
    expected = 403 if path == "/questions/new/numeric" else 200
    assert bank.client("reviewer").get(address).status_code == expected


@pytest.mark.parametrize("act", ["save", "submit", "approve", "retire", "renew", "withdraw", "comment"])
def test_others_change_nothing(bank: Bank, act: str) -> None:
    question_id = bank.question()
    bank.send(question_id)
    before = bank.acts()
    fields = {"action": act, "revision": "1", "text": "x", "number": "1"}
    for name in ("nobody", "foreigner"):
        client = bank.client(name)
        for path in ("", "/review", "/versions/1"):
            page = "/style" if name == "nobody" else "/questions/new/numeric"
            answer = submit(client, f"/questions/{question_id}{path}", fields, page=page)
            assert answer.status_code in (400, 403, 404, 422), (name, path)
    assert bank.acts() == before


def test_a_list_takes_as_many_queries_for_40_as_for_10(bank: Bank) -> None:
    client = bank.client("author")
    paths = ["/questions", "/questions?state=approved&position=5.2.1", "/api/v1/questions?limit=100"]

    def queries(more: int) -> list[int]:
        for index in range(more):
            bank.approved(*(("5.2.1-a-3", "5.2.1-a-4") if index % 2 else ("5.2.1-a-4",)))
        counts = []
        for path in paths:
            with counted(bank) as sent:
                assert client.get(path).status_code == 200
            counts.append(len(sent))
        return counts

    client.get("/questions")  # what is kept for the life of the process is read with the first page
    assert queries(10) == queries(30)


def test_a_question_takes_as_many_queries_with_many_notes_and_tags(bank: Bank) -> None:
    few, many = bank.approved("5.2.1-a-3"), bank.approved(*[f"5.2.1-a-{n}" for n in (1, 2, 3, 4)])
    client = bank.client("author")
    for text in "abcdef":
        submit(client, f"/questions/{many}/versions/1", {"action": "comment", "text": text})

    def queries(question_id: int) -> int:
        with counted(bank) as sent:
            assert client.get(f"/questions/{question_id}").status_code == 200
        return len(sent)

    assert queries(few) == queries(many)


def test_exams_get_what_shows_the_position_in_tag_order(bank: Bank) -> None:
    both = bank.approved("5.2.1-a-4", "5.2.1-a-3")
    bank.approved("5.2.2-a-3")
    bank.approved(
        "5.2.1-a-4",
        positions=(
            next(
                r.position.code
                for r in bank.requirements.values()
                if r.statement_id == bank.statement("5.2.1-a-4") and r.position.code != "5.2.1"
            ),
        ),
    )
    bank.question("5.2.1-a-3")
    with bank.app.app_context():
        position = get_position_by_code("5.2.1")
        institution = bank.people["author"].institution_id
        found = approved_for_position(institution_id=institution, position_id=position.id)
        assert [usable.version.question_id for usable in found] == [both]
        assert [r.code for r in found[0].requirements] == ["5.2.1-a-4", "5.2.1-a-3"]
        skills = approved_for_position(institution_id=institution, position_id=position.id, dimension="skill")
        assert not skills
        one = {bank.requirements["5.2.1-a-3"].id}
        assert approved_for_position(institution_id=institution, position_id=position.id, requirement_ids=one)
        foreign = bank.people["foreigner"].institution_id
        assert not approved_for_position(institution_id=foreign, position_id=position.id)
        assert requirements_shown(version_ids=[found[0].version.id], position_id=position.id)
