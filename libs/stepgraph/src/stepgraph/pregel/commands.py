"""commands: what a `Command` writes to a thread that waits, kept beside its checkpoint until the next one has it."""

from __future__ import annotations

from typing import Any, Final

from stepgraph.checkpoint.base import TaskWrites
from stepgraph.kernel.program import write
from stepgraph.kernel.task import Task
from stepgraph.pregel.restoring import apply_command
from stepgraph.pregel.run_state import RunState
from stepgraph.pregel.saves import PutWrites
from stepgraph.types import Command

__all__ = ["COMMAND", "write_command"]

COMMAND: Final = "0" * 32
"""Stands for the caller among the tasks that have pending writes."""


def write_command(run: RunState, command: Command[Any]) -> None:
    """Apply what the caller's `Command` writes, on top of what earlier ones wrote at this checkpoint."""
    journal, topology = run.journal, run.graph.topology
    assert journal is not None
    caller = Task(topology.command, (), ())
    if command.update is not None or command.goto != ():
        write(caller, Command(update=command.update, goto=command.goto))
    earlier = [(name, value) for task, name, value in journal.pending if task == COMMAND]
    caller.writes = [*earlier, *caller.writes]
    if not caller.writes:
        return
    if len(caller.writes) > len(earlier):
        journal.due.append(PutWrites(journal.config, TaskWrites(COMMAND, topology.saved_writes(caller.writes))))
    apply_command(run.machine, caller.writes)
