"""`python -m demo run` and `python -m demo reset`."""

import shutil
import sys
from pathlib import Path

import click

from demo.processes import Place, PortTakenError, run_demo


@click.group()
def main() -> None:
    """The demo."""


@main.command()
@click.option("--folder", default=".demo", show_default=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--port", default=8000, show_default=True, type=int, help="Of the tool, at 127.0.0.1.")
@click.option("--sandbox-port", default=8001, show_default=True, type=int, help="Of the sandbox LMS, at localhost.")
def run(folder: Path, port: int, sandbox_port: int) -> None:
    """Set the demo up where it is not yet, and run it until Ctrl-C."""
    try:
        run_demo(Place(folder=folder.resolve(), port=port, sandbox_port=sandbox_port))
    except PortTakenError as problem:
        click.echo(
            f"Port {problem} is in use by another program. Stop that one, or give --port and --sandbox-port.", err=True
        )
        sys.exit(1)


@main.command()
@click.option("--folder", default=".demo", show_default=True, type=click.Path(file_okay=False, path_type=Path))
def reset(folder: Path) -> None:
    """Throw the demo's data away."""
    if folder.is_dir():
        shutil.rmtree(folder)
        click.echo("The demo's data is gone. The next `make run` starts over.")
    else:
        click.echo("There is no demo data here.")


if __name__ == "__main__":
    main()
