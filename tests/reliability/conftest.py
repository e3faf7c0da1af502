"""The cradle of a test session, and its Postgres server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres.server import PostgresServer
from tests.reliability.cradle import Cradle


@pytest.fixture(scope="session")
def cradle() -> Iterator[Cradle]:
    made = Cradle()
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres_uri() -> Iterator[str]:
    server = PostgresServer()
    try:
        server.start()
        yield server.uri()
    finally:
        server.close()
