"""The two health addresses."""

from pathlib import Path

from flask.testing import FlaskClient

REVISIONS = Path(__file__).parents[3] / "migrations" / "versions"


def test_process_lives(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok"}


def test_ready_when_the_schema_is_the_newest(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.json
    assert answer.json["revision"] == max(file.name[:4] for file in REVISIONS.glob("0*.py"))
