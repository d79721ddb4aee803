"""Many questions at once: tagging, retiring, taking it back; saved views; suspending."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.question_bank.models import QuestionVersion
from lms_carbon.question_bank.rules.bulk import MAX_BULK, Act
from lms_carbon.question_bank.services.bulk import change_many
from tests.functional.question_bank.conftest import Bank
from tests.functional.question_bank.test_listing import counted
from tests.support.world import submit


def states(bank: Bank, question_id: int) -> list[tuple[int, str, int]]:
    """Return (number, state, how many tags) of a question's versions."""

    def look() -> list[tuple[int, str, int]]:
        query = (
            sa.select(QuestionVersion)
            .where(QuestionVersion.question_id == question_id)
            .order_by(QuestionVersion.number)
        )
        return [(v.number, v.state.value, len(v.tags)) for v in session.scalars(query)]

    return bank.within(look)


def do(bank: Bank, *ids: int, by: str = "author", **fields: Any) -> Any:
    """Send the list's form for many."""
    return submit(bank.client(by), "/questions/bulk", {"pick": list(ids), **fields}, page="/questions")


def undo(bank: Bank, path: str, by: str = "author") -> Any:
    """Press the button that takes it back."""
    return submit(bank.client(by), path, {"action": "undo"}, page="/style")


def test_many_are_tagged_and_it_is_taken_back(bank: Bank) -> None:
    draft, signed, waiting = bank.question(), bank.approved(), bank.question()
    bank.send(waiting)
    tagged = bank.question("5.2.1-a-1")
    answer = do(bank, draft, signed, waiting, tagged, act="tag", to="5.2.1-a-1")
    assert answer.status_code == 303
    assert states(bank, draft) == [(1, "draft", 2)]
    assert states(bank, signed) == [(1, "approved", 1), (2, "draft", 2)]
    assert states(bank, waiting) == [(1, "in_review", 1)]
    page = bank.client("author").get(answer.location).text
    for words in ("changed in a new version", "a version is in review", "was so already"):
        assert words in page
    assert undo(bank, answer.location, "reviewer").status_code == 403
    assert undo(bank, answer.location, "foreigner").status_code == 404
    assert undo(bank, answer.location).status_code == 303
    assert states(bank, draft) == [(1, "draft", 1)]
    assert states(bank, signed) == [(1, "approved", 1)]
    assert undo(bank, answer.location).status_code == 409
    assert {"question.drop_version", "question.save"} <= set(bank.acts())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_somebody_worked_on_since_is_left_alone(bank: Bank) -> None:
    draft, other = bank.question(), bank.question()
    answer = do(bank, draft, other, act="untag", to="5.2.1-a-3")
    assert states(bank, draft) == [(1, "draft", 0)]
    bank.within(_tag_again, bank.actor("colleague"), draft, bank)
    undo(bank, answer.location)
    assert "somebody worked on it since" in bank.client("author").get(answer.location).text
    assert [len_ for _, _, len_ in states(bank, draft) + states(bank, other)] == [1, 1]


def _tag_again(by: Any, question_id: int, bank: Bank) -> None:
    with transaction():
        change_many(by=by, act=Act.TAG, question_ids=[question_id], requirement="5.2.1-a-1", at=now())


def test_many_are_retired_by_filter_and_come_back_as_they_were(bank: Bank) -> None:
    draft, signed, doubted = bank.question(), bank.approved(), bank.approved()
    suspend = {"action": "suspend", "text": "The factor is out of date"}
    assert submit(bank.client("author"), f"/questions/{doubted}/versions/1", suspend).status_code == 303
    kept = bank.question("5.2.2-a-1")
    answer = do(bank, by="both", act="retire", all="1", **{"filter-requirement": "5.2.1-a-3"})
    assert [states(bank, one)[0][1] for one in (draft, signed, doubted, kept)] == [*["retired"] * 3, "draft"]
    undo(bank, answer.location, "reviewer")
    assert [states(bank, one)[0][1] for one in (draft, signed, doubted)] == ["draft", "approved", "suspended"]
    assert "undone" in bank.client("reviewer").get("/questions/bulk").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_done_is_said_and_nothing_happens(bank: Bank) -> None:
    bank.question()
    client = bank.client("author")
    for fields, said in (
        ({"act": "retire"}, "No question is ticked"),
        ({"act": "tag", "pick": ["1"], "to": "9.9"}, "no requirement of this code"),
        ({"act": "retire", "pick": [str(n) for n in range(1, MAX_BULK + 2)]}, "At most 500 questions"),
    ):
        answer = submit(client, "/questions/bulk", fields, page="/questions")
        assert said in client.get(answer.location).text
    assert "Nothing was changed yet" in client.get("/questions/bulk").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_number_of_queries_of_the_list_does_not_grow(bank: Bank) -> None:
    author = bank.client("author")
    bank.question()
    address = "/questions?q=carbon&cognitive=understand&position=5.2.1&language=zh"
    author.get(address)  # the first request of a session notes that it was seen
    with counted(bank) as before:
        author.get(address)
    for _ in range(3):
        bank.question("5.2.1-a-1", "5.2.1-a-3")
    with counted(bank) as after:
        assert "4 questions found" in author.get(address).text
    assert len(after) == len(before)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_doubted_question_leaves_new_forms_until_another_person_resumes_it(bank: Bank) -> None:
    question_id = bank.approved(by="both")
    path, both = f"/questions/{question_id}/versions/1", bank.client("both")
    assert submit(both, path, {"action": "suspend", "text": " "}).status_code == 422
    assert submit(both, path, {"action": "suspend", "text": "Two answers are right"}).status_code == 303
    assert "Two answers are right" in both.get(path).text
    assert "Suspended <b>1</b>" in both.get("/questions").text
    assert submit(both, path, {"action": "resume"}).status_code == 403  # who wrote it
    # A new version may be written meanwhile; signing it puts the suspended one aside.
    submit(both, path, {"action": "renew"})
    bank.send(question_id, by="both")
    bank.sign(question_id)
    assert [state for _, state, _ in states(bank, question_id)] == ["retired", "approved"]
    other = bank.approved()
    other_path, reviewer = f"/questions/{other}/versions/1", bank.client("reviewer")
    submit(reviewer, other_path, {"action": "suspend", "text": "Outdated"})
    assert submit(reviewer, other_path, {"action": "resume"}).status_code == 303
    assert states(bank, other) == [(1, "approved", 1)]


def test_views_are_kept_used_and_removed_by_their_owner_alone(bank: Bank) -> None:
    bank.question()
    author = bank.client("author")
    fields = {"name": " My  drafts ", "filter-state": "draft", "filter-q": "碳", "filter-evil": "x"}
    assert submit(author, "/questions/views", fields, page="/questions").status_code == 303
    submit(author, "/questions/views", {**fields, "filter-q": "碳 源"}, page="/questions")
    page = author.get("/questions").text
    assert page.count(">My drafts</a>") == 1
    assert re.search(r'href="/questions\?state=draft&amp;q=%E7%A2%B3\+%E6%BA%90"', page)
    view = re.search(r"/questions/views/(\d+)", page)
    assert view is not None
    remove = {"action": "remove"}
    assert submit(bank.client("colleague"), view[0], remove, page="/questions").status_code == 404
    assert submit(author, view[0], remove, page="/questions").status_code == 303
    assert "My drafts" not in author.get("/questions").text
    answer = submit(author, "/questions/views", {"name": " "}, page="/questions")
    assert "A view has a name" in author.get(answer.location).text


def test_enemies_are_named_by_code_and_let_go(bank: Bank) -> None:
    one, other = bank.question(), bank.question()
    author, path = bank.client("author"), f"/questions/{one}/enemies"
    for code, said in (("Q-99999", "no question of this code"), (f"Q-{one:05d}", "the question itself")):
        refused = submit(author, path, {"action": "add", "code": code})
        assert refused.status_code == 422
        assert said in refused.text
    for _ in range(2):
        assert submit(author, path, {"action": "add", "code": f"Q-{other:05d}"}).status_code == 303
    assert f"Q-{one:05d}" in bank.client("reviewer").get(f"/questions/{other}/versions/1").text
    drop = {"action": "drop", "other": str(one)}
    assert submit(author, f"/questions/{other}/enemies", drop).status_code == 303
    assert submit(author, f"/questions/{other}/enemies", drop).status_code == 404
    assert ">None.<" in author.get(path).text
