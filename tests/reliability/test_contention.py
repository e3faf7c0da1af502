"""Many runs of one thread at once: no increment that a run reported is lost, and none is there that nobody reported."""

from __future__ import annotations

import asyncio
import operator
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import pytest
from typing_extensions import TypedDict

from stepgraph.checkpoint.base import BaseCheckpointSaver
from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.errors import CheckpointError, ThreadConflictError
from stepgraph.graph import START, StateGraph
from stepgraph.testing import Fault, FaultySaver
from tests.reliability.colours import Hand

RUNS = 10
CONFIG = {"configurable": {"thread_id": "1"}}

OpenSaver = Callable[..., BaseCheckpointSaver]

each_durability = pytest.mark.parametrize("durability", ["sync", "async", "exit"])
each_colour = pytest.mark.parametrize("colour", ["sync", "async"])


class Count(TypedDict):
    count: Annotated[int, operator.add]


@pytest.fixture(params=["memory", "sqlite", "sqlite-each"])
def open_savers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., list[BaseCheckpointSaver]]]:
    """Opens a saver for each run: the same one, or one each, of the same file, as if in processes of their own."""
    opened: list[Any] = []

    def open_all(**settings: Any) -> list[BaseCheckpointSaver]:
        if request.param == "memory":
            return [InMemorySaver(**settings)] * RUNS
        count = RUNS if request.param == "sqlite-each" else 1
        opened.extend(SqliteSaver(tmp_path / "saver.sqlite", **settings) for _ in range(count))
        return opened * (RUNS // count)

    yield open_all
    for saver in opened:
        saver.close()


class Crowd:
    """Runs of one thread, all begun at once.

    Args:
        savers: The saver of each.
        colour: `"sync"` for runs in threads, `"async"` for runs on a loop.
        meet: Whether no node goes on before all have begun.
    """

    def __init__(self, savers: list[BaseCheckpointSaver], colour: str, *, meet: bool = False) -> None:
        self.colour = colour
        self._meet = meet
        self._met = threading.Barrier(RUNS)
        self._arrived = 0
        self._all_here = asyncio.Event()
        node = self._node if colour == "sync" else self._async_node
        graph = StateGraph(Count).add_node("count", node).add_edge(START, "count")
        self.graphs: list[Any] = [graph.compile(checkpointer=saver) for saver in savers]

    def _node(self, state: Count) -> Any:
        if self._meet:
            self._met.wait(60)
        return {"count": 1}

    async def _async_node(self, state: Count) -> Any:
        self._arrived += 1
        if self._arrived == RUNS:
            self._all_here.set()
        if self._meet:
            await self._all_here.wait()
        await asyncio.sleep(0)
        return {"count": 1}

    async def run(self, durability: str) -> list[Any]:
        """Return the results, or the conflicts, of all runs."""
        if self.colour == "async":
            runs = [graph.ainvoke({"count": 0}, CONFIG, durability=durability) for graph in self.graphs]
            return await asyncio.gather(*runs, return_exceptions=True)
        with ThreadPoolExecutor(RUNS) as threads:
            runs = [threads.submit(graph.invoke, {"count": 0}, CONFIG, durability=durability) for graph in self.graphs]
            return [run.exception() or run.result() for run in runs]

    @property
    def count(self) -> int:
        return int(self.graphs[0].get_state(CONFIG).values["count"])


@each_durability
@each_colour
async def test_reject(open_savers: Any, colour: str, durability: str):
    crowd = Crowd(open_savers(), colour)
    results = await crowd.run(durability)
    succeeded = [result for result in results if not isinstance(result, BaseException)]
    assert [result for result in results if not isinstance(result, (dict, ThreadConflictError))] == []
    assert succeeded
    assert crowd.count == len(succeeded)


@each_durability
@each_colour
async def test_reject_where_all_began_at_the_same_head(open_savers: Any, colour: str, durability: str):
    savers = open_savers()
    assert Crowd(savers[:1], "sync").graphs[0].invoke({"count": 0}, CONFIG) == {"count": 1}
    crowd = Crowd(savers, colour, meet=durability == "exit")
    results = await crowd.run(durability)
    succeeded = [result for result in results if not isinstance(result, BaseException)]
    assert [result for result in results if not isinstance(result, (dict, ThreadConflictError))] == []
    if durability == "exit":  # each reads the head before any saves
        assert len(succeeded) == 1
    assert crowd.count == 1 + len(succeeded)


@each_durability
@each_colour
async def test_queue(open_savers: Any, colour: str, durability: str):
    crowd = Crowd(open_savers(on_conflict="queue"), colour)
    results = await crowd.run(durability)
    assert sorted(result["count"] for result in results) == list(range(1, RUNS + 1))
    assert crowd.count == RUNS


@each_durability
@each_colour
async def test_fork(open_savers: Any, colour: str, durability: str):
    crowd = Crowd(open_savers(on_conflict="fork"), colour, meet=True)
    assert await crowd.run(durability) == [{"count": 1}] * RUNS
    past = list(crowd.graphs[0].get_state_history(CONFIG))
    ends = [state for state in past if not state.next]
    assert [state.values for state in ends] == [{"count": 1}] * RUNS
    assert crowd.count == 1


@each_colour
@pytest.mark.parametrize("wrong", ["no-such-checkpoint", None])
async def test_a_run_that_cannot_begin_gives_its_turn_back(open_savers: Any, colour: str, wrong: str | None):
    savers = open_savers(on_conflict="queue")
    saver: BaseCheckpointSaver = FaultySaver(savers[0], Fault(only=("get_tuple",))) if wrong is None else savers[0]
    graph = Crowd([saver], colour).graphs[0]
    config = {"configurable": {**CONFIG["configurable"], **({"checkpoint_id": wrong} if wrong else {})}}
    hand = Hand(colour)
    with pytest.raises(CheckpointError) as failed:
        await hand.call(graph, "invoke", {"count": 0}, config)
    following = Crowd(savers[-1:], colour).graphs[0]
    results: list[Any] = []

    def run() -> None:
        results.append(hand.run(hand.call(following, "invoke", {"count": 0}, CONFIG)))

    thread = threading.Thread(target=run, daemon=True)  # which, if it waits for ever, does so alone
    thread.start()
    await asyncio.to_thread(thread.join, 20)
    assert results == [{"count": 1}]
    del failed  # until here, nothing of the run has been collected
