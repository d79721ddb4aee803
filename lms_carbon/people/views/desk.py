"""The administrators' desk: who is here, their roles, invitations, the audit trail."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, request
from flask_babel import gettext as _

from lms_carbon.core.clock import now
from lms_carbon.core.forms import Form, read_form
from lms_carbon.core.hooks import NavItem
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import SCOPE_OF_ROLE, Actor, Role, signed_in
from lms_carbon.core.settings import current_settings
from lms_carbon.people.queries import PAGE, get_person, grants_of, has_second_factor, list_acts, list_persons
from lms_carbon.people.rules import ROLE_NAMES
from lms_carbon.people.schemas import GIVEN_ROLES, ActsQuery, GrantForm, InviteForm, ListQuery
from lms_carbon.people.services.grants import end_grant, grant_role
from lms_carbon.people.services.invitations import invite, mail_invitation
from lms_carbon.people.services.privacy import erase_person, export_person
from lms_carbon.people.services.second_factor import remove_factor
from lms_carbon.people.views.doors import go
from lms_carbon.people.views.own import json_download


def desks_of_people(actor: Actor) -> list[NavItem]:
    """Answer the hook `navigation`."""
    items = [
        NavItem(title=mark("Inbox"), about=mark("What you were told here."), path="/inbox", icon="envelope", order=80)
    ]
    if actor.has(Role.ADMINISTRATOR):
        items.append(
            NavItem(
                title=mark("People"),
                about=mark("Who works here, their roles, invitations."),
                path="/people",
                icon="people",
                order=85,
            )
        )
    if actor.has_any((Role.ADMINISTRATOR, Role.OFFICER)):
        items.append(
            NavItem(
                title=mark("Audit trail"),
                about=mark("Who did what, and when."),
                path="/people/audit",
                icon="journal-text",
                order=90,
            )
        )
    items.append(
        NavItem(
            title=mark("Profile"),
            about=mark("Your name, language, second factor and data."),
            path="/profile",
            icon="person",
            order=95,
        )
    )
    return items


def _role_options(roles: list[Role]) -> list[tuple[str, str]]:
    return [(role.value, _(ROLE_NAMES[role])) for role in roles]


def show_people() -> str:
    """Show the persons of the institution with their roles."""
    wanted = read_form(ListQuery(), request.args).data or {"q": "", "role": None, "after": 0}
    found = list_persons(by=signed_in(), text=wanted["q"], role=wanted["role"], after=wanted["after"])
    shown = found[:PAGE]
    again = {"q": wanted["q"], "role": wanted["role"].value if wanted["role"] else ""}
    more = f"/people?{urlencode({**again, 'after': shown[-1].id})}" if len(found) > PAGE else ""
    return render_template(
        "people/people.html", people=shown, wanted=again, more=more, roles=_role_options(GIVEN_ROLES), names=ROLE_NAMES
    )


def show_person(person_id: int) -> str:
    """Show one person: roles now and before, second factor, data."""
    return _person_page(person_id, Form())


def _person_page(person_id: int, form: Form) -> str:
    actor = signed_in()
    person = get_person(by=actor, person_id=person_id)
    return render_template(
        "people/person.html",
        person=person,
        grants=grants_of(person),
        has_factor=has_second_factor(person.id),
        form=form,
        roles=_role_options(GIVEN_ROLES),
        names=ROLE_NAMES,
        is_reader=actor.person_id == person.id,
    )


def give_role(person_id: int) -> Response | tuple[str, int]:
    """Give a role."""
    form = read_form(GrantForm(), request.form)
    if not form.ok:
        return _person_page(person_id, form), 422
    actor, role = signed_in(), form.data["role"]
    grant_role(
        by=actor,
        institution_id=actor.institution_id,
        person_id=person_id,
        role=role,
        scope=SCOPE_OF_ROLE[role],
        scope_id=form.data["scope_id"],
        at=now(),
    )
    return go(f"/people/{person_id}")


def take_role(person_id: int, grant_id: int) -> Response:
    """Take a role back."""
    actor = signed_in()
    end_grant(by=actor, institution_id=actor.institution_id, grant_id=grant_id, at=now())
    return go(f"/people/{person_id}")


def take_factor(person_id: int) -> Response:
    """Remove a lost second factor."""
    actor = signed_in()
    person = get_person(by=actor, person_id=person_id)
    remove_factor(by=actor, institution_id=actor.institution_id, person_id=person.id, at=now())
    return go(f"/people/{person_id}")


def download_person(person_id: int) -> Response:
    """Hand out all that is kept about a person."""
    actor = signed_in()
    data = export_person(by=actor, institution_id=actor.institution_id, person_id=person_id, at=now())
    return json_download(data, f"person-{person_id}.json")


def forget_person(person_id: int) -> Response:
    """Erase a person."""
    actor = signed_in()
    erase_person(by=actor, institution_id=actor.institution_id, person_id=person_id, at=now())
    return go(f"/people/{person_id}")


def show_invite() -> str:
    """Show the form that makes an invitation."""
    return _invite_page(Form())


def _invite_page(form: Form, **made: Any) -> str:
    return render_template(
        "people/invite.html",
        form=form,
        roles=_role_options(GIVEN_ROLES),
        mails=bool(current_settings().mail_url),
        **made,
    )


def make_invitation() -> str | tuple[str, int]:
    """Make an invitation and show its link, once."""
    form = read_form(InviteForm(), request.form)
    if not form.ok:
        return _invite_page(form), 422
    actor, role, email, settings = signed_in(), form.data["role"], form.data["email"], current_settings()
    token = invite(
        by=actor,
        institution_id=actor.institution_id,
        role=role,
        scope=SCOPE_OF_ROLE[role],
        scope_id=form.data["scope_id"],
        email=email,
        at=now(),
    )
    link = f"{settings.public_url}/invite/{token}"
    mailed = bool(email and settings.mail_url)
    if mailed:
        mail_invitation(institution_id=actor.institution_id, role=role, email=email, link=link, at=now())
    return _invite_page(Form(), link=link, role=_(ROLE_NAMES[role]), email=email if mailed else "")


def show_audit() -> str:
    """Show what was done in the institution."""
    form = read_form(ActsQuery(), request.args)
    empty: dict[str, Any] = {"action": "", "object_type": "", "object_id": None, "person": None, "before": None}
    wanted = form.data or empty
    found = list_acts(
        by=signed_in(),
        action=wanted["action"],
        object_type=wanted["object_type"],
        object_id=wanted["object_id"],
        person_id=wanted["person"],
        before=wanted["before"],
    )
    shown = found[:PAGE]
    kept = {name: value for name, value in wanted.items() if value and name != "before"}
    older = f"/people/audit?{urlencode({**kept, 'before': shown[-1][0].id})}" if len(found) > PAGE else ""
    return render_template("people/audit.html", acts=shown, form=form, older=older)
