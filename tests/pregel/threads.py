"""Threads that tests keep: where they are, nodes that log and ask on them, their state as each colour asks for it."""

from typing import Any

from stepgraph.types import interrupt
from tests.pregel.colours import Colour


def thread(name: str = "1", **configurable: Any) -> dict[str, Any]:
    """Return the config of a thread."""
    return {"configurable": {"thread_id": name, **configurable}}


async def state(colour: Colour, graph: Any, config: Any = None, **options: Any) -> Any:
    """Return what `get_state` or its twin does."""
    config = config or thread()
    return await graph.aget_state(config, **options) if colour.runs_async else graph.get_state(config, **options)


async def history(colour: Colour, graph: Any, config: Any = None, **options: Any) -> list[Any]:
    """Return the snapshots of a thread, the oldest first."""
    config = config or thread()
    if colour.runs_async:
        found = [snapshot async for snapshot in graph.aget_state_history(config, **options)]
    else:
        found = list(graph.get_state_history(config, **options))
    return found[::-1]


async def update(colour: Colour, graph: Any, values: Any, as_node: Any = None, config: Any = None) -> Any:
    """Do what `update_state` or its twin does."""
    config = config or thread()
    if colour.runs_async:
        return await graph.aupdate_state(config, values, as_node)
    return graph.update_state(config, values, as_node)


def told(snapshots: list[Any]) -> list[tuple[Any, ...]]:
    """Return source, step and next of snapshots."""
    return [(snapshot.metadata["source"], snapshot.metadata["step"], snapshot.next) for snapshot in snapshots]


async def pending(colour: Colour, graph: Any) -> dict[Any, str]:
    """Return the ids of the questions that wait, by what they ask."""
    return {question.value: question.id for question in (await state(colour, graph)).interrupts}


def asked(answer: Any) -> list[Any]:
    """Return what a run that paused asks."""
    return [question.value for question in answer["__interrupt__"]]


def named(colour: Colour, name: str, calls: list[str] | None = None) -> tuple[str, Any]:
    """Return a node that logs its name, and notes each call."""

    async def body(state: Any) -> Any:
        if calls is not None:
            calls.append(name)
        return {"log": [name]}

    return name, colour.node(body)


def asking(colour: Colour, *questions: Any, name: str = "ask", calls: list[str] | None = None) -> tuple[str, Any]:
    """Return a node that asks one question after the other and logs the answers."""

    async def body(state: Any) -> Any:
        if calls is not None:
            calls.append(name)
        return {"log": [interrupt(question) for question in questions]}

    return name, colour.node(body)
