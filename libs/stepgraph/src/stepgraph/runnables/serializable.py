"""RunnableSerializable: a base for runnables of the user's own whose attributes are pydantic fields."""

from __future__ import annotations

from typing import Any, ClassVar, Generic

from pydantic import BaseModel, ConfigDict  # noqa: TID253 - who imports this module wants it

from stepgraph.runnables.base import Input, Output, Runnable
from stepgraph.runnables.traced import Traced

__all__ = ["Placed", "RunnableSerializable", "TracedSerializable"]


class Placed(BaseModel):
    """A pydantic model that says where its class is, for those who write and read objects as LangChain's JSON."""

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """Return whether it may be written as JSON: no, by default."""
        return False

    @classmethod
    def get_lc_namespace(cls) -> list[str]:
        """Return the path of its module."""
        return cls.__module__.split(".")

    @classmethod
    def lc_id(cls) -> list[str]:
        """Return the path of its class."""
        origin = cls.__pydantic_generic_metadata__.get("origin")  # a generic one with its types has another name
        return [*cls.get_lc_namespace(), (origin or cls).__name__]


class RunnableSerializable(Placed, Runnable[Input, Output], Generic[Input, Output]):
    """A runnable whose attributes are pydantic fields: checked, compared by value, open to `configurable_fields`.

    Attributes:
        name: What messages and handlers call it; the name of its class where it has none.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=())

    name: str | None = None

    def __repr_args__(self) -> Any:
        """Show the fields that have other values than by default."""
        for key, value in super().__repr_args__():
            field = type(self).model_fields.get(str(key))
            if field is None or value != field.get_default(call_default_factory=True):
                yield key, value


class TracedSerializable(RunnableSerializable[Input, Output], Traced[Input, Output], Generic[Input, Output]):
    """A runnable of ours whose attributes are pydantic fields: subclasses write bodies, see `Traced`."""
