"""Search by meaning, with an embedding that a reader can follow: it counts letters."""

import asyncio
import threading

import pytest

from stepgraph.store.base import GetOp, PutOp, SearchOp, ensure_embeddings
from stepgraph.vectors import pack, scores

NS = ("texts",)


def count_letters(texts):
    return [[float(text.count(letter)) for letter in "abcd"] for text in texts]


async def acount_letters(texts):
    await asyncio.sleep(0)
    return count_letters(texts)


class Model:
    """An embedding model with the methods that LangChain's have."""

    def __init__(self) -> None:
        self.asked = []

    def embed_documents(self, texts):
        self.asked.append(("documents", texts))
        return count_letters(texts)

    def embed_query(self, text):
        self.asked.append(("query", text))
        return count_letters([text])[0]


class AsyncModel(Model):
    async def aembed_documents(self, texts):
        return self.embed_documents(texts)

    async def aembed_query(self, text):
        return self.embed_query(text)


INDEX = {"dims": 4, "embed": count_letters, "fields": ["text"]}


@pytest.fixture
async def store(make, arithmetic):
    return await make(index=INDEX)


async def ranked(store, query, **options):
    return [(item.key, item.score) for item in await store.search(NS, query=query, **options)]


async def test_the_nearest_come_first(store):
    for key, text in {"far": "cccc", "near": "aaab", "exact": "aaaa", "half": "aabb"}.items():
        await store.put(NS, key, {"text": text})
    assert await ranked(store, "a") == [("exact", 1.0), ("near", 0.948683), ("half", 0.707107), ("far", 0.0)]
    assert await ranked(store, "a", limit=2, offset=1) == [("near", 0.948683), ("half", 0.707107)]
    assert await ranked(store, "", limit=1) == [("far", None)]


async def test_ties_stand_in_the_order_of_creation(store):
    for number in range(30):
        await store.put(NS, str(number), {"text": "abc" * (number + 1)})
    assert await ranked(store, "cab", limit=30) == [(str(number), 1.0) for number in range(30)]


async def test_a_query_goes_with_prefix_and_filter(store):
    for number in range(12):
        value = {"text": "a" * (12 - number) + "b" * number, "even": number % 2 == 0}
        await store.put((*NS, str(number % 3)), str(number), value)
    await store.put(("elsewhere",), "k", {"text": "a", "even": True})
    found = await ranked(store, "a", filter={"even": True}, limit=3, offset=1)
    assert [key for key, _ in found] == ["2", "4", "6"]


async def test_what_is_not_indexed_comes_last(store):
    await store.put(NS, "unindexed", {"text": "aaaa"}, False)
    await store.put(NS, "no text", {"other": "aaaa"})
    await store.put(NS, "nothing", {"text": "xyz"})
    await store.put(NS, "far", {"text": "ab"})
    assert await ranked(store, "b") == [("far", 0.707107), ("nothing", 0.0), ("unindexed", None), ("no text", None)]


async def test_a_text_that_was_replaced_is_not_found(store, clock):
    await store.put(NS, "a", {"text": "aaaa"})
    await store.put(NS, "b", {"text": "bbbb"}, ttl=1)
    await store.put(NS, "a", {"text": "cccc"})
    assert await ranked(store, "a") == [("a", 0.0), ("b", 0.0)]
    await store.put(NS, "a", {"text": "dddd"}, False)
    assert await ranked(store, "c", refresh_ttl=False) == [("b", 0.0), ("a", None)]
    clock.pass_by(1)
    assert await ranked(store, "b") == [("a", None)]
    await store.put(NS, "b", {"text": "dddd"}, False)
    assert await ranked(store, "b") == [("a", None), ("b", None)]


async def test_an_item_counts_by_its_best_text(make):
    store = await make(index={"dims": 4, "embed": count_letters, "fields": ["title", "parts[*].text"]})
    await store.put(NS, "parts", {"title": "d", "parts": [{"text": "aab"}, {"text": "a"}, {}]})
    await store.put(NS, "title", {"title": "ab"})
    await store.put(NS, "own", {"title": "a", "else": {"where": "c"}}, ["else.where"])
    assert await ranked(store, "a") == [("parts", 1.0), ("title", 0.707107), ("own", 0.0)]


async def test_the_whole_value_is_indexed_by_default(make):
    store = await make(index={"dims": 4, "embed": count_letters})
    await store.put(NS, "k", {"x": "cc"})
    await store.put(NS, "l", {"a": 1})
    assert await ranked(store, "c") == [("k", 1.0), ("l", 0.0)]


async def test_without_an_index_a_query_ranks_nothing(make):
    store = await make()
    await store.put(NS, "k", {"text": "a"}, ["text"])
    await store.put(NS, "l", {"text": "b"})
    assert await ranked(store, "b") == [("k", None), ("l", None)]


async def test_equal_texts_in_one_batch(make):
    """Probe 27: the same text twice in a batch with an index was a ValueError."""
    model = Model()
    store = await make(index={"dims": 4, "embed": model, "fields": ["text", "same"]})
    puts = [PutOp(NS, key, {"text": "ab", "same": "ab"}) for key in "kl"]
    await store.batch([*puts, PutOp(NS, "m", {"text": "c"}), SearchOp(NS, query="a"), SearchOp(("x",), query="a")])
    assert model.asked == [("documents", ["ab", "c"]), ("query", "a")]
    results = await store.batch([SearchOp(NS, query="a", limit=2), GetOp(NS, "m"), SearchOp(NS, query="c", limit=1)])
    assert [item.key for item in results[0]] == ["k", "l"]
    assert results[1].value == {"text": "c"}
    assert [item.key for item in results[2]] == ["m"]


async def test_what_is_embedded_is_what_is_kept(make):
    """A value that is changed while its texts are embedded is kept as it was put."""
    value = {"text": "a"}

    def embed(texts):
        value["text"] = value["more"] = "b"
        return count_letters(texts)

    store = await make(index={"dims": 4, "embed": embed, "fields": ["text"]})
    await store.put(NS, "k", value)
    assert (await store.get(NS, "k")).value == {"text": "a"}


@pytest.mark.parametrize("embed", [count_letters, acount_letters, Model(), AsyncModel()])
async def test_embed_may_have_any_form(make, colour, embed):
    if colour == "sync" and embed is acount_letters:
        pytest.skip("tested below")
    store = await make(index={"dims": 4, "embed": embed, "fields": ["text"]})
    await store.put(NS, "k", {"text": "ab"})
    assert await ranked(store, "b") == [("k", 0.707107)]


async def test_an_async_function_serves_sync_methods_outside_of_a_loop(make):
    store = (await make(index={"dims": 4, "embed": acount_letters, "fields": ["text"]})).inner

    def sync():
        store.put(NS, "k", {"text": "ab"})
        return store.search(NS, query="b")

    assert [item.score for item in await asyncio.to_thread(sync)] == [0.707107]
    with pytest.raises(RuntimeError, match=r"use the store's async methods \(asearch, aput, abatch\)"):
        store.put(NS, "l", {"text": "ab"})


async def test_sync_functions_do_not_run_in_the_loop(make, colour):
    threads = set()

    def embed(texts):
        threads.add(threading.current_thread() is threading.main_thread())
        return count_letters(texts)

    store = await make(index={"dims": 4, "embed": embed})
    await store.put(NS, "k", {"a": "a"})
    await store.search(NS, query="a")
    assert threads == {colour == "sync"}


@pytest.mark.parametrize(
    ("index", "error", "message"),
    [
        ({"embed": count_letters}, ValueError, "an index needs 'dims'"),
        ({"dims": 0, "embed": count_letters}, ValueError, "how many numbers a vector has; got 0"),
        ({"dims": 4}, TypeError, "embed is an object with embed_documents and embed_query, or a function .*got None"),
        ({"dims": 4, "embed": "openai:small"}, TypeError, "got 'openai:small'"),
        ({"dims": 4, "embed": count_letters, "fields": ["a["]}, ValueError, r"'a\[' is not a path to texts"),
    ],
)
async def test_a_wrong_index_is_refused(make, index, error, message):
    with pytest.raises(error, match=message):
        await make(index=index)


async def test_an_embedding_of_the_wrong_shape_is_refused(make):
    store = await make(index={"dims": 3, "embed": count_letters})
    with pytest.raises(ValueError, match="the index has dims=3, but embed returned a vector of 4"):
        await store.put(NS, "k", {"a": "a"})
    store = await make(index={"dims": 4, "embed": lambda texts: []})
    with pytest.raises(ValueError, match="one vector per text, got 0 for 1"):
        await store.put(NS, "k", {"a": "a"})
    assert await store.search(()) == []


def test_ensure_embeddings_takes_objects_as_they_are():
    model = Model()
    assert ensure_embeddings(model) is model
    assert ensure_embeddings(count_letters).embed_query("abb") == [1.0, 2.0, 0.0, 0.0]


def test_scores_are_cosines(arithmetic):
    packed = [pack(vector) for vector in ([3, 0], [1, 1], [0, 0], [-2, 0], [0, 5])]
    assert [len(each) for each in packed] == [8] * 5
    assert scores(packed[0], packed) == [1.0, 0.707107, 0.0, -1.0, 0.0]
    assert scores(packed[2], packed) == [0.0] * 5
    assert scores(packed[0], []) == []
