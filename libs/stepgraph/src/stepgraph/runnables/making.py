"""Making: what the operators of a runnable make, found when one is first used.

`a | b` makes a sequence and a sequence is a runnable, so one of the two modules has to be there before the other. The
base class asks here, by name. A program that only runs graphs imports none of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

__all__ = ["MAKERS", "Makers"]

_PLACES: Final = {
    "coerce": ("coerce", "coerce_to_runnable"),
    "sequence": ("sequence", "RunnableSequence"),
    "each": ("each", "RunnableEach"),
    "binding": ("binding", "RunnableBinding"),
    "listening": ("listening", "listening"),
    "retry": ("retry", "RunnableRetry"),
    "fallbacks": ("fallbacks", "RunnableWithFallbacks"),
    "assign": ("passthrough", "RunnableAssign"),
    "pick": ("passthrough", "RunnablePick"),
    "fields": ("configurable", "RunnableConfigurableFields"),
    "alternatives": ("configurable", "RunnableConfigurableAlternatives"),
    "events": ("events", "stream_events"),
    "reported": ("reported", "Reported"),
    "drawing": ("drawing", "drawing_of"),
    "schemas": ("schemas", ""),
}
"""Where each maker is: the module, and its name there; the module itself where there is none."""


class Makers:
    """What makes runnables of runnables, by what it is for."""

    def __getattr__(self, name: str) -> Any:
        if name not in _PLACES:
            raise AttributeError(f"there is no maker {name!r}")
        module, maker = _PLACES[name]
        found: Any = import_module(f"stepgraph.runnables.{module}")
        if maker:
            found = getattr(found, maker)
        self.__dict__[name] = found
        return found


MAKERS: Final = Makers()
"""The makers of this process."""
