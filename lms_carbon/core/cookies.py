"""The one cookie that says who is signed in.

Partitioned (CHIPS), because inside a platform's frame no other cookie comes back; `__Host-` ties it to this host.
A window of its own has another jar, so a session is carried there by a handoff code, never by this cookie.
"""

from flask import Response, current_app, request


def is_secure() -> bool:
    """Tell whether browsers keep secure cookies for us: over https, and over http to a loopback address (demo)."""
    settings = current_app.extensions["lms_carbon.settings"]
    return bool(settings.public_url.startswith("https://") or settings.demo)


def cookie_name(name: str) -> str:
    """Return the name under which a cookie is kept."""
    return f"__Host-{name}" if is_secure() else name


def set_cookie(response: Response, name: str, value: str, *, seconds: int) -> None:
    """Set a cookie that scripts cannot read and that comes back inside frames."""
    secure = is_secure()
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=seconds,
        path="/",
        secure=secure,
        httponly=True,
        samesite="None" if secure else "Lax",
        partitioned=secure,
    )


def session_token() -> str | None:
    """Return the token of this browser's session."""
    return request.cookies.get(cookie_name("lc_session"))
