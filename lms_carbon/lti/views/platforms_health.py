"""Whether all is well with a platform, found out while the administrator waits."""

from flask import render_template

from lms_carbon.core.identity import signed_in
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.rules.health import worst
from lms_carbon.lti.services.health import check_platform, read_traffic
from lms_carbon.lti.services.platforms import get_platform


def show_health(registration_id: int) -> str:
    """Ask the platform and show every check with what to do; nothing is asked inside a transaction."""
    with transaction(write=False):
        registration = get_platform(by=signed_in(), registration_id=registration_id)
        traffic = read_traffic(registration)
    checks = check_platform(registration, traffic)
    return render_template("lti/platform_health.html", platform=registration, checks=checks, worst=worst(checks))
