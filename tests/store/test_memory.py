"""What is special about the store in memory: what it keeps, and how little it imports."""

import subprocess
import sys
import threading

import pytest

from stepgraph.errors import SerializationError
from stepgraph.store.base import PutOp
from stepgraph.store.memory import InMemoryStore

NS = ("n",)


class Point:
    def __init__(self, x):
        self.x = x


def test_it_keeps_whatever_can_be_copied():
    store = InMemoryStore()
    point = Point([1])
    store.put(NS, "k", {"tuple": (1, [2]), "set": {1}, 3: point})
    point.x.append(2)
    found = store.get(NS, "k").value
    assert (found["tuple"], found["set"], found[3].x) == ((1, [2]), {1}, [1])
    found["tuple"][1].append(3)
    assert store.get(NS, "k").value["tuple"] == (1, [2])


@pytest.mark.parametrize("make", [lambda: {"a": threading.Lock()}, lambda: (loop := {}).update(a=loop) or loop])
def test_what_cannot_be_copied_is_refused(make):
    store = InMemoryStore()
    with pytest.raises(SerializationError, match=r"the item 'k' of namespace \('n',\) cannot be kept"):
        store.batch([PutOp(NS, "good", {}), PutOp(NS, "k", make())])
    assert store.search(()) == []


def test_an_empty_namespace_leaves_nothing_behind():
    store = InMemoryStore()
    for number in range(3):
        store.put(("n", str(number)), "k", {}, ttl=1 if number else None)
    store.delete(("n", "0"), "k")
    assert len(store._rows) == 2


@pytest.mark.parametrize("module", ["stepgraph.store", "stepgraph.store.memory", "stepgraph.cache"])
def test_nothing_heavy_is_imported(module):
    program = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert module in done.stdout.split()
    assert {"sqlite3", "numpy", "uuid", "pydantic", "msgpack"} & set(done.stdout.split()) == set()
