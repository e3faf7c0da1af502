"""Chunks: what the streams say of a task that starts or ends. Called only for streams that somebody reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any

from stepgraph.checkpoint.base import INTERRUPT, config_of
from stepgraph.config import RunnableConfig
from stepgraph.kernel.task import Status, Task
from stepgraph.messages.likeness import with_id
from stepgraph.pregel.executable import Executable
from stepgraph.pregel.message_stream import messages_in
from stepgraph.pregel.namespaces import inner_namespace
from stepgraph.pregel.run_state import RunState
from stepgraph.pregel.scope import Surroundings, TaskScope
from stepgraph.pregel.stream import Stream
from stepgraph.pregel.subgraphs import graph_of

__all__ = [
    "know_messages",
    "show_cached",
    "show_checkpoint",
    "show_end",
    "show_messages",
    "show_pause",
    "show_result",
    "show_start",
    "update_of",
]


def update_of(task: Task, graph: Executable, keys: str | Sequence[str] | None) -> Any:
    """Return what a task wrote, for the `updates` stream of a consumer that asked for `keys`.

    A dict by key; a list of dicts where one key was written twice; the bare value for a single key or a state
    without keys; `None` for nothing.
    """
    wanted = graph.stream_keys if keys is None else {keys} if isinstance(keys, str) else set(keys)
    writes = [(name, value) for name, value in task.writes if name in wanted]
    if not writes:
        return None
    if isinstance(keys, str) or (keys is None and graph.bare_state):
        return writes[0][1] if len(writes) == 1 else [value for _, value in writes]
    update = dict(writes)
    return update if len(update) == len(writes) else [{name: value} for name, value in writes]


def show_start(run: Surroundings, task: Task) -> None:
    """Show that a task starts.

    Raises:
        Exception: Its node's schema cannot be made of the state.
    """
    if task.node.hidden:
        return
    payload: dict[str, Any] = {
        "id": run.id_of(task),
        "name": task.node.name,
        "input": run.machine.read_input(task),  # the consumer's own: the node may edit what it is given
        "triggers": task.triggers,
    }
    metadata = {**(run.config.get("metadata") or {}), **task.node.metadata}
    tags = [*(run.config.get("tags") or ()), *task.node.tags]
    if metadata or tags:
        payload["metadata"] = {**metadata, **({"tags": tags} if tags else {})}
    _put_task(run, "task", payload)


def show_end(run: RunState, task: Task) -> None:
    """Show what a task did that ended well."""
    stream = run.stream
    if task.node.hidden:
        return
    if stream.messages:
        show_messages(run, task)
    for put, keys in stream.updates if not task.parents else ():
        put({task.node.name: update_of(task, run.graph, keys)})
    if stream.tasks or stream.debug:
        show_result(run, task)


def show_cached(run: RunState, task: Task) -> None:
    """Show what a task wrote that was not performed now."""
    for put, keys in run.stream.updates if not task.node.hidden else ():
        put({task.node.name: update_of(task, run.graph, keys), "__metadata__": {"cached": True}})


def show_result(run: RunState, task: Task) -> None:
    """Show that a task ended, well or not."""
    graph = run.graph
    result: dict[str, Any] = {}
    for name, value in task.writes:
        if name in graph.stream_keys:
            result.setdefault(name, []).append(value)
    payload: dict[str, Any] = {
        "id": run.id_of(task),
        "name": task.node.name,
        "error": task.error,
        "result": {name: values[0] if len(values) == 1 else {"$writes": values} for name, values in result.items()},
        "interrupts": [asdict(question) for question in task.asked],
    }
    _put_task(run, "task_result", payload)


def show_pause(run: RunState, tasks: Sequence[Task], ahead: Mapping[str, Any]) -> None:
    """Show what a paused run waits for, or that it stands at a breakpoint.

    Args:
        run: The run.
        tasks: Those of its superstep.
        ahead: The state as it will be with what the tasks that are done wrote.
    """
    stream, graph = run.stream, run.graph
    asking = [task for task in tasks if task.asked and not task.settled]
    for task in asking:
        for put, _ in stream.updates:
            put({INTERRUPT: task.asked})
        for put, keys in stream.values:
            state = graph.read(run.machine.memory.view, keys)
            put({**state, INTERRUPT: task.asked} if isinstance(state, dict) else {INTERRUPT: task.asked})
        if stream.tasks or stream.debug:
            show_result(run, task)
    for put, _ in stream.updates if not asking and run.parent is None else ():
        put({INTERRUPT: ()})
    for put, keys in stream.values if ahead is not run.machine.memory.view else ():
        put(graph.read(ahead, keys))


def show_checkpoint(run: RunState, tasks: Sequence[Task]) -> None:
    """Show the state between two supersteps, and what runs next."""
    journal = run.journal
    assert journal is not None
    place = {key: value for key, value in (run.config.get("configurable") or {}).items() if not key.startswith("__")}
    metadata = dict(journal.metadata)
    parent = journal.parent_config
    fresh = journal.found is None or journal.found.checkpoint["id"] != journal.checkpoint_id
    payload: dict[str, Any] = {
        "config": {"configurable": {**place, **journal.config["configurable"]}},
        "parent_config": {"configurable": {**place, **parent["configurable"]}} if parent and fresh else parent,
        "values": run.graph.read(run.machine.memory.view),
        "metadata": {key: metadata[key] for key in ("source", "step", "parents") if key in metadata},
        "next": [task.node.name for task in tasks],
        "tasks": [_upcoming(run, task) for task in tasks],
    }
    for put in run.stream.checkpoints:
        put(payload)
    if run.stream.debug:
        _put_debug(run, "checkpoint", payload, int(journal.metadata.get("step", 0)))


def _upcoming(run: RunState, task: Task) -> dict[str, Any]:
    """Return what is known of a task before it runs."""
    known: dict[str, Any] = {"id": run.id_of(task), "name": task.node.name, "state": _inner_place(run, task)}
    if task.error is not None:
        return {**known, "error": repr(task.error)}
    if task.status is Status.DONE:
        known["result"] = update_of(task, run.graph, None)
    return {**known, "interrupts": task.asked}


def _inner_place(run: RunState, task: Task) -> RunnableConfig | None:
    """Return the config of the state of the sub-graph that a task runs, `None` where it runs none."""
    inner = None if task.given else graph_of(task.node.action)
    if inner is None or inner.checkpointer is False or run.journal is None:
        return None
    run.id_of(task)
    return config_of(run.journal.thread_id, inner_namespace(run.journal.namespace, task), None)


def show_messages(run: Surroundings, task: Task) -> None:
    """Show the messages that a task wrote and that were not shown while it ran."""
    facts: dict[str, Any] | None = None
    for _, value in task.writes:
        for message in messages_in(value):
            if getattr(message, "type", "") == "remove":
                continue
            identity = with_id(message)
            for put, seen in run.stream.messages:
                if identity not in seen:
                    seen.add(identity)
                    facts = facts or TaskScope(run, task).facts()
                    put((message, dict(facts)))


def know_messages(stream: Stream, state: Mapping[str, Any]) -> None:
    """Remember the messages that a run starts with, which are not news to anyone."""
    for value in state.values():
        for message in messages_in(value):
            if message.id is not None:
                for _, seen in stream.messages:
                    seen.add(str(message.id))


def _put_task(run: Surroundings, kind: str, payload: dict[str, Any]) -> None:
    for put in run.stream.tasks:
        put(payload)
    if run.stream.debug:
        _put_debug(run, kind, payload, run.machine.step)


def _put_debug(run: Surroundings, kind: str, payload: dict[str, Any], step: int) -> None:
    now = datetime.now(timezone.utc).isoformat()
    for put in run.stream.debug:
        put({"step": step, "timestamp": now, "type": kind, "payload": payload})
