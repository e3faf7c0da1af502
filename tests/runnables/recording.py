"""Handlers that keep what they heard: sync ones for threads or the loop, and async ones."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler


@dataclass
class HeardRun:
    """A run as a handler saw it."""

    id: UUID
    name: str
    parent: UUID | None
    tags: list[str]
    metadata: dict[str, Any]
    inputs: Any
    outputs: Any = None
    error: BaseException | None = None
    ends: int = 0


@dataclass
class Heard:
    """All that was heard, in order."""

    runs: dict[UUID, HeardRun] = field(default_factory=dict)
    events: list[tuple[str, str]] = field(default_factory=list)

    def started(self, inputs: Any, *, run_id: UUID, parent_run_id: UUID | None, name: str, **facts: Any) -> None:
        assert run_id not in self.runs, f"{name} started twice"
        self.runs[run_id] = HeardRun(run_id, name, parent_run_id, facts["tags"], facts["metadata"], inputs)
        self.events.append(("start", name))

    def ended(self, outputs: Any, *, run_id: UUID, **_: Any) -> None:
        run = self.runs[run_id]
        run.outputs, run.ends = outputs, run.ends + 1
        self.events.append(("end", run.name))

    def failed(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        run = self.runs[run_id]
        run.error, run.ends = error, run.ends + 1
        self.events.append(("error", run.name))

    # What became of it.

    @property
    def roots(self) -> list[HeardRun]:
        return [run for run in self.runs.values() if run.parent is None]

    @property
    def names(self) -> list[str]:
        return [run.name for run in self.runs.values()]

    def run(self, name: str) -> HeardRun:
        (found,) = (run for run in self.runs.values() if run.name == name)
        return found

    def below(self, run: HeardRun) -> list[HeardRun]:
        return [each for each in self.runs.values() if each.parent == run.id]

    def check(self) -> None:
        """Every run has ended once, and what it says is above it was there."""
        assert [(run.name, run.ends) for run in self.runs.values() if run.ends != 1] == []
        assert all(run.parent is None or run.parent in self.runs for run in self.runs.values())


class Recorder(BaseCallbackHandler):
    """A sync handler; an exception of its own ends the run."""

    raise_error = True

    def __init__(self, *, inline: bool = False) -> None:
        self.heard = Heard()
        self.run_inline = inline

    def on_chain_start(self, serialized, inputs, **facts):
        self.heard.started(inputs, **facts)

    def on_chain_end(self, outputs, **facts):
        self.heard.ended(outputs, **facts)

    def on_chain_error(self, error, **facts):
        self.heard.failed(error, **facts)


class AsyncRecorder(AsyncCallbackHandler):
    """An async handler; an exception of its own ends the run."""

    raise_error = True

    def __init__(self) -> None:
        self.heard = Heard()

    async def on_chain_start(self, serialized, inputs, **facts):
        self.heard.started(inputs, **facts)

    async def on_chain_end(self, outputs, **facts):
        self.heard.ended(outputs, **facts)

    async def on_chain_error(self, error, **facts):
        self.heard.failed(error, **facts)


RECORDERS = {"threads": Recorder, "inline": lambda: Recorder(inline=True), "async": AsyncRecorder}
"""A recording handler of each kind."""
