"""A program written for langchain-core: embeddings, vector stores and what selects by them. It prints what it sees."""

import asyncio
import json
import logging
import tempfile
from pathlib import Path

from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding, FakeEmbeddings
from langchain_core.example_selectors import (
    LengthBasedExampleSelector,
    MaxMarginalRelevanceExampleSelector,
    SemanticSimilarityExampleSelector,
    sorted_values,
)
from langchain_core.prompts import PromptTemplate
from langchain_core.vectorstores import InMemoryVectorStore, VectorStore
from letters import TEXTS, Letters, show

logging.disable(logging.WARNING)  # that nothing was near enough


def embeddings():
    model = DeterministicFakeEmbedding(size=5)
    show("the same text", model.embed_query("x") == model.embed_documents(["y", "x"])[1], len(model.embed_query("x")))
    show("another text", model.embed_query("x") == model.embed_query("y"))
    fake = FakeEmbeddings(size=4)
    show("random", len(fake.embed_documents(["a", "b"])), fake.embed_query("a") == fake.embed_query("a"))
    show("async", asyncio.run(Letters().aembed_query("abba")), asyncio.run(Letters().aembed_documents(["b"])))


def scored(found):
    return [(document.id, document.page_content, round(score, 6)) for document, score in found]


def searches():
    store = InMemoryVectorStore(Letters())
    show("added", store.add_texts(TEXTS, [{"n": n, "even": n % 2 == 0} for n in range(8)], ids=list("12345678")))
    show("nearest", store.similarity_search("aab", k=2))
    show("default k", len(store.similarity_search("abc")))
    show("scores", scored(store.similarity_search_with_score("abcd", k=3)))
    show("by vector", [d.id for d in store.similarity_search_by_vector([0.0, 0, 0, 1, 1, 0.5, 0], k=3)])
    show("filter", [d.id for d in store.similarity_search("abc", k=3, filter=lambda d: d.metadata["even"])])
    show("filter none", store.similarity_search("abc", filter=lambda d: d.page_content == "zz"))
    show("variety", [d.id for d in store.max_marginal_relevance_search("aab", k=3, fetch_k=6, lambda_mult=0.3)])
    show("less", [d.id for d in store.max_marginal_relevance_search("aab", k=3, fetch_k=6, lambda_mult=0.95)])
    show("variety by vector", [d.id for d in store.max_marginal_relevance_search_by_vector([1.0] * 7, k=2)])
    show(
        "search", [d.id for d in store.search("ef", "similarity", k=1)], [d.id for d in store.search("ef", "mmr", k=2)]
    )
    show("by ids", store.get_by_ids(["3", "nobody", "1"]))
    show("deleted", store.delete(["3", "nobody"]), len(store.store), store.delete())
    show("after", [d.id for d in store.similarity_search("bcd", k=2)])
    show("replaced", store.add_documents([Document("ggf", id="1"), Document("new")], ids=["1", "9"]), len(store.store))
    show("entry", store.store["1"])
    show("nothing there", InMemoryVectorStore(Letters()).similarity_search("a"))
    for wrong in (
        lambda: store.add_texts(["a", "b"], [{}]),
        lambda: store.add_documents([Document("a"), Document("b")], ids=["1"]),
        lambda: store.search("a", "unknown"),
        lambda: store.similarity_search_by_vector([1.0, 2.0]),
    ):
        try:
            wrong()
        except ValueError as error:
            show("refused", isinstance(error, ValueError))
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "below" / "store.json")
        store.dump(path)
        again = InMemoryVectorStore.load(path, Letters())
        show("loaded", scored(again.similarity_search_with_score("ggf", k=2)), again.store == store.store)
        show("file", json.loads(Path(path).read_text(encoding="utf-8"))["2"])


async def async_searches():
    store = await InMemoryVectorStore.afrom_texts(TEXTS, Letters(), [{"n": n} for n in range(8)], ids=list("abcdefgh"))
    show("async", [d.id for d in await store.asimilarity_search("aab", k=2)])
    show("async scores", scored(await store.asimilarity_search_with_score("abc", k=2)))
    show("async by vector", [d.id for d in await store.asimilarity_search_by_vector([1.0] * 7, k=2)])
    show("async variety", [d.id for d in await store.amax_marginal_relevance_search("aab", k=2, fetch_k=3)])
    show("async ids", await store.aget_by_ids(["a"]), await store.adelete(["a"]), await store.aget_by_ids(["a"]))
    show("async added", await store.aadd_documents([Document("gag", id="new")]))
    show("async search", [d.id for d in await store.asearch("gag", "similarity", k=1)])
    more = await InMemoryVectorStore.afrom_documents([Document("x", id="1"), Document("y", id="2")], Letters())
    show("of documents", sorted(more.store))


class OwnStore(VectorStore):
    """A store that has but what it must."""

    def __init__(self):
        self.kept = []

    def add_texts(self, texts, metadatas=None, *, ids=None, **kwargs):
        given = ids or [None] * len(texts)
        rows = zip(texts, metadatas or [{}] * len(texts), given, strict=True)
        self.kept += [Document(text, metadata=metadata, id=id) for text, metadata, id in rows]
        return [str(n) for n in range(len(texts))]

    def similarity_search(self, query, k=4, **kwargs):
        return [each for each in self.kept if query in each.page_content][:k]

    def similarity_search_with_score(self, query, k=4, **kwargs):
        return [(each, 0.25) for each in self.similarity_search(query, k)]

    def _select_relevance_score_fn(self):
        return self._cosine_relevance_score_fn

    @classmethod
    def from_texts(cls, texts, embedding, metadatas=None, **kwargs):
        store = cls()
        store.add_texts(texts, metadatas, **kwargs)
        return store


def own_store():
    store = OwnStore.from_documents([Document("one", id="1", metadata={"a": 1}), Document("two", id="2")], Letters())
    show("own", store.similarity_search("o"), store.add_documents([Document("three")]))
    show("relevance", store.similarity_search_with_relevance_scores("one", score_threshold=0.7))
    show("too far", store.similarity_search_with_relevance_scores("one", score_threshold=0.8))
    show("async", asyncio.run(store.asimilarity_search("t")), asyncio.run(store.aadd_texts(["four"])))
    show("embeddings", store.embeddings)
    for missing in (
        lambda: store.delete(["1"]),
        lambda: store.get_by_ids(["1"]),
        lambda: store.max_marginal_relevance_search("a"),
    ):
        try:
            missing()
        except NotImplementedError:
            show("not implemented")
    threshold = store.as_retriever(search_type="similarity_score_threshold", search_kwargs={"score_threshold": 0.5})
    show("threshold", threshold.invoke("four"), threshold.tags)


def selectors():
    examples = [{"input": "aab", "output": "1"}, {"input": "fgg", "output": "2"}, {"input": "aaa", "output": "3"}]
    prompt = PromptTemplate.from_template("{input} {output}")
    by_length = LengthBasedExampleSelector(examples=list(examples), example_prompt=prompt, max_length=5)
    show(
        "by length",
        by_length.select_examples({"question": "one"}),
        by_length.select_examples({"question": "a b c d e"}),
    )
    by_length.add_example({"input": "x", "output": "y"})
    show("lengths", by_length.example_text_lengths)
    nearest = SemanticSimilarityExampleSelector.from_examples(
        examples, Letters(), InMemoryVectorStore, k=1, input_keys=["input"]
    )
    show("nearest", nearest.select_examples({"input": "fg"}), asyncio.run(nearest.aselect_examples({"input": "a"})))
    nearest.add_example({"input": "ddd", "output": "4"})
    show("added", nearest.select_examples({"input": "d"}))
    varied = MaxMarginalRelevanceExampleSelector.from_examples(
        examples, Letters(), InMemoryVectorStore, k=2, input_keys=["input"], example_keys=["output"]
    )
    show("varied", varied.select_examples({"input": "aag"}), asyncio.run(varied.aselect_examples({"input": "aag"})))
    show("sorted", sorted_values({"b": "2", "a": "1"}))


embeddings()
searches()
asyncio.run(async_searches())
own_store()
selectors()
