"""VectorStore: what a store gets that defines but what it must."""

import threading

import pytest

from stepgraph.documents import Document
from stepgraph.errors import StepgraphWarning
from stepgraph.vectorstores import VectorStore
from tests.vectorstores.models import Letters


class Shelf(VectorStore):
    """Finds by words; knows in which threads it was asked."""

    def __init__(self):
        self.kept = []
        self.in_main = []

    def similarity_search(self, query, k=4, **kwargs):
        self.in_main.append(threading.current_thread() is threading.main_thread())
        return [document for document in self.kept if query in document.page_content][:k]

    @classmethod
    def from_texts(cls, texts, embedding, metadatas=None, *, ids=None, **kwargs):
        shelf = cls()
        shelf.add_texts(texts, metadatas, **({} if ids is None else {"ids": ids}))
        return shelf


class OfDocuments(Shelf):
    def add_documents(self, documents, **kwargs):
        self.kept += documents
        return kwargs.get("ids") or [str(len(self.kept))]

    def similarity_search_with_score(self, query, k=4, **kwargs):
        return [(document, 0.3) for document in self.similarity_search(query, k)]

    def _select_relevance_score_fn(self):
        return self._cosine_relevance_score_fn


class OfTexts(Shelf):
    def add_texts(self, texts, metadatas=None, *, ids=None, **kwargs):
        self.kept += [Document(text, metadata=known) for text, known in zip(texts, metadatas or [], strict=True)]
        return ids or ["made up"]


def test_texts_are_added_as_documents():
    shelf = OfDocuments()
    assert shelf.add_texts(iter(["a", "b"]), [{"n": 1}, {"n": 2}], ids=["1", "2"]) == ["1", "2"]
    assert shelf.kept == [Document("a", metadata={"n": 1}, id="1"), Document("b", metadata={"n": 2}, id="2")]
    assert shelf.add_texts(["c"]) == ["3"]


def test_documents_are_added_as_texts():
    shelf = OfTexts()
    assert shelf.add_documents([Document("a", metadata={"n": 1}, id="1")]) == ["1"]
    assert shelf.add_documents([Document("b")]) == ["made up"]
    assert shelf.add_documents([Document("c", id="3")], ids=["other"]) == ["other"]
    assert [document.page_content for document in shelf.kept] == ["a", "b", "c"]


async def test_async_twins_run_in_threads():
    shelf = await OfDocuments.afrom_documents([Document("one", id="1"), Document("two")], Letters())
    assert await shelf.aadd_texts(["three"]) == ["3"]
    assert await shelf.aadd_documents([Document("four")], ids=["4"]) == ["4"]
    assert [document.page_content for document in await shelf.asimilarity_search("o", k=2)] == ["one", "two"]
    assert await shelf.asimilarity_search_with_score("three") == [(Document("three"), 0.3)]
    assert await shelf.asimilarity_search_with_relevance_scores("three", score_threshold=0.7) == [
        (Document("three"), 0.7)
    ]
    assert await shelf.asimilarity_search_with_relevance_scores("three", score_threshold=0.71) == []
    assert [document.page_content for document in await shelf.asearch("four", "similarity")] == ["four"]
    assert set(shelf.in_main) == {False}
    texts = await OfTexts.afrom_texts(["x"], Letters(), [{}])
    assert await texts.aadd_texts(["y"], [{}], ids=["1"]) == ["1"]
    assert await texts.aadd_documents([Document("z")]) == ["made up"]


NOT_THERE = [
    ("delete", (["1"],)),
    ("get_by_ids", (["1"],)),
    ("similarity_search_with_score", ("a",)),
    ("similarity_search_by_vector", ([1.0],)),
    ("similarity_search_with_relevance_scores", ("a",)),
    ("max_marginal_relevance_search", ("a",)),
    ("max_marginal_relevance_search_by_vector", ([1.0],)),
    ("add_documents", ([],)),
    ("add_texts", ([],)),
]


@pytest.mark.parametrize(("method", "args"), NOT_THERE, ids=[method for method, _ in NOT_THERE])
async def test_what_a_store_cannot_do(method, args):
    with pytest.raises(NotImplementedError, match="Shelf"):
        getattr(Shelf(), method)(*args)
    with pytest.raises(NotImplementedError, match="Shelf"):
        await getattr(Shelf(), f"a{method}")(*args)


def test_relevance_outside_of_0_to_1_is_reported():
    class Odd(OfDocuments):
        def _select_relevance_score_fn(self):
            return lambda score: score - 1

    shelf = Odd()
    shelf.add_texts(["a"])
    with pytest.warns(StepgraphWarning, match=r"between 0 and 1, got \[-0.7\]"):
        shelf.similarity_search_with_relevance_scores("a")


def test_scores_of_the_usual_distances():
    assert VectorStore._cosine_relevance_score_fn(0.25) == 0.75
    assert VectorStore._euclidean_relevance_score_fn(0.0) == 1.0
    assert VectorStore._max_inner_product_relevance_score_fn(0.25) == 0.75
    assert VectorStore._max_inner_product_relevance_score_fn(-0.5) == 0.5
