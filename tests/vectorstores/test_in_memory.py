"""InMemoryVectorStore: exact search, with numpy and without it, in both colours."""

import asyncio
import copy
import json
import pickle
import threading

import pytest

from stepgraph.documents import Document
from stepgraph.vectorstores import InMemoryVectorStore
from tests.vectorstores.models import Letters

pytestmark = pytest.mark.usefixtures("arithmetic")

TEXTS = ["aab", "abc", "ccd", "dd", "aaaa"]


@pytest.fixture
def store(arithmetic):
    metadatas = [{"n": n, "even": n % 2 == 0} for n in range(5)]
    return InMemoryVectorStore.from_texts(TEXTS, Letters(), metadatas, ids=list("12345"))


def ids(documents):
    return [document.id for document in documents]


def test_the_nearest_come_first(store):
    assert store.similarity_search("a", k=2) == [
        Document("aaaa", metadata={"n": 4, "even": True}, id="5"),
        Document("aab", metadata={"n": 0, "even": True}, id="1"),
    ]
    assert [score for _, score in store.similarity_search_with_score("aa", k=5)] == [
        1.0,
        pytest.approx(0.894427191),
        pytest.approx(0.577350269),
        0.0,
        0.0,
    ]
    assert len(store.similarity_search("a")) == 4


def test_equals_are_in_the_order_in_which_they_were_added():
    store = InMemoryVectorStore.from_texts(["b", "a", "aa", "aaa", "a"], Letters(), ids=list("12345"))
    assert ids(store.similarity_search("a", k=3)) == ["2", "3", "4"]


def test_nothing_is_near_to_a_text_without_letters(store):
    assert [score for _, score in store.similarity_search_with_score("zzz")] == [0.0] * 4
    store.add_texts(["zzz"], ids=["0"])
    assert [score for document, score in store.similarity_search_with_score("a", k=9) if document.id == "0"] == [0.0]


def test_filters(store):
    assert ids(store.similarity_search("abc", k=9, filter=lambda document: document.metadata["n"] < 2)) == ["2", "1"]
    assert ids(store.similarity_search("abc", k=9, filter={"even": True})) == ["1", "5", "3"]
    assert ids(store.similarity_search("abc", k=9, filter={"even": True, "n": 2.0})) == ["3"]
    assert store.similarity_search("abc", filter={"even": 1}) == []
    assert store.similarity_search("abc", filter={"missing": None}) == []
    assert ids(store.similarity_search("aab", k=1, filter={})) == ["1"]
    assert ids(store.max_marginal_relevance_search("abc", k=2, filter={"even": False})) == ["2", "4"]


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (3, TypeError, "filter is a function from a document to a bool, or a dict such as .*; got 3"),
        ({"n": {"$gt": 3}}, ValueError, r"knows no operators, got '\$gt'; write filter=lambda document"),
        ({"$or": []}, ValueError, r"knows no operators, got '\$or'"),
    ],
)
def test_what_is_no_filter(store, wrong, error, message):
    with pytest.raises(error, match=message):
        store.similarity_search("a", filter=wrong)


def test_a_search_sees_what_became_of_the_entries(store):
    def found():
        return ids(store.similarity_search("d", k=2))

    assert found() == ["4", "3"]
    store.add_texts(["d", "a"], ids=["6", "7"])
    assert found() == ["4", "6"]
    store.delete(["4", "nobody"])
    assert found() == ["6", "3"]
    store.add_documents([Document("a", id="6"), Document("ddc", id="1")])
    assert found() == ["1", "3"]
    del store.store["1"]
    store.store["own"] = {"id": "own", "vector": [0, 0, 0, 2], "text": "own", "metadata": {}}
    assert found() == ["own", "3"]
    store.store = dict(reversed(store.store.items()))
    assert found() == ["own", "3"]
    store.store.clear()
    assert found() == []
    store.embedding = Letters("abcdef")
    store.add_texts(["f"], ids=["f"])
    assert ids(store.similarity_search("ff")) == ["f"]


def test_documents_go_in_and_come_out_as_copies(store):
    metadata = {"k": 1}
    store.add_texts(["d"], [metadata], ids=["x"])
    metadata["k"] = 2
    found = store.get_by_ids(["x"])[0]
    found.metadata["k"] = 3
    assert store.get_by_ids(["x", "nobody", "1"]) == [
        Document("d", metadata={"k": 1}, id="x"),
        Document("aab", metadata={"n": 0, "even": True}, id="1"),
    ]


def test_ids_are_made_up_where_there_are_none(store):
    first, second, third = store.add_documents([Document("a"), Document("b", id="own"), Document("c")])
    assert second == "own"
    assert len({first, third, "own"}) == 3
    assert store.add_documents([Document("a", id="1")], ids=["other"]) == ["other"]
    assert store.add_texts([]) == []


class Wrong(Letters):
    def __init__(self, vectors):
        super().__init__()
        self.vectors = vectors

    def embed_documents(self, texts):
        return self.vectors


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        ([[1.0] * 4], "one vector per text, got 1 for 2"),
        ([[1.0] * 4, [1.0] * 3], "the vectors of this store have 4 numbers, a new vector has 3"),
        ([[1.0] * 4, [float("nan")] * 4], "finite numbers, got nan"),
        ([[1.0] * 4, "text"], "a vector is a list of numbers, got 'text'"),
    ],
)
def test_unsound_vectors_change_nothing(store, vectors, message):
    before = dict(store.store)
    store.embedding = Wrong(vectors)
    with pytest.raises(ValueError, match=message):
        store.add_texts(["x", "y"], ids=["1", "new"])
    assert store.store == before


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda store: store.add_texts(["a", "b"], ids=["1"]), "as many ids as texts: got 1 ids for 2 texts"),
        (lambda store: store.add_texts(["a", "b"], [{}]), "as many metadatas as texts: got 1 metadatas for 2 texts"),
        (lambda store: store.add_documents([Document("a")], ids=["1", "2"]), "got 2 ids for 1 documents"),
        (lambda store: store.similarity_search_by_vector([1.0]), "have 4 numbers, the query's vector has 1"),
        (lambda store: store.similarity_search_by_vector([float("inf")] * 4), "finite numbers, got inf"),
        (
            lambda store: store.search("a", "closest"),
            "search_type of closest not allowed: expected one of 'similarity'",
        ),
    ],
)
def test_bad_input(store, call, message):
    with pytest.raises(ValueError, match=message):
        call(store)


def test_relevance_is_from_0_to_1():
    store = InMemoryVectorStore(Letters())
    store.add_texts(["a", "b"], ids=["1", "2"])
    store.store["2"]["vector"][0] = -1.0
    assert [score for _, score in store.similarity_search_with_relevance_scores("a")] == [1.0, 0.0]
    assert ids(store.search("a", "similarity_score_threshold", score_threshold=0.5)) == ["1"]


def test_variety(store):
    assert ids(store.max_marginal_relevance_search("aab", k=2, lambda_mult=1.0)) == ["1", "5"]
    assert ids(store.max_marginal_relevance_search("aab", k=2, lambda_mult=0.0)) == ["1", "3"]
    assert ids(store.max_marginal_relevance_search("aab", k=9, fetch_k=2)) == ["1", "5"]
    assert ids(store.max_marginal_relevance_search_by_vector([0.0, 0.0, 0.0, 1.0], k=1)) == ["4"]


async def test_async_code_asks_the_async_methods_alone():
    model = Letters()
    store = await InMemoryVectorStore.afrom_texts(TEXTS, model, ids=list("12345"))
    await store.aadd_documents([Document("d", id="6")])
    await store.aadd_texts(["dc"], ids=["7"])
    assert ids(await store.asimilarity_search("d", k=2)) == ["4", "6"]
    assert ids([document for document, _ in await store.asimilarity_search_with_score("d", k=1)]) == ["4"]
    assert ids(await store.amax_marginal_relevance_search("d", k=1)) == ["4"]
    assert ids(await store.asearch("d", "similarity_score_threshold", score_threshold=0.99)) == ["4", "6"]
    assert set(model.asked) == {"aembed_documents", "aembed_query"}
    assert ids(await store.asimilarity_search_by_vector([0, 0, 0, 1.0], k=1)) == ["4"]
    assert ids(await store.amax_marginal_relevance_search_by_vector([0, 0, 0, 1.0], k=1)) == ["4"]
    found = await store.asimilarity_search_with_score_by_vector([0, 0, 0, 1.0], k=1)
    assert [(document.id, score) for document, score in found] == [("4", 1.0)]
    await store.adelete(["4"])
    assert await store.aget_by_ids(["4", "6"]) == [Document("d", id="6")]


def test_threads_may_add_and_search_at_once():
    store = InMemoryVectorStore(Letters())
    errors = []

    def work(number):
        try:
            for step in range(40):
                store.add_texts(["a" * (number + 1) + "b"], ids=[f"{number}-{step}"])
                found = store.similarity_search("ab", k=500)
                assert f"{number}-{step}" in ids(found)
                if step % 5 == 0:
                    store.delete([f"{number}-{step}"])
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(store.similarity_search("ab", k=500)) == len(store.store) == 4 * 32


def test_files(store, tmp_path):
    path = tmp_path / "below" / "store.json"
    store.dump(str(path))
    again = InMemoryVectorStore.load(str(path), Letters())
    assert again.store == store.store
    assert again.similarity_search_with_score("abc") == store.similarity_search_with_score("abc")
    assert [file.name for file in path.parent.iterdir()] == ["store.json"]
    assert json.loads(path.read_text())["4"] == {
        "id": "4",
        "vector": [0.0, 0.0, 0.0, 2.0],
        "text": "dd",
        "metadata": {"n": 3, "even": False},
    }


async def test_files_in_async_code(store, tmp_path):
    await store.adump(tmp_path / "store.json")
    assert (await InMemoryVectorStore.aload(tmp_path / "store.json", Letters())).store == store.store


def test_what_cannot_be_written_leaves_the_file_as_it_was(store, tmp_path):
    path = tmp_path / "store.json"
    store.dump(path)
    before = path.read_text()
    store.add_texts(["a"], [{"when": object()}], ids=["odd"])
    with pytest.raises(TypeError, match="document 'odd' cannot be written to a file: its metadata are no JSON"):
        store.dump(path)
    assert path.read_text() == before


@pytest.mark.parametrize("text", ["", "[]", '{"1": {"id": "1"}}', '{"1": 2}'])
def test_other_files_are_refused(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"other.json is not what dump\(\) writes"):
        InMemoryVectorStore.load(path, Letters())


def test_several_event_loops():
    store = InMemoryVectorStore(Letters())
    for number in range(3):
        asyncio.run(store.aadd_texts(["d"], ids=[str(number)]))
    assert ids(asyncio.run(store.asimilarity_search("d"))) == ["0", "1", "2"]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda store: pickle.loads(pickle.dumps(store))])
def test_copies_go_their_own_way(store, copied):
    assert ids(store.similarity_search("d", k=1)) == ["4"]
    twin = copied(store)
    twin.delete(["4"])
    assert ids(twin.similarity_search("d", k=1)) == ["3"]
    assert ids(store.similarity_search("d", k=1)) == ["4"]
    assert ids(copied(store.as_retriever(search_kwargs={"k": 1})).invoke("d")) == ["4"]
