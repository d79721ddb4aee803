"""The index of LTI's addresses."""

from lms_carbon.core.web import PUBLIC, package_blueprint
from lms_carbon.lti.views import entrance

blueprint = package_blueprint("lti")

blueprint.add_url_rule(
    "/lti/login", view_func=entrance.login, methods=["GET", "POST"], access=PUBLIC, transactional=False
)
blueprint.add_url_rule(
    "/lti/login/probe", view_func=entrance.login_probe, methods=["GET"], access=PUBLIC, transactional=False
)
blueprint.add_url_rule("/lti/launch", view_func=entrance.launch, methods=["POST"], access=PUBLIC, transactional=False)
blueprint.add_url_rule("/lti/keys", view_func=entrance.keys, methods=["GET"], access=PUBLIC)
