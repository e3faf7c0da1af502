"""Faults of runnables that were met once, each as the program that showed it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
import uuid
from typing import Any, get_type_hints

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler, dispatch_custom_event
from stepgraph.execution import pool_size, set_pool_size
from stepgraph.graph import START, StateGraph
from stepgraph.runnables import (
    Runnable,
    RunnableConfig,
    RunnableGenerator,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
    RunnablePick,
)
from stepgraph.runnables.foreign import ForeignRunnable

pytestmark = pytest.mark.timeout(60)


class State(TypedDict, total=False):
    x: int


class Heard(BaseCallbackHandler):
    run_inline = True

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def on_chain_start(self, *_: Any, name: Any = None, tags: Any = None, **facts: Any) -> None:
        self.seen.append((name, tags, facts["metadata"], facts["run_id"]))


def one_node(function: Any, name: str | None = None) -> Any:
    return StateGraph(State).add_node("node", function).add_edge(START, "node").compile(name=name)


@pytest.fixture
def one_thread() -> Any:
    before = pool_size()
    set_pool_size(1)
    yield
    set_pool_size(before)


async def test_a_sub_graph_has_a_run_of_its_own():
    async def node(state: State) -> State:
        return {"x": 2}

    outer = one_node(one_node(node, "inner"), "outer")
    events = [event async for event in outer.astream_events({"x": 1})]
    ended = [event["name"] for event in events if event["event"] == "on_chain_end"]
    assert ended == ["node", "inner", "node", "outer"]
    assert all(event["run_id"] not in event["parent_ids"] for event in events)


@pytest.mark.parametrize("again", ["retry", "fallbacks"])
async def test_an_input_that_breaks_is_no_failure_of_who_reads_it(again: str):
    def source(_: Any) -> Any:
        yield "a"
        raise ValueError("the source broke")

    upper = RunnableLambda(str.upper, run_inline=True)
    step = upper.with_retry(wait_exponential_jitter=False) if again == "retry" else upper.with_fallbacks([upper])
    chain = RunnableLambda(source) | step
    with pytest.raises(ValueError, match="the source broke"):
        list(chain.stream("x"))
    with pytest.raises(ValueError, match="the source broke"):
        [chunk async for chunk in chain.astream("x")]


def test_a_parallel_is_left_while_a_thread_reads_its_input():
    closed = threading.Event()

    def source(_: Any) -> Any:
        try:
            yield "a"
            time.sleep(0.1)
            yield "b"
        finally:
            closed.set()

    def fails(chunks: Any) -> Any:
        for _ in chunks:
            raise KeyError("the cause")
        yield 1

    with pytest.raises(KeyError, match="the cause"):
        list(
            (RunnableLambda(source) | RunnableParallel(p=RunnablePassthrough(), q=RunnableGenerator(fails))).stream("x")
        )
    assert closed.wait(5)
    closed.clear()
    stream: Any = (RunnableLambda(source) | RunnableParallel(p=RunnablePassthrough(), q=RunnablePassthrough())).stream(
        1
    )
    next(stream)
    stream.close()
    assert closed.wait(5)


async def test_a_heard_stream_lends_the_slot_of_its_branch():
    low = RunnableLambda(str.lower)

    async def twice(text: str) -> Any:
        return await low.abatch([text, text])

    made = RunnableParallel(a=RunnableLambda(twice))
    config = {"max_concurrency": 1, "callbacks": [Heard()]}
    assert [chunk async for chunk in made.astream("X", config)] == [{"a": ["x", "x"]}]


@pytest.mark.parametrize("kind", ["parallel", "graph"])
async def test_sync_code_on_a_loop_goes_on_in_its_slot(kind: str):
    parallel = RunnableParallel(a=RunnableLambda(str.upper), b=RunnableLambda(str.lower))
    graph = one_node(lambda state: {"x": 1})

    async def runs(text: str) -> Any:
        await asyncio.sleep(0)
        return list(parallel.stream(text)) if kind == "parallel" else graph.invoke({"x": 0})

    expected = [{"a": "X"}, {"b": "x"}] if kind == "parallel" else {"x": 1}
    assert await RunnableLambda(runs).abatch(["x", "x"], {"max_concurrency": 1}) == [expected, expected]


def test_a_loop_over_what_is_completed_may_run_more():
    inner, other = RunnableLambda(lambda x: x), RunnableLambda(str.lower)

    def more(_: Any) -> Any:
        return sorted(other.batch([result])[0] for _, result in inner.batch_as_completed(["A", "B", "C"]))

    assert RunnableLambda(more).batch(["x"], {"max_concurrency": 1}) == [["a", "b", "c"]]


def test_parallels_in_a_row_need_one_thread(one_thread: Any):
    made = RunnableParallel(a=str.upper, b=str.lower) | RunnableParallel(c=RunnablePick("a"), d=RunnablePick("b"))
    assert sorted(map(str, made.stream("x"))) == ["{'c': 'X'}", "{'d': 'x'}"]


def test_an_item_has_its_tags_and_its_name_once_whatever_bounds_it():
    class Mine(Runnable[Any, Any]):
        def invoke(self, input: Any, config: Any = None, **_: Any) -> Any:
            return inner.invoke(inner.invoke(input))

    inner = RunnableLambda(lambda x: x, name="inner")
    outer = RunnableLambda(lambda _: inner.batch([1], {"tags": ["item"], "metadata": {"m": 1}}), name="outer")
    heard = Heard()
    outer.invoke(1, {"callbacks": [heard], "max_concurrency": 2})
    assert [seen[:3] for seen in heard.seen] == [("outer", [], {}), ("inner", ["item"], {"m": 1})]
    heard = Heard()
    config: Any = {"run_name": "item", "run_id": uuid.uuid4(), "callbacks": [heard], "max_concurrency": 2}
    Mine().batch([1], config)
    assert [seen[0] for seen in heard.seen] == ["inner", "inner"]
    assert len({seen[3] for seen in heard.seen}) == 2


@pytest.mark.parametrize("kind", ["batch", "parallel"])
async def test_a_limit_inside_a_limit_is_what_it_says(kind: str):
    now = most = 0

    async def work(_: Any) -> None:
        nonlocal now, most
        now, most = now + 1, max(most, now + 1)
        await asyncio.sleep(0.01)
        now -= 1

    inner, parallel = RunnableLambda(work), RunnableParallel(a=work, b=work, c=work)

    async def runs(_: Any) -> Any:
        limit: Any = {"max_concurrency": 1}
        return await (inner.abatch([1, 2, 3], limit) if kind == "batch" else parallel.ainvoke(1, limit))

    await RunnableLambda(runs).abatch([1], {"max_concurrency": 2})
    assert most == 1


@pytest.mark.parametrize("program", ["fails", "is left", "graph"])
async def test_each_start_is_followed_by_an_end(program: str):
    open_runs: set[Any] = set()
    telling = asyncio.Event()

    class Slow(AsyncCallbackHandler):
        async def on_chain_start(self, *_: Any, run_id: Any, **__: Any) -> None:
            open_runs.add(run_id)

        async def _over(self, *_: Any, run_id: Any, **__: Any) -> None:
            telling.set()
            await asyncio.sleep(0.02)
            open_runs.discard(run_id)

        on_chain_end = on_chain_error = _over  # type: ignore[assignment]

    async def fails(_: Any) -> None:
        raise ValueError

    async def chunks(_: Any) -> Any:
        yield 1
        yield 2

    async def node(state: State) -> State:
        return {"x": 2}

    async def leave() -> None:
        stream = RunnableLambda(chunks).astream(1, config)
        await stream.__anext__()
        await stream.aclose()

    config: Any = {"callbacks": [Slow()]}
    programs = {"fails": RunnableLambda(fails).ainvoke, "is left": None, "graph": one_node(node).ainvoke}
    run = programs[program]
    task = asyncio.ensure_future(leave() if run is None else run({"x": 1}, config))
    await telling.wait()
    task.cancel()
    await asyncio.wait([task])
    assert open_runs == set()


async def test_what_a_stream_reads_is_closed_before_it_is_left():
    class Tap(BaseCallbackHandler):
        async def tap_output_aiter(self, run_id: Any, chunks: Any) -> Any:
            async for chunk in chunks:
                yield chunk

        def tap_output_iter(self, run_id: Any, chunks: Any) -> Any:
            yield from chunks

    closed: list[int] = []

    async def source(_: Any) -> Any:
        try:
            yield "a"
            yield "b"
        finally:
            await asyncio.sleep(0)
            closed.append(1)

    async def bad(chunks: Any) -> Any:
        try:
            async for chunk in chunks:
                yield chunk
        finally:
            raise ValueError("in cleanup")

    class Foreign:
        def invoke(self, x: Any, config: Any = None) -> Any:
            return x

        def astream(self, x: Any, config: Any = None) -> Any:
            return source(x)

    programs: list[tuple[Any, Any]] = [
        (ForeignRunnable(Foreign()), None),
        (RunnableLambda(source), {"callbacks": [Tap()]}),
        (RunnableLambda(source) | RunnableGenerator(bad), None),
    ]
    for number, (runnable, config) in enumerate(programs, start=1):
        stream = runnable.astream("x", config)
        await stream.__anext__()
        try:
            await stream.aclose()
        except ValueError:
            assert number == 3
        assert len(closed) == number


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # of Python 3.12 and later: that there are threads is the point
def test_a_child_of_the_process_has_threads_of_its_own():
    runnable = RunnableLambda(str.upper)
    runnable.batch(["a", "b"])
    child = os.fork()
    if child == 0:
        os._exit(0 if runnable.batch(["a", "b"]) == ["A", "B"] else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_what_a_function_writes_to_its_config_stays_there():
    def writes(x: Any, config: Any) -> Any:
        config["configurable"]["leak"] = 1
        config["tags"].append("leak")
        return x

    given: Any = {"configurable": {"a": 1}, "tags": []}
    chain = RunnableLambda(writes) | RunnableLambda(lambda _, config: config)
    assert chain.invoke(1, given)["configurable"] == {"a": 1}
    assert given == {"configurable": {"a": 1}, "tags": []}


async def test_a_handler_that_raises_at_the_end_hears_of_no_error():
    class Raises(BaseCallbackHandler):
        run_inline = raise_error = True
        events: list[str]

        def on_chain_end(self, *_: Any, **__: Any) -> None:
            self.events.append("end")
            raise ValueError("no")

        def on_chain_error(self, *_: Any, **__: Any) -> None:
            self.events.append("error")

    async def collected(stream: Any) -> None:
        [chunk async for chunk in stream]

    runnable = RunnableLambda(lambda x: x)
    for door in ("invoke", "ainvoke", "stream", "astream"):
        handler = Raises()
        handler.events = []
        config = {"callbacks": [handler]}
        if door in ("invoke", "stream"):
            call: Any = runnable.invoke if door == "invoke" else lambda *given: list(runnable.stream(*given))
            with pytest.raises(ValueError, match="no"):
                call(1, config)
        else:
            awaitable = runnable.ainvoke(1, config) if door == "ainvoke" else collected(runnable.astream(1, config))
            with pytest.raises(ValueError, match="no"):
                await awaitable
        assert handler.events == ["end"]


def test_an_event_has_the_tags_of_its_run_though_nobody_hears_of_runs():
    class Deaf(BaseCallbackHandler):
        ignore_chain = True
        seen: Any = None

        def on_custom_event(self, name: str, data: Any, *, tags: Any = None, metadata: Any = None, **_: Any) -> None:
            self.seen = (tags, metadata)

    deaf = Deaf()
    runnable = RunnableLambda(lambda x: dispatch_custom_event("half", x))
    runnable.invoke(1, {"callbacks": [deaf], "tags": ["t"], "metadata": {"m": 1}})
    assert deaf.seen == (["t"], {"m": 1})


async def test_iterators_that_cannot_be_closed_are_left_as_they_are():
    class Twice:
        count = 0

        def __aiter__(self) -> Any:
            return self

        async def __anext__(self) -> int:
            self.count += 1
            if self.count > 2:
                raise StopAsyncIteration
            return self.count

    class Mine(Runnable[Any, Any]):
        def invoke(self, input: Any, config: Any = None, **_: Any) -> Any:
            return 1

        def astream(self, input: Any, config: Any = None, **_: Any) -> Any:
            return Twice()

    for runnable in (Mine(), RunnablePassthrough() | Mine(), Mine().with_retry(), Mine().with_fallbacks([Mine()])):
        assert [chunk async for chunk in runnable.astream(1)] == [1, 2]


def test_arguments_of_a_call_are_none_of_a_branchs_business():
    made = {"a": lambda x: x, "b": RunnablePassthrough()} | RunnableLambda(lambda pair: pair)
    assert made.bind(stop=["."]).invoke(1) == {"a": 1, "b": 1}
    assert RunnablePassthrough.assign(n=lambda _: 1).invoke({}, stop=1) == {"n": 1}


def test_a_generator_gets_its_config_by_name():
    def shout(chunks: Any, config: Any) -> Any:
        for chunk in chunks:
            yield chunk.upper() + config["tags"][0]

    assert list(RunnableGenerator(shout).stream("a", {"tags": ["!"]})) == ["A!"]


async def test_a_run_manager_is_there_though_nobody_listens():
    def sync(x: Any, run_manager: Any) -> Any:
        return RunnableLambda(str).invoke(x, {"callbacks": run_manager.get_child()})

    async def native(x: Any, run_manager: Any) -> Any:
        return await RunnableLambda(str).ainvoke(x, {"callbacks": run_manager.get_child()})

    assert RunnableLambda(sync).invoke(1) == "1"
    assert await RunnableLambda(native).ainvoke(1) == "1"


def test_a_config_can_be_read_by_whoever_reads_annotations():
    class Body(BaseModel):
        input: str
        config: RunnableConfig = {}

    assert Body(input="a", config={"tags": ["x"]}).config == {"tags": ["x"]}
    assert "tags" in get_type_hints(RunnableConfig)


def test_what_can_be_configured_is_described_in_a_fresh_process():
    program = """
from stepgraph.runnables import ConfigurableField, RunnableLambda
made = RunnableLambda(len).with_retry().configurable_fields(name=ConfigurableField(id="n"))
print(sorted(made.config_schema().model_json_schema()["$defs"]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
