"""Rules about single items: putting, getting, deleting, and that nobody shares them."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from stepgraph.errors import SerializationError
from stepgraph.store.base import GetOp, InvalidNamespaceError, PutOp, SearchOp
from stepgraph.testing.conformance.clock import Clock
from stepgraph.testing.conformance.rule import refusal, rule
from stepgraph.testing.conformance.sameness import expect, expect_same
from stepgraph.testing.conformance.stores.door import StoreDoor

__all__ = ["ItemRules"]

NS: Final = ("notes", "ada")

_VALUES: Final[dict[str, Any]] = {
    "empty": {},
    "scalars": {"text": "žluť 🐎", "int": -(2**53), "float": 0.5, "true": True, "none": None},
    "order": {"z": 1, "a": 2, "m": {"y": [], "b": {}}},
    "deep": {"list": [1, [2, {"three": [None]}]], "": "empty key", "a.b": "dotted key", "$x": "dollar"},
    "long": {"text": "x" * 200_000},
}

_ODD: Final = ("a", "A", "a b", "a|b", "a:b", "%", "a%", "_", "'", '"', "*", "?", "\\", "a/b", "ä", "日本", "🐎", "0")


class ItemRules:
    """An item is what was last put under its namespace and key."""

    @rule()
    async def test_round_trip(self, store: StoreDoor) -> None:
        """A JSON-like value comes back equal, with namespace, key and times."""
        for key, value in _VALUES.items():
            await store.put(NS, key, value)
        for key, value in _VALUES.items():
            found = await store.get(NS, key)
            if found is None:
                raise AssertionError(f"{key!r} was put and is not found")
            expect_same(found.value, value, f"the value of {key!r}")
            expect_same((found.namespace, found.key), (NS, key), "namespace and key")
            expect(found.created_at.tzinfo is not None, "created_at has no time zone")
            expect(found.created_at <= found.updated_at, "an item was updated before it was created")

    @rule()
    async def test_absent(self, store: StoreDoor) -> None:
        """What was never put, or was deleted, reads as `None`."""
        expect(await store.get(NS, "a") is None, "an empty store found an item")
        await store.put(NS, "a", {"n": 1})
        for namespace, key in ((NS, "b"), (("notes",), "a"), (("notes", "ad"), "a"), ((*NS, "more"), "a")):
            expect(await store.get(namespace, key) is None, f"{key!r} was found in {namespace!r}")
        await store.delete(NS, "a")
        expect(await store.get(NS, "a") is None, "a deleted item was found")
        await store.delete(NS, "a")

    @rule(needs="clock", clock=Clock)
    async def test_times(self, store: StoreDoor) -> None:
        """A second put replaces the value whole and keeps the time of creation."""
        clock: Clock = store.settings["clock"]
        await store.put(NS, "a", {"old": 1, "both": 1})
        first = await store.get(NS, "a")
        clock.pass_by(60)
        await store.put(NS, "a", {"both": 2})
        second = await store.get(NS, "a")
        if first is None or second is None:
            raise AssertionError("an item that was put is not found")
        expect_same(second.value, {"both": 2}, "the value")
        expect_same(second.created_at, first.created_at, "created_at")
        expect_same((second.updated_at - first.updated_at).total_seconds(), 60.0, "seconds between the updates")

    @rule()
    async def test_isolated(self, store: StoreDoor) -> None:
        """Editing what was put, or what was read, changes nothing that is kept."""
        value = {"list": [1], "dict": {"a": 1}}
        await store.put(NS, "a", value)
        value["list"].append(2)  # type: ignore[attr-defined]
        for _ in range(2):
            found = await store.value(NS, "a")
            expect_same(found, {"list": [1], "dict": {"a": 1}}, "the value")
            found["dict"]["b"] = 2
            (item,) = await store.search(NS)
            expect_same(item.value, {"list": [1], "dict": {"a": 1}}, "the value that search() found")
            item.value["list"].append(3)

    @rule()
    async def test_odd_names(self, store: StoreDoor) -> None:
        """Namespaces and keys with odd names are kept apart."""
        places = [((name,), key) for name in _ODD for key in ("k", name)] + [(("a", name), "k") for name in _ODD]
        for namespace, key in places:
            await store.put(namespace, key, {"is": [*namespace, key]})
        for namespace, key in places:
            expect_same(await store.value(namespace, key), {"is": [*namespace, key]}, f"{key!r} in {namespace!r}")
        for name in _ODD:
            below = {item.namespace[0] for item in await store.search((name,), limit=999)}
            expect_same(below, {name}, f"the first labels of what search(({name!r},)) found")

    @rule()
    async def test_invalid_namespaces(self, store: StoreDoor) -> None:
        """A namespace that cannot be is an InvalidNamespaceError, and nothing is kept."""
        wrong: tuple[Any, ...] = ((), ("",), ("a", ""), ("a.b",), ("a", 1), "text", ("langgraph",))
        for namespace in wrong:
            await refusal(store.put(namespace, "a", {}), InvalidNamespaceError, f"put() in {namespace!r}")
        expect_same(await store.list_namespaces(), [], "the namespaces afterwards")

    @rule(needs="json")
    async def test_unkept_value(self, store: StoreDoor) -> None:
        """A value that cannot be kept is a SerializationError that names the key; nothing of its batch is kept."""
        ops = [PutOp(NS, "good", {"a": 1}), PutOp(NS, "the_key", {"deep": [object()]})]
        error = await refusal(store.batch(ops), SerializationError, "a put of such a value")
        expect("the_key" in str(error), f"the message does not name the key: {error}")
        expect_same(await store.search(()), [], "what is kept of the batch")

    @rule()
    async def test_batches(self, store: StoreDoor) -> None:
        """The reads of a batch see what was there before it; its puts land in order."""
        await store.put(NS, "a", {"n": 0})
        results = await store.batch(
            [
                PutOp(NS, "a", {"n": 1}),
                GetOp(NS, "a"),
                PutOp(NS, "b", {"n": 2}),
                SearchOp(NS),
                PutOp(NS, "a", {"n": 3}),
                PutOp(NS, "b", None),
            ]
        )
        expect_same([type(result).__name__ for result in results[::2]], ["NoneType"] * 3, "what puts return")
        expect_same(getattr(results[1], "value", None), {"n": 0}, "what the GetOp read")
        expect_same([item.key for item in results[3] or []], ["a"], "what the SearchOp found")  # type: ignore[union-attr]
        expect_same(await store.value(NS, "a"), {"n": 3}, "what is kept in the end")
        expect(await store.get(NS, "b") is None, "an item that the batch deleted is there")
        expect_same(await store.batch([]), [], "what an empty batch returns")

    @rule()
    async def test_many_at_once(self, store: StoreDoor) -> None:
        """A hundred callers at once each find what they put."""

        async def live(number: int) -> None:
            namespace = ("crowd", str(number % 10))
            for turn in range(3):
                await store.put(namespace, f"key {number}", {"turn": turn, "of": number})
                expect_same(await store.value(namespace, f"key {number}"), {"turn": turn, "of": number}, "the value")

        await asyncio.gather(*(live(number) for number in range(100)))
        expect_same(len(await store.search(("crowd",), limit=999)), 100, "how many items there are")

    @rule()
    async def test_colours(self, store: StoreDoor) -> None:
        """The async methods are the sync ones: what one colour puts the other gets."""
        await store.put(NS, "a", {"n": 1})
        other = StoreDoor(store.inner, "sync" if store.is_async else "async")
        expect_same(await other.value(NS, "a"), {"n": 1}, "the value")
