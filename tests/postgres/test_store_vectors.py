"""Searching by meaning: every distance and every kind of index, and what changes under them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from stepgraph.errors import SaverError
from stepgraph_postgres import PostgresStore
from tests.postgres.tables import drop_store_tables

POINTS = {"east": [2.0, 0.0], "north": [0.0, 1.0], "north-east": [1.0, 1.0], "far east": [9.0, 0.0]}


def embed(texts: list[str]) -> list[list[float]]:
    return [POINTS[text] for text in texts]


@contextmanager
def opened(uri: str, *, dims: int = 2, fresh: bool = True, **index: Any) -> Iterator[PostgresStore]:
    if fresh:
        drop_store_tables(uri)
    config: Any = {"dims": dims, "embed": embed, "fields": ["at"], **index}
    with PostgresStore.from_conn_string(uri, index=config) as store:
        store.setup()
        store.setup()
        yield store


def fill(store: PostgresStore) -> None:
    for name in POINTS:
        store.put(("p",), name, {"at": name, "length": len(name)})
    store.put(("p",), "nowhere", {"at": "east"}, index=False)
    store.put(("q",), "east", {"at": "east"})


@pytest.mark.parametrize("kind", ["hnsw", "ivfflat", "flat"])
@pytest.mark.parametrize(
    ("distance", "nearest"),
    [
        ("cosine", [("east", 1.0), ("far east", 1.0), ("north-east", 0.707107), ("north", 0.0)]),
        ("l2", [("east", 1.0), ("north-east", 0.414214), ("north", 0.309017), ("far east", 0.125)]),
        ("inner_product", [("far east", 18.0), ("east", 4.0), ("north-east", 2.0), ("north", 0.0)]),
    ],
)
def test_the_nearest_come_first(database_uri: str, kind: str, distance: str, nearest: list[Any]) -> None:
    with opened(database_uri, distance_type=distance, ann_index_config={"kind": kind}) as store:
        fill(store)
        found = store.search(("p",), query="east")
        assert [(item.key, item.score) for item in found] == [*nearest, ("nowhere", None)]
        page = store.search(("p",), query="east", filter={"length": {"$gt": 4}}, limit=1, offset=1)
        wanted = [pair for pair in nearest if len(pair[0]) > 4]
        assert [(item.key, item.score) for item in page] == wanted[1:2]


@pytest.mark.parametrize("kind", ["hnsw", "flat"])
def test_a_filter_that_leaves_out_the_nearest_still_fills_a_page(database_uri: str, kind: str) -> None:
    with opened(database_uri, ann_index_config={"kind": kind}) as store:
        crowd = [store._put_op(("p",), f"{n}", {"at": "east", "n": n}, None, None) for n in range(300)]
        store.batch([*crowd, store._put_op(("p",), "wanted", {"at": "north", "n": -1}, None, None)])
        found = store.search(("p",), query="east", filter={"n": {"$nin": list(range(300))}}, limit=3)
        assert [item.key for item in found] == ["wanted"]


def test_an_item_counts_by_its_best_text_and_forgets_those_it_had(database_uri: str) -> None:
    with opened(database_uri, fields=["at[*]"], ann_index_config={"kind": "flat"}) as store:
        store.put(("p",), "both", {"at": ["north", "east"]})
        store.put(("p",), "one", {"at": ["north-east"]})
        assert [item.key for item in store.search(("p",), query="east")] == ["both", "one"]
        store.put(("p",), "both", {"at": ["north"]})
        assert [(item.key, item.score) for item in store.search(("p",), query="east")] == [
            ("one", 0.707107),
            ("both", 0.0),
        ]
        store.put(("p",), "one", {"at": ["north-east"]}, index=False)
        assert [item.score for item in store.search(("p",), query="east")] == [0.0, None]


def test_a_store_without_an_index_makes_vectors_old(database_uri: str) -> None:
    with opened(database_uri) as store:
        store.put(("p",), "k", {"at": "east"})
        with PostgresStore.from_conn_string(database_uri) as other:
            other.put(("p",), "k", {"at": "north"})
        assert [item.score for item in store.search(("p",), query="east")] == [None]


def test_other_dimensions_are_refused(database_uri: str) -> None:
    with opened(database_uri):
        pass
    refused = pytest.raises(ValueError, match="dims=3, and the database holds vectors of 2")
    with refused, opened(database_uri, dims=3, fresh=False):
        pass


def test_settings_are_checked(database_uri: str) -> None:
    with pytest.raises(ValueError, match=r"distance_type is one of .*'cosine'"):
        PostgresStore(database_uri, index={"dims": 2, "embed": embed, "distance_type": "cosinus"})  # type: ignore[typeddict-item]
    with pytest.raises(ValueError, match="kind is one of"):
        PostgresStore(database_uri, index={"dims": 2, "embed": embed, "ann_index_config": {"kind": "tree"}})  # type: ignore[typeddict-item]


def test_a_store_that_was_not_set_up_says_so(database_uri: str) -> None:
    drop_store_tables(database_uri)
    refused = pytest.raises(SaverError, match=r"call `setup\(\)` once")
    with PostgresStore.from_conn_string(database_uri) as store, refused:
        store.put(("p",), "k", {})
