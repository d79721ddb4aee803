"""The two health addresses."""

from flask.testing import FlaskClient


def test_process_lives(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok"}


def test_ready_when_the_schema_is_the_newest(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.json
    assert answer.json["revision"] == "0002"
