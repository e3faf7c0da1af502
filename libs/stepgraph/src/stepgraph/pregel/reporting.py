"""Reporting: what callback handlers are told of a graph's run and of its tasks; nothing of it runs where nobody is.

The run of a graph is a run of a chain, and so is each task in it, under the name of its node. What runs inside a task
finds itself below it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from typing import Any

from stepgraph.channels.base import MISSING
from stepgraph.kernel.task import Task
from stepgraph.pregel.run import Run
from stepgraph.pregel.scope import TaskScope
from stepgraph.runnables.adapted import one
from stepgraph.runnables.call import Call

__all__ = ["report", "report_async", "report_task", "report_task_async"]


def report(run: Run, chunks: Generator[Any, None, None]) -> Generator[Any, None, None]:
    """Yield the chunks of a run and tell handlers how it starts and ends."""
    call = Call(run.graph, run.config, prepared=True)
    call.start(run.entry.input)
    _begin(run, call)
    tapped = call.tapped(chunks)
    try:
        try:
            yield from tapped
        finally:
            chunks.close()
    except GeneratorExit:
        call.end(_output(run))
        raise
    except BaseException as error:
        call.fail(error)
        raise
    call.end(_output(run))


async def report_async(run: Run, chunks: AsyncGenerator[Any, None]) -> AsyncGenerator[Any, None]:
    """See `report`."""
    call = Call(run.graph, run.config, prepared=True)
    await call.start_async(run.entry.input)
    _begin(run, call)
    tapped = call.tapped_async(chunks)
    try:
        try:
            async for chunk in tapped:
                yield chunk
        finally:
            await chunks.aclose()
    except GeneratorExit:
        await call.end_async(_output(run))
        raise
    except BaseException as error:
        await call.fail_async(error)
        raise
    await call.end_async(_output(run))


def report_task(run: Run, task: Task, scope: TaskScope, perform: Callable[[Run, Task, TaskScope], None]) -> None:
    """Perform a task and tell handlers how it starts and ends."""
    call = _call_of(run, task, scope)
    call.start(task.input)
    scope.hear(call.run)
    try:
        perform(run, task, scope)
    except BaseException as error:
        call.fail(error)
        raise
    for _ in call.tapped(iter((task.update,))):  # who listens to streams sees what the node returned
        pass
    call.end(task.update)


async def report_task_async(
    run: Run, task: Task, scope: TaskScope, perform: Callable[[Run, Task, TaskScope], Coroutine[Any, Any, None]]
) -> None:
    """See `report_task`."""
    call = _call_of(run, task, scope)
    await call.start_async(task.input)
    scope.hear(call.run)
    try:
        await perform(run, task, scope)
    except BaseException as error:
        await call.fail_async(error)
        raise
    async for _ in call.tapped_async(one(task.update)):  # who listens to streams sees what the node returned
        pass
    await call.end_async(task.update)


class _Named:
    """A node, as a call wants to see it."""

    run_type = "chain"

    def __init__(self, name: str) -> None:
        self._name = name

    def get_name(self) -> str:
        """Return the node's name."""
        return self._name


def _begin(run: Run, call: Call) -> None:
    """Let the tasks of a run be reported as parts of it."""
    if call.run is not None:
        run.call = call
        run.config = {**run.config, "callbacks": call.run.get_child()}


def _call_of(run: Run, task: Task, scope: TaskScope) -> Call:
    assert run.call is not None
    if task.input is MISSING:
        task.input = run.machine.read_input(task)
    callbacks = run.call.run.get_child(f"graph:step:{run.machine.step}")
    return Call(_Named(task.node.name), {**scope.config, "callbacks": callbacks}, prepared=True)


def _output(run: Run) -> Any:
    return run.graph.read(run.outlook(), run.graph.output_channels)
