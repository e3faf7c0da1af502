"""What is special about a store in a file: who may share it, what it keeps, and how it fails."""

import asyncio
import gc
import math
import os
import sqlite3
import subprocess
import sys
import threading
import weakref
from collections import OrderedDict
from enum import IntEnum

import pytest

from stepgraph.errors import CorruptCheckpointError, NewerCheckpointError, SaverError, SerializationError
from stepgraph.store.base import PutOp
from stepgraph.store.sqlite import SqliteStore
from stepgraph.store.sqlite.aio import AsyncSqliteStore

NS = ("n",)
PATIENCE = 20


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "store.db")


def nested(depth: int) -> dict:
    value: dict = {}
    for _ in range(depth):
        value = {"a": value}
    return value


# What is kept.


class Size(IntEnum):
    BIG = 9


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"text": "žluť 🐎\0\n\"'\\", "": 0, "a.b": 1, "$x": 2},
        {"ints": [0, -1, 2**53 + 1, 2**63, 10**400], "floats": [0.1, -0.0, 5e-324, 1e308]},
        {"true": True, "none": None, "size": Size.BIG, "ordered": OrderedDict(z=1, a=2)},
        nested(190),
    ],
)
def test_what_comes_back_equals_what_was_put(path, value):
    with SqliteStore.from_conn_string(path) as store:
        store.put(NS, "k", value)
    with SqliteStore.from_conn_string(path) as store:
        found = store.get(NS, "k").value
        assert found == value
        assert repr(found) == repr(found | value if "size" not in value else found)
        assert [item.key for item in store.search(NS, filter={"missing": None})] == ["k"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [{"b": object()}]}, r"the item 'the key' of namespace \('n',\).*object .* at value\['a'\]\[0\]\['b'\]"),
        ({"a": (1, 2)}, r"tuple \(1, 2\) at value\['a'\] is none of dict, list"),
        ({"a": {1, 2}}, r"set .* at value\['a'\]"),
        ({"a": b"x"}, "bytes"),
        ({"a": math.nan}, r"nan at value\['a'\] is not a finite number"),
        ({"a": -math.inf}, "-inf"),
        ({"a": {1: 2}}, r"the key 1 at value\['a'\] is no string"),
        ({"a": "\ud800"}, "half a surrogate pair"),
        ({"\ud800": 1}, "half a surrogate pair"),
        (nested(300), "nested more than 200 levels"),
    ],
)
@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_a_value_that_cannot_be_kept_is_refused(path, value, message, colour):
    with SqliteStore.from_conn_string(path) as store:
        ops = [PutOp(NS, "good", {}), PutOp(NS, "the key", value)]
        with pytest.raises(SerializationError, match=message):
            store.batch(ops) if colour == "sync" else await store.abatch(ops)
        assert store.search(()) == []


def test_a_key_or_label_that_is_no_text_is_refused(path):
    with SqliteStore.from_conn_string(path) as store:
        for namespace, key in ((NS, "\ud800"), (("\ud800",), "k")):
            with pytest.raises(SerializationError, match="half a surrogate pair"):
                store.put(namespace, key, {})


# Opening and closing.


def test_items_last(path):
    with SqliteStore.from_conn_string(path) as store:
        store.put(NS, "k", {"a": 1})
        created = store.get(NS, "k").created_at
    with SqliteStore(path) as store:
        assert store.get(NS, "k").value == {"a": 1}
        assert store.get(NS, "k").created_at == created


async def test_a_store_may_be_given_a_connection_a_path_or_a_uri(tmp_path):
    path = tmp_path / "store.db"
    connection = sqlite3.connect(path)
    for source in (connection, path, str(path), f"file:{path}?mode=rw"):
        async with AsyncSqliteStore(source) as store:
            await store.setup()
            await store.aput(NS, "k", {"from": type(source).__name__})
            assert store.get(NS, "k").value == {"from": type(source).__name__}
    connection.close()


def test_a_connection_to_memory_stays_open():
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    with SqliteStore(connection) as store:
        store.put(NS, "k", {"a": 1})
    with SqliteStore(connection) as store:
        assert store.get(NS, "k").value == {"a": 1}
    assert connection.execute("SELECT count(*) FROM store_items").fetchone() == (1,)
    connection.close()


@pytest.mark.parametrize("in_memory", [False, True])
def test_a_closed_store_says_so(path, in_memory):
    store = SqliteStore(":memory:" if in_memory else path)
    store.put(NS, "k", {})
    store.close()
    store.close()
    for use in (lambda: store.get(NS, "k"), lambda: store.put(NS, "k", {}), store.sweep_ttl):
        with pytest.raises(SaverError, match=r"it is closed; use it inside its `with` block"):
            use()


def test_a_store_that_nobody_closed_leaves_nothing_behind(path):
    for name in (path, ":memory:"):
        others = set(threading.enumerate())
        store = SqliteStore(name)
        store.put(NS, "k", {})
        store.get(NS, "k")
        store.start_ttl_sweeper(60)
        threads = set(threading.enumerate()) - others
        assert len(threads) == 2
        reference = weakref.ref(store)
        del store
        gc.collect()
        assert reference() is None
        for thread in threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()


def test_an_open_store_does_not_hold_up_the_end_of_the_process(path):
    program = """
import sys
from stepgraph.store.sqlite import SqliteStore
store = SqliteStore(sys.argv[1])
store.put(("n",), "k", {"a": 1})
store.start_ttl_sweeper(60)
print(store.get(("n",), "k").value)
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, path], capture_output=True, text=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == ("{'a': 1}\n", "")


def test_setup_may_be_called_at_any_time(path):
    with SqliteStore.from_conn_string(path) as store:
        store.setup()
        store.put(NS, "k", {})
        store.setup()
    with SqliteStore.from_conn_string(path) as store:
        store.setup()
        assert store.get(NS, "k") is not None


# Colours.


async def test_a_cancelled_put_lands_whole_or_not_at_all(path):
    async with AsyncSqliteStore.from_conn_string(path) as store:
        await store.setup()
        started, go_on = threading.Event(), threading.Event()

        def hold(_):
            started.set()
            assert go_on.wait(PATIENCE)

        held = store._database.write(hold)
        assert await asyncio.to_thread(started.wait, PATIENCE)
        task = asyncio.create_task(store.abatch([PutOp(NS, "a", {}), PutOp(NS, "b", {})]))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()
        await asyncio.wrap_future(held)
        assert await store.asearch(()) == []
        await store.aput(NS, "c", {})
        assert [item.key for item in await store.asearch(())] == ["c"]


async def test_async_methods_do_not_block_the_loop(path):
    """While another process, as it were, holds the file, the loop goes on; then the put lands."""
    async with AsyncSqliteStore.from_conn_string(path) as store:
        await store.setup()
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        task = asyncio.create_task(store.aput(NS, "k", {}))
        for _ in range(100):
            await asyncio.sleep(0)
        assert await store.aget(NS, "k") is None  # readers do not wait
        assert not task.done()
        other.execute("COMMIT")
        other.close()
        await task
        assert await store.aget(NS, "k") is not None


# Processes.

_WRITER = """
import sys
from stepgraph.store.sqlite import SqliteStore
name = sys.argv[2]
with SqliteStore.from_conn_string(sys.argv[1], timeout=60) as store:
    for number in range(100):
        store.put((name,), str(number), {"n": number})
        store.put(("shared",), str(number), {"by": name})
        assert store.get((name,), str(number)).value == {"n": number}
"""


def test_two_processes_on_one_file(path):
    command = [sys.executable, "-c", _WRITER, path]
    processes = [subprocess.Popen([*command, name], stderr=subprocess.PIPE) for name in ("one", "two")]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, b"")
    with SqliteStore.from_conn_string(path) as store:
        for name in ("one", "two"):
            assert [item.value["n"] for item in store.search((name,), limit=999)] == list(range(100))
        assert len(store.search(("shared",), limit=999)) == 100


_FORKER = """
import os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)
from stepgraph.store.sqlite import SqliteStore
for name in (sys.argv[1], ":memory:"):
    store = SqliteStore(name)
    store.put(("n",), "parent", {})
    store.get(("n",), "parent")
    child = os.fork()
    if child == 0:
        store.put(("n",), "child", {})
        assert store.get(("n",), "parent") is not None
        store.close()
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    store.put(("n",), "parent again", {})
    print([item.key for item in store.search(())])
    store.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_opens_the_file_anew(path):
    done = subprocess.run([sys.executable, "-c", _FORKER, path], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout == "['parent', 'child', 'parent again']\n['parent', 'parent again']\n"


# Failures.


def test_a_file_that_another_holds_for_too_long(path):
    with SqliteStore.from_conn_string(path, timeout=0.05) as store:
        store.setup()
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(SaverError, match=r"store\.db: another process has held the file for 0\.05 s") as caught:
            store.put(NS, "k", {})
        assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
        other.execute("COMMIT")
        other.close()
        store.put(NS, "k", {})
        assert store.get(NS, "k") is not None


def test_a_file_that_is_no_database(path):
    with open(path, "wb") as file:
        file.write(b"not a database" * 100)
    with SqliteStore.from_conn_string(path) as store:
        for use in (lambda: store.get(NS, "k"), lambda: store.put(NS, "k", {})):
            with pytest.raises(CorruptCheckpointError, match=r"store\.db: the file is damaged or no SQLite database"):
                use()


def test_a_file_that_cannot_be_opened(tmp_path):
    with SqliteStore.from_conn_string(str(tmp_path / "nowhere" / "store.db")) as store:
        with pytest.raises(SaverError, match=r"store\.db: SQLite could not do it \(unable to open"):
            store.put(NS, "k", {})
        (tmp_path / "nowhere").mkdir()
        store.put(NS, "k", {})
        assert store.get(NS, "k") is not None


def test_a_file_of_a_newer_version(path):
    with SqliteStore.from_conn_string(path) as store:
        store.put(NS, "k", {})
    connection = sqlite3.connect(path)
    connection.execute("UPDATE stepgraph_schema SET version = 99 WHERE part = 'store'")
    connection.commit()
    connection.close()
    with SqliteStore.from_conn_string(path) as store:
        with pytest.raises(NewerCheckpointError, match="its store has version 99 and this stepgraph knows 1"):
            store.get(NS, "k")
        with pytest.raises(NewerCheckpointError):
            store.put(NS, "k", {})


@pytest.mark.parametrize("text", ["{", "[1]", ""])
def test_a_value_that_was_damaged(path, text):
    with SqliteStore.from_conn_string(path) as store:
        store.put(NS, "k", {})
        store.put(NS, "l", {"fine": 1})
        connection = sqlite3.connect(path)
        connection.execute("UPDATE store_items SET value = ? WHERE key = 'k'", (text,))
        connection.commit()
        connection.close()
        with pytest.raises(CorruptCheckpointError, match=r"the item 'k' of namespace \('n',\) is damaged"):
            store.get(NS, "k")
        assert store.get(NS, "l").value == {"fine": 1}


def test_a_full_disk(path):
    with SqliteStore.from_conn_string(path) as store:
        store.put(NS, "k", {"a": 1})
        pages = store._database.write(lambda c: c.execute("PRAGMA page_count").fetchone()[0]).result()
        store._database.write(lambda c: c.execute(f"PRAGMA max_page_count = {pages}")).result()
        with pytest.raises(SaverError, match="database or disk is full"):
            store.batch([PutOp(NS, "small", {}), PutOp(NS, "big", {"text": "x" * 1_000_000})])
        assert [item.key for item in store.search(())] == ["k"]
        store.put(NS, "k", {"a": 2})
        assert store.get(NS, "k").value == {"a": 2}
