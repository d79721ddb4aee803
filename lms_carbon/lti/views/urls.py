"""The index of LTI's addresses."""

from lms_carbon.core.web import PUBLIC, SIGNED_IN, package_blueprint, roles
from lms_carbon.lti.views import (
    copies,
    entrance,
    ladder,
    picker,
    platforms,
    platforms_health,
    platforms_keys,
    platforms_register,
    review,
    scores,
)

blueprint = package_blueprint("lti")

blueprint.add_url_rule(
    "/lti/login", view_func=entrance.login, methods=["GET", "POST"], access=PUBLIC, transactional=False
)
blueprint.add_url_rule(
    "/lti/login/probe", view_func=entrance.login_probe, methods=["GET"], access=PUBLIC, transactional=False
)
blueprint.add_url_rule("/lti/login/begin", view_func=ladder.begin, methods=["POST"], access=PUBLIC, transactional=False)
blueprint.add_url_rule("/lti/verify", view_func=ladder.verify, methods=["POST"], access=PUBLIC, transactional=False)
blueprint.add_url_rule(
    "/lti/verify/window", view_func=ladder.open_window, methods=["POST"], access=PUBLIC, transactional=False
)
blueprint.add_url_rule("/lti/launch", view_func=entrance.launch, methods=["POST"], access=PUBLIC, transactional=False)
blueprint.add_url_rule("/lti/keys", view_func=entrance.keys, methods=["GET"], access=PUBLIC)
blueprint.add_url_rule("/lti/scores", view_func=scores.show_scores, methods=["GET"], access=roles(*scores.MAY_SEE))
blueprint.add_url_rule(
    "/lti/scores/<int:delivery_id>/resend", view_func=scores.resend, methods=["POST"], access=roles(*scores.MAY_SEE)
)
blueprint.add_url_rule(
    "/lti/scores/resend", view_func=scores.resend_all, methods=["POST"], access=roles(*scores.MAY_SEE)
)

_PICKER = "/lti/deep-link/<int:request_id>"
blueprint.add_url_rule(_PICKER, view_func=picker.show_picker, methods=["GET"], access=roles(*picker.MAY_PLACE))
blueprint.add_url_rule(_PICKER, view_func=picker.pick, methods=["POST"], access=roles(*picker.MAY_PLACE))

_manage = roles(*platforms.MAY_MANAGE)
_PLATFORM = "/lti/platforms/<int:registration_id>"
_PLACE = f"{_PLATFORM}/places/<int:place_id>"
blueprint.add_url_rule("/lti/platforms", view_func=platforms.show_platforms, access=_manage)
blueprint.add_url_rule("/lti/platforms/new", view_func=platforms.ask_platform, access=_manage)
blueprint.add_url_rule("/lti/platforms/new", view_func=platforms.add_platform, methods=["POST"], access=_manage)
blueprint.add_url_rule(_PLATFORM, view_func=platforms.show_platform, access=_manage)
blueprint.add_url_rule(f"{_PLATFORM}/edit", view_func=platforms.ask_changes, access=_manage)
blueprint.add_url_rule(f"{_PLATFORM}/edit", view_func=platforms.change_platform, methods=["POST"], access=_manage)
blueprint.add_url_rule(f"{_PLATFORM}/places", view_func=platforms.add_place, methods=["POST"], access=_manage)
blueprint.add_url_rule(f"{_PLACE}/confirm", view_func=platforms.confirm_place, methods=["POST"], access=_manage)
blueprint.add_url_rule(f"{_PLACE}/remove", view_func=platforms.drop_place, methods=["POST"], access=_manage)
blueprint.add_url_rule(f"{_PLATFORM}/end", view_func=platforms.end_platform, methods=["POST"], access=_manage)
blueprint.add_url_rule(
    f"{_PLATFORM}/keys", endpoint="rotate_keys", view_func=platforms_keys.rotate, methods=["POST"], access=_manage
)

_COPIES = "/lti/copies"
_DECIDING = roles(*copies.MAY_DECIDE)
blueprint.add_url_rule(f"{_COPIES}/waiting", view_func=copies.show_waiting, methods=["GET"], access=SIGNED_IN)
blueprint.add_url_rule(_COPIES, view_func=copies.show_copies, methods=["GET"], access=_DECIDING)
blueprint.add_url_rule(
    f"{_COPIES}/<int:copy_id>", endpoint="decide_copy", view_func=copies.decide, methods=["POST"], access=_DECIDING
)

blueprint.add_url_rule(
    "/lti/platforms/invite",
    endpoint="invite_platform",
    view_func=platforms_register.make_link,
    methods=["POST"],
    access=_manage,
)
_REGISTER = "/lti/register/<token>"
blueprint.add_url_rule(_REGISTER, view_func=platforms_register.show_registration, access=PUBLIC, transactional=False)
blueprint.add_url_rule(
    _REGISTER, view_func=platforms_register.register_platform, methods=["POST"], access=PUBLIC, transactional=False
)
blueprint.add_url_rule(
    f"{_REGISTER}/done", view_func=platforms_register.show_registered, access=PUBLIC, transactional=False
)
blueprint.add_url_rule("/lti/review", view_func=review.show_review, methods=["GET"], access=SIGNED_IN)
blueprint.add_url_rule(
    f"{_PLATFORM}/health", view_func=platforms_health.show_health, access=_manage, transactional=False
)
