"""What every store does, in both colours."""

import asyncio
import threading
from datetime import datetime, timezone

import pytest

from stepgraph.store.base import (
    BaseStore,
    GetOp,
    InvalidNamespaceError,
    Item,
    ListNamespacesOp,
    MatchCondition,
    PutOp,
    SearchItem,
    SearchOp,
)

NS = ("memories", "ada")


async def test_an_item_comes_back_with_its_place_and_times(store, clock):
    await store.put(NS, "tea", {"likes": "Assam", "cups": [1, {"a": None}]})
    at = datetime.fromtimestamp(clock.now, timezone.utc)
    assert await store.get(NS, "tea") == Item(
        value={"likes": "Assam", "cups": [1, {"a": None}]}, key="tea", namespace=NS, created_at=at, updated_at=at
    )


async def test_what_is_not_there_is_none(store):
    await store.put(NS, "tea", {})
    for namespace, key in ((NS, "coffee"), (NS[:1], "tea"), ((*NS, "x"), "tea"), (("memories", "ad"), "tea")):
        assert await store.get(namespace, key) is None
    await store.delete(NS, "tea")
    await store.delete(NS, "tea")
    assert await store.get(NS, "tea") is None


async def test_a_put_keeps_the_time_of_creation(store, clock):
    """Probe 26: a second put reset `created_at`."""
    await store.put(NS, "tea", {"a": 1, "b": 1})
    first = await store.get(NS, "tea")
    clock.pass_by(1)
    await store.put(NS, "tea", {"b": 2})
    second = await store.get(NS, "tea")
    assert second.value == {"b": 2}
    assert second.created_at == first.created_at
    assert (second.updated_at - first.updated_at).total_seconds() == 60


async def test_a_put_after_a_delete_is_a_creation(store, clock):
    await store.put(NS, "tea", {})
    await store.put(NS, "milk", {})
    clock.pass_by(1)
    await store.batch([PutOp(NS, "tea", None), PutOp(NS, "tea", {"n": 1})])
    found = await store.get(NS, "tea")
    assert found.created_at == found.updated_at == datetime.fromtimestamp(clock.now, timezone.utc)
    assert [item.key for item in await store.search(NS)] == ["milk", "tea"]


async def test_items_are_not_shared(store):
    value = {"list": [1], "dict": {"a": 1}}
    await store.put(NS, "tea", value)
    value["list"].append(2)
    (await store.get(NS, "tea")).value["dict"]["b"] = 2
    (await store.search(NS))[0].value["list"].append(3)
    assert (await store.get(NS, "tea")).value == {"list": [1], "dict": {"a": 1}}


@pytest.mark.parametrize("namespace", [(), ("",), ("a", ""), ("a.b",), ("a", 1), "text", ("langgraph", "x"), None])
async def test_a_namespace_that_cannot_be_is_refused(store, namespace):
    with pytest.raises(InvalidNamespaceError):
        await store.put(namespace, "k", {})
    with pytest.raises(InvalidNamespaceError):
        await store.batch([PutOp(("fine",), "k", {}), PutOp(namespace, "k", {})])
    assert await store.list_namespaces() == []


@pytest.mark.parametrize("prefix", [("a.b",), ("",), "ab", (1,)])
async def test_reading_by_such_a_prefix_is_refused_too(store, prefix):
    await store.put(("a", "b"), "k", {})
    with pytest.raises(InvalidNamespaceError):
        await store.search(prefix)
    with pytest.raises(InvalidNamespaceError):
        await store.get(prefix, "k")


@pytest.mark.parametrize("value", ["text", [1], None, 3])
async def test_a_value_is_a_dict(store, value):
    with pytest.raises(TypeError, match="a store keeps dicts, got"):
        await store.put(NS, "k", value)


async def test_operations_are_checked_before_anything_is_done(store):
    wrong = [
        (PutOp(NS, "k", "text"), TypeError, "keeps dicts"),
        (PutOp(NS, 1, {}), TypeError, "key of an item is a string, got 1"),
        (PutOp(NS, "k", {}, None, 0), ValueError, "ttl is in minutes"),
        (GetOp(NS, None), TypeError, "key of an item"),
        (SearchOp(NS, limit=-1), ValueError, "limit and offset"),
        (ListNamespacesOp(max_depth=0), ValueError, "max_depth"),
        (ListNamespacesOp(offset=-1), ValueError, "limit and offset"),
        ("get", TypeError, "a batch holds GetOp"),
    ]
    for op, error, message in wrong:
        with pytest.raises(error, match=message):
            await store.batch([PutOp(NS, "good", {}), op])
    assert await store.search(()) == []
    await store.put(NS, "k", {})
    with pytest.raises(ValueError, match="'prefix' or a 'suffix', got 'middle'"):
        await store.batch([ListNamespacesOp((MatchCondition("middle", ("a",)),))])


async def test_reads_of_a_batch_see_what_was_there_before_it(store):
    await store.put(NS, "a", {"n": 0})
    results = await store.batch(
        [
            PutOp(NS, "a", {"n": 1}),
            GetOp(NS, "a"),
            PutOp(NS, "b", {"n": 2}),
            SearchOp(NS),
            PutOp(("new",), "a", {"n": 3}),
            ListNamespacesOp(),
            PutOp(NS, "b", None),
        ]
    )
    assert results[0] is results[2] is results[4] is results[6] is None
    assert results[1].value == {"n": 0}
    assert [item.value for item in results[3]] == [{"n": 0}]
    assert results[5] == [NS]
    assert [(item.key, item.value["n"]) for item in await store.search(())] == [("a", 1), ("a", 3)]
    assert await store.batch([]) == []


async def test_a_search_looks_below_a_prefix_label_by_label(store):
    namespaces = [("a",), ("a", "b"), ("a", "b", "c"), ("ab",), ("a", "bc"), ("a-", "b"), ("a/b",), ("%",), ("A",)]
    for namespace in namespaces:
        await store.put(namespace, "k", {})
    for prefix in [(), *namespaces, ("a", "c"), ("_",)]:
        found = [item.namespace for item in await store.search(prefix)]
        assert found == [each for each in namespaces if each[: len(prefix)] == prefix]


async def test_a_search_pages_in_the_order_of_creation(store):
    for number in range(23):
        await store.put(("all", str(number % 3)), str(number), {"even": number % 2 == 0})
    await store.put(("all", "0"), "0", {"even": True, "again": True})
    numbers = [str(number) for number in range(23)]
    assert [item.key for item in await store.search(("all",))] == numbers[:10]
    assert [item.key for item in await store.search(("all",), limit=5, offset=20)] == numbers[20:]
    assert [item.key for item in await store.search(("all",), limit=10**30, offset=1)] == numbers[1:]
    assert await store.search(("all",), limit=0) == []
    found = await store.search(("all",), filter={"even": True}, limit=3, offset=2)
    assert [item.key for item in found] == ["4", "6", "8"]
    assert await store.search(("all",), filter={"even": True}, limit=0) == []
    assert len(await store.search(("all",), filter={"even": True}, limit=10**30)) == 12
    assert await store.search(("all",), filter={"even": True}, offset=10**30) == []
    assert await store.search(("all",), offset=10**30) == []
    assert type(found[0]) is SearchItem
    assert found[0].score is None


async def test_namespaces_are_listed(store):
    namespaces = [("a",), ("a", "x", "1"), ("a", "x", "2"), ("a", "y", "1"), ("a-",), ("b", "x", "1")]
    for namespace in [*reversed(namespaces), ("gone",)]:
        await store.put(namespace, "k", {})
        await store.put(namespace, "l", {})
    for key in "kl":
        await store.delete(("gone",), key)
    listed = store.list_namespaces
    assert await listed() == namespaces
    assert await listed(prefix=("a",)) == namespaces[:4]
    assert await listed(prefix=("*", "x")) == [namespaces[1], namespaces[2], namespaces[5]]
    assert await listed(prefix=("a", "*", "1")) == [namespaces[1], namespaces[3]]
    assert await listed(suffix=("1",)) == [namespaces[1], namespaces[3], namespaces[5]]
    assert await listed(suffix=("x", "*"), prefix=("a",)) == namespaces[1:3]
    assert await listed(max_depth=1) == [("a",), ("a-",), ("b",)]
    assert await listed(max_depth=2, limit=2, offset=1) == [("a", "x"), ("a", "y")]
    assert await listed(prefix=("a", "x", "1", "deeper")) == []
    assert await listed(limit=0) == []


async def test_a_hundred_at_once(store):
    async def live(number: int) -> None:
        namespace = ("crowd", str(number))
        for turn in range(3):
            await store.put(namespace, "k", {"turn": turn})
            assert (await store.get(namespace, "k")).value == {"turn": turn}
        await store.put(("shared",), "k", {"last": number})

    await asyncio.gather(*(live(number) for number in range(100)))
    assert len(await store.search(("crowd",), limit=999)) == 100
    assert (await store.get(("shared",), "k")).value["last"] in range(100)


async def test_a_hundred_threads(store):
    failures = []
    barrier = threading.Barrier(100)

    def live(number: int) -> None:
        try:
            barrier.wait()
            for turn in range(3):
                store.inner.put(("crowd", str(number)), "k", {"turn": turn})
                assert store.inner.get(("crowd", str(number)), "k").value == {"turn": turn}
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=live, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    await asyncio.to_thread(lambda: [thread.join() for thread in threads])
    assert failures == []
    assert len(await store.search(("crowd",), limit=999)) == 100


async def test_one_store_serves_several_event_loops(store):
    def in_a_loop(number: int) -> None:
        async def live() -> None:
            await store.inner.aput(NS, str(number), {"n": number})
            assert (await store.inner.aget(NS, str(number))).value == {"n": number}

        asyncio.run(live())

    await asyncio.gather(*(asyncio.to_thread(in_a_loop, number) for number in range(5)))
    assert len(await store.search(NS)) == 5


# The base class.


class Listing(BaseStore):
    """The least that a store must do: `batch`."""

    def __init__(self) -> None:
        self.seen = []

    def batch(self, ops):
        self.seen += ops
        return [None] * len(self.seen)


async def test_every_method_is_a_batch_of_one():
    store = Listing()
    store.get(NS, "k")
    await store.aget(NS, "k", refresh_ttl=False)
    await store.asearch(NS, query="q", filter={"a": 1}, limit=1, offset=2)
    store.put(NS, 7, {"a": 1}, ["a"])
    await store.adelete(NS, "k")
    store.list_namespaces(prefix=("a",), suffix=("b",), max_depth=2, limit=3, offset=4)
    await store.alist_namespaces()
    assert store.seen == [
        GetOp(NS, "k", True),
        GetOp(NS, "k", False),
        SearchOp(NS, {"a": 1}, 1, 2, "q", True),
        PutOp(NS, "7", {"a": 1}, ["a"], None),
        PutOp(NS, "k", None),
        ListNamespacesOp((MatchCondition("prefix", ("a",)), MatchCondition("suffix", ("b",))), 2, 3, 4),
        ListNamespacesOp(),
    ]


async def test_a_store_without_ttl_says_so():
    with pytest.raises(NotImplementedError, match="Listing has no time to live"):
        Listing().put(NS, "k", {}, ttl=1)
    with pytest.raises(NotImplementedError, match="Listing has no time to live"):
        await Listing().asweep_ttl()
    Listing().put(NS, "k", {}, ttl=None)
