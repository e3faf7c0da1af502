"""BaseRunManager: what the managers of runs of both colours have in common."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Generic

from typing_extensions import Self, TypeVar

from stepgraph.callbacks.base_manager import BaseCallbackManager
from stepgraph.callbacks.ids import new_run_id
from stepgraph.callbacks.state import CallbackState

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["BaseRunManager", "ManagerT"]

ManagerT = TypeVar("ManagerT", bound=BaseCallbackManager, default=BaseCallbackManager)


class BaseRunManager(CallbackState, Generic[ManagerT]):
    """Reports what happens in one run.

    Args:
        manager: The manager that reported its start.
        run_id: The run; a new one by default.
        state: In place of a manager, what `CallbackState` takes: `handlers`, `inheritable_handlers` and the rest.

    Raises:
        TypeError: Both a manager and what it would hold were given, or neither.
    """

    below: ClassVar[type[Any] | None] = None
    """The manager of the runs below, of the same colour; known once the module is there that defines it."""

    def __init__(self, manager: CallbackState | None = None, run_id: UUID | None = None, **state: Any) -> None:
        if manager is None:
            super().__init__(**state)
        elif state:
            raise TypeError(f"expected a manager or {', '.join(map(repr, state))}, got both")
        else:
            self.__dict__.update(manager.__dict__)  # nothing is changed in place: what is added to one is replaced
        self.run_id: UUID = new_run_id() if run_id is None else run_id

    @classmethod
    def get_noop_manager(cls) -> Self:
        """Return what reports to nobody."""
        return cls(handlers=[])

    def get_child(self, tag: str | None = None) -> ManagerT:
        """Return the manager of the runs below this one.

        Args:
            tag: A tag that only the run directly below gets.
        """
        if self.below is None:
            import_module("stepgraph.callbacks.manager")
        kind: Any = self.below
        child: ManagerT = kind.__new__(kind)  # lists are shared: nobody changes them, who adds to one replaces it
        tags = self.inheritable_tags
        child.handlers = child.inheritable_handlers = self.inheritable_handlers
        child.parent_run_id = self.run_id
        child.inheritable_tags = tags
        child.tags = tags if tag is None or tag in tags else [*tags, tag]
        child.metadata = child.inheritable_metadata = self.inheritable_metadata
        return child

    def _facts(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        return {"run_id": self.run_id, "parent_run_id": self.parent_run_id, "tags": self.tags, **kwargs}

    def _custom_facts(self, run_id: UUID | None, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return what handlers are told of an event of the user's own."""
        return {"run_id": run_id or self.run_id, "tags": self.tags, "metadata": self.metadata, **kwargs}
