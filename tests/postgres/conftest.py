"""One server for the whole run, a database for each worker, and a private server for tests that kill it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.postgres.server import PostgresServer, uri_of


@pytest.fixture(scope="session")
def database_uri(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """A database that no other worker uses; tests empty what they need empty."""
    root = tmp_path_factory.getbasetemp()
    with _shared_server(root if worker_id == "master" else root.parent) as home:
        name = f"tests_{worker_id}"
        with psycopg.connect(uri_of(home), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        yield uri_of(home, name)


@pytest.fixture
def private_server() -> Iterator[PostgresServer]:
    """A running server of the test's own, to be killed."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@contextmanager
def _shared_server(folder: Path) -> Iterator[Path]:
    """The first worker to come starts the server and, at the end, waits for those that still use it."""
    address = folder / "postgres-address"
    own: PostgresServer | None = None
    with (folder / "postgres-users").open("w") as users:
        with _alone(folder):
            if not address.exists():
                own = PostgresServer()
                own.start()
                address.write_text(str(own.home))
            home = Path(address.read_text())
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield home
        finally:
            if own is not None:
                with _alone(folder):
                    address.unlink()
                fcntl.flock(users, fcntl.LOCK_EX)
                own.close()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "postgres-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
