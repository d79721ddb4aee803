"""Open edX's LTI 1.3 platform by itself: keyset, launches, tokens, columns, scores and the picker's answer.

It runs in the environment that `make test` builds and knows nothing of the tool but what is on its command line:

    openedx.py PORT LOGIN_URL LAUNCH_URL KEYSET_URL

When it is ready it prints one line of JSON that says how it is registered. `POST /start` begins a launch.
"""

import json
import sys
from collections.abc import Callable
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings

PORT, LOGIN_URL, LAUNCH_URL, KEYSET_URL = sys.argv[1:]
URL: Final = f"http://localhost:{PORT}"
PLACE: Final = "block-v1:School+CM101+2026+type@lti_consumer+block@exam"
"""Where the activity is; also its resource link."""

settings.configure(
    SECRET_KEY="of-a-test",
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF=__name__,
    LMS_ROOT_URL=URL,
    PLATFORM_NAME="Open edX",
    USAGE_ID_PATTERN=r"(?P<usage_id>(?:i4x://?[^/]+/[^/]+/[^/]+/[^@]+(?:@[^/]+)?)|(?:[^/]+))",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    MIDDLEWARE=[f"{__name__}.somebody"],
    MIGRATION_MODULES={"lti_consumer": None},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", "lti_consumer"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
)
django.setup()

# ruff: noqa: E402 - Django's parts can be imported only now
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from lti_consumer.api import get_lti_1p3_launch_info, get_lti_1p3_launch_start_url
from lti_consumer.data import Lti1p3LaunchData
from lti_consumer.models import Lti1p3Passport, LtiAgsLineItem, LtiAgsScore, LtiConfiguration, LtiDlContentItem
from lti_consumer.plugin import compat


class Block:
    """The activity, of which the platform's own database knows nothing here; it takes no grades into a course."""

    lti_1p3_passport_id = None
    has_score = False


compat.load_enough_xblock = compat.load_block_as_user = lambda location: Block()
compat.user_has_studio_write_access = lambda user, course: True


def configure() -> LtiConfiguration:
    """Make the tool known, with columns of its own making and the picker."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)  # its own way takes seconds
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    passport = Lti1p3Passport.objects.create(
        lti_1p3_internal_private_key=pem, lti_1p3_internal_private_key_id="edx-1", lti_1p3_tool_keyset_url=KEYSET_URL
    )
    return LtiConfiguration.objects.create(
        version=LtiConfiguration.LTI_1P3,
        config_store=LtiConfiguration.CONFIG_ON_DB,
        location=PLACE,
        lti_1p3_passport=passport,
        lti_1p3_oidc_url=LOGIN_URL,
        lti_1p3_launch_url=LAUNCH_URL,
        lti_1p3_redirect_uris=[LAUNCH_URL],
        lti_advantage_ags_mode=LtiConfiguration.LTI_ADVANTAGE_AGS_PROGRAMMATIC,
        lti_advantage_deep_linking_enabled=True,
        lti_advantage_deep_linking_launch_url=LAUNCH_URL,
    )


def somebody(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let every request come from somebody; who it is matters to the stand-ins above only."""

    def run(request: HttpRequest) -> HttpResponse:
        request.user = AnonymousUser()
        return answer(request)

    return run


@csrf_exempt
def start(request: HttpRequest) -> JsonResponse:
    """Begin a launch: its data as JSON, `pick` for the picker; answers with where the browser goes."""
    told = json.loads(request.body)
    picks = told.pop("pick", False)
    config = LtiConfiguration.objects.get()
    launch = Lti1p3LaunchData(config_id=config.config_id, resource_link_id=PLACE, **told)
    return JsonResponse({"url": get_lti_1p3_launch_start_url(launch, deep_link_launch=picks)})


def held(request: HttpRequest) -> JsonResponse:
    """Tell what came from the tool: columns, scores, picked items."""
    del request
    scores = LtiAgsScore.objects.order_by("id").values("line_item_id", "user_id", "score_given", "score_maximum")
    told: dict[str, Any] = {
        "columns": list(LtiAgsLineItem.objects.order_by("id").values("id", "label", "score_maximum", "resource_id")),
        "scores": list(scores.values("user_id", "score_given", "score_maximum", "grading_progress", "comment")),
        "picked": [item.attributes for item in LtiDlContentItem.objects.order_by("id")],
    }
    return JsonResponse(told)


urlpatterns = [
    path("start", start),
    path("held", held),
    path("api/", include("lti_consumer.plugin.urls", namespace="lti_consumer")),
]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until killed."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    config = configure()
    launch = Lti1p3LaunchData(user_id="0", user_role="student", config_id=config.config_id, resource_link_id=PLACE)
    told = get_lti_1p3_launch_info(launch)
    with make_server("127.0.0.1", int(PORT), get_wsgi_application(), handler_class=Quiet) as server:
        sys.stdout.write(json.dumps({**told, "issuer": URL}) + "\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
