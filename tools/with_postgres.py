"""Runs a command with a PostgreSQL server of its own: AUDITOR_TEST_POSTGRES names it.

python -m tools.with_postgres pytest ...

The server listens on a port of loopback, keeps its files in a temporary folder, is run by an
unprivileged user (PostgreSQL refuses root), and ends with the command. Where PostgreSQL is not
installed, or AUDITOR_TEST_POSTGRES is set already, the command is run as it is.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_VARIABLE = "AUDITOR_TEST_POSTGRES"
#: Debian keeps the programs of each version apart, and out of PATH.
_DEBIAN = Path("/usr/lib/postgresql")
_USERS = ("postgres", "nobody")


def programs() -> Path | None:
    """The folder that holds `initdb` and `pg_ctl`; None without PostgreSQL."""
    versions = sorted(_DEBIAN.glob("*/bin"), key=lambda path: int(path.parent.name))
    for folder in (*reversed(versions), *map(Path, os.get_exec_path())):
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "pg_ctl", "postgres")):
            return folder
    return None


@contextmanager
def server(found: Path) -> Iterator[str]:
    """A running server; its address."""
    with tempfile.TemporaryDirectory(prefix="auditor-postgres-", dir="/tmp") as folder:
        user = _unprivileged()
        if user is not None:
            shutil.chown(folder, user)
        data, port = f"{folder}/data", _free_port()
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -F"
        run = _as(user)
        _quietly([*run, found / "initdb", "-D", data, "-A", "trust", "-U", "auditor", "-N"])
        log = ["-l", f"{folder}/log", "-w"]
        _quietly([*run, found / "pg_ctl", "-D", data, *log, "-o", options, "start"])
        try:
            yield f"postgresql://auditor@127.0.0.1:{port}/postgres"
        finally:
            _quietly([*run, found / "pg_ctl", "-D", data, "-m", "immediate", "stop"])


def _unprivileged() -> str | None:
    """The user who runs the server when root runs this."""
    if os.getuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _USERS if name in known)


def _as(user: str | None) -> list[str]:
    if user is None:
        return []
    group = str(pwd.getpwnam(user).pw_gid)
    return ["setpriv", "--reuid", user, "--regid", group, "--clear-groups", "--"]


def _quietly(command: Sequence[str | Path]) -> None:
    """Run a program of PostgreSQL; what it says is shown only when it fails."""
    # pg_ctl's server would keep a pipe open for ever: a file instead.
    with tempfile.TemporaryFile() as said:
        code = subprocess.call(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL, cwd="/")
        if code:
            said.seek(0)
            raise RuntimeError(f"{command}: {said.read().decode(errors='replace')}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> int:
    """Run the command; its exit code."""
    command, found = sys.argv[1:], programs()
    if _VARIABLE in os.environ or found is None:
        return subprocess.call(command)
    with server(found) as address:
        return subprocess.call(command, env={**os.environ, _VARIABLE: address})


if __name__ == "__main__":
    sys.exit(main())
