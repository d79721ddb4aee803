"""Getting in and out: invitations, sign-in links, handoffs, sign-out."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, redirect, render_template, request
from flask_babel import gettext as _

from lms_carbon.core.clock import now
from lms_carbon.core.cookies import session_token, set_cookie
from lms_carbon.core.errors import SecondFactorNeededError
from lms_carbon.core.forms import Form, read_form
from lms_carbon.core.http import answer_error, wants_json
from lms_carbon.core.i18n import current_language
from lms_carbon.core.identity import Actor, current_actor, signed_in
from lms_carbon.core.settings import current_settings
from lms_carbon.core.transaction import transaction
from lms_carbon.people.queries import Offer, find_actor, institution_name, open_invitation, open_link
from lms_carbon.people.rules import ROLE_NAMES, STRONG_ROLES, is_local_path
from lms_carbon.people.schemas import AddressForm, ProfileForm
from lms_carbon.people.services.handoffs import take_handoff
from lms_carbon.people.services.invitations import accept_invitation, refusal_of
from lms_carbon.people.services.links import mail_links, take_link
from lms_carbon.people.services.sessions import (
    SESSION_SECONDS,
    end_session,
    end_session_of_token,
    start_session,
)


def next_path(raw: str | None) -> str:
    """Return where to go on to, where that stays on this site, else the start."""
    return raw if raw and is_local_path(raw) else "/"


def go(path: str) -> Response:
    """Lead on after a form."""
    return redirect(path, 303, Response)  # type: ignore[return-value]


def carry_session(token: str, target: str) -> Response:
    """Give this browser a session and lead on; whoever was signed in here before is signed out."""
    before = session_token()
    if before:
        end_session_of_token(token=before, at=now())
    answer = go(target)
    set_cookie(answer, "lc_session", token, seconds=SESSION_SECONDS)
    return answer


def ask_link() -> str:
    """Show the form that asks for a sign-in link."""
    return render_template("people/sign_in.html", form=Form(), mails=bool(current_settings().mail_url), sent=False)


def mail_link() -> str | tuple[str, int]:
    """Mail links to whoever has this address and a role; the answer is the same for everybody."""
    form = read_form(AddressForm(), request.form)
    settings = current_settings()
    if form.ok and settings.mail_url:
        mail_links(email=form.data["email"], address_of_link=f"{settings.public_url}/sign-in/", at=now())
    sent = form.ok and bool(settings.mail_url)
    page = render_template("people/sign_in.html", form=form, mails=bool(settings.mail_url), sent=sent)
    return page if form.ok else (page, 422)


def show_link(token: str) -> str:
    """Show whom a link signs in. Only the button uses it up, because mail scanners open links."""
    name, institution = open_link(token)
    return render_template("people/link.html", name=name, institution=institution)


def use_link(token: str) -> Response:
    """Sign in by link; officers and administrators go on to the second factor."""
    signed = take_link(token=token, at=now())
    actor = find_actor(signed.token)
    return carry_session(signed.token, "/second-factor" if actor and actor.withheld else "/")


def show_invitation(token: str) -> str:
    """Show who invites to what."""
    return _invitation_page(_offer(token), Form())


def _offer(token: str) -> Offer:
    offer = open_invitation(token)
    if offer is None:
        raise refusal_of(token)
    return offer


def _invitation_page(offer: Offer, form: Form) -> str:
    return render_template(
        "people/invitation.html",
        offer=offer,
        role=_(ROLE_NAMES[offer.role]),
        form=form,
        here=_member(offer),
        language=current_language(),
    )


def _member(offer: Offer) -> Actor | None:
    actor = current_actor()
    return actor if actor is not None and actor.institution_id == offer.institution_id else None


def take_invitation(token: str) -> Any:
    """Accept an invitation: as the person who is signed in here, else as a new one."""
    offer = _offer(token)
    actor = _member(offer)
    form = read_form(ProfileForm(), request.form) if actor is None else Form(data={"name": "", "language": ""})
    if not form.ok:
        return _invitation_page(offer, form), 422
    at = now()
    accepted = accept_invitation(token=token, by=actor, name=form.data["name"], language=form.data["language"], at=at)
    target = "/second-factor" if offer.role in STRONG_ROLES else "/"
    if actor is not None:
        return go(target if actor.launch_id is None and not actor.strong else "/")
    session = start_session(
        person_id=accepted.person_id,
        institution_id=accepted.institution_id,
        language=form.data["language"],
        at=at,
    )
    return carry_session(session, target)


def use_handoff(code: str) -> Response:
    """Open a window of one's own by a one-time code. Runs its own writing transaction, since GET only reads."""
    if request.method == "HEAD":
        return Response()
    with transaction():
        handed = take_handoff(code=code, at=now())
        return carry_session(handed.token, handed.target)


def leave() -> str:
    """Ask whether to sign out."""
    return render_template("people/sign_out.html", institution=institution_name(signed_in().institution_id))


def sign_out() -> Response:
    """Sign this browser out."""
    end_session(session_id=signed_in().session_id, at=now())
    answer = go("/")
    set_cookie(answer, "lc_session", "", seconds=0)
    return answer


def lead_to_second_factor(error: SecondFactorNeededError) -> Response:
    """Lead a page's reader to the second factor and back; the API says what is missing."""
    if wants_json():
        return answer_error(error)
    back = request.full_path.removesuffix("?") if request.method == "GET" else "/"
    return go(f"/second-factor?{urlencode({'next': back})}")
