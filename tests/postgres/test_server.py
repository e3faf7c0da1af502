"""The server that the tests bring: it keeps what was committed over a kill -9."""

from __future__ import annotations

import psycopg
import pytest

from tests.postgres.server import PostgresServer


def test_a_worker_has_a_database(database_uri: str) -> None:
    with psycopg.connect(database_uri) as connection:
        row = connection.execute("SELECT current_database()").fetchone()
    assert row is not None
    assert row[0].startswith("tests_")


def test_what_was_committed_outlives_a_kill(private_server: PostgresServer) -> None:
    with psycopg.connect(private_server.uri()) as before:
        before.execute("CREATE TABLE kept (n int)")
        before.execute("INSERT INTO kept VALUES (1)")
    with psycopg.connect(private_server.uri()) as unlucky:
        unlucky.execute("INSERT INTO kept VALUES (2)")
        private_server.restart()
        with pytest.raises(psycopg.OperationalError):
            unlucky.execute("SELECT 1")
    with psycopg.connect(private_server.uri()) as after:
        assert after.execute("SELECT n FROM kept").fetchall() == [(1,)]
