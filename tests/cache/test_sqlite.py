"""A cache in a file: that it lasts, is shared, and does not grow for ever."""

import sqlite3
import subprocess
import sys

import pytest

from stepgraph.cache.sqlite import SqliteCache
from stepgraph.errors import NewerCheckpointError, SaverError
from stepgraph.store.sqlite import SqliteStore

A = (("n",), "a")

_OTHER = """
import sys
from stepgraph.cache.sqlite import SqliteCache
with SqliteCache(sys.argv[1], timeout=60) as cache:
    for number in range(100):
        cache.set({((sys.argv[2],), str(number)): (number, None), (("shared",), "k"): (sys.argv[2], None)})
"""


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "cache.db")


async def test_values_last(path):
    async with SqliteCache(path=path) as cache:
        await cache.aset({A: (1, None)})
    with SqliteCache(path) as cache:
        assert cache.get([A]) == {A: 1}


def test_two_processes_share_a_file(path):
    command = [sys.executable, "-c", _OTHER, path]
    processes = [subprocess.Popen([*command, name], stderr=subprocess.PIPE) for name in ("one", "two")]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, b"")
    with SqliteCache(path) as cache:
        keys = [((name,), str(number)) for name in ("one", "two") for number in range(100)]
        assert cache.get(keys) == {key: int(key[1]) for key in keys}
        assert cache.get([(("shared",), "k")])[("shared",), "k"] in ("one", "two")


def test_a_store_and_a_cache_share_a_file(path):
    with SqliteCache(path) as cache, SqliteStore.from_conn_string(path) as store:
        cache.set({A: (1, None)})
        store.put(("n",), "a", {"b": 2})
        cache.clear()
        assert cache.get([A]) == {}
        assert store.get(("n",), "a").value == {"b": 2}


def test_what_has_expired_is_deleted_in_time(path, clock):
    with SqliteCache(path, clock=clock) as cache:
        cache.set({(("n",), str(number)): (number, 5) for number in range(150)})
        clock.now += 5
        connection = sqlite3.connect(path)
        left = []
        for number in range(3):
            cache.set({(("m",), str(number)): (number, None)})
            left += connection.execute("SELECT count(*) FROM cache_entries").fetchone()
        connection.close()
        assert left == [51, 2, 3]


def test_a_closed_cache_says_so(path):
    cache = SqliteCache(path)
    cache.close()
    cache.close()
    with pytest.raises(SaverError, match="it is closed"):
        cache.get([A])
    with pytest.raises(SaverError, match="it is closed"):
        cache.set({A: (1, None)})


def test_a_file_of_a_newer_version(path):
    with SqliteCache(path) as cache:
        cache.set({A: (1, None)})
    connection = sqlite3.connect(path)
    connection.execute("UPDATE stepgraph_schema SET version = 99")
    connection.commit()
    connection.close()
    with SqliteCache(path) as cache, pytest.raises(NewerCheckpointError, match="its cache has version 99"):
        cache.get([A])
