"""`lms-carbon questions`, the bank from the command line, and `lms-carbon content`, what ships with the product."""

import sys
from pathlib import Path

import click

from lms_carbon.core import clock
from lms_carbon.core.cli import app_of, with_app
from lms_carbon.core.errors import DomainError
from lms_carbon.core.transaction import transaction
from lms_carbon.framework.documents import shipped_framework
from lms_carbon.people.queries import find_institution
from lms_carbon.question_bank.interchange.base import SKIPPED
from lms_carbon.question_bank.interchange.registry import WRITTEN_FORMATS
from lms_carbon.question_bank.queries.imports import report_lines
from lms_carbon.question_bank.rules.content import RECALL, ContentReport, check_samples
from lms_carbon.question_bank.samples import sample_rows
from lms_carbon.question_bank.services.exports import write_export
from lms_carbon.question_bank.services.imports import author_named, begin_import, run_import
from lms_carbon.question_bank.services.samples import import_samples


@click.group("questions")
def questions_commands() -> None:
    """The question bank."""


@questions_commands.command("samples")
@click.option("--institution", required=True, help="Short name of the institution.")
@with_app
def samples_command(institution: str) -> None:
    """Add the sample questions that ship with the product, for a reviewer to sign; safe to repeat."""
    added = import_samples(institution_id=find_institution(institution), by=None, at=clock.now())
    click.echo(f"{added} sample questions added")


@questions_commands.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--institution", required=True, help="Short name of the institution.")
@click.option("--author", required=True, help="Address of the author in whose name the questions come in.")
@click.option("--dry-run", is_flag=True, help="Only report: nothing comes into the bank.")
@click.pass_context
def import_command(context: click.Context, file: Path, institution: str, author: str, *, dry_run: bool) -> None:
    """Bring the questions of FILE in as drafts, all that can be taken or none, and report on each.

    Knows the format by what the file holds. Ends with status 1 where the file was refused.
    """
    with app_of(context).app_context():
        try:
            with transaction(), file.open("rb") as stream:
                by = author_named(institution=institution, email=author)
                started = begin_import(
                    by=by, stream=stream, name=file.name, dry_run=dry_run, at=clock.now(), soon=False
                )
            run_import(import_id=started.id)
            with transaction(write=False):
                lines = report_lines(by=by, import_id=started.id)
        except DomainError as problem:
            click.echo(str(problem), err=True)
            sys.exit(2)
        for line in lines:
            click.echo(line)
        sys.exit(0 if lines.taken else 1)


@questions_commands.command("export")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--institution", required=True, help="Short name of the institution.")
@click.option("--author", required=True, help="Address of the author who takes them out.")
@click.option("--format", "name", required=True, type=click.Choice(WRITTEN_FORMATS))
@click.option("--approved-only", is_flag=True, help="Without drafts and what is in review.")
@with_app
def export_command(file: Path, institution: str, author: str, name: str, *, approved_only: bool) -> None:
    """Write the bank into FILE and say what the format could not carry."""
    by = author_named(institution=institution, email=author)
    with file.open("wb") as out:
        count, findings = write_export(by=by, format_name=name, out=out, approved_only=approved_only, at=clock.now())
    for finding in findings:
        click.echo(f"{finding.identifier}  {finding.status}  {' '.join(map(str, finding.reasons))}")
    skipped = sum(finding.status == SKIPPED for finding in findings)
    click.echo(f"{count - skipped} of {count} questions written, {len(findings) - skipped} of them with losses")


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
