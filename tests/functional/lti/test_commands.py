"""`lms-carbon platform`: what an administrator types, and what the platform's administrator needs in turn."""

from flask import Flask

from lms_carbon.lti.commands import platform_commands
from tests.support.world import make_institution

ADD = (
    "platform add --institution demo --issuer https://lms.example --client-id c1 --auth-login-url https://lms.example/a"
    " --token-url https://lms.example/t --keyset-url https://lms.example/k --deployment-id 1 --deployment-id 2"
    " --frame-origin https://pages.example/x"
)


def test_add_and_list(app: Flask) -> None:
    runner = app.test_cli_runner()
    with app.app_context():
        make_institution("demo")

    def run(line: str) -> tuple[int, str]:
        answer = runner.invoke(platform_commands, line.split()[1:], obj=lambda: app)
        return answer.exit_code, answer.output

    status, said = run(ADD)
    assert status == 0, said
    for address in ("/lti/login", "/lti/launch", "/lti/keys"):
        assert f"http://127.0.0.1:8000{address}" in said
    assert run("platform list") == (0, "demo  https://lms.example  https://lms.example  c1  [1, 2]\n")
    assert len(app.test_client().get("/lti/keys").get_json()["keys"]) == 1
    policy = app.test_client().get("/").headers["Content-Security-Policy"]
    assert policy.endswith("'self' https://lms.example https://pages.example")

    assert run(ADD)[0] == 2
    assert "registered already" in run(ADD)[1]
    assert "no institution called nowhere" in run(ADD.replace("demo", "nowhere"))[1]
    assert "must be an https address" in run(ADD.replace("https://lms.example/k", "ftp://lms.example/k"))[1]
