"""`lms-carbon questions`, the bank from the command line, and `lms-carbon content`, what ships with the product."""

import sys

import click
import sqlalchemy as sa

from lms_carbon.core import clock
from lms_carbon.core.cli import with_app
from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.framework.documents import shipped_framework
from lms_carbon.people.models.persons import Institution
from lms_carbon.question_bank.rules.content import RECALL, ContentReport, check_samples
from lms_carbon.question_bank.samples import sample_rows
from lms_carbon.question_bank.services.samples import import_samples


@click.group("questions")
def questions_commands() -> None:
    """The question bank."""


@questions_commands.command("samples")
@click.option("--institution", required=True, help="Short name of the institution.")
@with_app
def samples_command(institution: str) -> None:
    """Add the sample questions that ship with the product, for a reviewer to sign; safe to repeat."""
    institution_id = session.scalar(sa.select(Institution.id).where(Institution.slug == institution))
    if institution_id is None:
        raise NotFoundError
    added = import_samples(institution_id=institution_id, by=None, at=clock.now())
    click.echo(f"{added} sample questions added")


@click.group("content")
def content_commands() -> None:
    """The questions that ship with the product."""


@content_commands.command("check")
def check_command() -> None:
    """Report what the shipped questions cover, and every translation, source or key that is wrong with them.

    Needs neither database nor settings; ends with status 1 where something is wrong.
    """
    report = check_samples(sample_rows(), shipped_framework())
    for line in _lines(report):
        click.echo(line)
    for fault in report.faults:
        click.echo(f"Fault: {fault}", err=True)
    sys.exit(1 if report.faults else 0)


def _lines(report: ContentReport) -> list[str]:
    above = report.questions - report.levels.get(RECALL, 0)
    return [
        *(f"{code}  {count}" for code, count in report.statements.items()),
        f"{report.questions} questions on {len(report.statements)} knowledge statements, in both languages",
        "kinds: " + ", ".join(f"{kind} {count}" for kind, count in sorted(report.kinds.items())),
        f"above recall: {above} of {report.questions}",
        f"for an expert to look at: {report.for_experts}",
    ]
