"""RunnableSerializable: a base for runnables of the user's own whose attributes are pydantic fields."""

from __future__ import annotations

from typing import Any, ClassVar, Generic

from pydantic import BaseModel, ConfigDict  # noqa: TID253 - who imports this module wants it

from stepgraph.runnables.base import Input, Output, Runnable
from stepgraph.runnables.traced import Traced

__all__ = ["RunnableSerializable", "TracedSerializable"]


class RunnableSerializable(BaseModel, Runnable[Input, Output], Generic[Input, Output]):
    """A runnable whose attributes are pydantic fields: checked, compared by value, open to `configurable_fields`.

    Attributes:
        name: What messages and handlers call it; the name of its class where it has none.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=())

    name: str | None = None

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """Return whether it may be written as JSON by those who look for this method: no, by default."""
        return False

    @classmethod
    def get_lc_namespace(cls) -> list[str]:
        """Return the path of its module, for those who look for this method."""
        return cls.__module__.split(".")

    @classmethod
    def lc_id(cls) -> list[str]:
        """Return the path of its class, for those who look for this method."""
        return [*cls.get_lc_namespace(), cls.__name__]

    def __repr_args__(self) -> Any:
        """Show the fields that have other values than by default."""
        for key, value in super().__repr_args__():
            field = type(self).model_fields.get(str(key))
            if field is None or value != field.get_default(call_default_factory=True):
                yield key, value


class TracedSerializable(RunnableSerializable[Input, Output], Traced[Input, Output], Generic[Input, Output]):
    """A runnable of ours whose attributes are pydantic fields: subclasses write bodies, see `Traced`."""
