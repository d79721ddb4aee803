"""The command line's frame: settings from the environment or the demo, an app on demand, one transaction a command."""

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click
import flask_migrate
from flask import Flask
from granian import Granian
from granian.constants import Interfaces

from lms_carbon.core.config import PREFIX, SettingsError, describe_settings, read_settings
from lms_carbon.core.errors import DomainError
from lms_carbon.core.transaction import transaction

DEMO_SETTINGS = Path(".demo/settings.env")

P = ParamSpec("P")
R = TypeVar("R")


def use_demo_settings() -> None:
    """While the demo is set up here, act on it where no settings are given."""
    given = [name for name in os.environ if name.startswith(PREFIX) and name not in (PREFIX + "FIXTURES",)]
    if given or not DEMO_SETTINGS.is_file():
        return
    for line in DEMO_SETTINGS.read_text().splitlines():
        name, _, value = line.partition("=")
        if name:
            os.environ[name] = value


def app_of(context: click.Context) -> Flask:
    """Return the app of this command, made at first need."""
    root = context.find_root()
    if "app" not in root.meta:
        try:
            root.meta["app"] = root.obj()
        except SettingsError as problem:
            click.echo(str(problem), err=True)
            sys.exit(2)
    app: Flask = root.meta["app"]
    return app


def with_app(command: Callable[P, R]) -> Callable[P, R]:
    """Run a command inside the app and one transaction; named errors end it with their sentence and status 2."""

    @functools.wraps(command)
    def inside(*args: Any, **kwargs: Any) -> Any:
        with app_of(click.get_current_context()).app_context():
            try:
                with transaction():
                    return command(*args, **kwargs)
            except DomainError as problem:
                click.echo(str(problem), err=True)
                sys.exit(2)

    return inside


@click.group("db")
def database_commands() -> None:
    """The database's schema."""


@database_commands.command("upgrade")
@click.option("--revision", default="head", show_default=True)
@click.pass_context
def upgrade_database(context: click.Context, revision: str) -> None:
    """Bring the schema up to date; safe to repeat."""
    with app_of(context).app_context():
        flask_migrate.upgrade(revision=revision)


@database_commands.command("revision")
@click.option("--message", "-m", required=True)
@click.pass_context
def make_revision(context: click.Context, message: str) -> None:
    """Write a new revision from the difference between models and database."""
    with app_of(context).app_context():
        flask_migrate.migrate(message=message)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=int)
@click.option("--workers", default=2, show_default=True, type=int, help="Processes.")
@click.option("--threads", default=8, show_default=True, type=int, help="Threads of each process.")
def serve_command(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the tool with granian; wsgi.py runs under any other WSGI server."""
    try:
        read_settings()
    except SettingsError as problem:
        click.echo(str(problem), err=True)
        sys.exit(2)
    Granian(
        "lms_carbon.app:create_app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=threads,
        log_enabled=False,
    ).serve()


@click.command("settings")
def settings_command() -> None:
    """Print the table of settings, as in docs/configuration.md."""
    click.echo(describe_settings(), nl=False)
