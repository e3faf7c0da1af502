"""The tables of a test database: made once, emptied often."""

from __future__ import annotations

import psycopg

from stepgraph_postgres import PostgresSaver

SAVER_TABLES = "stepgraph_lanes, stepgraph_checkpoints, stepgraph_blobs, stepgraph_writes, stepgraph_leases"


def empty_saver_tables(uri: str) -> None:
    """Make the tables of the saver where they are not there, and leave nothing in them."""
    with psycopg.connect(uri, autocommit=True) as connection:
        found = connection.execute("SELECT to_regclass('stepgraph_lanes') IS NOT NULL").fetchone()
        if found != (True,):
            with PostgresSaver.from_conn_string(uri) as saver:
                saver.setup()
        connection.execute(f"TRUNCATE {SAVER_TABLES}".encode())


def drop_store_tables(uri: str) -> None:
    """Leave nothing of the store, so that an index of other dimensions can be set up."""
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS stepgraph_store_vectors, stepgraph_store_items")
        found = connection.execute("SELECT to_regclass('stepgraph_schema') IS NOT NULL").fetchone()
        if found == (True,):
            connection.execute("DELETE FROM stepgraph_schema WHERE part = 'store'")
