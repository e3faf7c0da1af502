"""Handlers that hear every run inside a block."""

import asyncio
import contextvars
import gc
import sys
import threading
import weakref
from types import SimpleNamespace
from typing import Any, TypedDict

import pytest

from stepgraph.ambient import SCOPE
from stepgraph.callbacks import (
    AsyncCallbackHandler,
    BaseCallbackHandler,
    CallbackManager,
    collect_runs,
    dispatch_custom_event,
    get_usage_metadata_callback,
    heard_by,
)
from stepgraph.config import get_config
from stepgraph.graph import START, StateGraph
from stepgraph.runnables import RunnableLambda, RunnableParallel
from tests.callbacks.ears import COLOURS, ear, run

step = RunnableLambda(lambda x: x + 1, name="step")


def model_call(config: Any) -> None:
    """Report the run of a model, as a chat model does."""
    message = SimpleNamespace(
        usage_metadata={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
        response_metadata={"model_name": "small"},
    )
    manager = CallbackManager.configure((config or {}).get("callbacks"))
    [model] = manager.on_chat_model_start({}, [["hi"]])
    model.on_llm_end(SimpleNamespace(generations=[[SimpleNamespace(message=message)]]))


def ask(x: int, config: Any) -> int:
    model_call(config)
    return x


model = RunnableLambda(ask, name="ask")


@pytest.mark.parametrize("kind", ["sync", "inline", "async"])
@pytest.mark.parametrize("door", COLOURS)
async def test_a_handler_hears_what_runs_inside_the_block(door: str, kind: str):
    handler = ear(kind)
    with heard_by(handler) as given:
        assert given is handler
        assert await run(step | step, door, 1) == 3
    await run(step, door, 1)
    assert handler.events.count("on_chain_start") == 3
    assert handler.heard[0].facts["parent_run_id"] is None


@pytest.mark.parametrize("door", COLOURS)
async def test_handlers_of_the_call_hear_it_too_and_each_once(door: str):
    ambient, given = ear("inline"), ear("inline")
    with heard_by(ambient), heard_by(given):
        await run(step, door, 1, {"callbacks": [given, ambient], "tags": ["a"]})
    assert ambient.events == given.events == ["on_chain_start", "on_chain_end"]
    assert ambient.heard[0].facts["tags"] == ["a"]


async def test_tasks_threads_and_batches_are_heard():
    handler = ear("inline")
    with heard_by(handler):
        await asyncio.gather(*(asyncio.create_task(step.ainvoke(n)) for n in range(3)))
        await asyncio.to_thread(step.invoke, 1)
        await step.abatch([1, 2])
        await asyncio.to_thread(step.batch, [1, 2])
        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(step.invoke, 1))
        thread.start()
        await asyncio.to_thread(thread.join)
        assert [chunk async for chunk in step.astream(1)] == [2]
    assert handler.events.count("on_chain_start") == 3 + 1 + 2 + 2 + 1 + 1


async def test_blocks_of_tasks_side_by_side_do_not_hear_each_other():
    async def counted(count: int) -> int:
        with collect_runs() as collector:
            for number in range(count):
                await step.ainvoke(number)
                await asyncio.sleep(0)
        return len(collector.traced_runs)

    assert await asyncio.gather(counted(1), counted(5), counted(3)) == [1, 5, 3]


@pytest.mark.parametrize("door", COLOURS)
async def test_runs_are_collected_inside_a_run_too(door: str):
    found: list[Any] = []

    def body(x: int) -> int:
        with collect_runs() as collector:
            result = (step | step).invoke(x)
        found.extend(collector.traced_runs)
        step.invoke(x)
        return result

    outer = ear("inline")
    await run(RunnableLambda(body, name="body"), door, 1, {"callbacks": [outer], "configurable": {"x": 1}})
    [inner] = found
    assert (inner.name, inner.outputs, len(inner.child_runs)) == ("RunnableSequence", {"output": 3}, 2)
    assert inner.parent_run_id == outer.heard[0].facts["run_id"]
    assert outer.events.count("on_chain_start") == 5


async def test_what_is_around_stays_around():
    seen: list[Any] = []

    async def body(x: int) -> int:
        with heard_by(BaseCallbackHandler()):
            seen.append(get_config())
        return x

    config: Any = {"tags": ["a"], "metadata": {"m": 1}, "configurable": {"x": 1}}
    await RunnableLambda(body).ainvoke(1, config)
    assert {key: seen[0][key] for key in config} == config


class State(TypedDict):
    number: int


@pytest.mark.parametrize("door", COLOURS)
async def test_graphs_and_what_their_nodes_run_are_heard(door: str):
    def node(state: State) -> State:
        return {"number": model.invoke(state["number"])}

    graph = StateGraph(State).add_node("node", node).add_edge(START, "node").compile()
    with get_usage_metadata_callback() as usage, heard_by(ear("inline")) as handler:
        assert await run(graph, door, {"number": 1}) == {"number": 1}
    assert usage.usage_metadata == {"small": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}}
    names = [each.facts.get("name") for each in handler.heard if each.event == "on_chain_start"]
    assert names[-1] == "ask"


@pytest.mark.parametrize("door", COLOURS)
async def test_usage_is_counted(door: str):
    with get_usage_metadata_callback() as usage:
        await run(RunnableParallel(a=model, b=model), door, 1)
        await run(model, door, 1)
    await run(model, door, 1)
    assert usage.usage_metadata == {"small": {"input_tokens": 3, "output_tokens": 6, "total_tokens": 9}}


def test_counting_usage_costs_runs_nothing():
    seen: list[Any] = []
    with get_usage_metadata_callback() as usage:
        RunnableLambda(lambda x, run_manager: seen.append(run_manager)).invoke(1)
        dispatching = RunnableLambda(lambda x: dispatch_custom_event("half", x))
        dispatching.invoke(1)
    (manager,) = seen
    assert manager.handlers == []  # it stands for nobody
    assert usage.usage_metadata == {}


def test_usage_is_counted_whatever_the_name():
    with get_usage_metadata_callback(name="mine") as usage:
        model.invoke(1)
    assert usage.usage_metadata["small"]["total_tokens"] == 3


def test_a_block_that_fails_ends_like_any_other():
    handler = ear("inline")
    with pytest.raises(ZeroDivisionError), heard_by(handler):
        _ = 1 // 0
    assert SCOPE.get() is None
    step.invoke(1)
    assert handler.events == []


def test_nothing_is_left_of_a_block():
    class Handler(AsyncCallbackHandler):
        pass

    def block() -> weakref.ref[Handler]:
        handler = Handler()
        with heard_by(handler), get_usage_metadata_callback(), collect_runs():
            step.invoke(1)
        return weakref.ref(handler)

    block()  # what is made once is made
    assert block()() is None
    assert SCOPE.get() is None


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="counts references")
def test_a_hundred_blocks_leave_as_much_as_one():
    def blocks(count: int) -> int:
        for _ in range(count):
            with get_usage_metadata_callback(), collect_runs():
                step.invoke(1)
        gc.collect()
        return len(gc.get_objects())

    blocks(3)
    before = blocks(1)
    assert blocks(100) - before < 50
