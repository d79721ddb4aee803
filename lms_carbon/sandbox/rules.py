"""Where platforms differ from each other: one `Rules` per kind of platform that the sandbox can play."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class Rules:
    """The habits of one kind of platform.

    `id_token_seconds` is the life of an id_token; `login_method` how the browser is sent to the tool's login;
    `hint_once` whether an lti_message_hint is spent by its first use; `ungradable_status` the answer to a score for
    someone who is not a learner of the course; `locales` the platform's codes for the languages `zh` and `en`.
    """

    name: str
    product_family_code: str
    id_token_seconds: int = 300
    login_method: str = "GET"
    hint_once: bool = False
    ungradable_status: int = 422
    locales: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({"zh": "zh-CN", "en": "en"}))


#: A platform without quirks: what the specifications say, and nothing else.
PLAIN: Final = Rules(name="plain", product_family_code="sandbox")

RULES: Final[Mapping[str, Rules]] = MappingProxyType({"plain": PLAIN})
