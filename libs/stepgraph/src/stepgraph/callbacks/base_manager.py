"""BaseCallbackManager: what the managers of both colours have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from typing_extensions import Self

from stepgraph.callbacks.base import BaseCallbackHandler, Callbacks
from stepgraph.callbacks.dispatch import hears
from stepgraph.callbacks.printers import printers
from stepgraph.callbacks.state import CallbackState
from stepgraph.globals import SETTINGS

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["BaseCallbackManager"]


class BaseCallbackManager(CallbackState):
    """Handlers and what they are told of every run; see `CallbackState` for the attributes.

    It has the colour of one of its subclasses.
    """

    handlers: list[Any]
    inheritable_handlers: list[Any]
    tags: list[str]
    inheritable_tags: list[str]
    metadata: dict[str, Any]
    inheritable_metadata: dict[str, Any]

    @property
    def is_async(self) -> bool:
        """Whether its methods are coroutines."""
        return False

    @classmethod
    def configure(
        cls,
        inheritable_callbacks: Callbacks = None,
        local_callbacks: Callbacks = None,
        verbose: bool = False,
        inheritable_tags: Sequence[str] | None = None,
        local_tags: Sequence[str] | None = None,
        inheritable_metadata: Mapping[str, Any] | None = None,
        local_metadata: Mapping[str, Any] | None = None,
    ) -> Self:
        """Return a manager of this colour for one call.

        Args:
            inheritable_callbacks: A list of handlers, or a manager of either colour, for this run and those below.
            local_callbacks: The same, for this run alone.
            verbose: Whether this run is printed, as `stepgraph.globals.set_verbose` says for all runs.
            inheritable_tags: For this run and those below.
            local_tags: For this run alone.
            inheritable_metadata: For this run and those below.
            local_metadata: For this run alone.
        """
        manager = cls.of(inheritable_callbacks)
        if local_callbacks:
            local = local_callbacks if isinstance(local_callbacks, (list, tuple)) else local_callbacks.handlers
            for handler in local:
                manager.add_handler(handler, inherit=False)
        if inheritable_tags:
            manager.add_tags(inheritable_tags)
        if local_tags:
            manager.add_tags(local_tags, inherit=False)
        if inheritable_metadata:
            manager.add_metadata(inheritable_metadata)
        if local_metadata:
            manager.add_metadata(local_metadata, inherit=False)
        for handler in printers(manager.handlers, verbose):
            manager.add_handler(handler, inherit=SETTINGS.is_heard)
        return manager

    @classmethod
    def of(cls, callbacks: Callbacks) -> Self:
        """Return a manager of this colour of what a config has under `callbacks`; one of its own.

        Raises:
            TypeError: It is neither a list of handlers nor a manager.
        """
        if callbacks is None:
            return cls([])
        if isinstance(callbacks, (list, tuple)):
            for handler in callbacks:
                if isinstance(handler, type):
                    name = handler.__name__
                    raise TypeError(f"expected a callback handler, got the class {name}; write {name}()")
            return cls._around(callbacks)
        handlers = getattr(callbacks, "handlers", None)
        if handlers is None:
            raise TypeError(
                "config['callbacks'] must be a list of handlers, or a manager, got "
                f"{type(callbacks).__name__}: {callbacks!r}"
            )
        return cls(
            handlers,
            getattr(callbacks, "inheritable_handlers", handlers),
            getattr(callbacks, "parent_run_id", None),
            tags=getattr(callbacks, "tags", None),
            inheritable_tags=getattr(callbacks, "inheritable_tags", None),
            metadata=getattr(callbacks, "metadata", None),
            inheritable_metadata=getattr(callbacks, "inheritable_metadata", None),
        )

    @classmethod
    def _around(cls, handlers: Sequence[Any]) -> Self:
        """Return a manager of handlers, nothing else; made for each run that somebody hears, so without detours."""
        manager = cls.__new__(cls)
        manager.handlers = manager.inheritable_handlers = list(handlers)
        manager.parent_run_id = None
        manager.tags = manager.inheritable_tags = []
        manager.metadata = manager.inheritable_metadata = {}
        return manager

    def hears(self, ignore: str) -> bool:
        """Return whether a handler wants the events that are ignored by this attribute, such as `"ignore_chain"`."""
        return hears(self.handlers, ignore)

    def merge(self, other: BaseCallbackManager) -> Self:
        """Return a manager with the handlers, tags and metadata of both, each handler once."""
        merged = self.copy()
        merged.parent_run_id = self.parent_run_id or other.parent_run_id
        for handler in other.handlers:
            merged.add_handler(handler, inherit=False)
        for handler in other.inheritable_handlers:
            merged.add_handler(handler)
        merged.add_tags(other.tags, inherit=False)
        merged.add_tags(other.inheritable_tags)
        merged.add_metadata(other.metadata, inherit=False)
        merged.add_metadata(other.inheritable_metadata)
        return merged

    def add_handler(self, handler: BaseCallbackHandler, inherit: bool = True) -> None:
        """Add a handler, unless it is there already."""
        if all(each is not handler for each in self.handlers):
            self.handlers = [*self.handlers, handler]
        if inherit and all(each is not handler for each in self.inheritable_handlers):
            self.inheritable_handlers = [*self.inheritable_handlers, handler]

    def remove_handler(self, handler: BaseCallbackHandler) -> None:
        """Remove a handler, if it is there."""
        self.handlers = [each for each in self.handlers if each is not handler]
        self.inheritable_handlers = [each for each in self.inheritable_handlers if each is not handler]

    def set_handlers(self, handlers: Sequence[BaseCallbackHandler], inherit: bool = True) -> None:
        """Replace all handlers."""
        self.handlers = []
        self.inheritable_handlers = []
        for handler in handlers:
            self.add_handler(handler, inherit)

    def set_handler(self, handler: BaseCallbackHandler, inherit: bool = True) -> None:
        """Make a handler the only one."""
        self.set_handlers([handler], inherit)

    def add_tags(self, tags: Sequence[str], inherit: bool = True) -> None:
        """Add tags, each once."""
        self.tags = list(dict.fromkeys((*self.tags, *tags)))
        if inherit:
            self.inheritable_tags = list(dict.fromkeys((*self.inheritable_tags, *tags)))

    def remove_tags(self, tags: Sequence[str]) -> None:
        """Remove tags, those that are there."""
        self.tags = [tag for tag in self.tags if tag not in tags]
        self.inheritable_tags = [tag for tag in self.inheritable_tags if tag not in tags]

    def add_metadata(self, metadata: Mapping[str, Any], inherit: bool = True) -> None:
        """Add metadata; of equal keys the new ones count."""
        self.metadata = {**self.metadata, **metadata}
        if inherit:
            self.inheritable_metadata = {**self.inheritable_metadata, **metadata}

    def remove_metadata(self, keys: Sequence[str]) -> None:
        """Remove metadata, what is there of it."""
        self.metadata = {key: value for key, value in self.metadata.items() if key not in keys}
        self.inheritable_metadata = {k: value for k, value in self.inheritable_metadata.items() if k not in keys}

    def _under(self, parent_run_id: UUID | None) -> Self:
        """Return the manager of runs below one that is named; this one where none is."""
        if parent_run_id is None or parent_run_id == self.parent_run_id:
            return self
        manager = self.copy()
        manager.parent_run_id = parent_run_id
        return manager

    def _facts(self, run_id: UUID, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Return what handlers are told of a run that starts."""
        return {
            "run_id": run_id,
            "parent_run_id": self.parent_run_id,
            "tags": self.tags,
            "metadata": self.metadata,
            **kwargs,
        }
