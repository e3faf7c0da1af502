"""A program written for langchain-core: documents, vector stores, retrievers, histories. It prints what it sees."""

import asyncio
import json
import logging
import tempfile
import warnings
from pathlib import Path

from langchain_core.caches import InMemoryCache
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.chat_history import BaseChatMessageHistory, InMemoryChatMessageHistory
from langchain_core.documents import BaseDocumentCompressor, BaseDocumentTransformer, Document
from langchain_core.documents.base import Blob
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings, FakeEmbeddings
from langchain_core.example_selectors import (
    LengthBasedExampleSelector,
    MaxMarginalRelevanceExampleSelector,
    SemanticSimilarityExampleSelector,
    sorted_values,
)
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.outputs import Generation
from langchain_core.prompts import PromptTemplate
from langchain_core.rate_limiters import InMemoryRateLimiter
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import ConfigurableFieldSpec, RunnableLambda, RunnablePassthrough
from langchain_core.runnables.history import RunnableWithMessageHistory
from langchain_core.stores import InMemoryByteStore, InMemoryStore
from langchain_core.vectorstores import InMemoryVectorStore, VectorStore, VectorStoreRetriever
from pydantic import BaseModel, Field

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)


def show(title, *values):
    print(f"{title}:", *values)


class Letters(Embeddings):
    """Counts letters, so that a reader can follow; the other part is there so that no two texts are equally near."""

    def embed_documents(self, texts):
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text):
        return [text.count(letter) + len(text) * 0.013 * 1.7**number for number, letter in enumerate("abcdefg")]


TEXTS = ["aab", "abc", "bcd", "cde", "def", "efg", "aaaa", "gg"]


def documents():
    plain = Document(page_content="a text")
    known = Document(page_content="b", metadata={"source": "x", "pages": [1, 2]}, id=7)
    show("documents", repr(plain), repr(known))
    show("as text", str(plain), "|", str(known))
    show("positional", Document("c").page_content)
    show("dumped", plain.model_dump(), known.model_dump_json())
    show("equal", plain == Document("a text"), plain == known, known == Document(**known.model_dump()))
    shared = {"n": 1}
    first, second = Document("1", metadata=shared), Document("2", metadata=shared)
    first.metadata["n"] = 2
    show("metadata are a document's own", second.metadata, shared)
    known.metadata["more"] = True
    copied = known.model_copy(update={"page_content": "z"})
    show("copied", repr(copied), copied.metadata is known.metadata)

    class Answer(BaseModel):
        sources: list[Document] = Field(default_factory=list)

    answer = Answer(sources=[plain, {"page_content": "from a dict", "metadata": {"k": 1}}])
    show("in a model", answer, answer.model_dump_json())
    show("read back", Answer.model_validate_json(answer.model_dump_json()) == answer)
    show("json schema", sorted(Document.__name__ for _ in [0]), Answer.model_json_schema()["title"])
    for wrong in ({"page_content": 3}, {"page_content": "a", "metadata": None}):
        try:
            Document(**wrong)
        except ValueError as error:
            show("refused", isinstance(error, ValueError))
    blob = Blob.from_data("text", mime_type="text/plain", metadata={"source": "here"})
    show("blob", blob.as_bytes(), blob.as_string(), blob.source, blob.mimetype)
    with blob.as_bytes_io() if isinstance(blob.data, bytes) else Blob.from_data(b"raw").as_bytes_io() as file:
        show("opened", file.read())
    show("of a file", Blob.from_path("a/b.pdf").mimetype, Blob.from_path("a/b.pdf").source)

    class Shout(BaseDocumentTransformer):
        def transform_documents(self, documents, **kwargs):
            return [Document(page_content=each.page_content.upper()) for each in documents]

    class First(BaseDocumentCompressor):
        length: int = 1

        def compress_documents(self, documents, query, callbacks=None):
            return [Document(page_content=each.page_content[: self.length]) for each in documents]

    show("transformed", Shout().transform_documents([plain]), asyncio.run(Shout().atransform_documents([plain])))
    show(
        "compressed",
        First(length=3).compress_documents([plain], "q"),
        asyncio.run(First().acompress_documents([plain], "q")),
    )


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


class Heard(BaseCallbackHandler):
    def on_retriever_start(self, serialized, query, *, run_id, parent_run_id=None, tags=None, metadata=None, **kwargs):
        show("start", query, parent_run_id is None, sorted(tags), dict(sorted(metadata.items())), kwargs.get("name"))

    def on_retriever_end(self, documents, *, run_id, parent_run_id=None, **kwargs):
        show("end", [each.page_content for each in documents])

    def on_retriever_error(self, error, *, run_id, parent_run_id=None, **kwargs):
        show("error", repr(error))

    def on_chain_start(self, serialized, inputs, **kwargs):
        show("chain", inputs, kwargs.get("name"))


class Shelf(BaseRetriever):
    texts: list[str]
    k: int = 2

    def _get_relevant_documents(self, query, *, run_manager):
        if query == "?":
            raise ValueError("no question")
        below = RunnableLambda(lambda text: text.lower()).with_config(run_name="lower")
        wanted = below.invoke(query, config={"callbacks": run_manager.get_child()})
        return [Document(page_content=text) for text in self.texts if wanted in text][: self.k]


class Old(BaseRetriever):
    def _get_relevant_documents(self, query):
        return [Document(page_content=query)]


class Both(BaseRetriever):
    def _get_relevant_documents(self, query, *, run_manager, shout=False):
        return [Document(page_content=query.upper() if shout else query)]

    async def _aget_relevant_documents(self, query, *, run_manager, shout=False):
        await run_manager.on_text("found")
        return [Document(page_content=f"async {query.upper() if shout else query}")]


def retrievers():
    config = {"callbacks": [Heard()], "tags": ["mine"], "metadata": {"who": "me"}, "run_name": "asked"}
    shelf = Shelf(texts=["bread", "butter", "bean"], tags=["shelf"], metadata={"room": 1})
    show("plain", shelf.invoke("B"), shelf.get_name())
    show("heard", shelf.invoke("Be", config))
    try:
        shelf.invoke("?", config)
    except ValueError as error:
        show("raised", error)
    show("async", asyncio.run(shelf.ainvoke("BR", config)))
    show("old", Old().invoke("q"), asyncio.run(Old().ainvoke("q")), Old().invoke("q", config))
    show("more", Both().invoke("q", shout=True), asyncio.run(Both().ainvoke("q", config, shout=True)))
    show("batch", [[d.page_content for d in found] for found in shelf.batch(["bea", "butter"])])
    show("stream", list(shelf.stream("bread")))
    store = InMemoryVectorStore.from_texts(TEXTS, Letters())
    found = store.as_retriever(search_kwargs={"k": 1})
    show("of a store", found.invoke("aab", {"callbacks": [Heard()]})[0].page_content, found.search_type, found.tags)
    show("kwargs", len(found.invoke("aab", k=3)), isinstance(found, VectorStoreRetriever))
    show(
        "variety", [d.page_content for d in store.as_retriever(search_type="mmr", search_kwargs={"k": 2}).invoke("aab")]
    )
    for wrong in ({"search_type": "x"}, {"search_type": "similarity_score_threshold"}):
        try:
            store.as_retriever(**wrong)
        except ValueError as error:
            show("refused", isinstance(error, ValueError))
    join = RunnableLambda(lambda documents: " ".join(each.page_content for each in documents))
    answer = {"context": found | join, "question": RunnablePassthrough()} | RunnableLambda(
        lambda d: f"{d['question']}: {d['context']}"
    )
    show("in a chain", answer.invoke("gg"), asyncio.run(answer.ainvoke("efg")))


async def events():
    shelf = Shelf(texts=["bread"])
    async for event in (shelf | RunnableLambda(len)).astream_events("br", version="v2"):
        if "retriever" in event["event"]:
            data = {key: value for key, value in event["data"].items() if value is not None}
            show(event["event"], event["name"], sorted(data), event["data"].get("output"))


def keys_and_values():
    store = InMemoryStore()
    store.mset([("a1", 1), ("a2", [2]), ("b", None)])
    show("values", store.mget(["a2", "nobody", "a1"]), list(store.yield_keys()), list(store.yield_keys(prefix="a")))
    store.mdelete(["a1", "nobody"])
    show("deleted", store.mget(["a1"]), store.store)

    async def twins():
        store = InMemoryByteStore()
        await store.amset([("x", b"1"), ("y", b"2")])
        await store.amdelete(["x"])
        return await store.amget(["x", "y"]), [key async for key in store.ayield_keys()]

    show("async", asyncio.run(twins()))
    cache = InMemoryCache(maxsize=2)
    for number in range(3):
        cache.update(f"prompt {number}", "model", [Generation(text=str(number))])
    show("cached", cache.lookup("prompt 0", "model"), [each.text for each in cache.lookup("prompt 2", "model")])
    show("other model", cache.lookup("prompt 2", "another"), asyncio.run(cache.alookup("prompt 1", "model"))[0].text)
    cache.clear()
    show("cleared", cache.lookup("prompt 2", "model"))
    limiter = InMemoryRateLimiter(requests_per_second=5, check_every_n_seconds=0.01, max_bucket_size=1)
    show("limited", limiter.acquire(), asyncio.run(limiter.aacquire()), limiter.acquire(blocking=False))


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


class OwnHistory(BaseChatMessageHistory, BaseModel):
    messages: list[BaseMessage] = Field(default_factory=list)

    def add_messages(self, messages):
        self.messages.extend(messages)

    def clear(self):
        self.messages = []


def said(history):
    return [(message.type, message.content) for message in history.messages]


def histories():
    for history in (InMemoryChatMessageHistory(), OwnHistory()):
        history.add_user_message("hi")
        history.add_ai_message(AIMessage(content="hello"))
        history.add_messages([HumanMessage(content="more")])
        asyncio.run(history.aadd_messages([AIMessage(content="enough")]))
        show("history", said(history), len(asyncio.run(history.aget_messages())))
        print(history)
        asyncio.run(history.aclear())
        show("cleared", said(history))
    kept = {}

    def of_session(session_id):
        return kept.setdefault(session_id, InMemoryChatMessageHistory())

    def answer(messages):
        return AIMessage(content=" ".join(str(message.content) for message in messages))

    ada = {"configurable": {"session_id": "ada"}}
    plain = RunnableWithMessageHistory(RunnableLambda(answer), of_session)
    show("first", plain.invoke("one", ada).content)
    show("second", plain.invoke([HumanMessage(content="two")], ada).content)
    show(
        "async",
        asyncio.run(plain.ainvoke(HumanMessage(content="three"), {"configurable": {"session_id": "bob"}})).content,
    )
    show("kept", {name: said(history) for name, history in kept.items()})
    keyed = RunnableWithMessageHistory(
        RunnableLambda(lambda given: {"answer": f"{given['q']} after {len(given['past'])}", "more": 1}),
        of_session,
        input_messages_key="q",
        history_messages_key="past",
        output_messages_key="answer",
    )
    show("keyed", keyed.invoke({"q": "what"}, ada), said(kept["ada"])[-2:])
    inside = RunnableWithMessageHistory(
        RunnableLambda(lambda given: answer(given["q"])), of_session, input_messages_key="q"
    )
    show("inside", inside.invoke({"q": "x"}, {"configurable": {"session_id": "eve"}}).content, said(kept["eve"]))
    show("inside again", inside.invoke({"q": "y"}, {"configurable": {"session_id": "eve"}}).content)
    two = RunnableWithMessageHistory(
        RunnableLambda(answer),
        lambda user, room: of_session((user, room)),
        history_factory_config=[
            ConfigurableFieldSpec(id="user", annotation=str),
            ConfigurableFieldSpec(id="room", annotation=str),
        ],
    )
    show("two keys", two.invoke("z", {"configurable": {"user": "u", "room": "r"}}).content, said(kept["u", "r"]))
    show("streamed", [chunk.content for chunk in plain.stream("four", ada)], said(kept["ada"])[-1][0])
    for wrong in (lambda: plain.invoke("x"), lambda: two.invoke("x", {"configurable": {"user": "u"}})):
        try:
            wrong()
        except ValueError as error:
            show("refused", str(error).split("]")[0])
    show("specs", [spec.id for spec in plain.config_specs])


documents()
embeddings()
searches()
asyncio.run(async_searches())
own_store()
retrievers()
asyncio.run(events())
keys_and_values()
selectors()
histories()
