"""Settings of the whole process: whether all runs are printed, and the cache of language models.

They hold for every thread and every context at once, from the next run on. A handler in a config, or
`stepgraph.callbacks.heard_by`, is for one run or one block.
"""

from __future__ import annotations

from typing import Any, Final

__all__ = [
    "SETTINGS",
    "get_debug",
    "get_llm_cache",
    "get_verbose",
    "set_debug",
    "set_llm_cache",
    "set_verbose",
]


class Settings:
    """What is set; changed by the functions of this module alone.

    Attributes:
        debug: Whether all runs are printed by a `ConsoleCallbackHandler`.
        verbose: Whether all runs are printed by a `StdOutCallbackHandler`.
        is_heard: Whether either is the case: the one thing that runs look at.
        llm_cache: The cache of language models that have none of their own.
    """

    __slots__ = ("debug", "is_heard", "llm_cache", "verbose")

    def __init__(self) -> None:
        self.debug: bool = False
        self.verbose: bool = False
        self.is_heard: bool = False
        self.llm_cache: Any = None


SETTINGS: Final = Settings()


def set_debug(value: bool) -> None:
    """Print all runs, their inputs and outputs with it, or stop doing so."""
    SETTINGS.debug = bool(value)
    SETTINGS.is_heard = SETTINGS.debug or SETTINGS.verbose


def get_debug() -> bool:
    """Return whether all runs are printed with their inputs and outputs."""
    return SETTINGS.debug


def set_verbose(value: bool) -> None:
    """Print the names of all runs, and what they say, or stop doing so; `set_debug` prints more and goes before it."""
    SETTINGS.verbose = bool(value)
    SETTINGS.is_heard = SETTINGS.debug or SETTINGS.verbose


def get_verbose() -> bool:
    """Return whether the names of all runs are printed."""
    return SETTINGS.verbose


def set_llm_cache(value: Any) -> None:
    """Keep a cache for language models that have none of their own; `None` for no cache."""
    SETTINGS.llm_cache = value


def get_llm_cache() -> Any:
    """Return the cache for language models that have none of their own, `None` where there is none."""
    return SETTINGS.llm_cache
