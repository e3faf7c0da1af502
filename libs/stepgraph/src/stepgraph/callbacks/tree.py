"""Run and RunTree: what handlers hear of runs, put together as a record of each run with those inside it.

A tree keeps the runs that are under way, and no others: a run that has ended is known only to the run above it, and to
whoever was handed it. A run of whose surroundings nothing was heard is the root of a tree of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["Run", "RunTree"]

_Facts: TypeAlias = "dict[str, Any]"

_Way: TypeAlias = "tuple[_Way | None, datetime, UUID]"
"""A run and those above it, without what is in them."""


@dataclass(slots=True, eq=False)
class Run:
    """The record of one run. Inputs, outputs and what they hold are shared with the run, not copied.

    Attributes:
        id: The run.
        name: What it is called.
        run_type: `"chain"`, `"llm"`, `"chat_model"`, `"tool"`, `"retriever"`, or what a runnable says that it is.
        start_time: When it started; a UTC time.
        trace_id: The run at the root.
        parent_run_id: The run above.
        inputs: A dict; what is none stands under `input`.
        outputs: A dict; what is none stands under `output`. Empty until there are any.
        error: The exception and where it was raised, as text.
        end_time: When it ended or failed.
        tags: Its tags.
        extra: What else handlers were told at its start; the `metadata` among it.
        serialized: What it is a run of.
        events: What happened in it, each a dict with `name` and `time`.
        child_runs: The runs directly inside it, in the order in which they started.
    """

    id: UUID
    name: str
    run_type: str
    start_time: datetime
    trace_id: UUID
    parent_run_id: UUID | None = None
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    end_time: datetime | None = None
    tags: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    serialized: Mapping[str, Any] | None = field(default=None, repr=False)
    events: list[dict[str, Any]] = field(default_factory=list, repr=False)
    child_runs: list[Run] = field(default_factory=list)
    _above: _Way | None = field(default=None, repr=False)

    @property
    def metadata(self) -> _Facts:
        """Its metadata."""
        found: _Facts = self.extra.setdefault("metadata", {})
        return found

    @property
    def dotted_order(self) -> str:
        """Text that sorts after that of the run above, and after those of runs beside it that started before."""
        parts = []
        way: _Way | None = self._way
        while way is not None:
            above, start_time, run_id = way
            parts.append(f"{start_time:%Y%m%dT%H%M%S%f}Z{run_id}")
            way = above
        return ".".join(reversed(parts))

    def dict(self) -> _Facts:
        """Return what it holds under the names of its attributes, and `dotted_order`; its `child_runs` as dicts."""
        found = {each.name: getattr(self, each.name) for each in fields(self) if not each.name.startswith("_")}
        found["dotted_order"] = self.dotted_order
        found["child_runs"] = [child.dict() for child in self.child_runs]
        return found

    def model_dump(self) -> _Facts:
        """Return the same as `dict`."""
        return self.dict()

    def copy(self, *, update: Mapping[str, Any] | None = None) -> Run:
        """Return another record that shares what this one holds.

        Args:
            update: Attributes to replace, with their values.
        """
        return replace(self, **(update or {}))

    def model_copy(self, *, update: Mapping[str, Any] | None = None) -> Run:
        """Return the same as `copy`."""
        return self.copy(update=update)

    @property
    def _way(self) -> _Way:
        """The run as `dotted_order` needs it: what stands above in this form, when it started, its id."""
        return self._above, self.start_time, self.id

    @property
    def seconds(self) -> float | None:
        """How long it took, `None` while it is under way."""
        return None if self.end_time is None else (self.end_time - self.start_time).total_seconds()


class RunTree:
    """The runs that are under way; any thread may tell it of events."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[UUID, _Place] = {}

    def __len__(self) -> int:
        return len(self._under_way)

    def start(
        self, run_type: str, serialized: Mapping[str, Any] | None, inputs: dict[str, Any], facts: dict[str, Any]
    ) -> Run:
        """A run starts: return its record.

        Args:
            run_type: What it is.
            serialized: What it is a run of.
            inputs: Its inputs.
            facts: What handlers are told besides: `run_id`, `parent_run_id`, `tags`, `metadata`, `name` and others.
        """
        now = datetime.now(timezone.utc)
        run_id, parent_run_id = facts.pop("run_id"), facts.pop("parent_run_id", None)
        tags, metadata, name = facts.pop("tags", None), facts.pop("metadata", None), facts.pop("name", None)
        with self._lock:
            above = self._under_way.get(parent_run_id)
            run = Run(
                run_id,
                name or _name_in(serialized),
                run_type,
                now,
                run_id if above is None else above.run.trace_id,
                parent_run_id,
                inputs,
                tags=list(tags or ()),
                extra={**facts, "metadata": dict(metadata)} if metadata else facts,
                serialized=serialized,
                events=[{"name": "start", "time": now}],
                _above=None if above is None else above.run._way,
            )
            self._under_way[run_id] = _Place(run, above)
            if above is not None:
                above.run.child_runs.append(run)
        return run

    def note(self, run_id: UUID, name: str, **kwargs: Any) -> Run | None:
        """Something happens in a run: return its record, `None` where it is not known."""
        place = self._under_way.get(run_id)
        if place is None:
            return None
        place.run.events.append({"name": name, "time": datetime.now(timezone.utc), "kwargs": kwargs})
        return place.run

    def end(
        self,
        run_id: UUID,
        outputs: dict[str, Any] | None = None,
        error: BaseException | None = None,
        inputs: dict[str, Any] | None = None,
    ) -> Run | None:
        """A run ends: return its record, `None` where it is not known. It is under way until `forget`.

        Args:
            run_id: The run.
            outputs: What came of it.
            error: Why it failed.
            inputs: Its inputs, where they were not known at its start.
        """
        place = self._under_way.get(run_id)
        if place is None:
            return None
        run, now = place.run, datetime.now(timezone.utc)
        if outputs is not None:
            run.outputs = outputs
        if inputs is not None:
            run.inputs = inputs
        if error is not None:
            run.error = _described(error)
        run.end_time = now
        run.events.append({"name": "end" if error is None else "error", "time": now})
        return run

    def forget(self, run: Run) -> None:
        """A run is no longer under way."""
        with self._lock:
            self._under_way.pop(run.id, None)

    def is_root(self, run: Run) -> bool:
        """Return whether no run above a run that is under way is known."""
        return self._under_way[run.id].above is None

    def path(self, run: Run) -> list[Run]:
        """Return a run that is under way and all runs above it, the root first."""
        found: list[Run] = []
        place: _Place | None = self._under_way[run.id]
        while place is not None:
            found.append(place.run)
            place = place.above
        return found[::-1]


@dataclass(slots=True, eq=False)
class _Place:
    """Where a run stands."""

    run: Run
    above: _Place | None


def _name_in(serialized: Mapping[str, Any] | None) -> str:
    """Return what a run is called when nobody said: what it is a run of."""
    found = serialized or {}
    return str(found.get("name") or (found.get("id") or ["unnamed"])[-1])


def _described(error: BaseException) -> str:
    """Return an error as text, with its traceback; the frames of the traceback are not kept alive."""
    import traceback  # noqa: PLC0415 - few runs fail

    return f"{error!r}\n\n{''.join(traceback.format_exception(type(error), error, error.__traceback__))}"
