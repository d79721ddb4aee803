"""Writing over the API: what is refused and how, steps of review, and requests that are sent twice."""

from typing import Any

import pytest

from tests.functional.question_bank.conftest import Bank
from tests.support.questions import TRUE_FALSE

NEW: dict[str, Any] = {
    "kind": "true_false",
    "title": {"zh": "碳", "en": "Carbon"},
    "content": TRUE_FALSE,
    "points": 2_000,
    "requirements": [{"code": "5.2.1-a-3"}, {"code": "5.2.1-a-4", "positions": ["5.2.1"]}],
}


def test_a_question_is_written_sent_and_signed(bank: Bank) -> None:
    author, reviewer = bank.client("author"), bank.client("reviewer")
    made = author.post("/api/v1/questions", json=NEW)
    assert made.status_code == 201
    assert [one["code"] for one in made.json["requirements"]] == ["5.2.1-a-3", "5.2.1-a-4"]
    path = f"/api/v1/questions/{made.json['id']}"
    changed = {**NEW, "minutes": 5, "revision": 1}
    changed.pop("kind")
    saved = author.put(path, json=changed)
    assert (saved.status_code, saved.json["minutes"], saved.json["revision"]) == (200, 5, 2)
    assert author.put(path, json={**changed, "minutes": 6}).status_code == 409
    assert author.post(f"{path}/steps", json={"step": "submit"}).json["state"] == "in_review"
    own = author.post(f"{path}/steps", json={"step": "approve", "revision": 2})
    assert (own.status_code, own.mimetype) == (403, "application/problem+json")
    assert reviewer.post(f"{path}/steps", json={"step": "approve", "revision": 1}).json["code"] == "changed-since-read"
    assert reviewer.post(f"{path}/steps", json={"step": "approve", "revision": 2}).json["state"] == "approved"
    doubted = reviewer.post(f"{path}/steps", json={"step": "suspend", "text": "The law changed"})
    assert doubted.json["state"] == "suspended"
    assert [one["id"] for one in author.get("/api/v1/questions?state=suspended").json["items"]] == [made.json["id"]]
    assert author.post(f"{path}/steps", json={"step": "renew"}).json["version"] == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_wrong_is_named_by_field(bank: Bank) -> None:
    author = bank.client("author")

    def refused(**changes: Any) -> tuple[int, dict[str, Any]]:
        answer = author.post("/api/v1/questions", json={**NEW, **changes})
        assert answer.mimetype == "application/problem+json"
        return answer.status_code, answer.json

    assert refused(kind="riddle")[0] == 404
    assert refused(requirements=[{"code": "9.9.9-a-1"}])[1]["code"] == "unknown-requirement"
    assert refused(content={"stem": 7})[1]["code"] == "question-shape"
    assert "difficulty" in refused(difficulty=0)[1]["errors"]["json"]
    assert refused(title={"zh": "长" * 200})[0] == 422
    assert refused(unknown=1)[0] == 422
    assert author.get("/api/v1/questions").json["items"] == []


def test_a_request_that_is_sent_twice_is_done_once(bank: Bank) -> None:
    author, key = bank.client("author"), {"Idempotency-Key": "one"}
    first = author.post("/api/v1/questions", json=NEW, headers=key)
    again = author.post("/api/v1/questions", json=NEW, headers=key)
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    other = author.post("/api/v1/questions", json={**NEW, "points": 1}, headers=key)
    assert (other.status_code, other.json["code"]) == (422, "key-reused")
    # Somebody else's key of the same name is another key, and a refused request gives its key back.
    assert bank.client("colleague").post("/api/v1/questions", json=NEW, headers=key).json["id"] != first.json["id"]
    two = {"Idempotency-Key": "two"}
    assert author.post("/api/v1/questions", json={**NEW, "kind": "riddle"}, headers=two).status_code == 404
    assert author.post("/api/v1/questions", json=NEW, headers=two).status_code == 201
    assert author.post("/api/v1/questions", json=NEW, headers={"Idempotency-Key": "k" * 201}).status_code == 422
    assert len(author.get("/api/v1/questions").json["items"]) == 3
