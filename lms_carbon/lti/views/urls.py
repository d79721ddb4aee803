"""The index of LTI's addresses."""

from lms_carbon.core.web import PUBLIC, package_blueprint, roles
from lms_carbon.lti.views import entrance, scores

blueprint = package_blueprint("lti")

blueprint.add_url_rule(
    "/lti/login", view_func=entrance.login, methods=["GET", "POST"], access=PUBLIC, transactional=False
)
blueprint.add_url_rule(
    "/lti/login/probe", view_func=entrance.login_probe, methods=["GET"], access=PUBLIC, transactional=False
)
blueprint.add_url_rule("/lti/launch", view_func=entrance.launch, methods=["POST"], access=PUBLIC, transactional=False)
blueprint.add_url_rule("/lti/keys", view_func=entrance.keys, methods=["GET"], access=PUBLIC)
blueprint.add_url_rule("/lti/scores", view_func=scores.show_scores, methods=["GET"], access=roles(*scores.MAY_SEE))
blueprint.add_url_rule(
    "/lti/scores/<int:delivery_id>/resend", view_func=scores.resend, methods=["POST"], access=roles(*scores.MAY_SEE)
)
