"""`lms-carbon framework`: show a framework, load one into the database."""

import json
import shutil
import sys
from pathlib import Path

import click

from lms_carbon.core.cli import with_app
from lms_carbon.core.clock import now
from lms_carbon.core.errors import DomainError
from lms_carbon.framework.documents import read_framework, shipped_framework
from lms_carbon.framework.rules import Framework, framework_as_json
from lms_carbon.framework.services import load_framework
from lms_carbon.framework.sheets import framework_as_text

WIDEST = 100

file_option = click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A framework file (YAML or JSON) in place of T/MIITEC 020-2024 as it ships.",
)


@click.group("framework")
def framework_commands() -> None:
    """The standard as data: positions, requirements, bands and weights."""


@framework_commands.command("show")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--lang",
    "language",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="Language of the text form; JSON always holds both.",
)
@file_option
def show(form: str, language: str, path: Path | None) -> None:
    """Print the framework whole. Needs neither database nor settings."""
    framework = _read(path)
    if form == "json":
        click.echo(json.dumps(framework_as_json(framework), ensure_ascii=False, indent=2))
        return
    width = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)
    click.echo(framework_as_text(framework, language=language, width=width))


@framework_commands.command("load")
@file_option
@with_app
def load(path: Path | None) -> None:
    """Load a framework into the database. Loading the same one again changes nothing."""
    framework = _read(path)
    outcome = load_framework(framework, at=now())
    click.echo(
        f"{framework.code}: {len(framework.positions)} positions, {len(framework.requirements)} requirements"
        f" ({outcome.added} added, {outcome.changed} changed)"
    )


def _read(path: Path | None) -> Framework:
    try:
        return shipped_framework() if path is None else read_framework(path)
    except DomainError as problem:
        click.echo(f"Error: {problem}", err=True)
        sys.exit(2)
