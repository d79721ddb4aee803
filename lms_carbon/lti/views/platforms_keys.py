"""The keys that this tool signs with towards one platform, changed by its administrator."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import signed_in
from lms_carbon.lti.services.keys import rotate_keys
from lms_carbon.lti.services.platforms import get_platform


def rotate(registration_id: int) -> Response:
    """Announce a new key, or let the announced one sign; with `leaked` a new one signs at once."""
    actor, leaked = signed_in(), request.form.get("leaked") == "1"
    registration = get_platform(by=actor, registration_id=registration_id)
    if registration.ended_at is not None:
        raise NotFoundError
    [done] = rotate_keys(by=actor, registrations=[registration], leaked=leaked, at=now())
    if leaked:
        flash(
            gettext("A new key signs now. Check the connection in an hour: until then the platform may refuse us."),
            "ok",
        )
    elif done.changed:
        flash(gettext("The new key signs now; the one before it stays published for a week."), "ok")
    else:
        flash(gettext("The new key is announced. Nothing changes until you let it sign."), "ok")
    return redirect(url_for("lti.show_platform", registration_id=registration_id, _anchor="keys"), 303)
