"""Chunks: what the streams say of a task that starts or ends. Called only for streams that somebody reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from stepgraph.kernel.task import Task
from stepgraph.messages.base import with_id
from stepgraph.pregel.executable import Executable
from stepgraph.pregel.message_stream import messages_in
from stepgraph.pregel.scope import Surroundings, TaskScope
from stepgraph.pregel.stream import Stream

__all__ = ["know_messages", "show_messages", "show_result", "show_start", "update_of"]


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


def show_start(run: Surroundings, task: Task, shown_input: Any) -> None:
    """Show that a task starts."""
    payload: dict[str, Any] = {
        "id": run.id_of(task),
        "name": task.node.name,
        "input": shown_input,
        "triggers": task.triggers,
    }
    metadata = {**(run.config.get("metadata") or {}), **task.node.metadata}
    tags = [*(run.config.get("tags") or ()), *task.node.tags]
    if metadata or tags:
        payload["metadata"] = {**metadata, **({"tags": tags} if tags else {})}
    _put_task(run, "task", payload)


def show_result(run: Surroundings, graph: Executable, task: Task) -> None:
    """Show that a task ended, well or not."""
    result: dict[str, Any] = {}
    for name, value in task.writes:
        if name in graph.stream_keys:
            result.setdefault(name, []).append(value)
    payload: dict[str, Any] = {
        "id": run.id_of(task),
        "name": task.node.name,
        "error": task.error,
        "result": {name: values[0] if len(values) == 1 else {"$writes": values} for name, values in result.items()},
        "interrupts": [],
    }
    _put_task(run, "task_result", payload)


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
        now = datetime.now(timezone.utc).isoformat()
        for put in run.stream.debug:
            put({"step": run.machine.step, "timestamp": now, "type": kind, "payload": payload})
