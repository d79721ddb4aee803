"""`lms-carbon platform` and `lms-carbon keys`: platforms that may launch, and what we sign with towards them."""

import click

from lms_carbon.core.cli import with_app
from lms_carbon.core.clock import now
from lms_carbon.core.settings import current_settings
from lms_carbon.lti.queries import list_registrations
from lms_carbon.lti.services.invites import invite_platform
from lms_carbon.lti.services.keys import ANNOUNCED, rotate_keys
from lms_carbon.lti.services.registrations import add_registration, institution_called


def _for_platform() -> list[tuple[str, str]]:
    """Return what the platform's administrator enters for this tool."""
    url = current_settings().public_url
    return [
        ("Login URL", f"{url}/lti/login"),
        ("Redirect URI", f"{url}/lti/launch"),
        ("Target link URI", f"{url}/lti/launch"),
        ("Keyset URL", f"{url}/lti/keys"),
    ]


@click.group("platform")
def platform_commands() -> None:
    """Learning platforms that may launch the tool."""


@platform_commands.command("add")
@click.option("--institution", required=True, help="Slug of the institution that it belongs to.")
@click.option("--issuer", required=True, help="iss of its tokens.")
@click.option("--client-id", required=True)
@click.option("--auth-login-url", required=True, help="Authentication request URL.")
@click.option("--token-url", required=True, help="Access token URL.")
@click.option("--keyset-url", required=True, help="Public keyset URL.")
@click.option(
    "--deployment-id",
    "deployment_ids",
    multiple=True,
    help="May be given several times. Without one, what launches waits until an administrator confirms it.",
)
@click.option("--name", help="What people call it.  [default: the issuer]")
@click.option("--audience", help="aud of token requests.  [default: the access token URL]")
@click.option(
    "--frame-origin",
    "frame_origins",
    multiple=True,
    help="Where its pages are, where that is neither issuer nor login address (Canvas: https://school.instructure.com).",
)
@with_app
def add_platform(
    institution: str,
    issuer: str,
    client_id: str,
    auth_login_url: str,
    token_url: str,
    keyset_url: str,
    deployment_ids: tuple[str, ...],
    name: str | None,
    audience: str | None,
    frame_origins: tuple[str, ...],
) -> None:
    """Register a platform and print what it needs in turn."""
    add_registration(
        by=None,
        institution_id=institution_called(institution),
        name=name or issuer,
        issuer=issuer,
        client_id=client_id,
        auth_login_url=auth_login_url,
        auth_token_url=token_url,
        key_set_url=keyset_url,
        deployment_ids=deployment_ids,
        auth_audience=audience,
        frame_origins=frame_origins,
        at=now(),
    )
    click.echo(f"{issuer} is registered. Enter there:")
    for label, value in _for_platform():
        click.echo(f"  {label + ':':17}{value}")


@platform_commands.command("invite")
@click.option("--institution", required=True, help="Slug of the institution that the platform will belong to.")
@with_app
def invite(institution: str) -> None:
    """Print a link with which a platform registers itself: once, within seven days."""
    token = invite_platform(by=None, institution_id=institution_called(institution), at=now())
    click.echo(f"{current_settings().public_url}/lti/register/{token}")
    click.echo("Paste it in Moodle under Manage tools, in Canvas as a dynamic registration URL.", err=True)


@platform_commands.command("list")
@with_app
def list_platforms() -> None:
    """Print all platforms."""
    for registration, slug in list_registrations():
        ended = "" if registration.ended_at is None else f"  ended {registration.ended_at:%Y-%m-%d}"
        places = ", ".join(
            deployment.deployment_id + (" waits" if deployment.pending_since else "")
            for deployment in registration.deployments
        )
        click.echo(f"{slug}  {registration.name}  {registration.issuer}  {registration.client_id}  [{places}]{ended}")


@click.group("keys")
def keys_commands() -> None:
    """The keys that the tool signs with towards platforms."""


@keys_commands.command("rotate")
@click.option("--institution", help="Slug; only the platforms of this institution.")
@click.option("--leaked", is_flag=True, help="Use a new key at once and take the keys before it out of the keyset.")
@with_app
def rotate(institution: str | None, leaked: bool) -> None:
    """Let the announced keys sign and announce new ones; where none is announced yet, announce it: run this later."""
    at = now()
    chosen = None if institution is None else institution_called(institution)
    in_force = [
        registration
        for registration, _ in list_registrations()
        if registration.ended_at is None and chosen in (None, registration.institution_id)
    ]
    for done in rotate_keys(by=None, registrations=in_force, leaked=leaked, at=at):
        state = f"signs with {done.active}" if done.changed else f"still signs with {done.active}"
        coming = f", {done.next} is announced" if done.next else ""
        click.echo(f"{done.registration.name}: {state}{coming}")
        if not done.changed:
            click.echo(
                f"  An announced key may sign {ANNOUNCED.total_seconds() / 3600:.0f} hours later; run this again then."
            )
