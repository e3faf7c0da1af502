"""Component: a model, a tool or a retriever, which may have callback handlers, tags and metadata of its own.

Those of its own hear of its runs alone; those that a call is given, or finds around it, hear of the runs below too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Generic

from pydantic import Field  # noqa: TID253 - who imports this module wants it

from stepgraph.ambient import SCOPE
from stepgraph.config import RunnableConfig
from stepgraph.runnables.base import Input, Output
from stepgraph.runnables.call import Call, is_plain
from stepgraph.runnables.serializable import RunnableSerializable

__all__ = ["Component", "ComponentCall"]

_IGNORED_BY: Final = {"tool": "ignore_agent", "retriever": "ignore_retriever", "llm": "ignore_llm"}


class Component(RunnableSerializable[Input, Output], Generic[Input, Output]):
    """A runnable that may have callback handlers, tags and metadata of its own.

    Attributes:
        callbacks: Handlers, or a manager, that hear of its runs and of none below.
        tags: What its runs are labelled with.
        metadata: What is said of its runs.
        verbose: Whether its runs are printed.
    """

    inherits_config: ClassVar[bool] = True

    callbacks: Any = Field(default=None, exclude=True, repr=False)
    tags: list[str] | None = Field(default=None, exclude=True, repr=False)
    metadata: dict[str, Any] | None = Field(default=None, exclude=True, repr=False)
    verbose: bool = Field(default=False, exclude=True, repr=False)

    def is_unheard(self, config: RunnableConfig | None) -> bool:
        """Return whether a call needs no report: nothing was given, and nobody listens."""
        return is_plain(config, SCOPE.get()) and not self.callbacks and not self.verbose


class ComponentCall(Call):
    """One call of a component: the run of a tool, of a retriever, or of a model (see `_begun` of its subclass)."""

    __slots__ = ("_events",)

    def __init__(self, component: Component[Any, Any], config: Mapping[str, Any] | None) -> None:
        super().__init__(component, config)
        self._events = component.run_type

    @property
    def ignored_by(self) -> str:  # type: ignore[override]
        """The attribute by which handlers say that they want to hear nothing of it."""
        return _IGNORED_BY[self._events]

    def _manager(self, is_async: bool) -> Any:
        """Return what the start is reported to: to the component's own handlers too."""
        component, config = self._runnable, self.config
        callbacks = config.get("callbacks")
        if not callbacks and not component.callbacks and not component.verbose:
            return None
        from stepgraph.callbacks import manager as managers  # noqa: PLC0415 - where somebody listens

        kind = managers.AsyncCallbackManager if is_async else managers.CallbackManager
        manager = kind.configure(
            callbacks,
            component.callbacks,
            component.verbose,
            inheritable_tags=config.get("tags"),
            local_tags=component.tags,
            inheritable_metadata=config.get("metadata"),
            local_metadata=self._own_metadata(),
        )
        return manager if manager.hears(self.ignored_by) else None

    def _own_metadata(self) -> dict[str, Any] | None:
        metadata: dict[str, Any] | None = self._runnable.metadata
        return metadata

    def _begun(self, manager: Any, description: dict[str, Any], input: Any, run_id: Any, facts: dict[str, Any]) -> Any:
        facts.pop("run_type", None)
        return getattr(manager, f"on_{self._events}_start")(description, input, run_id, **facts)

    def _run_of(self, manager: Any, run_id: Any) -> Any:
        from stepgraph.callbacks import runs  # noqa: PLC0415 - where somebody listens

        kind = {"tool": "Tool", "retriever": "Retriever", "llm": "LLM"}[self._events]
        return getattr(runs, f"{'Async' if manager.is_async else ''}CallbackManagerFor{kind}Run")(manager, run_id)

    def _ended(self, output: Any, kwargs: dict[str, Any]) -> Any:
        return getattr(self.run, f"on_{self._events}_end")(output, **kwargs)

    def _failed(self, error: BaseException, kwargs: dict[str, Any]) -> Any:
        return getattr(self.run, f"on_{self._events}_error")(error, **kwargs)
