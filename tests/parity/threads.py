"""Programs on a thread: one scenario, played with the sync and with the async methods of a graph.

A scenario gets a `Thread` and returns what its calls answered. Each colour has a graph and a saver of its own;
an error is an answer like any other, and the calls after it go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tests.parity.canonical import caught_as
from tests.parity.running import one_or_both, outcome
from tests.parity.spoken import Speaker, in_one_order


def in_both_colours(build: Callable[[], Any], play: Callable[[Thread], Any]) -> Any:
    """Return what `play` returns with the sync methods of the graph that `build` returns, and with the async ones."""
    return one_or_both(
        outcome(lambda: play(Thread(build(), coloured=False))),
        outcome(lambda: play(Thread(build(), coloured=True))),
    )


def saver(lg: Any) -> Any:
    """Return a saver in memory."""
    return getattr(lg, "checkpoint.memory").InMemorySaver()


def kept(lg: Any, builder: Any, **options: Any) -> Any:
    """Return a builder's graph, compiled with a saver in memory."""
    return builder.compile(checkpointer=saver(lg), **options)


class Thread:
    """One thread of one graph: what it is asked and what it answers, in words."""

    def __init__(self, graph: Any, coloured: bool, name: Any = "1", speaker: Speaker | None = None) -> None:
        self.graph = graph
        self.name = name
        self._coloured = coloured
        self._speaker = speaker or Speaker()

    def other(self, name: Any, graph: Any = None) -> Thread:
        """Return another thread, or the thread of that name as another graph sees it."""
        return Thread(graph or self.graph, self._coloured, name, self._speaker)

    def config(self, **configurable: Any) -> dict[str, Any]:
        """Return the config of this thread."""
        return {"configurable": {"thread_id": self.name, **configurable}}

    def say(self, value: Any) -> Any:
        """Return a value in words."""
        return self._speaker.say(value)

    def invoke(self, input: Any, config: Any = None, **options: Any) -> Any:
        """Return what a run answers; the questions of tasks side by side are sorted, not in order of completion."""
        return self._answer(lambda: self._invoked(input, config or self.config(), **options))

    def stream(self, input: Any, mode: Any, config: Any = None, side_by_side: bool = False, **options: Any) -> Any:
        """Return the chunks of a run; an error is the last one. Chunks of tasks `side_by_side` are sorted."""
        seen: list[Any] = []
        error = None
        try:
            self._iterate("stream", seen, input, config or self.config(), stream_mode=mode, **options)
        except BaseException as caught:
            error = _told(caught)
        chunks = [self._chunk(chunk, options) for chunk in (in_one_order(seen) if side_by_side else seen)]
        return [*chunks, error] if error else chunks

    def leave_after(self, count: int, input: Any, mode: Any, **options: Any) -> None:
        """Take `count` chunks of a run and close it."""
        if not self._coloured:
            chunks = self.graph.stream(input, self.config(), stream_mode=mode, **options)
            for _ in range(count):
                next(chunks)
            chunks.close()
            return

        async def leave() -> None:
            chunks = self.graph.astream(input, self.config(), stream_mode=mode, **options)
            for _ in range(count):
                await anext(chunks)
            await chunks.aclose()

        asyncio.run(leave())

    def batch(self, inputs: list[Any], configs: list[Any]) -> Any:
        """Return what runs at once answer."""
        return self._answer(lambda: self._call("batch", inputs, configs))

    def state(self, config: Any = None, **options: Any) -> Any:
        """Return all that `get_state` answers."""
        return self._answer(lambda: self.snapshot(config, **options))

    def brief(self, config: Any = None, **options: Any) -> Any:
        """Return what matters of `get_state`."""
        try:
            return self._brief(self.snapshot(config, **options))
        except BaseException as caught:
            return _told(caught)

    def story(self, config: Any = None, **options: Any) -> Any:
        """Return what matters of each checkpoint of `get_state_history`, oldest first."""
        try:
            snapshots = self.snapshots(config, **options)
            return [self._brief(snapshot) for snapshot in reversed(snapshots)]
        except BaseException as caught:
            return _told(caught)

    def update(self, values: Any, as_node: Any = None, config: Any = None, **options: Any) -> Any:
        """Return the config that `update_state` answers."""
        return self._answer(lambda: self.updated(values, as_node, config, **options))

    def bulk(self, supersteps: Any, config: Any = None) -> Any:
        """Return the config that `bulk_update_state` answers."""
        return self._answer(lambda: self._call("bulk_update_state", config or self.config(), supersteps))

    def snapshot(self, config: Any = None, **options: Any) -> Any:
        """Return what `get_state` returns, as it is."""
        return self._call("get_state", config or self.config(), **options)

    def snapshots(self, config: Any = None, **options: Any) -> list[Any]:
        """Return what `get_state_history` yields, as it is: newest first."""
        seen: list[Any] = []
        self._iterate("get_state_history", seen, config or self.config(), **options)
        return seen

    def updated(self, values: Any, as_node: Any = None, config: Any = None, **options: Any) -> Any:
        """Return what `update_state` returns, as it is."""
        return self._call("update_state", config or self.config(), values, as_node, **options)

    def before(self, node: str) -> Any:
        """Return the config of the newest checkpoint that has `node` next."""
        return next(snapshot.config for snapshot in self.snapshots() if node in snapshot.next)

    def asked(self) -> dict[Any, str]:
        """Return the ids of the pending interrupts by what they ask, which must be hashable."""
        return {interrupt.value: interrupt.id for interrupt in self.snapshot().interrupts}

    def _invoked(self, input: Any, config: Any, **options: Any) -> Any:
        answer = self._call("invoke", input, config, **options)
        if isinstance(answer, dict) and "__interrupt__" in answer:
            answer["__interrupt__"] = in_one_order(answer["__interrupt__"])
        return answer

    def _chunk(self, chunk: Any, options: dict[str, Any]) -> Any:
        if not options.get("subgraphs"):
            return self.say(chunk)
        namespace, *rest = chunk
        return {"in": self._speaker.namespace("|".join(namespace)), "chunk": self.say(tuple(rest))}

    def _brief(self, snapshot: Any) -> Any:
        configurable = snapshot.config["configurable"]
        metadata = snapshot.metadata or {}
        said = {"at": self._speaker.label("c", configurable.get("checkpoint_id"))}
        if snapshot.parent_config:
            parent = snapshot.parent_config["configurable"]
            said["after"] = self._speaker.label("c", parent["checkpoint_id"])
        said |= {"source": metadata.get("source"), "step": metadata.get("step"), "values": self.say(snapshot.values)}
        return {**said, "next": list(snapshot.next), "tasks": [self._brief_task(task) for task in snapshot.tasks]}

    def _brief_task(self, task: Any) -> Any:
        said = self.say(task)
        told = {"error": said["error"], "interrupts": said["interrupts"]["tuple"]}
        told |= {"result": said["result"], "state": said["state"]}
        return {"name": task.name, **{key: value for key, value in told.items() if value}}

    def _answer(self, act: Callable[[], Any]) -> Any:
        try:
            return self.say(act())
        except BaseException as caught:
            return _told(caught)

    def _call(self, method: str, *args: Any, **options: Any) -> Any:
        if not self._coloured:
            return getattr(self.graph, method)(*args, **options)

        async def call() -> Any:
            return await getattr(self.graph, f"a{method}")(*args, **options)

        return asyncio.run(call())

    def _iterate(self, method: str, seen: list[Any], *args: Any, **options: Any) -> None:
        if not self._coloured:
            for item in getattr(self.graph, method)(*args, **options):
                seen.append(item)
            return

        async def iterate() -> None:
            async for item in getattr(self.graph, f"a{method}")(*args, **options):
                seen.append(item)

        asyncio.run(iterate())


def _told(error: BaseException) -> Any:
    if isinstance(error, KeyboardInterrupt):
        raise error
    return {"error": caught_as(error)}
