"""The administrators' desk of learning platforms: which may launch, what they are known by, and which places wait."""

import json
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.forms import Form, read_form
from lms_carbon.core.hooks import NavItem
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor, Role, signed_in
from lms_carbon.core.settings import current_settings
from lms_carbon.lti.models.registrations import Registration
from lms_carbon.lti.platform_errors import RegistrationExistsError, RegistrationInputError
from lms_carbon.lti.queries import list_platforms
from lms_carbon.lti.rules.platforms import PRESETS, SCOPE_WORDS, canvas_configuration, missing_scopes, tool_addresses
from lms_carbon.lti.schemas import DeploymentForm, NewPlatformForm, PlatformForm
from lms_carbon.lti.services.keys import find_standing
from lms_carbon.lti.services.platforms import (
    add_deployment,
    confirm_deployment,
    drop_deployment,
    edit_platform,
    get_platform,
)
from lms_carbon.lti.services.registrations import add_registration, end_registration

MAY_MANAGE: Final = (Role.ADMINISTRATOR,)
Page = str | tuple[str, int]


def desks_of_platforms(actor: Actor) -> list[NavItem]:
    """Answer the hook `navigation`."""
    if not actor.has_any(MAY_MANAGE):
        return []
    return [
        NavItem(
            title=mark("Platforms"),
            about=mark("The learning platforms that may open this tool, and whether all is well with them."),
            path="/lti/platforms",
            icon="plug",
            order=87,
        )
    ]


def _to(registration_id: int) -> Response:
    return redirect(url_for("lti.show_platform", registration_id=registration_id), 303)


def show_platforms() -> str:
    """List the platforms of the institution."""
    return render_template("lti/platforms.html", platforms=list_platforms(signed_in()))


def show_platform(registration_id: int) -> str:
    """Show one platform: what it is known by, its places, what it granted."""
    return _platform_page(get_platform(by=signed_in(), registration_id=registration_id), Form())


def _platform_page(registration: Registration, form: Form) -> str:
    places = sorted(registration.deployments, key=lambda place: place.id)
    return render_template(
        "lti/platform.html",
        platform=registration,
        waiting=[place for place in places if place.pending_since is not None],
        places=[place for place in places if place.pending_since is None],
        keys=find_standing(registration_id=registration.id, at=now()),
        missing=[SCOPE_WORDS[scope] for scope in missing_scopes(registration.granted_scopes)],
        form=form,
    )


def ask_platform() -> str:
    """Show what a platform asks for, and the form that takes what it gives (`?for=canvas` fills in what is known)."""
    return _new_page(Form())


def _new_page(form: Form) -> str:
    url, kind = current_settings().public_url, request.args.get("for", "")
    domain = urlsplit(url).netloc
    return render_template(
        "lti/platform_new.html",
        form=form,
        kind=kind if kind in PRESETS else "",
        preset=PRESETS.get(kind, {}),
        ours=tool_addresses(url),
        domain=domain,
        canvas=json.dumps(canvas_configuration(url, domain=domain), ensure_ascii=False, indent=2),
    )


def add_platform() -> Response | Page:
    """Register a platform by hand."""
    form = read_form(NewPlatformForm(), request.form)
    if form.ok:
        told, actor = _told(form), signed_in()
        place = told.pop("deployment_id")
        made = _try(
            form,
            lambda: add_registration(
                by=actor,
                institution_id=actor.institution_id,
                deployment_ids=[place] if place else [],
                at=now(),
                **told,
            ),
        )
        if made is not None:
            flash(gettext("The platform is connected. Check the connection once the tool is set up there."), "ok")
            return _to(made.id)
    return _new_page(form), 422


def _told(form: Form) -> dict[str, Any]:
    return {**form.data, "frame_origins": form.data["frame_origins"].replace(",", " ").split()}


def _try(form: Form, step: Callable[[], Registration]) -> Registration | None:
    """Return what the step makes; what it refuses stands beside its field, and nothing was written."""
    try:
        return step()
    except RegistrationInputError as problem:
        name = {"frame_origin": "frame_origins"}.get(str(problem.params["name"]), str(problem.params["name"]))
        form.problems[name] = [gettext("Write an address that begins with https://.")]
    except RegistrationExistsError:
        form.problems["client_id"] = [gettext("This client id is registered already for this issuer.")]
    return None


def ask_changes(registration_id: int) -> str:
    """Show the form that changes what a platform is known by."""
    return _edit_page(get_platform(by=signed_in(), registration_id=registration_id), Form())


def _edit_page(registration: Registration, form: Form) -> str:
    return render_template("lti/platform_edit.html", platform=registration, form=form)


def change_platform(registration_id: int) -> Response | Page:
    """Change what a platform is known by; its people stay."""
    actor = signed_in()
    registration = get_platform(by=actor, registration_id=registration_id)
    form = read_form(PlatformForm(), request.form)

    def change() -> Registration:
        edit_platform(by=actor, registration=registration, at=now(), **_told(form))
        return registration

    if form.ok and _try(form, change) is not None:
        flash(gettext("The platform is changed."), "ok")
        return _to(registration_id)
    return _edit_page(registration, form), 422


def add_place(registration_id: int) -> Response | Page:
    """Let a place of the platform launch."""
    actor = signed_in()
    registration = get_platform(by=actor, registration_id=registration_id)
    form = read_form(DeploymentForm(), request.form)
    if not form.ok:
        return _platform_page(registration, form), 422
    add_deployment(by=actor, registration=registration, deployment_id=form.data["deployment_id"], at=now())
    return _to(registration_id)


def confirm_place(registration_id: int, place_id: int) -> Response:
    """Confirm a place that waits."""
    actor = signed_in()
    registration = get_platform(by=actor, registration_id=registration_id)
    confirm_deployment(by=actor, registration=registration, place_id=place_id, at=now())
    flash(gettext("The place is confirmed; its activities can be opened now."), "ok")
    return _to(registration_id)


def drop_place(registration_id: int, place_id: int) -> Response:
    """Forget a place that waits."""
    actor = signed_in()
    registration = get_platform(by=actor, registration_id=registration_id)
    drop_deployment(by=actor, registration=registration, place_id=place_id, at=now())
    return _to(registration_id)


def end_platform(registration_id: int) -> Response:
    """Let a platform launch no more."""
    actor = signed_in()
    registration = get_platform(by=actor, registration_id=registration_id)
    end_registration(by=actor, registration_id=registration.id, at=now())
    return _to(registration_id)
