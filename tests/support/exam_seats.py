"""Candidates at an exam, what the server holds of theirs, and what came into the ledger."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Mark, MarkBatch
from lms_carbon.exams.models.attempts import Answer, Attempt, LateAnswer
from tests.support.exams import ExamWorld
from tests.support.world import World, make_person, make_session, use_token


@dataclass
class Candidate:
    """A candidate with a client of their own, as one browser."""

    client: FlaskClient
    person: World
    token: str
    attempt_id: int = 0
    epoch: int = 0

    def start(self, exam_id: int, **body: Any) -> Any:
        """Begin the attempt; returns the answer."""
        sent = {"language": "en", "accepted": True, **body}
        answer = self.client.post(f"/api/v1/exams/{exam_id}/attempts", json=sent)
        if answer.status_code < 300:
            self.attempt_id = answer.get_json()["attempt"]
        return answer

    def open_window(self) -> Any:
        """Take the attempt over; returns the answer."""
        answer = self.client.post(f"/api/v1/attempts/{self.attempt_id}/window", json={})
        if answer.status_code == 200:
            self.epoch = answer.get_json()["epoch"]
        return answer

    def put(self, *changes: Mapping[str, Any], epoch: int | None = None) -> Any:
        """Save changes; returns the answer."""
        body = {"epoch": self.epoch if epoch is None else epoch, "changes": list(changes)}
        # Dumped here, in ASCII: so anything that JSON can say can be sent.
        return self.client.put(
            f"/api/v1/attempts/{self.attempt_id}/answers", data=json.dumps(body), content_type="application/json"
        )

    def submit(self, *changes: Mapping[str, Any], by: str = "candidate", epoch: int | None = None) -> Any:
        """Submit; returns the answer."""
        body = {"epoch": self.epoch if epoch is None else epoch, "changes": list(changes), "by": by}
        return self.client.post(f"/api/v1/attempts/{self.attempt_id}/submission", json=body)


def change(slot: int, seq: int, value: Any, **more: Any) -> dict[str, Any]:
    """Return one change as the page sends it."""
    return {"slot": slot, "seq": seq, "value": value, **more}


def make_candidate(world: ExamWorld, name: str = "林晓", *, person: World | None = None) -> Candidate:
    """Make a candidate who came by launch, signed in with a client of their own."""
    client = world.app.test_client()
    with world.app.app_context():
        somebody = person or make_person(world.institution_id, name)
        token = make_session(somebody, strong=False, launch_role=Role.CANDIDATE)
    use_token(client, token)
    return Candidate(client, somebody, token)


def seated(world: ExamWorld, name: str = "林晓") -> Candidate:
    """Make a candidate whose attempt runs in an open window."""
    candidate = make_candidate(world, name)
    assert candidate.start(world.exam_id).status_code == 201
    assert candidate.open_window().status_code == 200
    return candidate


def move_deadline(world: ExamWorld, attempt_id: int, seconds: float) -> None:
    """Let an attempt end so many seconds from now; negative is over already."""
    with world.app.app_context(), transaction():
        session.execute(
            sa.update(Attempt).where(Attempt.id == attempt_id).values(ends_at=now() + timedelta(seconds=seconds))
        )


def held_answers(world: ExamWorld, attempt_id: int) -> dict[int, tuple[int, int, Any]]:
    """Return slot → (epoch, seq, value) as the database holds it."""
    with world.app.app_context(), transaction(write=False):
        rows = session.execute(
            sa.select(Answer.slot, Answer.epoch, Answer.seq, Answer.value).where(Answer.attempt_id == attempt_id)
        )
        return {row.slot: (row.epoch, row.seq, row.value) for row in rows}


def late_answers(world: ExamWorld, attempt_id: int) -> list[tuple[int, int, int, Any, str]]:
    """Return (slot, epoch, seq, value, reason) of what came too late."""
    with world.app.app_context(), transaction(write=False):
        rows = session.scalars(sa.select(LateAnswer).where(LateAnswer.attempt_id == attempt_id).order_by(LateAnswer.id))
        return [(row.slot, row.epoch, row.seq, row.value, row.reason.value) for row in rows]


def marks_of(world: ExamWorld) -> list[Mark]:
    with world.app.app_context(), transaction(write=False):
        return list(session.scalars(sa.select(Mark).order_by(Mark.id)))


def batches_of(world: ExamWorld) -> list[str]:
    with world.app.app_context(), transaction(write=False):
        return list(session.scalars(sa.select(MarkBatch.source)))


def digest_of(world: ExamWorld, attempt_id: int) -> str:
    """Make the digest again, as its documentation says, from what the database holds."""
    rows = [
        {"slot": slot, "epoch": epoch, "seq": seq, "value": value}
        for slot, (epoch, seq, value) in sorted(held_answers(world, attempt_id).items())
    ]
    text = json.dumps(
        {"attempt": attempt_id, "answers": rows}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()
