"""The few names that graphs and their readers share; nothing here has behaviour."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from typing import Any, Final

__all__ = ["END", "START", "TAG_HIDDEN", "TAG_NOSTREAM"]

START: Final = sys.intern("__start__")
"""The virtual node where every run enters the graph."""

END: Final = sys.intern("__end__")
"""The virtual node where a path through the graph stops."""

TAG_NOSTREAM: Final = "nostream"
"""A chat model with this tag stays out of `stream_mode="messages"`."""

TAG_HIDDEN: Final = "langsmith:hidden"
"""A node with this tag stays out of streams of updates and tasks; the value is the one that tracers know."""


def __getattr__(name: str) -> Any:
    """Find what programs of earlier days look for here."""
    if name not in ("Interrupt", "Send"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    warnings.warn(f"import {name} from stepgraph.types", DeprecationWarning, stacklevel=2)
    return getattr(import_module("stepgraph.types"), name)
