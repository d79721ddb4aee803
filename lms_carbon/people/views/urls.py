"""Every address of people on one screen, and who may use it."""

from lms_carbon.core.errors import SecondFactorNeededError
from lms_carbon.core.identity import Role
from lms_carbon.core.web import PUBLIC, SIGNED_IN, package_blueprint, roles
from lms_carbon.people.views import desk, doors, merging, own

blueprint = package_blueprint("people")
blueprint.app_errorhandler(SecondFactorNeededError)(doors.lead_to_second_factor)

_add = blueprint.add_url_rule
_administrators = roles(Role.ADMINISTRATOR)
_readers = roles(Role.ADMINISTRATOR, Role.OFFICER)

# Getting in and out
_add("/sign-in", view_func=doors.ask_link, access=PUBLIC)
_add("/sign-in", view_func=doors.mail_link, methods=["POST"], access=PUBLIC)
_add("/sign-in/<token>", view_func=doors.show_link, access=PUBLIC)
_add("/sign-in/<token>", view_func=doors.use_link, methods=["POST"], access=PUBLIC)
_add("/invite/<token>", view_func=doors.show_invitation, access=PUBLIC)
_add("/invite/<token>", view_func=doors.take_invitation, methods=["POST"], access=PUBLIC)
_add("/handoff/<code>", view_func=doors.use_handoff, access=PUBLIC, transactional=False)
_add("/sign-out", view_func=doors.leave, access=SIGNED_IN)
_add("/sign-out", view_func=doors.sign_out, methods=["POST"], access=SIGNED_IN)

# One's own
_add("/inbox", view_func=own.show_inbox, access=SIGNED_IN)
_add("/inbox/read", view_func=own.read_messages, methods=["POST"], access=SIGNED_IN)
_add("/profile", view_func=own.show_profile, access=SIGNED_IN)
_add("/profile", view_func=own.save_profile, methods=["POST"], access=SIGNED_IN)
_add("/profile/sessions/end", view_func=own.sign_out_elsewhere, methods=["POST"], access=SIGNED_IN)
_add("/profile/data", view_func=own.download_my_data, methods=["POST"], access=SIGNED_IN)
_add("/second-factor", view_func=own.show_second_factor, access=SIGNED_IN)
_add("/second-factor", view_func=own.give_code, methods=["POST"], access=SIGNED_IN)
_add("/second-factor/begin", view_func=own.begin_second_factor, methods=["POST"], access=SIGNED_IN)
_add("/second-factor/replace", view_func=own.replace_second_factor, methods=["POST"], access=SIGNED_IN)

# The administrators' desk
_add("/people", view_func=desk.show_people, access=_administrators)
_add("/people/invite", view_func=desk.show_invite, access=_administrators)
_add("/people/invite", view_func=desk.make_invitation, methods=["POST"], access=_administrators)
_add("/people/audit", view_func=desk.show_audit, access=_readers)
_add("/people/merge", view_func=merging.show_merge, access=_readers)
_add("/people/merge", view_func=merging.merge, methods=["POST"], access=_readers)
_add("/people/merge/undo", view_func=merging.undo, methods=["POST"], access=_readers)
_add("/people/<int:person_id>", view_func=desk.show_person, access=_administrators)
_add("/people/<int:person_id>/roles", view_func=desk.give_role, methods=["POST"], access=_administrators)
_add(
    "/people/<int:person_id>/roles/<int:grant_id>/end",
    view_func=desk.take_role,
    methods=["POST"],
    access=_administrators,
)
_add(
    "/people/<int:person_id>/second-factor/remove",
    view_func=desk.take_factor,
    methods=["POST"],
    access=_administrators,
)
_add("/people/<int:person_id>/data", view_func=desk.download_person, methods=["POST"], access=_administrators)
_add("/people/<int:person_id>/erase", view_func=desk.forget_person, methods=["POST"], access=_administrators)
