"""Postponed annotations: every hint in this module is a string when the engine reads it."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Optional

from pydantic import BaseModel
from typing_extensions import TypedDict

from tests.parity.building import END, START
from tests.parity.running import invoked, streamed


class State(TypedDict, total=False):
    trail: Annotated[list[Any], operator.add]
    number: int
    maybe: Optional[int]  # noqa: UP045 - the spelling is what is tried


class Part(TypedDict):
    number: int


@dataclass
class Record:
    trail: Annotated[list[Any], operator.add] = field(default_factory=list)
    number: int = 1


class Model(BaseModel):
    trail: Annotated[list[Any], operator.add] = []
    number: int = 1


@dataclass
class Context:
    user: str


def _build(lg, schema, node, **options):
    builder = lg.graph.StateGraph(schema, **options)
    builder.add_node("node", node)
    builder.add_node("x", lambda state: {"trail": ["x"]})
    builder.add_node("y", lambda state: {"trail": ["y"]})
    builder.add_edge(START, "node")
    return builder


def schemas(lg):
    def node(state: Any) -> dict[str, Any]:
        return {"trail": [type(state).__name__]}

    return [invoked(_build(lg, schema, node).compile(), {"number": 2}) for schema in (State, Record, Model)]


def the_schema_of_a_node(lg):
    def node(state: Part) -> dict[str, Any]:
        return {"trail": [sorted(state)]}

    return invoked(_build(lg, State, node).compile(), {"trail": ["in"], "number": 2})


def the_schema_of_a_router(lg):
    seen: list[Any] = []

    def route(state: Part) -> Literal["x", "y"]:
        seen.append(sorted(state))
        return "x"

    builder = _build(lg, State, lambda state: {"trail": ["node"]})
    builder.add_conditional_edges("node", route)
    return [invoked(builder.compile(), {"trail": [], "number": 1}), seen]


def a_literal_hint_is_a_path_map(lg):
    def route(state: State) -> Literal["x", "__end__"]:
        return END

    builder = _build(lg, State, lambda state: {"trail": ["node"]})
    builder.add_conditional_edges("node", route)
    return [invoked(builder.compile(), {"trail": []}), sorted(builder.branches["node"]["route"].ends)]


def config_parameters(lg):
    def plain(state: State, config) -> dict[str, Any]:
        return {"trail": [type(config).__name__]}

    def named(state: State, config: RunnableConfig) -> dict[str, Any]:  # noqa: F821 - never resolved
        return {"trail": [type(config).__name__]}

    def optional(state: State, config: Optional[RunnableConfig] = None) -> dict[str, Any]:  # noqa: F821, UP045
        return {"trail": [type(config).__name__]}

    return [invoked(_build(lg, State, node).compile(), {"trail": []}) for node in (plain, named, optional)]


def config_or_none(lg):
    def union(state: State, config: RunnableConfig | None = None) -> dict[str, Any]:  # noqa: F821
        return {"trail": [type(config).__name__]}

    return invoked(_build(lg, State, union).compile(), {"trail": []})


def runtime_parameters(lg):
    def subscripted(state: State, runtime: Runtime[Context]) -> dict[str, Any]:  # noqa: F821
        return {"trail": [runtime.context.user]}

    graph = _build(lg, State, subscripted, context_schema=Context).compile()
    return invoked(graph, {"trail": []}, context={"user": "u"})


def writer_parameters(lg):
    def node(state: State, writer: StreamWriter) -> dict[str, Any]:  # noqa: F821
        writer("written")
        return {"trail": ["node"]}

    return streamed(_build(lg, State, node).compile(), {"trail": []}, "custom")
