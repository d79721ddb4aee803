"""`lms-carbon sandbox`: runs the sandbox LMS beside the tool."""

import os
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces

from lms_carbon.sandbox.config import load_config
from lms_carbon.sandbox.errors import ConfigError
from lms_carbon.sandbox.rules import RULES
from lms_carbon.sandbox.server import ENV_CONFIG, ENV_RULES, ENV_STATE, ENV_TOOL, ENV_URL

DEMO = "LMS_CARBON_DEMO"


@click.group("sandbox")
def sandbox_commands() -> None:
    """A small LMS that speaks LTI 1.3, for the demo and the tests."""


@sandbox_commands.command("serve")
@click.option("--host", default="localhost", show_default=True, help="Where to listen.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535))
@click.option("--tool", default="http://127.0.0.1:8000", show_default=True, help="The tool's address.")
@click.option("--public-url", help="The address that browsers and the tool use.  [default: http://HOST:PORT]")
@click.option(
    "--state",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file that holds gradebook, log and keys; delete it to start over.",
)
@click.option(
    "--config",
    "config_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Courses, people and the tool's registration.  [default: the demo's]",
)
@click.option("--rules", type=click.Choice(list(RULES)), help="Which kind of platform to play.  [default: the seed's]")
def serve(
    host: str, port: int, tool: str, public_url: str | None, state: Path, config_path: Path | None, rules: str | None
) -> None:
    """Run the sandbox LMS until it is interrupted."""
    if os.environ.get(DEMO) != "1":
        raise click.UsageError(
            f"The sandbox lets anyone be anyone, so it runs in the demo only. Set {DEMO}=1 if this is one."
        )
    try:
        load_config(config_path)  # a broken seed is told here, not in the server's process
    except ConfigError as error:
        raise click.UsageError(str(error)) from error
    state.parent.mkdir(parents=True, exist_ok=True)
    os.environ[ENV_STATE] = str(state.resolve())
    os.environ[ENV_TOOL] = tool
    os.environ[ENV_URL] = public_url or f"http://{host}:{port}"
    if config_path is not None:
        os.environ[ENV_CONFIG] = str(config_path.resolve())
    if rules is not None:
        os.environ[ENV_RULES] = rules
    Granian(
        "lms_carbon.sandbox.server:create_from_environment",
        factory=True,
        # The server binds numbers, and to a browser `localhost` is the one that matters: another site than 127.0.0.1.
        address="127.0.0.1" if host == "localhost" else host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=4,
        log_access=False,
        websockets=False,
    ).serve()
