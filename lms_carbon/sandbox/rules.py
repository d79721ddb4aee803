"""Where platforms differ from each other: one `Rules` per kind of platform that the sandbox can play."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final


def _locales(zh: str, en: str) -> Mapping[str, str]:
    return MappingProxyType({"zh": zh, "en": en})


@dataclass(frozen=True)
class Quota:
    """Service calls of one tool: a bucket of `calls` that leaks `per_second`; an overflow is refused."""

    calls: float
    per_second: float


@dataclass(frozen=True)
class Rules:
    """The habits of one kind of platform; what is left out is as the specifications say."""

    name: str
    product_family_code: str
    locales: Mapping[str, str] = field(default_factory=lambda: _locales("zh-CN", "en"))
    """The platform's codes for the languages `zh` and `en`."""

    # Launches
    issuer: str | None = None
    """One for all who run this kind of platform; None for the address."""
    id_token_seconds: int = 300
    says_azp: bool = True
    says_locale: bool = True
    """Whether a launch has the top-level claim, beside the one in launch_presentation."""
    login_method: str = "GET"
    hint_once: bool = False
    """Whether an lti_message_hint is spent by its first use."""
    platform_storage: bool = False
    """Whether pages of the tool may keep state in a frame of the platform (postMessage)."""
    deep_link_data: bool = True
    """Whether a deep linking request has `data` and `accept_lineitem`."""
    deployment_at_registration: bool = True
    review_messages: bool = True
    """Whether the gradebook sends LtiSubmissionReviewRequest; else it opens the link that came with a score."""
    link_history: bool = True
    """Whether `$ResourceLink.id.history` is known beside `$Context.id.history`."""

    # Services
    token_type: str = "application/json"  # noqa: S105 - a media type
    wrong_type_status: int = 415
    """The answer to a body of another media type."""
    line_item_query: str = ""
    """Behind the address of every line item."""
    curly_links: bool = False
    """Whether the next page of line items and results is linked in curly quotes, with `&amp;`."""
    bookmarks: bool = False
    """Whether pages are named by opaque words, upper and lower case, and not by numbers."""
    short_roles: bool = False
    """Whether the roster says `Learner` and not the URI."""
    quota: Quota | None = None

    # Grades
    ungradable_status: int = 422
    """The answer to a score for someone who is not a learner of the course."""
    stale_status: int = 409
    """The answer to a score that is not newer than what is there."""
    whole_seconds: bool = False
    """Whether scores are compared by whole seconds, and a teacher's edit counts."""
    caps: bool = False
    """Whether a score above the maximum is cut off."""
    keeps: tuple[str, ...] = ()
    """Grading progress that leaves the score there as it is; other than FullyGraded clears it."""
    fail_every: int = 0
    """Every so many scores the answer is 500, half of them after the score was taken; 0 for never."""
    submissions: bool = False
    """Whether every score makes a submission unless it says no, and may give way to a teacher's grade."""


#: A platform without quirks: what the specifications say, and nothing else.
PLAIN: Final = Rules(name="plain", product_family_code="sandbox")

#: Seen with a running Moodle 4.5.
MOODLE: Final = Rules(
    name="moodle",
    product_family_code="moodle",
    locales=_locales("zh_cn", "en"),
    id_token_seconds=60,
    says_azp=False,
    says_locale=False,
    login_method="POST",
    hint_once=True,
    deep_link_data=False,
    link_history=False,
    token_type="text/html; charset=utf-8",  # noqa: S106 - a media type
    wrong_type_status=400,
    line_item_query="?type_id=2",
    curly_links=True,
    short_roles=True,
    ungradable_status=400,
    whole_seconds=True,
    caps=True,
)

#: From Canvas' documentation and source.
CANVAS: Final = Rules(
    name="canvas",
    product_family_code="canvas",
    issuer="https://canvas.sandbox.example",
    platform_storage=True,
    deployment_at_registration=False,
    review_messages=False,
    link_history=False,
    bookmarks=True,
    quota=Quota(calls=700, per_second=50),
    ungradable_status=422,
    stale_status=400,
    keeps=("Failed", "NotReady", "Pending"),
    submissions=True,
)

RULES: Final[Mapping[str, Rules]] = MappingProxyType({each.name: each for each in (PLAIN, MOODLE, CANVAS)})
