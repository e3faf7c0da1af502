"""Whatever completes first, a run gives one result; however it ends, it leaves nothing behind.

`run` raises if at the end of a program a task or an async generator of it has not ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest

from stepgraph.graph import START, StateGraph
from tests.properties.busy_graph import FIRST_ROUND, ROUNDS, Boom, Text, Trace, busy_graph, pause
from tests.properties.effort import SEEDS, TIMEOUT
from tests.properties.shuffled_loop import run

pytestmark = pytest.mark.timeout(TIMEOUT)

INPUT = {"log": ["input"]}


async def streamed(graph: Any, mode: Any = "values", config: Any = None, *, into: list[Any] | None = None) -> list[Any]:
    """The chunks of a run; `into` has them where it fails."""
    shown = [] if into is None else into
    async with aclosing(graph.astream(INPUT, config, stream_mode=mode)) as chunks:
        async for chunk in chunks:
            shown.append(chunk)
    return shown


@pytest.mark.parametrize(
    ("config", "seeds"),
    [({}, SEEDS), ({"max_concurrency": 3}, SEEDS // 10)],
    ids=["unbounded", "bounded"],
)
def test_every_schedule_gives_the_same_values(config: dict[str, Any], seeds: int) -> None:
    trace = Trace()
    graph = busy_graph(trace)
    expected = run(streamed(graph, config=config))
    assert expected[3]["text"] == FIRST_ROUND
    assert len(expected) == 1 + 3 * ROUNDS

    orders = set()
    for seed in range(seeds):
        trace.clear()
        assert run(streamed(graph, config=config), seed) == expected, f"seed {seed}"
        orders.add(tuple(trace.finished))
    assert len(orders) > 0.99 * seeds  # the schedules did differ


@pytest.mark.parametrize("bound", [None, 2])
@pytest.mark.parametrize("failing", ["side3", "in2", "work"])
def test_a_failure_gives_the_same_error_and_no_writes_in_every_schedule(failing: str, bound: int | None) -> None:
    trace = Trace()
    whole, graph = run(streamed(busy_graph(trace))), busy_graph(trace, failing=failing)
    cancelled = 0

    for seed in range(SEEDS // 8):
        trace.clear()
        shown: list[Any] = []
        with pytest.raises(Boom):
            run(streamed(graph, config={"max_concurrency": bound}, into=shown), seed)
        assert shown == whole[:2], f"seed {seed}"
        assert not trace.unended(), f"seed {seed}"
        cancelled += len(trace.cancelled)
    assert cancelled > SEEDS // 16  # failures did meet siblings that ran


@pytest.mark.parametrize("bound", [None, 1, 2])
def test_the_error_of_a_sub_graph_comes_at_once(bound: int | None) -> None:
    raised: list[float] = []

    async def fail(state: Text) -> None:
        raised.append(asyncio.get_running_loop().time())
        raise Boom

    async def nap(state: Text) -> None:
        await asyncio.sleep(1)

    async def sleep(state: Text) -> None:
        await asyncio.sleep(1000)

    graph = StateGraph(Text)
    for name, *steps in (("napper", nap, nap, sleep), ("sleeper", nap, sleep), ("failing", nap, fail)):
        inner = StateGraph(Text).add_sequence([(f"{step.__name__}{i}", step) for i, step in enumerate(steps)])
        graph.add_node(name, inner.add_edge(START, "nap0").compile())
        graph.add_edge(START, name)
    compiled = graph.compile()

    async def time_of_the_error() -> float:
        with pytest.raises(Boom):
            await compiled.ainvoke(INPUT, {"max_concurrency": bound})
        return asyncio.get_running_loop().time()

    for seed in range(100):
        assert run(time_of_the_error(), seed) == raised.pop(), f"seed {seed}"


async def read_slowly(graph: Any) -> None:
    async with aclosing(graph.astream(INPUT, stream_mode="updates")) as chunks:
        async for _ in chunks:
            await pause()


DOORS: dict[str, Callable[[Any], Awaitable[Any]]] = {
    "ainvoke": lambda graph: graph.ainvoke(INPUT),
    "ainvoke bounded": lambda graph: graph.ainvoke(INPUT, {"max_concurrency": 2}),
    "astream": streamed,
    "astream slow consumer": read_slowly,
    "astream live": lambda graph: streamed(graph, ["updates", "custom", "tasks"]),
}


@pytest.mark.parametrize("moments", [(0,), (0, 2, 5)], ids=["once", "thrice"])
@pytest.mark.parametrize("door", DOORS)
def test_a_run_may_be_cancelled_at_every_step(door: str, moments: tuple[int, ...]) -> None:
    """Cancels a run before its first, second, … callback, until one is over before that."""
    trace = Trace()
    graph = busy_graph(trace)

    async def cancel_at(step: int) -> bool:
        loop: Any = asyncio.get_running_loop()
        task = asyncio.ensure_future(DOORS[door](graph))
        steps = {loop.steps + step + moment for moment in moments}
        accepted = []
        loop.on_step = lambda now: now in steps and accepted.append(task.cancel())
        await asyncio.wait([task])
        assert task.cancelled() == any(accepted)
        return task.cancelled()

    step = 1
    while run(cancel_at(step), seed=step):
        assert not trace.unended(), f"step {step}"
        trace.clear()
        step += 1
    assert step > 300


@pytest.mark.parametrize("mode", ["values", "updates", ["updates", "custom"]])
def test_a_consumer_may_leave_after_every_chunk(mode: Any) -> None:
    trace = Trace()
    graph = busy_graph(trace)

    async def leave_after(count: int) -> bool:
        async with aclosing(graph.astream(INPUT, stream_mode=mode)) as chunks:
            async for _ in chunks:
                count -= 1
                if count == 0:
                    return True
        return False

    count = 1
    while run(leave_after(count), seed=count):
        assert not trace.unended(), f"chunk {count}"
        trace.clear()
        count += 1
    assert count > 3 * ROUNDS
