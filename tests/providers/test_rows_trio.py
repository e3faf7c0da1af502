"""Under trio there is no event loop of asyncio, and whatever needs one says so (row 2.12)."""

from __future__ import annotations

from typing import Any

import pytest
import trio

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.errors import NoEventLoopError
from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph.runnables import RunnableGenerator, RunnableLambda, RunnableParallel
from stepgraph.testing import ScriptedChatModel
from stepgraph_anthropic import ChatAnthropic
from stepgraph_openai import ChatOpenAI
from tests.providers.standin import Standin


async def aupper(text: str) -> str:
    return text.upper()


async def answer(state: MessagesState) -> dict[str, Any]:
    return {"messages": [("ai", "Hello")]}


def words(chunks: Any) -> Any:
    for chunk in chunks:
        yield from chunk.split()


BUILDER = StateGraph(MessagesState).add_node(answer).add_edge(START, "answer")
THREAD = {"configurable": {"thread_id": "1"}}
DOORS = {
    "a sync function": lambda: RunnableLambda(str.upper).ainvoke("a"),
    "a sync generator": lambda: listed(RunnableGenerator(words).astream("a b")),
    "branches": lambda: RunnableParallel(a=aupper, b=aupper).ainvoke("a"),
    "a batch": lambda: RunnableLambda(aupper).abatch(["a", "b"]),
    "events": lambda: listed(RunnableLambda(aupper).astream_events("a", version="v2")),
    "a graph": lambda: BUILDER.compile().ainvoke({"messages": "a"}),
    "the stream of a graph": lambda: listed(BUILDER.compile().astream({"messages": "a"})),
    "a graph that is saved": lambda: BUILDER.compile(checkpointer=InMemorySaver()).ainvoke({"messages": "a"}, THREAD),
    "a scripted model": lambda: ScriptedChatModel(["a"]).ainvoke("Hi"),
    "the stream of a scripted model": lambda: listed(ScriptedChatModel(["a"]).astream("Hi")),
}


async def listed(chunks: Any) -> list[Any]:
    return [chunk async for chunk in chunks]


@pytest.mark.parametrize("door", DOORS)
def test_the_error_says_what_is_missing_and_what_to_do(door):
    with pytest.raises(NoEventLoopError, match=r"asyncio.*trio.*asyncio\.run\(…\)") as failed:
        trio.run(DOORS[door])
    assert isinstance(failed.value, RuntimeError)


@pytest.mark.parametrize("cls", [ChatOpenAI, ChatAnthropic])
@pytest.mark.parametrize("door", ["ainvoke", "astream"])
def test_models_of_providers_say_it_too_and_send_nothing(standin: Standin, monkeypatch, cls, door):
    for variable, value in standin.environment().items():
        monkeypatch.setenv(variable, value)
    llm = cls(model="gpt-4o-mini")
    with pytest.raises(NoEventLoopError, match="trio"):
        trio.run((lambda: llm.ainvoke("Hi")) if door == "ainvoke" else (lambda: listed(llm.astream("Hi"))))
    assert standin.connections == 0


def test_where_nothing_runs_nothing_else_is_named():
    coroutine = RunnableLambda(str.upper).ainvoke("a")
    with pytest.raises(NoEventLoopError, match=r"no running event loop") as failed:
        coroutine.send(None)
    assert "trio" not in str(failed.value)


def test_sync_doors_work_under_trio():
    async def main():
        return RunnableLambda(str.upper).invoke("a"), BUILDER.compile().name

    assert trio.run(main)[0] == "A"
