"""The routes of the exam in the OpenAPI document."""

from flask.testing import FlaskClient


def test_the_routes_are_described(client: FlaskClient) -> None:
    paths = client.get("/api/v1/openapi.json").json["paths"]
    found = {
        (path.split("/api/v1")[-1], method)
        for path, methods in paths.items()
        for method in methods
        if "attempt" in path and method != "parameters"
    }
    assert found == {
        ("/exams/{exam_id}/attempts", "post"),
        ("/attempts/{attempt_id}/window", "post"),
        ("/attempts/{attempt_id}/answers", "put"),
        ("/attempts/{attempt_id}/submission", "post"),
        ("/attempts/{attempt_id}", "get"),
    }
    saving = next(methods["put"] for path, methods in paths.items() if path.endswith("/answers"))
    schema = saving["requestBody"]["content"]["application/json"]["schema"]
    assert schema["$ref"].endswith("/Changes")
    assert saving["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/Saved")
