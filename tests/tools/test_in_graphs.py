"""Tools inside the nodes of a graph find writer, config, store and context, in both colours, on every Python."""

import asyncio
import threading
from typing import Annotated, Any

import pytest
from typing_extensions import TypedDict

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.config import RunnableConfig, get_config, get_store, get_stream_writer
from stepgraph.graph import START, StateGraph
from stepgraph.runtime import Runtime
from stepgraph.store.memory import InMemoryStore
from stepgraph.tools import InjectedStore, ToolRuntime, tool
from stepgraph.types import Command, StreamWriter, interrupt


class State(TypedDict):
    out: Any


def looked(x, write, config, runtime, engine, store):
    write({"written": x})
    get_stream_writer()("found")
    return {
        "configured": [
            config["configurable"]["k"],
            runtime.config["configurable"]["k"],
            get_config()["configurable"]["k"],
        ],
        "stores": store is runtime.store is engine.store is get_store(),
        "context": runtime.context,
        "node": runtime.execution_info.node,
        "own thread": threading.current_thread() is not threading.main_thread(),
    }


@tool
def look(
    x: int,
    write: StreamWriter,
    config: RunnableConfig,
    runtime: ToolRuntime,
    engine: Runtime,
    store: Annotated[Any, InjectedStore()],
) -> Any:
    """Look around."""
    return looked(x, write, config, runtime, engine, store)


@tool
async def look_async(
    x: int,
    write: StreamWriter,
    config: RunnableConfig,
    runtime: ToolRuntime,
    engine: Runtime,
    store: Annotated[Any, InjectedStore()],
) -> Any:
    """Look around."""
    await asyncio.sleep(0)
    return looked(x, write, config, runtime, engine, store)


def sync_node(state):
    return {"out": look.invoke({"x": 1})}


async def async_node(state):
    return {"out": await look_async.ainvoke({"x": 1})}


async def async_node_of_a_sync_tool(state):
    return {"out": await look.ainvoke({"x": 1})}


async def gathering_node(state):
    found, _ = await asyncio.gather(look_async.ainvoke({"x": 1}), asyncio.sleep(0))
    return {"out": found}


async def node_with_a_config(state, config):
    return {"out": await look_async.ainvoke({"x": 1}, {**config, "tags": ["more"]})}


def graph_of(node):
    builder = StateGraph(State, context_schema=dict)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    return builder.compile(store=InMemoryStore())


@pytest.mark.parametrize("node", [sync_node, async_node, async_node_of_a_sync_tool, gathering_node, node_with_a_config])
async def test_a_tool_finds_what_is_around_the_node(node):
    config = {"configurable": {"k": "v"}}
    chunks = [
        chunk
        async for chunk in graph_of(node).astream(
            {"out": None}, config, context={"user": "ada"}, stream_mode=["custom", "updates"]
        )
    ]
    assert chunks[:2] == [("custom", {"written": 1}), ("custom", "found")]
    found = chunks[2][1]["node"]["out"]
    assert found.pop("own thread") == (node in (sync_node, async_node_of_a_sync_tool))
    assert found == {"configured": ["v", "v", "v"], "stores": True, "context": {"user": "ada"}, "node": "node"}


def test_sync_graphs_too():
    config = {"configurable": {"k": "v"}}
    chunks = list(
        graph_of(sync_node).stream({"out": None}, config, context={"user": "ada"}, stream_mode=["custom", "updates"])
    )
    assert chunks[:2] == [("custom", {"written": 1}), ("custom", "found")]
    assert chunks[2][1]["node"]["out"]["stores"]


async def test_a_tool_may_ask_people():
    @tool
    def ask(question: str) -> str:
        """Ask."""
        return f"they said {interrupt(question)}"

    async def node(state):
        return {"out": await ask.ainvoke({"question": "really?"})}

    builder = StateGraph(State)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    graph = builder.compile(checkpointer=InMemorySaver())
    thread = {"configurable": {"thread_id": "1"}}
    asked = await graph.ainvoke({"out": None}, thread)
    assert [each.value for each in asked["__interrupt__"]] == ["really?"]
    assert (await graph.ainvoke(Command(resume="yes"), thread))["out"] == "they said yes"


def test_a_tool_as_a_node():
    @tool
    def double(out: int) -> Any:
        """Double."""
        return {"out": out * 2}

    builder = StateGraph(State)
    builder.add_node("double", double)
    builder.add_edge(START, "double")
    assert builder.compile().invoke({"out": 2}) == {"out": 4}
