"""Rules about searching: prefixes, filters, pages, namespaces."""

from __future__ import annotations

from typing import Any, Final

from stepgraph.store.filters import matches, parse
from stepgraph.testing.conformance.rule import refusal, rule
from stepgraph.testing.conformance.sameness import expect_same
from stepgraph.testing.conformance.stores.door import StoreDoor

__all__ = ["FILTERS", "SearchRules"]

_VALUES: Final[list[dict[str, Any]]] = [
    {"kind": "note", "stars": 3, "author": {"name": "Ada", "age": 36}},
    {"kind": "note", "stars": 5.5, "author": {"name": "Bob"}, "a.b": "dotted"},
    {"kind": "task", "stars": "3", "done": True, "a": {"b": "nested"}},
    {"kind": "task", "stars": None, "done": False},
    {"kind": None, "stars": 1, "done": 1},
    {"stars": [3], "author": "Ada", "tags": ["x", "y"]},
    {"stars": -2, "author": {}, "kind": "Note"},
    {"stars": 3.0, "author": {"name": "Ada", "age": None}},
    {},
]

FILTERS: Final[list[dict[str, Any]]] = [
    {},
    {"kind": "note"},
    {"kind": "note", "stars": 3},
    {"stars": 3},
    {"stars": "3"},
    {"stars": None},
    {"stars": [3]},
    {"done": True},
    {"done": 1},
    {"author": {"name": "Ada"}},
    {"author": {}},
    {"author": {"name": {"$ne": "Ada"}}},
    {"author": {"age": {"$gt": 30}}},
    {"a.b": "dotted"},
    {"a": {"b": "nested"}},
    {"kind": {"$eq": "note"}},
    {"kind": {"$ne": "note"}},
    {"stars": {"$gt": 1}},
    {"stars": {"$gte": 3, "$lt": 5}},
    {"stars": {"$lte": "3"}},
    {"stars": {"$in": [1, "3", None]}},
    {"stars": {"$nin": [3, 5.5]}},
    {"kind": {"$exists": True}},
    {"kind": {"$exists": False}},
    {"$or": [{"kind": "task"}, {"stars": {"$gt": 4}}]},
    {"$and": [{"kind": "note"}, {"$not": {"stars": 3}}]},
    {"$not": {"$or": [{"kind": "note"}, {"done": {"$exists": True}}]}},
]
"""Filters of every operator; what they find is what `stepgraph.store.filters` says of each value."""


class SearchRules:
    """`search` and `list_namespaces` find what is there, in order."""

    @rule()
    async def test_prefix(self, store: StoreDoor) -> None:
        """A search looks at a namespace and all below it, label by label."""
        namespaces = [("a",), ("a", "b"), ("a", "b", "c"), ("ab",), ("a", "bc"), ("b",), ("b", "a")]
        for namespace in namespaces:
            await store.put(namespace, "k", {})
        for prefix in [*namespaces, (), ("nowhere",)]:
            found = sorted(item.namespace for item in await store.search(prefix))
            expect_same(found, sorted(n for n in namespaces if n[: len(prefix)] == prefix), f"below {prefix!r}")

    @rule()
    async def test_filters(self, store: StoreDoor) -> None:
        """A filter finds the values that it describes; a key that is missing never breaks it."""
        for number, value in enumerate(_VALUES):
            await store.put(("all",), str(number), value)
        for filter in FILTERS:
            condition = parse(filter)
            expected = [str(number) for number, value in enumerate(_VALUES) if matches(condition, value)]
            expect_same(await store.keys(("all",), filter=filter), expected, f"the keys with filter={filter!r}")

    @rule()
    async def test_unknown_operators(self, store: StoreDoor) -> None:
        """A filter with an unknown operator is a ValueError that lists those there are."""
        await store.put(("all",), "a", {"n": 1})
        wrong: list[dict[str, Any]] = [{"n": {"$near": 1}}, {"$xor": []}]
        for filter in wrong:
            error = await refusal(store.search(("all",), filter=filter), ValueError, f"filter={filter!r}")
            expect_same("$gte" in str(error), True, "whether the message lists the operators")

    @rule()
    async def test_pages(self, store: StoreDoor) -> None:
        """Pages by limit and offset hold each item once, in the order of creation, filtered or not."""
        keys = [f"key {number * 37 % 60}" for number in range(60)]
        for number, key in enumerate(keys):
            await store.put(("all", str(number % 3)), key, {"even": number % 2 == 0})
        await store.put(("all", "0"), keys[0], {"even": True, "again": True})
        expect_same(len(await store.search(("all",))), 10, "how many search() returns by default")
        for filter, expected in ((None, keys), ({"even": True}, keys[::2])):
            found: list[str] = []
            while page := await store.keys(("all",), filter=filter, limit=7, offset=len(found)):
                found += page
            expect_same(found, expected, f"the keys of all pages with filter={filter!r}")

    @rule()
    async def test_namespaces(self, store: StoreDoor) -> None:
        """`list_namespaces` lists those that hold items, sorted, by prefix, suffix, wildcard, depth and page."""
        namespaces = [("a",), ("a", "x", "1"), ("a", "x", "2"), ("a", "y", "1"), ("b", "x", "1"), ("b", "z")]
        for namespace in [*reversed(namespaces), ("gone",)]:
            await store.put(namespace, "k", {})
            await store.put(namespace, "l", {})
        for key in ("k", "l"):
            await store.delete(("gone",), key)
        cases: list[tuple[dict[str, Any], list[tuple[str, ...]]]] = [
            ({}, namespaces),
            ({"prefix": ("a",)}, namespaces[:4]),
            ({"prefix": ("*", "x")}, [namespaces[1], namespaces[2], namespaces[4]]),
            ({"suffix": ("1",)}, [namespaces[1], namespaces[3], namespaces[4]]),
            ({"suffix": ("x", "*")}, [namespaces[1], namespaces[2], namespaces[4]]),
            ({"prefix": ("a",), "suffix": ("1",)}, [namespaces[1], namespaces[3]]),
            ({"prefix": ("a", "x", "1", "more")}, []),
            ({"max_depth": 1}, [("a",), ("b",)]),
            ({"max_depth": 2}, [("a",), ("a", "x"), ("a", "y"), ("b", "x"), ("b", "z")]),
            ({"prefix": ("b",), "max_depth": 2}, [("b", "x"), ("b", "z")]),
            ({"limit": 2, "offset": 1}, namespaces[1:3]),
            ({"limit": 0}, []),
        ]
        for options, expected in cases:
            expect_same(await store.list_namespaces(**options), expected, f"the namespaces with {options!r}")
