"""Composers: what the rows of runnables need of a library: ours, or langchain-core, which LangGraph stands on."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from bench.engine import PEER, Engine

__all__ = ["Composer", "Listener", "composer_of", "root_of"]

_BENEATH_PEER = "langchain_core"


@dataclass(frozen=True)
class Composer:
    """The names that the rows need, which are the same in both.

    Attributes:
        RunnableLambda: A function as a runnable.
        RunnableGenerator: A function that turns chunks into chunks, as a runnable.
        RunnableParallel: Runnables side by side.
        AsyncCallbackHandler: What async handlers derive from.
    """

    RunnableLambda: Any
    RunnableGenerator: Any
    RunnableParallel: Any
    AsyncCallbackHandler: Any

    def listener(self) -> Any:
        """Return an async handler of this library that counts."""
        return type("CountingHandler", (Listener, self.AsyncCallbackHandler), {})()


class Listener:
    """Counts the beginnings and ends of runs; the handler of every side, that of plain Python included.

    Attributes:
        heard: How many there were.
    """

    def __init__(self) -> None:
        self.heard: int = 0

    async def on_chain_start(self, serialized: Any, inputs: Any, **facts: Any) -> None:
        """Count a beginning."""
        self.heard += 1

    async def on_chain_end(self, outputs: Any, **facts: Any) -> None:
        """Count an end."""
        self.heard += 1


def root_of(engine: Engine) -> str:
    """Return the package that has the runnables, models and messages that belong to an engine."""
    return _BENEATH_PEER if engine.root == PEER else engine.root


def composer_of(engine: Engine) -> Composer:
    """Import the runnables and handlers that belong to an engine."""
    root = root_of(engine)
    runnables = importlib.import_module(f"{root}.runnables")
    callbacks = importlib.import_module(f"{root}.callbacks")
    return Composer(
        runnables.RunnableLambda,
        runnables.RunnableGenerator,
        runnables.RunnableParallel,
        callbacks.AsyncCallbackHandler,
    )
