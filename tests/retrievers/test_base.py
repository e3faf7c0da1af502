"""Retrievers of the user's own: hooks of either colour, with a run manager or without it, and what handlers hear."""

import asyncio
import threading

import pytest
from typing_extensions import TypedDict

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from stepgraph.documents import Document
from stepgraph.graph import START, StateGraph
from stepgraph.retrievers import BaseRetriever
from stepgraph.runnables import RunnableLambda


class Plain(BaseRetriever):
    def _get_relevant_documents(self, query):
        return [Document(f"{query} {threading.current_thread() is threading.main_thread()}")]


class WithManager(BaseRetriever):
    def _get_relevant_documents(self, query, *, run_manager):
        run_manager.on_text("looking")
        lower = RunnableLambda(str.lower, name="lower")
        return [Document(lower.invoke(query, {"callbacks": run_manager.get_child()}))]


class WithMore(BaseRetriever):
    suffix: str = "!"

    def _get_relevant_documents(self, query, *, run_manager=None, times=1, **kwargs):
        return [Document(query + self.suffix * times, metadata=kwargs)]


class OnlyAsync(BaseRetriever):
    async def _aget_relevant_documents(self, query, *, run_manager):
        await run_manager.on_text("looking")
        await asyncio.sleep(0)
        return [Document(query)]


class Failing(BaseRetriever):
    def _get_relevant_documents(self, query):
        raise LookupError(query)


class Heard(BaseCallbackHandler):
    def __init__(self):
        self.events = []
        self.facts = []

    def on_retriever_start(self, serialized, query, *, tags=None, metadata=None, **kwargs):
        self.events.append(("start", query))
        self.facts.append((kwargs["name"], tags, metadata, kwargs["parent_run_id"]))

    def on_retriever_end(self, documents, **kwargs):
        self.events.append(("end", [document.page_content for document in documents]))

    def on_retriever_error(self, error, **kwargs):
        self.events.append(("error", type(error).__name__))

    def on_text(self, text, **kwargs):
        self.events.append(("text", text))

    def on_chain_start(self, serialized, inputs, **kwargs):
        self.events.append(("chain", kwargs["name"]))


async def test_a_hook_needs_no_manager():
    assert Plain().invoke("q") == [Document("q True")]
    assert await Plain().ainvoke("q") == [Document("q False")]
    heard = Heard()
    assert await Plain().ainvoke("q", {"callbacks": [heard]}) == [Document("q False")]
    assert heard.events == [("start", "q"), ("end", ["q False"])]


@pytest.mark.parametrize("is_heard", [True, False])
async def test_a_hook_may_have_one(is_heard):
    heard = Heard()
    config = {"callbacks": [heard]} if is_heard else None
    assert WithManager().invoke("Q", config) == [Document("q")]
    assert await WithManager().ainvoke("Q", config) == [Document("q")]
    once = [("start", "Q"), ("text", "looking"), ("chain", "lower"), ("end", ["q"])]
    assert heard.events == (once * 2 if is_heard else [])


async def test_keyword_arguments_are_for_hooks_that_take_them():
    assert WithMore().invoke("q", times=2, deep=True) == [Document("q!!", metadata={"deep": True})]
    assert await WithMore(suffix="?").ainvoke("q", times=3) == [Document("q???")]
    assert WithManager().invoke("Q", times=2) == [Document("q")]


async def test_an_async_hook_is_enough_for_async_code():
    heard = Heard()
    assert await OnlyAsync().ainvoke("q", {"callbacks": [heard]}) == [Document("q")]
    assert heard.events == [("start", "q"), ("text", "looking"), ("end", ["q"])]
    with pytest.raises(NotImplementedError, match="OnlyAsync does not say how documents are found"):
        OnlyAsync().invoke("q")


async def test_errors_are_reported_and_raised():
    heard = Heard()
    with pytest.raises(LookupError):
        Failing().invoke("q", {"callbacks": [heard]})
    with pytest.raises(LookupError):
        await Failing().ainvoke("q", {"callbacks": [heard]})
    assert heard.events == [("start", "q"), ("error", "LookupError")] * 2


async def test_cancellation_is_reported():
    class Slow(BaseRetriever):
        async def _aget_relevant_documents(self, query):
            started.set()
            await asyncio.Event().wait()

    heard, started = Heard(), asyncio.Event()
    task = asyncio.create_task(Slow().ainvoke("q", {"callbacks": [heard]}))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert heard.events == [("start", "q"), ("error", "CancelledError")]


def test_tags_and_metadata_are_its_own():
    heard = Heard()
    retriever = Plain(tags=["own"], metadata={"own": 1}, name="Shelf")
    retriever.invoke("q", {"callbacks": [heard], "tags": ["given"], "metadata": {"given": 2}, "run_name": "asked"})
    [(name, tags, metadata, parent)] = heard.facts
    assert (name, sorted(tags), parent) == ("asked", ["given", "own"], None)
    assert metadata == {"own": 1, "given": 2, "ls_retriever_name": "shelf"}


def test_handlers_of_its_own_hear_of_it():
    heard = Heard()
    Plain(callbacks=[heard]).invoke("q")
    assert [event for event, _ in heard.events] == ["start", "end"]


async def test_async_handlers():
    class Async(AsyncCallbackHandler):
        async def on_retriever_end(self, documents, **kwargs):
            await asyncio.sleep(0)
            found.append(len(documents))

    found = []
    await Plain().ainvoke("q", {"callbacks": [Async()]})
    assert found == [1]


async def test_in_a_chain():
    chain = WithMore() | RunnableLambda(lambda documents: documents[0].page_content)
    assert chain.invoke("q") == await chain.ainvoke("q") == "q!"
    assert chain.batch(["a", "b"]) == ["a!", "b!"]
    assert [chunk async for chunk in chain.astream("q")] == ["q!"]
    heard = Heard()
    assert await chain.ainvoke("q", {"callbacks": [heard]}) == "q!"
    assert heard.facts[0][3] is not None


class State(TypedDict):
    text: str


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_handlers_of_a_graph_hear_of_it(colour):
    def find(state: State):
        return {"text": WithMore().invoke(state["text"])[0].page_content}

    async def afind(state: State):
        return {"text": (await WithMore().ainvoke(state["text"]))[0].page_content}

    builder = StateGraph(State).add_node("find", find if colour == "sync" else afind)
    graph = builder.add_edge(START, "find").compile()
    heard = Heard()
    config = {"callbacks": [heard]}
    found = graph.invoke({"text": "q"}, config) if colour == "sync" else await graph.ainvoke({"text": "q"}, config)
    assert found == {"text": "q!"}
    assert [event for event in heard.events if event[0] != "chain"] == [("start", "q"), ("end", ["q!"])]


async def test_events():
    events = [(event["event"], event["name"]) async for event in WithMore().astream_events("q", version="v2")]
    assert events == [("on_retriever_start", "WithMore"), ("on_retriever_end", "WithMore")]


def test_names_in_metadata():
    class RetrieverOfMine(Plain):
        pass

    class WebRetriever(Plain):
        pass

    assert RetrieverOfMine()._get_ls_params() == {"ls_retriever_name": "ofmine"}
    assert WebRetriever()._get_ls_params() == {"ls_retriever_name": "web"}


def test_the_base_says_what_to_define():
    with pytest.raises(NotImplementedError, match="define _get_relevant_documents"):
        BaseRetriever().invoke("q")


def test_what_it_takes_and_gives():
    assert Plain().InputType is str
    assert Plain().get_input_jsonschema()["type"] == "string"
    assert Plain().get_output_jsonschema()["type"] == "array"
