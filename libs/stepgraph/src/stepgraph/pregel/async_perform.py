"""Performing a task on an event loop: the calls and pauses that its program asks for, in the order asked.

Async functions are awaited where they stand; sync ones are called in the engine's threads, in the context of the task.
"""

from __future__ import annotations

import asyncio
import inspect
import random
from collections.abc import Callable, Coroutine
from typing import Any

from stepgraph.errors import NodeCancelledError
from stepgraph.execution.threads import in_thread
from stepgraph.kernel.program import Pause
from stepgraph.kernel.task import Task
from stepgraph.kernel.topology import Action
from stepgraph.pregel.reporting import report_task_async
from stepgraph.pregel.run import Run
from stepgraph.pregel.scope import TaskScope

__all__ = ["call_in_thread", "cancelled_itself", "perform"]


def perform(run: Run, task: Task, scope: TaskScope) -> Coroutine[Any, Any, None]:
    """Run the program of a task in a context of its own: make its calls and its pauses."""
    if run.call is not None and not task.given and not task.node.hidden:
        return report_task_async(run, task, scope, _perform)
    return _perform(run, task, scope)


async def _perform(run: Run, task: Task, scope: TaskScope) -> None:
    scope.enter()
    steps = run.program(task)
    resume: Callable[[Any], Any] = steps.send
    value: Any = None
    try:
        while True:
            request = resume(value)
            resume = steps.send
            if type(request) is Pause:
                await asyncio.sleep(request.seconds + (random.random() if request.jitter else 0))
                scope.renew()
                value = None
                continue
            action, argument = request
            try:
                if action.awaitable is None:
                    value = await call_in_thread(action, argument, scope.injected(action.inject))
                elif action.inject:
                    value = await action.awaitable(argument, **scope.injected(action.inject))
                else:
                    value = await action.awaitable(argument)
            except BaseException as error:
                scope.left = action.awaitable is None and isinstance(error, asyncio.CancelledError)  # it runs on
                resume, value = steps.throw, error
    except StopIteration:
        return


async def call_in_thread(action: Action, argument: Any, keywords: dict[str, Any]) -> Any:
    """Call a sync action in the engine's threads, in a copy of the context that we are in."""
    assert action.sync is not None
    result = await in_thread(action.sync, argument, **keywords)
    return await result if inspect.isawaitable(result) else result


def cancelled_itself(task: Task) -> NodeCancelledError:
    """Return the error for a node that raised `CancelledError` of its own."""
    return NodeCancelledError(
        f"node {task.node.name!r} raised CancelledError although nobody cancelled the run; catch it in the node where "
        "it awaits something that others may cancel"
    )
