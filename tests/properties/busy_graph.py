"""A graph that is as sensitive to the order of events as a graph can be, and a record of its nodes' ends.

Fan-out by Sends and by edges, a barrier over the parallel nodes, sub-graphs called by edge and by
Send, a loop, and reducers that keep the order of what they are given. Every node sleeps for a random
virtual time, several times over.
"""

from __future__ import annotations

import asyncio
import operator
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, TypedDict

from stepgraph.graph import END, START, StateGraph
from stepgraph.types import Command, Send

SENT = range(10)
SIDES = tuple(f"side{n}" for n in range(6))
ROUNDS = 2

FIRST_ROUND = (
    "in1 in2 in3 out "
    "side0 side1 side2 side3 side4 side5 "
    "work0 work1 work2 work3 work4 "
    "in11 in21 in31 out1 in12 in22 in32 out2 "
    "work5 work6 work7 work8 work9 "
    "gather "
)
"""`text` after the first round: nodes by name, each sub-graph in one piece, then Sends in list order."""


class Text(TypedDict, total=False):
    log: Annotated[list[str], operator.add]
    text: Annotated[str, operator.add]


class State(Text, total=False):
    rounds: Annotated[int, operator.add]


class Inner(Text, total=False):
    number: int


class Boom(Exception):
    """What the failing node raises."""


@dataclass
class Trace:
    """Which nodes started, and how each of them ended; in the order of time."""

    started: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        self.started.append(name)
        try:
            yield
        except asyncio.CancelledError:
            self.cancelled.append(name)
            raise
        except Boom:
            self.failed.append(name)
            raise
        self.finished.append(name)

    def unended(self) -> Counter[str]:
        """Nodes that heard neither of an end of their own nor of a cancellation."""
        return Counter(self.started) - Counter(self.finished + self.cancelled + self.failed)

    def clear(self) -> None:
        for names in (self.started, self.finished, self.cancelled, self.failed):
            names.clear()


async def pause() -> None:
    """Sleep for 0 to 3 virtual seconds, so that ties are common."""
    await asyncio.sleep(asyncio.get_running_loop().random.randrange(4))  # type: ignore[attr-defined]


async def numbers(count: int) -> AsyncIterator[int]:
    for number in range(count):
        await pause()
        yield number


def busy_graph(trace: Trace, *, failing: str = "") -> Any:
    """The compiled graph; the node called `failing` raises `Boom` after a pause."""

    def node(name: str) -> Callable[..., Awaitable[Text]]:
        async def act(state: dict[str, Any]) -> Text:
            with trace.of(name):
                try:
                    await pause()
                    if name == failing:
                        raise Boom(name)
                    async for _ in numbers(2):
                        pass
                finally:
                    await pause()  # cleaning up takes time, and is waited for
            word = f"{name}{state.get('number', '')}"
            return {"log": [word], "text": f"{word} "}

        return act

    async def begin(state: State) -> Command:
        with trace.of("begin"):
            await pause()
        work = [Send("work", {"number": number}) for number in SENT]
        nested = [Send("nested", {"number": number, "log": [f"given{number}"]}) for number in (1, 2)]
        return Command(update={"rounds": 1}, goto=[*work[:5], *nested, *work[5:]])

    async def again(state: State) -> str:
        await pause()
        return "begin" if state["rounds"] < ROUNDS else END

    inner = StateGraph(Inner)
    for name in ("in1", "in2", "in3"):
        inner.add_node(name, node(name))
        inner.add_edge(START, name)
    inner.add_node("out", node("out"))
    inner.add_edge(["in1", "in2", "in3"], "out")

    graph = StateGraph(State)
    graph.add_node("begin", begin, destinations=("work", "nested"))
    graph.add_edge(START, "begin")
    graph.add_node("work", node("work"))
    graph.add_node("nested", inner.compile())
    graph.add_edge("begin", "nested")
    for name in SIDES:
        graph.add_node(name, node(name))
        graph.add_edge("begin", name)
    graph.add_node("gather", node("gather"))
    graph.add_edge(list(SIDES), "gather")
    graph.add_conditional_edges("gather", again, ["begin", END])
    return graph.compile()
