"""A vector store as a retriever."""

import pytest

from stepgraph.callbacks import BaseCallbackHandler
from stepgraph.documents import Document
from stepgraph.vectorstores import InMemoryVectorStore, VectorStoreRetriever
from tests.vectorstores.models import Letters

TEXTS = ["aab", "abc", "ccd", "dd", "aaaa"]


@pytest.fixture
def store():
    return InMemoryVectorStore.from_texts(TEXTS, Letters(), [{"n": n} for n in range(5)])


def texts(documents):
    return [document.page_content for document in documents]


@pytest.mark.parametrize(
    ("made_of", "found"),
    [
        ({"search_kwargs": {"k": 1}}, ["aab"]),
        ({"search_kwargs": {"k": 5, "filter": {"n": 3}}}, ["dd"]),
        ({"search_type": "mmr", "search_kwargs": {"k": 2, "lambda_mult": 0.0}}, ["aab", "ccd"]),
        ({"search_type": "similarity_score_threshold", "search_kwargs": {"score_threshold": 0.8}}, ["aab", "aaaa"]),
    ],
)
async def test_searches(store, made_of, found):
    retriever = store.as_retriever(**made_of)
    assert texts(retriever.invoke("aab")) == found
    assert texts(await retriever.ainvoke("aab")) == found
    assert len(retriever.invoke("aab", k=3)) <= 3


async def test_documents_are_added_to_the_store(store):
    retriever = store.as_retriever(search_kwargs={"k": 1})
    assert retriever.add_documents([Document("bbbb", id="1")]) == ["1"]
    assert await retriever.aadd_documents([Document("cccc", id="2")]) == ["2"]
    assert texts(retriever.batch(["b", "c"])[0]) == ["bbbb"]


def test_its_runs_say_what_is_searched(store):
    class Heard(BaseCallbackHandler):
        def on_retriever_start(self, serialized, query, *, tags=None, metadata=None, **kwargs):
            heard.append((query, sorted(tags), metadata))

    heard = []
    retriever = store.as_retriever(metadata={"own": 1})
    retriever.invoke("a", {"callbacks": [Heard()], "tags": ["t"], "metadata": {"given": 2}})
    assert heard == [
        (
            "a",
            ["InMemoryVectorStore", "Letters", "t"],
            {
                "given": 2,
                "own": 1,
                "ls_retriever_name": "vectorstore",
                "ls_vector_store_provider": "InMemoryVectorStore",
                "ls_embedding_provider": "Letters",
            },
        )
    ]
    assert store.as_retriever(tags=["mine"]).tags == ["mine"]


@pytest.mark.parametrize(
    ("made_of", "message"),
    [
        ({"search_type": "closest"}, "search_type of closest not allowed: expected one of similarity, "),
        ({"search_type": "similarity_score_threshold"}, "needs the least score of what is found.*got None"),
        (
            {"search_type": "similarity_score_threshold", "search_kwargs": {"score_threshold": "0.8"}},
            "search_kwargs={'score_threshold': 0.8}; got '0.8'",
        ),
    ],
)
def test_bad_input(store, made_of, message):
    with pytest.raises(ValueError, match=message):
        store.as_retriever(**made_of)


def test_a_subclass_may_add_to_it(store):
    class Loud(VectorStoreRetriever):
        def _get_relevant_documents(self, query, *, run_manager):
            return super()._get_relevant_documents(query.lower(), run_manager=run_manager)

    assert texts(Loud(vectorstore=store, search_kwargs={"k": 1}).invoke("DD")) == ["dd"]
