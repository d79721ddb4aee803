"""Bootstrap's icons, drawn into the page: no second request, and no large sprite for the browser to read."""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from markupsafe import Markup

_SYMBOL = re.compile(r'<symbol class="[^"]*" viewBox="([^"]+)" id="([^"]+)">(.*?)</symbol>', re.DOTALL)


@cache
def symbols() -> Mapping[str, tuple[str, str]]:
    """Return every icon of the sprite that Bootstrap-Flask carries: name → (view box, paths)."""
    sprite = resources.files("flask_bootstrap") / "static/bootstrap5/icons/bootstrap-icons.svg"
    found = _SYMBOL.findall(sprite.read_text("utf-8"))
    return {name: (box, body) for box, name, body in found}


def icon(name: str) -> Markup:
    """Return an icon that assistive technology passes over; raises `KeyError` for a name that is none."""
    box, body = symbols()[name]
    return Markup('<svg class="bi" viewBox="{}" aria-hidden="true">{}</svg>').format(box, Markup(body))  # noqa: S704
