"""Event loops of others: uvloop, and anyio on asyncio, do all that asyncio's own does (row 2.12)."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import pytest

from stepgraph.chat_models import init_chat_model
from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph.messages import AIMessage
from stepgraph.runnables import RunnableLambda, RunnableParallel
from stepgraph.testing import Flag
from tests.providers.both import both_providers, found_in_the_environment
from tests.providers.standin import Answer, Standin

Main = Callable[[], Coroutine[Any, Any, Any]]


def in_uvloop(main: Main) -> Any:
    uvloop = pytest.importorskip("uvloop", reason="not for Windows")
    return uvloop.run(main())


def in_anyio(main: Main) -> Any:
    return anyio.run(main, backend="asyncio")


def in_anyio_on_uvloop(main: Main) -> Any:
    pytest.importorskip("uvloop", reason="not for Windows")
    return anyio.run(main, backend="asyncio", backend_options={"use_uvloop": True})


every_loop = pytest.mark.parametrize("run", [in_uvloop, in_anyio, in_anyio_on_uvloop])


@pytest.fixture(autouse=True)
def provider(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Standin:
    found_in_the_environment(standin, monkeypatch)
    return standin


@every_loop
@both_providers
def test_models_serve_one_loop_after_another(provider, name, run):
    llm = init_chat_model(name, max_retries=0)

    async def main():
        assert ("uvloop" in type(asyncio.get_running_loop()).__module__) == ("uvloop" in run.__name__)
        texts = [chunk.content async for chunk in llm.astream("one two")]
        return [message.content for message in await llm.abatch(["a", "b"])], "".join(texts)

    for _ in range(3):
        assert run(main) == (["a", "b"], "one two")
        provider.wait_until_closed(1.0)
    assert len(provider.requests) == 9


@every_loop
@both_providers
def test_graphs_with_nodes_of_both_colours(provider, name, run):
    llm = init_chat_model(name)

    async def ask(state):
        return {"messages": [await llm.ainvoke(state["messages"])]}

    def shout(state):
        return {"messages": [AIMessage(state["messages"][-1].content.upper())]}

    async def main():
        graph = StateGraph(MessagesState).add_node(ask).add_node(shout).add_edge(START, "ask").add_edge("ask", "shout")
        given = {"messages": [("user", "one two")]}
        texts = [message.content async for message, _ in graph.compile().astream(given, stream_mode="messages")]
        both = RunnableParallel(upper=RunnableLambda(str.upper), length=len)
        return "".join(texts), await both.ainvoke("ab")

    assert run(main) == ("one twoONE TWO", {"upper": "AB", "length": 2})


@every_loop
@both_providers
def test_whoever_is_cancelled_frees_the_provider(provider, name, run):
    never = Flag()
    provider.answers.append(Answer("one two three four", at={4: never}))
    llm = init_chat_model(name)

    async def main():
        async with anyio.create_task_group() as group:

            async def ask():
                async for chunk in llm.astream("Count."):
                    if chunk.content:
                        group.cancel_scope.cancel()

            group.start_soon(ask)
        await provider.await_until_idle(1.0)

    run(main)
    assert len(provider.closed_early) == 1
    never.set()


def test_nothing_above_needs_more_than_asyncio():
    """What these tests install is not what the engine stands on."""
    program = (
        "import sys; import stepgraph.graph, stepgraph.runnables, stepgraph.chat_models; "
        "print({'uvloop', 'anyio', 'trio', 'sniffio'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
