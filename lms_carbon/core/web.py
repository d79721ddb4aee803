"""Routes: every one declares who may use it, and runs in one transaction.

`access` stands beside each rule: `PUBLIC`, `SIGNED_IN`, or the roles of which one is enough. The wall test reads
the same table. Which object a role may see is the package's `policy`, through which objects are loaded.
"""

import functools
from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint as FlaskBlueprint
from flask import request
from flask_smorest import Blueprint as SmorestBlueprint
from werkzeug.routing import IntegerConverter, Map

from lms_carbon.core.identity import Role, acting, signed_in
from lms_carbon.core.transaction import transaction

View = Callable[..., Any]


class IdConverter(IntegerConverter):
    """An id in an address. A number that no key can be is no address: 404, not a fault of the database."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": 2**53 - 1, **options})


Access = frozenset[Role]

PUBLIC: Final[Access] = frozenset()
SIGNED_IN: Final[Access] = frozenset(Role)


def roles(*wanted: Role) -> Access:
    """Return the access rule "any of these roles"."""
    return frozenset(wanted)


def check_access(access: Access) -> None:
    """Raise `NotSignedInError` or `ForbiddenError` where the person of this request may not pass."""
    if access == SIGNED_IN:
        signed_in()
    elif access:
        acting(*access)


def at_the_edge(view: View, access: Access, transactional: bool) -> View:
    """Wrap a view: check the right, then run it in one transaction; returning commits, raising rolls back."""

    @functools.wraps(view)
    def edge(*args: Any, **kwargs: Any) -> Any:
        if not transactional:
            check_access(access)
            return view(*args, **kwargs)
        with transaction(write=request.method not in ("GET", "HEAD", "OPTIONS")):
            check_access(access)
            return view(*args, **kwargs)

    edge.access = access  # type: ignore[attr-defined]
    return edge


def csrf_exempt(view: View) -> View:
    """Mark a view that other sites may post to; stands below the route. Such a view must hold its own proof."""
    view.csrf_exempt = True  # type: ignore[attr-defined]
    return view


class Blueprint(FlaskBlueprint):
    """Pages of one package."""

    pages_under = ""
    """Prefix of the pages' addresses; static files have their own, the same for all packages."""

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: View | None = None,
        provide_automatic_options: bool | None = None,
        *,
        access: Access | None = None,
        transactional: bool = True,
        **options: Any,
    ) -> None:
        """Add a rule; `access` is required for all but static files."""
        if view_func is not None and not rule.startswith("/static/"):
            if access is None:
                raise ValueError(f"{self.name}: {rule} does not say who may use it")
            endpoint = endpoint or view_func.__name__
            view_func = at_the_edge(view_func, access, transactional)
            rule = self.pages_under + rule
        super().add_url_rule(rule, endpoint, view_func, provide_automatic_options, **options)


class ApiBlueprint(SmorestBlueprint):
    """JSON of one package, described in the OpenAPI document."""

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Any = None,
        provide_automatic_options: bool | None = None,
        *,
        access: Access | None = None,
        transactional: bool = True,
        **options: Any,
    ) -> None:
        """Add a rule; `access` is required."""
        if access is None:
            raise ValueError(f"{self.name}: {rule} does not say who may use it")
        endpoint = endpoint or view_func.__name__
        view_func = at_the_edge(view_func, access, transactional)
        super().add_url_rule(rule, endpoint, view_func, provide_automatic_options, **options)


def package_blueprint(package: str, *, prefix: str = "") -> Blueprint:
    """Make a package's blueprint with its templates/ and its static/ under /static/<package>/."""
    blueprint = Blueprint(
        package,
        f"lms_carbon.{package}",
        template_folder="templates",
        static_folder=f"static/{package}",
        static_url_path=f"/static/{package}",
    )
    blueprint.pages_under = prefix
    return blueprint
