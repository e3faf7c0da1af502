"""A program written for langchain-core: retrievers and what handlers hear of them. It prints what it sees."""

import asyncio

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_core.vectorstores import InMemoryVectorStore, VectorStoreRetriever
from letters import TEXTS, Letters, show


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


retrievers()
asyncio.run(events())
