"""`lms-carbon institution | invite | sign-in-link | grant | person | second-factor`: what an operator does by hand."""

import json

import click

from lms_carbon.core.cli import with_app
from lms_carbon.core.clock import now
from lms_carbon.core.identity import SCOPE_OF_ROLE, Role
from lms_carbon.core.settings import current_settings
from lms_carbon.people.queries import find_institution, find_person
from lms_carbon.people.rules import GRANTABLE
from lms_carbon.people.services.grants import end_grants_of_role, grant_role
from lms_carbon.people.services.invitations import invite, mail_invitation
from lms_carbon.people.services.links import make_link
from lms_carbon.people.services.persons import create_institution
from lms_carbon.people.services.privacy import erase_person, export_person
from lms_carbon.people.services.second_factor import remove_factor

_institution = click.option("--institution", required=True, metavar="SLUG", help="Which institution.")
_person = click.option("--person", "person_id", type=int, help="Number of the person.")
_email = click.option("--email", help="Or their address.")
_role = click.option(
    "--role", required=True, type=click.Choice([role.value for role in Role if role in GRANTABLE]), help="Which role."
)
_scope_id = click.option(
    "--scope-id", type=int, help="Id of the instrument, sitting or group; without it the whole institution."
)


def _address(path: str) -> str:
    return current_settings().public_url + path


@click.group("institution")
def institution_commands() -> None:
    """Institutions, each a world of its own."""


@institution_commands.command("create")
@click.option("--slug", required=True, help="Short name in commands, such as demo.")
@click.option("--name-zh", required=True)
@click.option("--name-en", required=True)
@with_app
def create_institution_command(slug: str, name_zh: str, name_en: str) -> None:
    """Make an institution."""
    create_institution(slug=slug, name={"zh": name_zh, "en": name_en}, at=now())
    click.echo(f"{slug} is there. Next: lms-carbon invite --institution {slug} --role administrator")


@click.command("invite")
@_institution
@_role
@click.option("--email", help="Mail the link there, where mail is configured.")
@_scope_id
@with_app
def invite_command(institution: str, role: str, email: str | None, scope_id: int | None) -> None:
    """Print a link, good once and for seven days, that makes a person with a role."""
    institution_id = find_institution(institution)
    wanted = Role(role)
    token = invite(
        by=None,
        institution_id=institution_id,
        role=wanted,
        scope=SCOPE_OF_ROLE[wanted],
        scope_id=scope_id,
        email=email,
        at=now(),
    )
    link = _address(f"/invite/{token}")
    click.echo(link)
    if email and current_settings().mail_url:
        mail_invitation(institution_id=institution_id, role=wanted, email=email, link=link, at=now())
        click.echo(f"It is mailed to {email} too.", err=True)


@click.command("sign-in-link")
@_institution
@_person
@_email
@with_app
def sign_in_link_command(institution: str, person_id: int | None, email: str | None) -> None:
    """Print a link, good once and for 15 minutes, that signs a person in."""
    institution_id = find_institution(institution)
    found = find_person(institution_id, person_id=person_id, email=email)
    click.echo(_address(f"/sign-in/{make_link(person_id=found, institution_id=institution_id, at=now())}"))


@click.command("grant")
@_institution
@_person
@_email
@_role
@_scope_id
@click.option("--end", is_flag=True, help="Take the role back instead.")
@with_app
def grant_command(
    institution: str, person_id: int | None, email: str | None, role: str, scope_id: int | None, end: bool
) -> None:
    """Give a person a role, or take it back."""
    institution_id = find_institution(institution)
    found = find_person(institution_id, person_id=person_id, email=email)
    wanted = Role(role)
    if end:
        ended = end_grants_of_role(
            institution_id=institution_id, person_id=found, role=wanted, scope_id=scope_id, at=now()
        )
        click.echo(f"Person {found}: {wanted.value} ended ({ended}).")
        return
    grant_role(
        by=None,
        institution_id=institution_id,
        person_id=found,
        role=wanted,
        scope=SCOPE_OF_ROLE[wanted],
        scope_id=scope_id,
        at=now(),
    )
    click.echo(f"Person {found} is {wanted.value} now.")


@click.group("person")
def person_commands() -> None:
    """A person's data."""


@person_commands.command("export")
@_institution
@_person
@_email
@with_app
def export_command(institution: str, person_id: int | None, email: str | None) -> None:
    """Print all that is kept about a person, as JSON."""
    institution_id = find_institution(institution)
    found = find_person(institution_id, person_id=person_id, email=email)
    data = export_person(by=None, institution_id=institution_id, person_id=found, at=now())
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


@person_commands.command("erase")
@_institution
@_person
@_email
@click.confirmation_option(prompt="Erase this person? It cannot be undone.")
@with_app
def erase_command(institution: str, person_id: int | None, email: str | None) -> None:
    """Remove what need not be kept of a person; cannot be undone."""
    institution_id = find_institution(institution)
    found = find_person(institution_id, person_id=person_id, email=email)
    erase_person(by=None, institution_id=institution_id, person_id=found, at=now())
    click.echo(f"Person {found} is erased.")


@person_commands.command("reset-second-factor")
@_institution
@_person
@_email
@with_app
def reset_factor_command(institution: str, person_id: int | None, email: str | None) -> None:
    """Take a lost second factor away and sign the person out everywhere."""
    institution_id = find_institution(institution)
    found = find_person(institution_id, person_id=person_id, email=email)
    remove_factor(by=None, institution_id=institution_id, person_id=found, at=now())
    click.echo(f"Person {found} sets up another second factor at the next sign-in.")


COMMANDS = (
    institution_commands,
    invite_command,
    sign_in_link_command,
    grant_command,
    person_commands,
)
