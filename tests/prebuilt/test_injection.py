"""What tools get in a graph besides the model's arguments, in both colours, on every Python."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from stepgraph.config import RunnableConfig, get_config, get_store, get_stream_writer
from stepgraph.graph import START, StateGraph
from stepgraph.messages import AIMessage
from stepgraph.prebuilt import InjectedState, InjectedStore, ToolNode, ToolRuntime
from stepgraph.runtime import get_runtime
from stepgraph.store.memory import InMemoryStore
from stepgraph.tools import InjectedToolCallId, tool
from stepgraph.types import StreamWriter


class State(TypedDict):
    messages: list[Any]
    user: str


@dataclass
class Context:
    tenant: str


def graph_of(*tools, store=None):
    graph = StateGraph(State, context_schema=Context)
    return graph.add_node("tools", ToolNode(tools)).add_edge(START, "tools").compile(store=store)


def given(*calls):
    made = [{"name": name, "args": args, "id": f"id{number}"} for number, (name, args) in enumerate(calls)]
    return {"messages": [AIMessage("", tool_calls=made)], "user": "ann"}


async def run(graph, state, *, is_async, config=None):
    context = Context("acme")
    if is_async:
        found = await graph.ainvoke(state, config, context=context)
    else:
        found = graph.invoke(state, config, context=context)
    return [each.content for each in found["messages"]]


def with_store():
    store = InMemoryStore()
    store.put(("a",), "k", {"v": "kept"})
    return store


@tool
def everything(
    x: int,
    state: Annotated[dict, InjectedState],
    user: Annotated[str, InjectedState("user")],
    store: Annotated[Any, InjectedStore()],
    runtime: ToolRuntime[Context, State],
    call_id: Annotated[str, InjectedToolCallId],
    config: RunnableConfig,
    writer: StreamWriter,
) -> str:
    """Look around."""
    writer({"wrote": x})
    return " ".join(
        map(
            str,
            [
                x,
                state["user"],
                user,
                store.get(("a",), "k").value["v"],
                runtime.context.tenant,
                runtime.tool_call_id,
                runtime.state["user"],
                call_id,
                config["configurable"]["mine"],
                runtime.config["configurable"]["mine"],
                [each.name for each in runtime.tools],
            ],
        )
    )


@tool
async def aeverything(x: int, runtime: ToolRuntime, writer: StreamWriter) -> str:
    """Look around."""
    await asyncio.sleep(0)
    runtime.stream_writer({"wrote": x})
    writer({"wrote": x + 1})
    return f"{x} {runtime.context.tenant} {runtime.execution_info is not None}"


EXPECTED = "1 ann ann kept acme id0 ann id0 7 7 ['everything']"


@pytest.mark.parametrize("is_async", [True, False])
async def test_everything_at_once(is_async):
    graph = graph_of(everything, store=with_store())
    config = {"configurable": {"mine": 7}}
    assert await run(graph, given(("everything", {"x": 1})), is_async=is_async, config=config) == [EXPECTED]


async def test_writers_write_to_the_custom_stream():
    graph = graph_of(everything, aeverything, store=with_store())
    state = given(("everything", {"x": 1}), ("aeverything", {"x": 5}))
    config = {"configurable": {"mine": 7}}
    found = [chunk async for chunk in graph.astream(state, config, stream_mode="custom", context=Context("acme"))]
    assert sorted(each["wrote"] for each in found) == [1, 5, 6]
    sync = graph_of(everything, store=with_store())
    state = given(("everything", {"x": 1}))
    assert list(sync.stream(state, config, stream_mode="custom", context=Context("acme"))) == [{"wrote": 1}]


@pytest.mark.parametrize("is_async", [True, False])
async def test_what_is_around_is_found_without_asking(is_async):
    def look(x):
        get_stream_writer()({"x": x})
        found = get_store().get(("a",), "k").value["v"]
        return f"{found} {get_runtime().context.tenant} {get_config()['configurable']['mine']}"

    @tool
    def looks(x: int) -> str:
        """Look."""
        return look(x)

    @tool
    async def alooks(x: int) -> str:
        """Look."""
        await asyncio.sleep(0)
        return await asyncio.ensure_future(later(x))

    async def later(x):
        return look(x)

    tools = [looks, alooks] if is_async else [looks]
    graph = graph_of(*tools, store=with_store())
    state = given(*((each.name, {"x": 1}) for each in tools * 2))
    found = await run(graph, state, is_async=is_async, config={"configurable": {"mine": 7}})
    assert found == ["kept acme 7"] * len(tools) * 2


async def test_what_a_model_makes_up_is_replaced():
    graph = graph_of(everything, store=with_store())
    forged = {"x": 1, "user": "eve", "state": {"user": "eve"}, "runtime": {}, "store": "s", "call_id": "forged"}
    config = {"configurable": {"mine": 7}}
    assert await run(graph, given(("everything", forged)), is_async=True, config=config) == [EXPECTED]


def test_models_see_none_of_it():
    assert list(everything.args) == ["x"]
    assert list(aeverything.args) == ["x"]


async def test_what_is_missing_is_said():
    @tool
    def wants(other: Annotated[str, InjectedState("usr")]) -> str:
        """Want."""
        return "x"

    @tool
    def stored(store: Annotated[Any, InjectedStore()]) -> str:
        """Want."""
        return "x"

    with pytest.raises(ValueError, match=r"tool 'wants' asks for 'usr' of the state.*'user'"):
        await run(graph_of(wants), given(("wants", {})), is_async=True)
    with pytest.raises(ValueError, match=r"asks for the store as 'store', and the graph has none; compile it with"):
        await run(graph_of(stored), given(("stored", {})), is_async=False)
    with pytest.raises(ValueError, match="ToolNode was given a list of messages; give it the state"):
        ToolNode([wants]).invoke(given(("wants", {}))["messages"])


def test_states_that_are_objects_and_lists():
    class Model(BaseModel):
        messages: list[Any]
        user: str

    @tool
    def who(user: Annotated[str, InjectedState("user")], state: Annotated[Any, InjectedState()]) -> str:
        """Say."""
        return f"{user} {type(state).__name__}"

    @tool
    def count(messages: Annotated[list, InjectedState("messages")], state: Annotated[Any, InjectedState]) -> str:
        """Count."""
        return f"{len(messages)} {sorted(state)}"

    found = ToolNode([who]).invoke(Model(**given(("who", {}))))
    assert found["messages"][0].content == "ann Model"
    (message,) = ToolNode([count]).invoke(given(("count", {}))["messages"])
    assert message.content == "1 ['messages']"


async def test_each_call_has_an_id_of_its_own_side_by_side():
    @tool
    async def mine(runtime: ToolRuntime) -> str:
        """Say."""
        await asyncio.sleep(0)
        return runtime.tool_call_id

    state = given(*[("mine", {})] * 5)
    assert await run(graph_of(mine), state, is_async=True) == [f"id{number}" for number in range(5)]


def test_outside_of_graphs_there_is_a_runtime_that_offers_nothing():
    @tool
    def alone(runtime: ToolRuntime) -> str:
        """Say."""
        runtime.stream_writer("dropped")
        return f"{runtime.context} {runtime.store} {runtime.tool_call_id}"

    (message,) = ToolNode([alone]).invoke(given(("alone", {}))["messages"])
    assert message.content == "None None id0"
