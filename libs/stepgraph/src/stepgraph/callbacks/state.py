"""CallbackState: what managers and the managers of runs have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from typing_extensions import Self

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["CallbackState"]


class CallbackState:
    """Handlers, and what they are told of a run.

    Attributes:
        handlers: Those of this run.
        inheritable_handlers: Those of the runs below.
        parent_run_id: The run above.
        tags: Those of this run.
        inheritable_tags: Those of the runs below.
        metadata: That of this run.
        inheritable_metadata: That of the runs below.
    """

    def __init__(
        self,
        handlers: Sequence[Any],
        inheritable_handlers: Sequence[Any] | None = None,
        parent_run_id: UUID | None = None,
        *,
        tags: Sequence[str] | None = None,
        inheritable_tags: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        inheritable_metadata: Mapping[str, Any] | None = None,
    ) -> None:
        self.handlers: list[Any] = list(handlers)
        self.inheritable_handlers: list[Any] = list(inheritable_handlers or ())
        self.parent_run_id: UUID | None = parent_run_id
        self.tags: list[str] = list(tags or ())
        self.inheritable_tags: list[str] = list(inheritable_tags or ())
        self.metadata: dict[str, Any] = dict(metadata or {})
        self.inheritable_metadata: dict[str, Any] = dict(inheritable_metadata or {})

    def copy(self) -> Self:
        """Return a copy that goes its own way."""
        twin: Self = type(self).__new__(type(self))
        for name, value in self.__dict__.items():
            twin.__dict__[name] = value.copy() if isinstance(value, (list, dict)) else value
        return twin
