"""The tables of the store, and those of its vectors, which need pgvector and are made where there is an index."""

from __future__ import annotations

from typing import Final

from stepgraph_postgres.migrations import Migrations
from stepgraph_postgres.store.index import VectorIndex
from stepgraph_postgres.work import Batch, Job, Statement, Work

__all__ = ["MIGRATIONS", "vectors_job"]

_FIRST: Final = (
    """
    CREATE TABLE stepgraph_store_items (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        namespace text COLLATE "C" NOT NULL,
        key text COLLATE "C" NOT NULL,
        value text NOT NULL,
        doc jsonb,
        created_at double precision NOT NULL,
        updated_at double precision NOT NULL,
        ttl double precision,
        expires_at double precision,
        indexed boolean NOT NULL,
        UNIQUE (namespace, key)
    )
    """,
    "CREATE INDEX stepgraph_store_items_expiry ON stepgraph_store_items (expires_at) WHERE expires_at IS NOT NULL",
)

MIGRATIONS: Final = Migrations("store", (_FIRST,))

_DIMS: Final = """
SELECT atttypmod FROM pg_attribute WHERE attrelid = to_regclass('stepgraph_store_vectors') AND attname = 'vector'
"""


def vectors_job(index: VectorIndex) -> Job[None]:
    """Return the job that makes the table of the vectors and its index.

    The job fails with `ValueError` where the table holds vectors of another length.
    """

    def work(_: bool) -> Work[None]:
        yield Batch([Statement("SELECT pg_advisory_xact_lock(hashtextextended('stepgraph schema', 0))")])
        yield Batch([Statement("CREATE EXTENSION IF NOT EXISTS vector")])
        (found,) = yield Batch([Statement(_DIMS)])
        if found and found[0][0] != index.dims:
            raise ValueError(
                f"the index has dims={index.dims}, and the database holds vectors of {found[0][0]}; make them agree, "
                "or use another database or schema"
            )
        table = (
            "CREATE TABLE IF NOT EXISTS stepgraph_store_vectors ("
            "item bigint NOT NULL REFERENCES stepgraph_store_items ON DELETE CASCADE, slot integer NOT NULL, "
            f"vector vector({index.dims}) NOT NULL, PRIMARY KEY (item, slot))"
        )
        texts = [table, index.index_sql()]
        yield Batch([Statement(text) for text in texts if text is not None], commits=True)

    return Job("setting up the vectors of the store", work)
