"""Groups: several calls that handlers hear of as parts of one run, though no runnable holds them together.

What is called with the group's manager under `callbacks` is inside; a call without it stays where it is. The run ends
once: by what the block says, else when the block does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from stepgraph.ambient import SCOPE
from stepgraph.callbacks.base import Callbacks
from stepgraph.callbacks.base_manager import BaseCallbackManager
from stepgraph.callbacks.base_run import ManagerT
from stepgraph.callbacks.manager import AsyncCallbackManager, CallbackManager
from stepgraph.callbacks.runs import AsyncCallbackManagerForChainRun, CallbackManagerForChainRun
from stepgraph.config import Scope, merge_configs
from stepgraph.execution.tasks import shielded

if TYPE_CHECKING:
    from uuid import UUID

__all__ = [
    "AsyncCallbackManagerForChainGroup",
    "CallbackManagerForChainGroup",
    "atrace_as_chain_group",
    "trace_as_chain_group",
]

RunT = TypeVar("RunT")


@dataclass(slots=True, eq=False)
class _Group:
    """The run of a group; all copies of its manager share it."""

    run: Any
    ended: bool = False

    def end(self) -> bool:
        """Return whether it has not ended before; now it has."""
        first, self.ended = not self.ended, True
        return first


class _GroupManager(BaseCallbackManager, Generic[RunT]):
    """What the managers of groups of both colours have in common."""

    def __init__(
        self,
        handlers: Sequence[Any],
        inheritable_handlers: Sequence[Any] | None = None,
        parent_run_id: UUID | None = None,
        *,
        parent_run_manager: RunT,
        **state: Any,
    ) -> None:
        super().__init__(handlers, inheritable_handlers, parent_run_id, **state)
        self._group = _Group(parent_run_manager)

    @property
    def parent_run_manager(self) -> RunT:
        """What reports of the run of the group."""
        run: RunT = self._group.run
        return run

    @property
    def ended(self) -> bool:
        """Whether it has been said that the group has ended, through this manager or a copy."""
        return self._group.ended


class CallbackManagerForChainGroup(_GroupManager[CallbackManagerForChainRun[Any]], CallbackManager):
    """The manager of what runs inside a group.

    Args:
        handlers: Those of the runs directly inside.
        inheritable_handlers: Those of all runs inside.
        parent_run_id: The run of the group.
        parent_run_manager: What reports of the run of the group.
        state: What `CallbackState` takes besides.
    """

    def on_chain_end(self, outputs: Any, **kwargs: Any) -> None:
        """Report what came of the group."""
        if self._group.end():
            self.parent_run_manager.on_chain_end(outputs, **kwargs)

    def on_chain_error(self, error: BaseException, **kwargs: Any) -> None:
        """Report that the group failed."""
        if self._group.end():
            self.parent_run_manager.on_chain_error(error, **kwargs)


class AsyncCallbackManagerForChainGroup(_GroupManager[AsyncCallbackManagerForChainRun[Any]], AsyncCallbackManager):
    """The manager of what runs inside an async group; see `CallbackManagerForChainGroup` for what it takes."""

    async def on_chain_end(self, outputs: Any, **kwargs: Any) -> None:
        """Report what came of the group."""
        if self._group.end():
            await self.parent_run_manager.on_chain_end(outputs, **kwargs)

    async def on_chain_error(self, error: BaseException, **kwargs: Any) -> None:
        """Report that the group failed."""
        if self._group.end():
            await self.parent_run_manager.on_chain_error(error, **kwargs)


@contextmanager
def trace_as_chain_group(
    group_name: str,
    callback_manager: Callbacks = None,
    *,
    inputs: dict[str, Any] | None = None,
    run_id: UUID | None = None,
    tags: Sequence[str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    project_name: Any = None,  # noqa: ARG001 - where LangChain would send the trace; likewise the next two
    example_id: Any = None,  # noqa: ARG001
    address: Any = None,  # noqa: ARG001
) -> Iterator[CallbackManagerForChainGroup]:
    """Let handlers hear of what runs in a block as of parts of one run.

    Args:
        group_name: The name of that run.
        callback_manager: A manager, or a list of handlers; they are united with those around.
        inputs: The inputs of that run.
        run_id: Its id; a new one by default.
        tags: Tags of that run and those inside.
        metadata: Metadata of that run and those inside.
        project_name: Ignored.
        example_id: Ignored.
        address: Ignored.

    Yields:
        The manager to call things with that belong to the group, under `callbacks` in their config.

    Example:
        ```python
        with trace_as_chain_group("answer", [ConsoleCallbackHandler()], inputs={"question": question}) as group:
            found = search.invoke(question, {"callbacks": group})
            group.on_chain_end({"answer": model.invoke(found, {"callbacks": group})})
        ```
    """
    manager = _managed(CallbackManager, callback_manager, tags, metadata)
    run = CallbackManagerForChainRun[Any](manager, run_id)
    group = CallbackManagerForChainGroup(**run.get_child().__dict__, parent_run_manager=run)
    try:
        manager.on_chain_start({"name": group_name}, inputs or {}, run.run_id, name=group_name)
        yield group
    except BaseException as error:
        group.on_chain_error(error)
        raise
    group.on_chain_end({})


@asynccontextmanager
async def atrace_as_chain_group(
    group_name: str,
    callback_manager: Callbacks = None,
    *,
    inputs: dict[str, Any] | None = None,
    run_id: UUID | None = None,
    tags: Sequence[str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    project_name: Any = None,  # noqa: ARG001 - where LangChain would send the trace; likewise the next two
    example_id: Any = None,  # noqa: ARG001
    address: Any = None,  # noqa: ARG001
) -> AsyncIterator[AsyncCallbackManagerForChainGroup]:
    """Let handlers hear of what runs in a block as of parts of one run; see `trace_as_chain_group`."""
    manager = _managed(AsyncCallbackManager, callback_manager, tags, metadata)
    run = AsyncCallbackManagerForChainRun[Any](manager, run_id)
    group = AsyncCallbackManagerForChainGroup(**run.get_child().__dict__, parent_run_manager=run)
    try:
        await manager.on_chain_start({"name": group_name}, inputs or {}, run.run_id, name=group_name)
        yield group
    except BaseException as error:
        await shielded(group.on_chain_error(error))
        raise
    await group.on_chain_end({})


def _managed(
    kind: type[ManagerT], callbacks: Callbacks, tags: Sequence[str] | None, metadata: Mapping[str, Any] | None
) -> ManagerT:
    """Return a manager of what is around a group and what it was given."""
    scope: Scope | None = SCOPE.get()
    around: Mapping[str, Any] = {} if scope is None else scope.config
    given = {"callbacks": callbacks, "tags": tags, "metadata": metadata}
    config = merge_configs(around, given)
    return kind.configure(
        config.get("callbacks"), inheritable_tags=config.get("tags"), inheritable_metadata=config.get("metadata")
    )
