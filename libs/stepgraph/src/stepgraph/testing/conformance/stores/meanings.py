"""Rules about searching by meaning, with an embedding that a reader can follow: it counts letters."""

from __future__ import annotations

from typing import Any, Final

from stepgraph.testing.conformance.rule import rule
from stepgraph.testing.conformance.sameness import expect, expect_same
from stepgraph.testing.conformance.stores.door import StoreDoor

__all__ = ["MeaningRules", "count_letters"]

LETTERS: Final = "abcd"
NS: Final = ("texts",)


def count_letters(texts: list[str]) -> list[list[float]]:
    """Return, for each text, how often each of four letters stands in it."""
    return [[float(text.count(letter)) for letter in LETTERS] for text in texts]


def by_text() -> dict[str, Any]:
    """Return an index of the field `text`."""
    return {"dims": len(LETTERS), "embed": count_letters, "fields": ["text"]}


class MeaningRules:
    """The nearest come first."""

    @rule(needs="index", index=by_text)
    async def test_ranking(self, store: StoreDoor) -> None:
        """Items come in the order of how near they are to the query, with their scores."""
        for key, text in {"far": "cccc", "near": "aaab", "exact": "aaaa", "half": "aabb"}.items():
            await store.put(NS, key, {"text": text})
        found = await store.search(NS, query="aa")
        expect_same([item.key for item in found], ["exact", "near", "half", "far"], "the keys")
        scores = [item.score for item in found]
        expect(all(isinstance(score, float) for score in scores), f"scores are numbers, got {scores!r}")
        expect(abs((scores[0] or 0.0) - 1.0) < 1e-3, f"the score of the text itself is 1, got {scores[0]!r}")

    @rule(needs="index", index=by_text)
    async def test_pages_and_filters(self, store: StoreDoor) -> None:
        """A query goes together with prefix, filter, limit and offset."""
        for number in range(12):
            value = {"text": "a" * (12 - number) + "b" * number, "even": number % 2 == 0}
            await store.put((*NS, str(number % 3)), str(number), value)
        await store.put(("elsewhere",), "other", {"text": "a", "even": True})
        ranked = [str(number) for number in range(12)]
        expect_same(await store.keys(NS, query="a", limit=12), ranked, "the keys")
        expect_same(await store.keys(NS, query="a", limit=3, offset=4), ranked[4:7], "the keys of a page")
        expect_same(await store.keys(NS, query="a", filter={"even": True}, limit=4), ranked[:8:2], "the filtered keys")

    @rule(needs="index", index=by_text)
    async def test_not_indexed(self, store: StoreDoor) -> None:
        """An item that is not indexed comes last, without a score."""
        await store.put(NS, "unindexed", {"text": "aaaa"}, False)
        await store.put(NS, "no text", {"other": "aaaa"})
        await store.put(NS, "far", {"text": "b"})
        found = {item.key: item.score for item in await store.search(NS, query="aaaa")}
        expect_same(next(iter(found)), "far", "the first key")
        expect_same((found.get("unindexed"), found.get("no text")), (None, None), "the scores of the others")

    @rule(needs="index", index=by_text)
    async def test_replaced(self, store: StoreDoor) -> None:
        """A text that was replaced, or deleted, is not found under its old meaning."""
        await store.put(NS, "a", {"text": "aaaa"})
        await store.put(NS, "b", {"text": "bbbb"})
        await store.put(NS, "a", {"text": "cccc"})
        expect_same((await store.keys(NS, query="cc"))[0], "a", "the nearest to the new text")
        await store.delete(NS, "a")
        expect_same(await store.keys(NS, query="cc"), ["b"], "what is left")

    @rule(needs="index", index=by_text)
    async def test_own_fields(self, store: StoreDoor) -> None:
        """A put may name the fields to index."""
        await store.put(NS, "title", {"text": "bbbb", "title": "aaaa"}, ["title"])
        await store.put(NS, "text", {"text": "aabb", "title": "dddd"})
        expect_same(await store.keys(NS, query="aaaa"), ["title", "text"], "the keys")
