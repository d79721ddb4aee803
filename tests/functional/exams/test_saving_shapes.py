"""What is no answer is named; the others in the same request are saved."""

from typing import Any

from tests.support.exam_seats import Candidate, change, held_answers
from tests.support.exams import RIGHT, ExamWorld

# What cannot be an answer to its question, by slot: single choice, multiple choice, true/false, numeric.
GARBAGE: list[tuple[int, Any]] = [
    (1, "z"),
    (1, ["a"]),
    (1, 1),
    (1, {"a": 1}),
    (1, True),
    (1, "\x00"),
    (2, "z"),
    (2, ["a", "z"]),
    (2, [["a"]]),
    (2, {"value": "a"}),
    (2, ["a"] * 100),
    (3, "maybe"),
    (3, 1),
    (3, []),
    (4, {"value": "1", "unit": "t", "more": 1}),
    (4, {"value": ["1"]}),
    (4, "1\x00"),
    (4, "\ud800"),
    (4, "9" * 100),
    (4, [1]),
    (4, True),
]


def test_what_is_no_answer_is_named_and_the_others_are_saved(world: ExamWorld, candidate: Candidate) -> None:
    candidate.put(*(change(slot, 0, value) for slot, value in RIGHT.items()))
    for seq, (slot, value) in enumerate(GARBAGE, start=1):
        other = 1 if slot != 1 else 2
        answer = candidate.put(change(slot, seq, value), change(other, seq, RIGHT[other]))
        assert answer.status_code == 422, (slot, value, answer.json)
        assert answer.json["code"] == "answer-shape"
        assert answer.json["slots"] == [slot]
        assert list(answer.json["errors"]) == [f"slot.{slot}"]
        assert answer.json["saved"] == [{"slot": other, "seq": seq}]
        held = {each: row[2] for each, row in held_answers(world, candidate.attempt_id).items()}
        assert held == RIGHT


def test_half_typed_answers_are_kept_as_they_are(world: ExamWorld, candidate: Candidate) -> None:
    typed = [{"value": "3.2e", "unit": None}, {"value": "", "unit": "tCO2"}, "三", 12, 1.5, {"value": 10**29}]
    for seq, value in enumerate(typed):
        assert candidate.put(change(4, seq, value)).status_code == 200, value
        assert held_answers(world, candidate.attempt_id)[4] == (1, seq, value)


def test_a_slot_the_paper_does_not_have_is_named(world: ExamWorld, candidate: Candidate) -> None:
    answer = candidate.put(change(5, 1, "a"), change(0, 1, "a"), change(1, 1, "a"))
    assert answer.status_code == 422
    assert answer.json["slots"] == [0, 5]
    assert "5" in answer.json["errors"]["slot.5"][0]
    assert held_answers(world, candidate.attempt_id) == {1: (1, 1, "a")}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"seq": -1}, "seq"),
    ({"seq": "1"}, "seq"),
    ({"seq": 1.5}, "seq"),
    ({"seq": True}, "seq"),
    ({"seq": 2**63}, "seq"),
    ({"slot": "1"}, "slot"),
    ({"slot": None}, "slot"),
    ({"slot": [1]}, "slot"),
    ({"flagged": 1}, "flagged"),
    ({"client_at": "yesterday"}, "client_at"),
    ({"client_at": 5}, "client_at"),
    ({"client_at": "0001-01-01T00:00:00+14:00"}, "client_at"),
    ({"more": 1}, "more"),
]


def test_a_change_of_the_wrong_shape_is_named_and_the_others_are_saved(world: ExamWorld, candidate: Candidate) -> None:
    for seq, (wrong, where) in enumerate(WRONG):
        answer = candidate.put({**change(1, seq, "a"), **wrong}, change(2, seq, ["a"]))
        assert answer.status_code == 422, (wrong, answer.json)
        assert list(answer.json["errors"]) == [f"changes.0.{where}"]
        assert answer.json["saved"] == [{"slot": 2, "seq": seq}]
    assert held_answers(world, candidate.attempt_id) == {2: (1, len(WRONG) - 1, ["a"])}


def test_a_change_without_a_value_is_named(candidate: Candidate) -> None:
    answer = candidate.put({"slot": 1, "seq": 1})
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["changes.0.value"]


def test_a_wrong_clock_does_not_cost_an_answer(world: ExamWorld, candidate: Candidate) -> None:
    clocks = ["1601-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-05-11T06:03:22", None]
    for seq, moment in enumerate(clocks):
        assert candidate.put(change(1, seq, "a", client_at=moment)).status_code == 200
        assert held_answers(world, candidate.attempt_id) == {1: (1, seq, "a")}


UNREADABLE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"epoch": 1}',
    b'{"changes": []}',
    b'{"epoch": "1", "changes": []}',
    b'{"epoch": 1, "changes": {}}',
    b'{"epoch": -1, "changes": []}',
    b'{"epoch": 1, "changes": [], "more": 1}',
    b'{"epoch": NaN, "changes": []}',
    b'{"epoch": ' + b"9" * 5000 + b', "changes": []}',
    b"[" * 100_000,
    b'{"epoch": 1, "changes": [' + b"{}," * 1001 + b"{}]}",
]


def test_a_body_that_cannot_be_read_is_named(candidate: Candidate) -> None:
    for method, path in (("PUT", "answers"), ("POST", "submission")):
        for body in UNREADABLE:
            answer = candidate.client.open(
                f"/api/v1/attempts/{candidate.attempt_id}/{path}",
                method=method,
                data=body,
                content_type="application/json",
            )
            assert answer.status_code == 422, (body[:80], answer.text)
            assert answer.json["code"] == "answer-shape"
            assert answer.json["errors"]


def test_a_form_post_is_refused(candidate: Candidate) -> None:
    path = f"/api/v1/attempts/{candidate.attempt_id}/answers"
    assert candidate.client.put(path, data={"epoch": 1}).status_code == 415
