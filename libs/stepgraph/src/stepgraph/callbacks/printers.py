"""Printers: the handlers that the settings of the process add to all runs; see `stepgraph.globals`.

One of a kind serves all runs, and a run whose handlers already print in that way gets no other.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from stepgraph.config import RunnableConfig, merge_configs
from stepgraph.globals import SETTINGS

__all__ = ["printed", "printers"]


def printed(config: RunnableConfig) -> RunnableConfig:
    """Return a config whose callbacks print what the settings want printed; the same one where they do already."""
    callbacks: Any = config.get("callbacks") or ()
    missing = printers(getattr(callbacks, "handlers", callbacks))
    return merge_configs(config, {"callbacks": missing}) if missing else config


def printers(handlers: Iterable[Any], verbose: bool = False) -> list[Any]:
    """Return what is missing among handlers: one that prints, where the settings want that.

    Args:
        handlers: Those that are there.
        verbose: Whether this run is to be printed whatever the settings say.
    """
    if SETTINGS.debug:
        wanted = _console()
    elif verbose or SETTINGS.verbose:
        wanted = _stdout()
    else:
        return []
    return [] if any(isinstance(each, type(wanted)) for each in handlers) else [wanted]


@lru_cache(maxsize=1)
def _console() -> Any:
    from stepgraph.callbacks.console import ConsoleCallbackHandler  # noqa: PLC0415 - few processes print everything

    return ConsoleCallbackHandler()


@lru_cache(maxsize=1)
def _stdout() -> Any:
    from stepgraph.callbacks.stdout import StdOutCallbackHandler  # noqa: PLC0415 - see above

    return StdOutCallbackHandler()
