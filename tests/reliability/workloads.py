"""Workloads: the graphs that are struck down, and how somebody who comes back goes on with each.

Every piece of work has a name of its own, which the state holds once it is done. What to do next follows from the
state alone, so a process that knows nothing of those before it can take over at any time.
"""

from __future__ import annotations

import asyncio
import operator
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from typing_extensions import TypedDict

from stepgraph.checkpoint.base import BaseCheckpointSaver
from stepgraph.graph import START, StateGraph, add_messages
from stepgraph.messages import AIMessage
from stepgraph.types import Command, Send, interrupt, step
from tests.reliability.colours import Hand
from tests.reliability.probe import Probe

CONFIG = {"configurable": {"thread_id": "1"}}


class State(TypedDict, total=False):
    log: Annotated[list[str], operator.add]
    messages: Annotated[list[Any], add_messages]
    item: int


def works(update: Any) -> list[str]:
    """Return the works that an update, or a state, says are done."""
    if not isinstance(update, dict):
        return []
    return [*update.get("log", ()), *(message.id for message in update.get("messages", ()))]


class Workload:
    """A graph and how to go on with it.

    Args:
        saver: Where it keeps its threads.
        probe: What its nodes tell.
        hand: In which colour it runs.
        durability: When it saves.
        crashes: Whether the process may end at any point, so that with saves behind the run less may be safe than was
            shown.
    """

    def __init__(
        self, saver: BaseCheckpointSaver, probe: Probe, hand: Hand, durability: str, *, crashes: bool = True
    ) -> None:
        self.saver = saver
        self.crashes = crashes
        self.probe = probe
        self.hand = hand
        self.durability = durability
        self.graph: Any = self.build().compile(checkpointer=saver)

    # What subclasses say.

    def build(self) -> StateGraph[Any, Any, Any, Any]:
        raise NotImplementedError

    async def go_on(self, state: Any) -> None:
        """Do what comes next in a thread that is not done."""
        questions = [question for task in state.tasks for question in task.interrupts]
        if questions:
            self.probe.cross("before an answer")
            await self.read(Command(resume={question.id: "yes" for question in questions}))
        else:
            await self.read(None)

    # What they say it with.

    def node(self, name: str, body: Callable[[Any], Any], work: Callable[[Any], str] | None = None) -> Any:
        """Return a node in the right colour that does a piece of work."""

        def sync_node(state: Any) -> Any:
            named = work(state) if work else name
            self.probe.begin(named)
            update = body(state)
            self.probe.end(named)
            return update

        async def async_node(state: Any) -> Any:
            named = work(state) if work else name
            self.probe.begin(named)
            await asyncio.sleep(0)
            update = body(state)
            update = await update if asyncio.iscoroutine(update) else update
            self.probe.end(named)
            return update

        return async_node if self.hand.is_async else sync_node

    def logs(self, name: str) -> tuple[str, Any]:
        """Return a node that logs its name."""
        return name, self.node(name, lambda _: {"log": [name]})

    async def read(self, given: Any, **settings: Any) -> None:
        """Run the graph and take its chunks one by one."""
        modes = ["updates", "values"]
        chunks = self.hand.each(
            self.graph, "stream", given, CONFIG, stream_mode=modes, durability=self.durability, **settings
        )
        async for mode, chunk in chunks:
            done = works(chunk) if mode == "values" else [work for update in chunk.values() for work in works(update)]
            self.probe.show(done, durable=self.durability == "sync" or not self.crashes)

    async def start(self) -> None:
        await self.read({"log": []})

    async def finish(self) -> Any:
        """Go on with the thread until nothing is left to do, and return its last state."""
        for _ in range(20):
            state = await self.hand.call(self.graph, "get_state", CONFIG)
            if state.created_at is None:
                await self.start()
            elif state.next:
                await self.go_on(state)
            else:
                return state
        raise AssertionError("it does not end")


class Chain(Workload):
    def build(self) -> Any:
        names = "abc"
        return StateGraph(State).add_sequence([self.logs(name) for name in names]).add_edge(START, names[0])


class Sends(Workload):
    def build(self) -> Any:
        def name(state: Any) -> str:
            return f"each-{state['item']}"

        graph = StateGraph(State).add_node("each", self.node("each", lambda state: {"log": [name(state)]}, name))
        graph.add_conditional_edges(START, lambda _: [Send("each", {"item": item}) for item in range(3)], ["each"])
        return graph.add_node(*self.logs("gather")).add_edge("each", "gather")


class Parallel(Workload):
    def build(self) -> Any:
        graph = StateGraph(State)
        for name in "abc":
            graph.add_node(*self.logs(name)).add_edge(START, name)
        return graph.add_node(*self.logs("join")).add_edge(["a", "b", "c"], "join")


class Nested(Workload):
    def build(self) -> Any:
        inner = StateGraph(State).add_sequence([self.logs("x"), self.logs("y")]).add_edge(START, "x").compile()

        def own(state: Any) -> Any:
            return {"log": state["log"][-2:]}

        async def call(state: Any) -> Any:
            return own(await inner.ainvoke({"log": []}))

        called = call if self.hand.is_async else lambda state: own(inner.invoke({"log": []}))
        named = [self.logs("before"), ("sub", called), self.logs("after")]
        return StateGraph(State).add_sequence(named).add_edge(START, "before")


class Talk(Workload):
    def build(self) -> Any:
        def name(state: Any) -> str:
            return f"message-{len(state['messages'])}"

        def talk(state: Any) -> Any:
            return {"messages": [AIMessage(f"number {len(state['messages'])}", id=name(state))]}

        graph = StateGraph(State).add_node("talk", self.node("talk", talk, name)).add_edge(START, "talk")
        return graph.add_conditional_edges("talk", lambda state: "talk" if len(state["messages"]) < 4 else "__end__")


class Ask(Workload):
    """A question beside a node that asks nothing, and one in a graph below."""

    def build(self) -> Any:
        def ask(name: str) -> Any:
            return name, self.node(name, lambda _: {"log": [f"{name}: {interrupt('sure?')}", name]})

        inner = StateGraph(State, output_schema=State).add_sequence([self.logs("in"), ask("ask-in")])
        compiled = inner.add_edge(START, "in").compile()

        async def call(state: Any) -> Any:
            return {"log": (await compiled.ainvoke({"log": []}))["log"]}

        called = call if self.hand.is_async else lambda state: {"log": compiled.invoke({"log": []})["log"]}
        graph = StateGraph(State).add_node(*ask("ask")).add_node(*self.logs("beside")).add_node("sub", called)
        graph.add_edge(START, "ask").add_edge(START, "beside").add_edge("ask", "sub")
        return graph.add_node(*self.logs("last")).add_edge("sub", "last")


class Steps(Workload):
    def build(self) -> Any:
        def pay(key: str) -> Any:
            def pays() -> str:
                self.probe.ledger.write("begun", key)
                self.probe.cross(f"in step {key}")
                return f"{key} done"

            async def pays_later() -> str:
                await asyncio.sleep(0)
                return pays()

            return step(key, pays_later if self.hand.is_async else pays)

        def paid(key: str, told: str) -> str:
            if self.durability == "sync":
                self.probe.ledger.write("shown", key)
            self.probe.cross(f"after step {key}")
            return told

        def both(state: Any) -> Any:
            return {"log": [*(paid(key, pay(key)) for key in ("charge", "notify")), "pay"]}

        async def both_later(state: Any) -> Any:
            return {"log": [*[paid(key, await pay(key)) for key in ("charge", "notify")], "pay"]}

        named = [("pay", self.node("pay", both_later if self.hand.is_async else both)), self.logs("after")]
        return StateGraph(State).add_sequence(named).add_edge(START, "pay")


class Edit(Workload):
    """Stops after the first node, to be edited from outside."""

    def build(self) -> Any:
        return StateGraph(State).add_sequence([self.logs(name) for name in "abc"]).add_edge(START, "a")

    async def start(self) -> None:
        await self.read({"log": []}, interrupt_after=["a"])

    async def go_on(self, state: Any) -> None:
        log = state.values["log"]
        if "a" not in log or "a" in state.next:  # done and kept, but its superstep is still open
            await self.read(None, interrupt_after=["a"])
        elif "edited" not in log:
            self.probe.cross("before update_state")
            await self.hand.call(self.graph, "update_state", CONFIG, {"log": ["edited"]}, as_node="a")
            self.probe.cross("after update_state")
        else:
            await self.read(None)


WORKLOADS: dict[str, type[Workload]] = {
    kind.__name__.lower(): kind for kind in (Chain, Sends, Parallel, Nested, Talk, Ask, Steps, Edit)
}


def history_of(found: Sequence[Any]) -> list[Any]:
    """Return what a thread has been through, the ids and the times left out; the oldest first."""
    return [
        [state.metadata["step"], state.metadata["source"], list(state.next), works(state.values), repr(state.values)]
        for state in reversed(found)
    ]
