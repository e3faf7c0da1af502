"""Performing a task in the thread that we are in: the calls and pauses that its program asks for, in that order."""

from __future__ import annotations

import inspect
import random
import time
from collections.abc import Callable
from typing import Any

from stepgraph.kernel.program import Pause
from stepgraph.kernel.task import Task
from stepgraph.kernel.topology import Action
from stepgraph.pregel.reporting import report_task
from stepgraph.pregel.run import Run
from stepgraph.pregel.scope import TaskScope

__all__ = ["perform"]


def perform(run: Run, task: Task, scope: TaskScope) -> None:
    """Run the program of a task in a context of its own: make its calls and its pauses."""
    if run.call is not None and not task.given and not task.node.hidden:
        report_task(run, task, scope, _perform)
    else:
        _perform(run, task, scope)


def _perform(run: Run, task: Task, scope: TaskScope) -> None:
    scope.enter()
    steps = run.program(task)
    resume: Callable[[Any], Any] = steps.send
    value: Any = None
    try:
        while True:
            request = resume(value)
            resume = steps.send
            if type(request) is Pause:
                time.sleep(request.seconds + (random.random() if request.jitter else 0))
                scope.renew()
                value = None
                continue
            action, argument = request
            try:
                value = _call(action, argument, scope)
            except BaseException as error:
                resume, value = steps.throw, error
    except StopIteration:
        return


def _call(action: Action, argument: Any, scope: TaskScope) -> Any:
    if action.sync is None:
        raise TypeError(
            f"{action.name!r} is async and this run is not; call ainvoke() or astream() instead of invoke() or "
            "stream(), or give a sync function"
        )
    value = action.sync(argument, **scope.injected(action.inject)) if action.inject else action.sync(argument)
    if type(value) is not dict and inspect.iscoroutine(value):
        value.close()
        raise TypeError(
            f"{action.name!r} returned a coroutine and this run is not async; call ainvoke() or astream() instead of "
            "invoke() or stream()"
        )
    return value
