"""Where a program finds the engine: attribute access to the modules below one root package.

A program is given a `Root` instead of importing, so that the same text runs under either root.
It is not a facade: nothing is renamed, a name that the root lacks is an error of that program.
"""

from __future__ import annotations

import importlib
from types import ModuleType

LANGGRAPH = "langgraph"
STEPGRAPH = "stepgraph"

# Messages live in a distribution of their own beside LangGraph, and inside stepgraph.
ELSEWHERE = {(LANGGRAPH, "messages"): "langchain_core.messages"}


class Root:
    """`Root("stepgraph").graph` is the module `stepgraph.graph`, imported when it is first asked for."""

    def __init__(self, package: str) -> None:
        self._package = package

    def __getattr__(self, name: str) -> ModuleType:
        path = ELSEWHERE.get((self._package, name), f"{self._package}.{name}")
        module = importlib.import_module(path)
        setattr(self, name, module)
        return module
