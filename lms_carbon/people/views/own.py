"""One's own things: inbox, profile, second factor, data."""

import json
from urllib.parse import urlencode

import pyotp
import segno
from flask import Response, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from lms_carbon.core.clock import now
from lms_carbon.core.cookies import set_cookie
from lms_carbon.core.extensions import LANGUAGE_COOKIE
from lms_carbon.core.forms import Form, read_form
from lms_carbon.core.i18n import current_language, text_in
from lms_carbon.core.identity import Actor, signed_in
from lms_carbon.people.models.records import Message
from lms_carbon.people.queries import (
    PAGE,
    count_unread,
    get_person,
    has_second_factor,
    institution_name,
    list_messages,
    list_sessions,
)
from lms_carbon.people.schemas import BeforeQuery, CodeForm, ProfileForm
from lms_carbon.people.services import second_factor
from lms_carbon.people.services.messages import mark_read
from lms_carbon.people.services.persons import change_profile
from lms_carbon.people.services.privacy import export_person
from lms_carbon.people.services.second_factor import Verdict
from lms_carbon.people.services.sessions import SESSION_SECONDS, end_other_sessions, set_session_language
from lms_carbon.people.views.doors import go, next_path


def show_inbox() -> str:
    """Show what one was told, the newest first."""
    actor = signed_in()
    before = read_form(BeforeQuery(), request.args).data.get("before")
    found = list_messages(by=actor, before=before)
    shown = [(message, message_text(message)) for message in found[:PAGE]]
    older = f"/inbox?before={shown[-1][0].id}" if len(found) > PAGE else ""
    return render_template("people/inbox.html", messages=shown, unread=count_unread(by=actor), older=older)


def message_text(message: Message) -> str:
    """Return a message in the reader's language; bilingual params follow it too."""
    language = current_language()
    params = {
        name: text_in(value, language) if isinstance(value, dict) else value for name, value in message.params.items()
    }
    return _(message.sentence).format(**params)


def read_messages() -> Response:
    """Mark one message as read, or all."""
    number = request.form.get("message", "")
    mark_read(by=signed_in(), message_id=int(number) if number.isdecimal() else None, at=now())
    return go("/inbox")


def show_profile() -> str:
    """Show how one is called, one's second factor, and where one is signed in."""
    return _profile_page(Form())


def _profile_page(form: Form) -> str:
    actor = signed_in()
    return render_template(
        "people/profile.html",
        form=form,
        person=get_person(by=actor, person_id=actor.person_id),
        has_factor=has_second_factor(actor.person_id),
        sessions=list_sessions(by=actor),
        actor=actor,
    )


def save_profile() -> Response | tuple[str, int]:
    """Change name and language."""
    actor = signed_in()
    form = read_form(ProfileForm(), request.form)
    if not form.ok:
        return _profile_page(form), 422
    change_profile(by=actor, at=now(), **form.data)
    set_session_language(by=actor, language=form.data["language"])
    answer = go("/profile")
    # Choosing here also replaces what this browser chose by the switch in the bar.
    set_cookie(answer, LANGUAGE_COOKIE, form.data["language"], seconds=SESSION_SECONDS)
    return answer


def sign_out_elsewhere() -> Response:
    """Sign out all other browsers."""
    end_other_sessions(by=signed_in(), at=now())
    return go("/profile")


def download_my_data() -> Response:
    """Hand out all that is kept about the person, as JSON."""
    actor = signed_in()
    data = export_person(by=actor, institution_id=actor.institution_id, person_id=actor.person_id, at=now())
    return json_download(data, "my-data.json")


def json_download(data: object, name: str) -> Response:
    """Answer with a file that browsers keep instead of showing."""
    answer = Response(json.dumps(data, ensure_ascii=False, indent=2), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def show_second_factor() -> str:
    """Ask for the code, or show how to set the second factor up."""
    return _factor_page(Form(), request.args.get("next"))


def _factor_page(form: Form, onward: str | None, problem: str = "") -> str:
    actor = signed_in()
    secret = second_factor.secret_to_confirm(by=actor)
    return render_template(
        "people/second_factor.html",
        form=form,
        problem=problem,
        next=next_path(onward),
        exists=has_second_factor(actor.person_id),
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)) if secret else "",
        picture=_picture(actor, secret) if secret else "",
        strong=actor.strong,
    )


def _picture(actor: Actor, secret: str) -> Markup:
    """Return the QR code that authenticator apps read, as SVG."""
    issuer = text_in(institution_name(actor.institution_id), current_language())
    address = pyotp.TOTP(secret).provisioning_uri(name=actor.name, issuer_name=f"lms_carbon {issuer}")
    # The picture is made here of an address that is URL-encoded, so there is nothing of others in the markup.
    drawn = segno.make(address, error="m").svg_inline(
        border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True, title=_("QR code")
    )
    return Markup(drawn)  # noqa: S704


def begin_second_factor() -> Response:
    """Make a secret to set up."""
    second_factor.begin_setup(by=signed_in(), at=now())
    return go(f"/second-factor?{urlencode({'next': next_path(request.form.get('next'))})}")


def give_code() -> Response | tuple[str, int]:
    """Check a code; right, the session holds all its roles from now on."""
    form = read_form(CodeForm(), request.form)
    onward = request.form.get("next")
    if not form.ok:
        return _factor_page(form, onward), 422
    verdict = second_factor.confirm_strong(by=signed_in(), code=form.data["code"], at=now())
    if verdict.right:
        return go(next_path(onward))
    return _factor_page(with_verdict(form, verdict), onward), 422


def replace_second_factor() -> Response | tuple[str, int]:
    """Begin another second factor with a code of the old one."""
    form = read_form(CodeForm(), request.form)
    if not form.ok:
        return _factor_page(form, "/profile"), 422
    verdict = second_factor.replace_factor(by=signed_in(), code=form.data["code"], at=now())
    if verdict.right:
        return go("/second-factor?next=/profile")
    return _factor_page(with_verdict(form, verdict), "/profile"), 422


def with_verdict(form: Form, verdict: Verdict) -> Form:
    """Return a form that says beside `code` why the code did not count; for every page that asks for one."""
    sentence = _(verdict.outcome.value).format(minutes=verdict.minutes)
    return Form(values={k: v for k, v in form.values.items() if k != "code"}, problems={"code": [sentence]})
