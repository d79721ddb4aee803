"""`lms-carbon questions`: the bank from the command line."""

import click
import sqlalchemy as sa

from lms_carbon.core import clock
from lms_carbon.core.cli import with_app
from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.people.models.persons import Institution
from lms_carbon.question_bank.services.samples import import_samples


@click.group("questions")
def questions_commands() -> None:
    """The question bank."""


@questions_commands.command("samples")
@click.option("--institution", required=True, help="Short name of the institution.")
@with_app
def samples_command(institution: str) -> None:
    """Add the sample questions that ship with the product; safe to repeat."""
    institution_id = session.scalar(sa.select(Institution.id).where(Institution.slug == institution))
    if institution_id is None:
        raise NotFoundError
    added = import_samples(institution_id=institution_id, by=None, at=clock.now())
    click.echo(f"{added} sample questions added")
