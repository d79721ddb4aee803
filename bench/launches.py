"""How long a warm login and launch take together; `python -m bench.launches`.

Same process of the same server, same database, same app with all it does around a request; rounds alternate. Beside
ours stand the bare views, PyLTI1p3's Flask contrib with key caching, and the same without, as it comes (see
`bench.rivals`). Warm means: person, course and link are known and the browser has our cookies. The client signs
between the two requests outside of the measured time. Both databases are durable. The platform's keyset is served over
https from this machine, without any distance: outside the demo nothing else is allowed, and it is what platforms do.

At the end the platform changes its key and 50 people come at once: how often is its keyset fetched for that?
"""

import argparse
import json
import ssl
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import certifi
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bench.wire import Connection, percentile
from lms_carbon.app import create_app
from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.models.registrations import Deployment
from tests.support.databases import migrate, settings_for
from tests.support.platform import FakePlatform, jwk, private_key, register, start_platform
from tests.support.postgres import running_postgres
from tests.support.servers import WebServer, running
from tests.support.world import make_institution, make_person

WANTED: Final = {"pylti_cached": 1.0, "pylti_default": 3.0}
PEOPLE: Final = 20
ROTATED: Final = 50
"""Launches after the platform changed its key, and how many come at the same time."""
AT_ONCE: Final = 10
MOST_FETCHES: Final = 2
WAYS: Final = {
    "ours": ("/lti/login", "/lti/launch"),
    "bare": ("/bare/login", "/bare/launch"),
    "pylti_cached": ("/pylti/login", "/pylti/launch?cached=1"),
    "pylti_default": ("/pylti/login", "/pylti/launch"),
}


@dataclass
class Browser:
    """One person's browser and its cookies."""

    sub: str
    cookies: dict[str, str] = field(default_factory=dict)

    def send(self, wire: Connection, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, str], float]:
        """Return status, headers but cookies, and seconds."""
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {jar}", f"Content-Length: {len(body)}"]
        lines += ["Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Dest: iframe", "", ""]
        message = "\r\n".join(lines).encode() + body
        before = time.perf_counter()
        status, _ = wire.send(message)
        took = time.perf_counter() - before
        headers: dict[str, str] = {}
        for line in wire.head.decode().split("\r\n")[1:]:
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
            else:
                headers[name.lower()] = value
        return status, headers, took


def go(wire: Connection, browser: Browser, platform: FakePlatform, way: str, launch_url: str) -> float:
    """Log in and launch; return the seconds that both requests took."""
    login, launch = WAYS[way]
    fields = platform.login_fields(target_link_uri=launch_url, login_hint=browser.sub)
    kept = {name: value for name, value in browser.cookies.items() if not name.startswith("lti1p3")}
    browser.cookies = kept  # a state cookie of PyLTI1p3 lives five minutes; one is enough here
    status, headers, first = browser.send(wire, "GET", f"{login}?{urlencode(fields)}")
    if status != 302:
        raise RuntimeError(f"{way}: login answered {status}")
    asked = parse_qs(urlsplit(headers["location"]).query)
    claims = platform.claims(asked["nonce"][0], sub=browser.sub, target_link_uri=launch_url)
    body = urlencode({"id_token": platform.sign(claims), "state": asked["state"][0]}).encode()
    status, _, second = browser.send(wire, "POST", launch, body)
    if status not in (302, 303):
        raise RuntimeError(f"{way}: launch answered {status}")
    return first + second


@contextmanager
def https_keyset(platform: FakePlatform, folder: Path) -> Iterator[None]:
    """Serve the platform's keyset over https too, by a certificate that the file of authorities names."""
    key = private_key("https")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    at = now()
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, at - timedelta(days=1), at + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )
    pair, authorities = folder / "https.pem", folder / "authorities.pem"
    pair.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate)
    authorities.write_bytes(Path(certifi.where()).read_bytes() + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = platform.keyset_body()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    platform.https_keyset = f"https://localhost:{server.server_port}/"
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def prepared(url: str, folder: Path, platform: FakePlatform) -> Iterator[WebServer]:
    """Yield a server on a fresh database that knows the platform."""
    migrate(url, folder)
    app = create_app(settings_for(url, folder))
    with app.app_context():
        institution_id = make_institution("bench")
        person = make_person(institution_id)
    register(app, platform, institution_id)
    with app.app_context(), transaction(write=False):
        deployment_id = session.scalar(sa.select(Deployment.id))
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
    server = WebServer(url, folder)
    server.arguments = ["-c", f"from bench.rivals import serve; serve({server.port})"]
    told = {
        "issuer": platform.issuer,
        "keyset": platform.https_keyset,
        "client_id": platform.client_id,
        "deployment_id": platform.deployment_id,
        "jwk": jwk(platform.key, platform.kid),
        "institution": institution_id,
        "registration": platform.registration_id,
        "deployment": deployment_id,
        "person": person.person_id,
    }
    authorities = str(folder / "authorities.pem")
    server.environment = {
        **server.environment,
        "BENCH_PLATFORM": json.dumps(told),
        "REQUESTS_CA_BUNDLE": authorities,
    }
    with running(server):
        yield server


def measure(url: str, folder: Path, *, rounds: int, launches: int) -> dict[str, Any]:
    """Return what all ways take on one database."""
    with start_platform() as platform, https_keyset(platform, folder), prepared(url, folder, platform) as server:
        launch_url = f"{server.address}/lti/launch"
        browsers = {way: [Browser(f"{n}", {"__Host-lc_login": f"{n:032}"}) for n in range(PEOPLE)] for way in WAYS}
        wire = Connection(server.port)
        for way, people in browsers.items():
            for browser in people:
                go(wire, browser, platform, way, launch_url)
        found: dict[str, list[list[float]]] = {way: [] for way in WAYS}
        for number in range(rounds):
            for way in sorted(WAYS, reverse=bool(number % 2)):
                people, wire = browsers[way], Connection(server.port)  # idle ones are closed by the server
                found[way].append([go(wire, people[n % PEOPLE], platform, way, launch_url) for n in range(launches)])
        fetches = rotate(platform, server, browsers["ours"], launch_url)
    told = summary(found)
    told["rotation"] = {"launches": ROTATED, "fetches": fetches, "at_most": MOST_FETCHES}
    told["good"] = told["good"] and fetches <= MOST_FETCHES
    return told


def rotate(platform: FakePlatform, server: WebServer, people: list[Browser], launch_url: str) -> int:
    """Let the platform sign with another key, launch from several connections at once, and return the fetches."""
    platform.key_name = platform.kid = "another-key"
    private_key(platform.key_name)  # made before ten ask for it at once
    before = platform.fetches
    each = ROTATED // AT_ONCE

    def come(person: Browser) -> None:
        wire = Connection(server.port)
        for _ in range(each):
            go(wire, person, platform, "ours", launch_url)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(come, people[:AT_ONCE]))
    return platform.fetches - before


def summary(found: dict[str, list[list[float]]]) -> dict[str, Any]:
    """Return times, and how many times faster ours is; of the medians of neighbouring rounds."""
    medians = {way: [statistics.median(each) for each in rounds] for way, rounds in found.items()}
    told: dict[str, Any] = {}
    for way, rounds in found.items():
        every = [seconds for each in rounds for seconds in each]
        told[way] = {"p50_ms": percentile(every, 0.5), "p95_ms": percentile(every, 0.95)}
        ratios = [theirs / ours for theirs, ours in zip(medians[way], medians["ours"], strict=True)]
        told[way] |= {"ours_is_faster_by": round(statistics.median(ratios), 2)} if way != "ours" else {}
    told["wanted"] = WANTED
    told["good"] = all(told[way]["ours_is_faster_by"] >= times for way, times in WANTED.items())
    return told


def main() -> int:
    """Measure and print; the status is 1 where ours is slower than wanted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--launches", type=int, default=60, help="in each round and way")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="a disk, not memory")
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with running_postgres(folder / "pg", durable=True) as postgres:
            urls = {"postgresql": postgres, "sqlite": f"sqlite:///{folder / 'bench.sqlite3'}"}
            results = {
                dialect: measure(url, folder, rounds=options.rounds, launches=options.launches)
                for dialect, url in urls.items()
                if options.only in (None, dialect)
            }
    print(json.dumps({"bench": "launches", "databases": results}, indent=2))
    return 0 if all(each["good"] for each in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
