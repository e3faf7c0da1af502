"""What several of the programs are made of: a graph of one node, and a handler that notes what starts."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from stepgraph.callbacks import BaseCallbackHandler
from stepgraph.graph import START, StateGraph


class State(TypedDict, total=False):
    x: int


class Heard(BaseCallbackHandler):
    run_inline = True

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def on_chain_start(self, *_: Any, name: Any = None, tags: Any = None, **facts: Any) -> None:
        self.seen.append((name, tags, facts["metadata"], facts["run_id"]))


def one_node(function: Any, name: str | None = None) -> Any:
    return StateGraph(State).add_node("node", function).add_edge(START, "node").compile(name=name)
