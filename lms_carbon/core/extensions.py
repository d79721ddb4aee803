"""Flask's extensions, made bare here and bound to an app in `init_extensions`."""

from datetime import timedelta

from flask import Flask, g, request
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_migrate import Migrate
from flask_smorest import Api
from flask_wtf.csrf import CSRFProtect

from lms_carbon.core.config import Settings
from lms_carbon.core.cookies import cookie_name
from lms_carbon.core.db import db, prepare_engine
from lms_carbon.core.health import migrations_folder
from lms_carbon.core.i18n import LANGUAGES, LOCALES, PackageDomain, language_of
from lms_carbon.core.identity import current_actor

LANGUAGE_COOKIE = "lc_language"
LANGUAGE_FIELD = "lang"


class PackageBabel(Babel):
    """Babel with the packages' catalogues as its default domain."""

    domain_instance = PackageDomain()


class DescribedApi(Api):
    """flask-smorest for the OpenAPI document; errors stay with `core.http`, for pages and JSON alike."""

    def _register_error_handlers(self) -> None:
        """Leave the app's error handlers as they are."""


babel = PackageBabel()
bootstrap = Bootstrap5()
migrate = Migrate()
csrf = CSRFProtect()


def asked_language() -> str | None:
    """Return the language that this page's address asks for."""
    asked = request.args.get(LANGUAGE_FIELD) if request else None
    return asked if asked in LANGUAGES else None


def choose_language() -> str:
    """Return the locale of this page: the reader's choice, else their session's, else the browser's.

    The choice is in a cookie, and in the address where a frame may keep none.
    """
    chosen = asked_language()
    if chosen is None and request:
        chosen = language_of(request.cookies.get(cookie_name(LANGUAGE_COOKIE)))
    actor = current_actor()
    if chosen is None and actor is not None:
        chosen = actor.language
    if chosen is None and "language" in g:
        chosen = g.language
    if chosen is None:
        accepted = (language_of(tag) for tag in request.accept_languages.values()) if request else ()
        chosen = next((tag for tag in accepted if tag), LANGUAGES[0])
    return LOCALES[chosen]


def init_extensions(app: Flask, settings: Settings) -> None:
    """Configure and bind all extensions."""
    secure = settings.public_url.startswith("https://") or settings.demo
    app.extensions["lms_carbon.settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={} if settings.is_sqlite else {"pool_size": 20, "pool_pre_ping": True},
        # The form cookie must come back inside a platform's frame, where only a partitioned one does.
        SESSION_COOKIE_NAME="__Host-lc_form" if secure else "lc_form",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_SAMESITE="None" if secure else "Lax",
        SESSION_COOKIE_PARTITIONED=secure,
        SESSION_COOKIE_HTTPONLY=True,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_CHECK_DEFAULT=False,
        BABEL_DEFAULT_LOCALE="zh_CN",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        BOOTSTRAP_SERVE_LOCAL=True,
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        API_TITLE="lms_carbon",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    db.init_app(app)
    migrate.init_app(app, db, directory=migrations_folder(), render_as_batch=True)
    babel.init_app(app, locale_selector=choose_language)
    bootstrap.init_app(app)
    csrf.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def init_api(app: Flask) -> Api:
    """Make the JSON API of `/api/v1`."""
    return DescribedApi(app)
