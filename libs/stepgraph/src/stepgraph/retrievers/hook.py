"""Hook: what a retriever's hook takes besides the query, read once, when its class is made."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Hook"]


@dataclass(frozen=True, slots=True)
class Hook:
    """What a hook takes besides the query.

    Attributes:
        wants_manager: Whether it takes `run_manager`.
        takes_more: Whether it takes keyword arguments that `invoke` was given.
    """

    wants_manager: bool
    takes_more: bool

    @classmethod
    def of(cls, function: Callable[..., Any]) -> Hook:
        """Return what a hook takes, which still is the function of a class."""
        parameters = list(inspect.signature(function).parameters.values())[2:]  # after `self` and the query
        names = {each.name for each in parameters}
        anything = any(each.kind is each.VAR_KEYWORD for each in parameters)
        return cls("run_manager" in names or anything, bool(names - {"run_manager"}))

    def arguments(self, kwargs: Mapping[str, Any], manager: Callable[[], Any]) -> dict[str, Any]:
        """Return what to call it with besides the query.

        Args:
            kwargs: What `invoke` was given.
            manager: Returns what reports of the run; called where that is wanted.
        """
        found = dict(kwargs) if self.takes_more else {}
        if self.wants_manager:
            found["run_manager"] = manager()
        return found
