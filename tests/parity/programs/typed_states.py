"""States as dataclasses and pydantic models: what nodes get, what leaves the graph."""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Optional

from pydantic import BaseModel, Field
from typing_extensions import NotRequired, Required, TypedDict

from tests.parity.building import START, chain, one_node
from tests.parity.running import invoked, outcome, streamed


@dataclass
class Record:
    trail: Annotated[list[Any], operator.add] = field(default_factory=list)
    number: int = 7
    note: Optional[str] = None  # noqa: UP045 - the spelling is what is tried


class Model(BaseModel):
    trail: Annotated[list[Any], operator.add] = Field(default_factory=list)
    number: int = 7
    note: Optional[str] = None  # noqa: UP045 - the spelling is what is tried


@dataclass
class Strict:
    number: int
    note: str = "default"


class StrictModel(BaseModel):
    number: int
    note: str = "default"


class Inner(BaseModel):
    value: int = 0


class Outer(BaseModel):
    inner: Inner = Inner()


class Forbidding(BaseModel, extra="forbid"):
    number: int = 0


class Result(TypedDict):
    seen: Annotated[list[Any], operator.add]


def grow(state: Any) -> dict[str, Any]:
    return {"trail": [type(state).__name__, state.number, state.note]}


def replace(state: Any) -> Any:
    return type(state)(number=9)


def explicit(state: Any) -> Any:
    return type(state)(number=10, trail=["z"], note=None)


def plus_one(state: Any) -> dict[str, Any]:
    return {"number": state.number + 1}


def _inputs(lg, schema):
    graph = chain(lg, schema, grow, replace, explicit)
    return [invoked(graph, value) for value in ({}, {"number": 1}, schema(), schema(number=2))]


def dataclass_inputs(lg):
    return _inputs(lg, Record)


def model_inputs(lg):
    return _inputs(lg, Model)


def dataclass_streams(lg):
    graph = chain(lg, Record, grow, replace, explicit)
    return [streamed(graph, {"number": 1}, mode) for mode in ("values", "updates", "tasks")]


def model_streams(lg):
    graph = chain(lg, Model, grow, replace, explicit)
    return [streamed(graph, {"number": 1}, mode) for mode in ("values", "updates", "tasks")]


def models_coerce_what_a_node_gets(lg):
    return [
        invoked(one_node(lg, grow, Model), {"number": "3"}),
        invoked(one_node(lg, plus_one, StrictModel), {"number": "3"}),
        invoked(one_node(lg, lambda state: {"number": state.number}, Strict), {"number": "3"}),
    ]


def models_refuse_what_does_not_fit(lg):
    return invoked(one_node(lg, grow, Model), {"number": "three"})


def missing_fields(lg):
    return [
        invoked(one_node(lg, plus_one, schema), value)
        for schema in (Strict, StrictModel)
        for value in ({"note": "only"}, {})
    ]


def defaults_stay_out_of_the_result(lg):
    return [
        invoked(one_node(lg, plus_one, schema), value)
        for schema in (Strict, StrictModel)
        for value in ({"number": 1}, schema(number=1))
    ]


def node_output_is_not_validated(lg):
    return invoked(one_node(lg, lambda state: {"number": "text"}, StrictModel), {"number": 1})


def the_next_node_is_where_bad_output_shows(lg):
    def bad(state: StrictModel) -> dict[str, Any]:
        return {"number": "text"}

    return invoked(chain(lg, StrictModel, bad, plus_one), {"number": 1})


def nested_models(lg):
    graph = one_node(lg, lambda state: {"inner": Inner(value=state.inner.value + 1)}, Outer)
    return [invoked(graph, {"inner": {"value": "3"}}), invoked(graph, {})]


def text_as_input(lg):
    return [invoked(one_node(lg, grow, schema), "text") for schema in (Record, Model)]


def send_keeps_the_argument_as_it_is(lg):
    def work(state: Any) -> dict[str, Any]:
        return {"seen": [type(state).__name__]}

    def answers(schema):
        builder = lg.graph.StateGraph(Result)
        builder.add_node("work", work, input_schema=schema)
        sends = [lg.types.Send("work", {"number": 1}), lg.types.Send("work", schema(number=2))]
        builder.add_conditional_edges(START, lambda state: sends, ["work"])
        return invoked(builder.compile(), {"seen": []})

    return [answers(Strict), answers(StrictModel)]


def a_node_with_a_schema_of_its_own(lg):
    def work(state: Any) -> dict[str, Any]:
        return {"trail": [type(state).__name__, state.number]}

    return [invoked(one_node(lg, work, Record, input_schema=schema), {"number": 4}) for schema in (Strict, StrictModel)]


def a_schema_from_the_annotation(lg):
    def work(state: StrictModel) -> dict[str, Any]:
        return {"trail": [type(state).__name__, state.note]}

    return invoked(one_node(lg, work, Record), {"number": "4"})


def routers_get_instances(lg):
    seen: list[Any] = []

    def route(state: Any) -> str:
        seen.append([type(state).__name__, list(state.trail)])
        return "__end__"

    for schema in (Record, Model):
        builder = lg.graph.StateGraph(schema)
        builder.add_node("grow", lambda state: {"trail": ["grown"]})
        builder.add_edge(START, "grow")
        builder.add_conditional_edges("grow", route, ["__end__"])
        builder.compile().invoke({"trail": ["in"]})
    return seen


def an_output_schema_as_a_model(lg):
    graph = chain(lg, Model, grow, output_schema=Forbidding)
    return invoked(graph, {"number": 4})


def unknown_keys_of_a_forbidding_model(lg):
    return invoked(one_node(lg, lambda state: None, Forbidding), {"number": 1, "other": 2})


def newest(left: Any, right: Any) -> Any:
    return right


class Defaults(TypedDict, total=False):
    items: Required[Annotated[list[Any], operator.add]]
    plain: NotRequired[int]
    mapping: Annotated[dict[str, Any], operator.or_]
    pair: Annotated[tuple[Any, ...], operator.add]
    group: Annotated[set[Any], operator.or_]
    count: Annotated[int, operator.add]
    text: Annotated[str, "a remark before the reducer", operator.add]
    sequence: Annotated[Sequence[str], operator.add]
    abstract: Annotated[Mapping[str, int], operator.or_]
    optional: Annotated[Optional[int], newest]  # noqa: UP045 - the spelling is what is tried


def reducers_start_from_an_empty_value(lg):
    return invoked(one_node(lg, lambda state: {"plain": len(state)}, Defaults), {"plain": 0})


def a_reducer_of_three_parameters(lg):
    def three(left: int, right: int, more: int) -> int:
        return left

    schema = TypedDict("schema", {"number": Annotated[int, three]})  # noqa: UP013
    return outcome(lambda: lg.graph.StateGraph(schema))


def a_callable_that_is_not_last(lg):
    schema = TypedDict("schema", {"number": Annotated[int, operator.add, "remark"]})  # noqa: UP013
    return invoked(one_node(lg, lambda state: {"number": 5}, schema), {"number": 1})


def schemas_that_disagree(lg):
    added = TypedDict("added", {"key": Annotated[list, operator.add]})  # noqa: UP013
    merged = TypedDict("merged", {"key": Annotated[list, operator.or_]})  # noqa: UP013
    plain = TypedDict("plain", {"key": list})  # noqa: UP013

    def accepted(state, input):
        lg.graph.StateGraph(state, input_schema=input)
        return True

    return [
        outcome(lambda: accepted(added, merged)),
        outcome(lambda: accepted(added, plain)),
        outcome(lambda: accepted(plain, added)),
    ]


def a_channel_instance_in_the_annotation(lg):
    channels = lg.channels
    schema = TypedDict(  # noqa: UP013
        "schema",
        {
            "added": Annotated[int, channels.BinaryOperatorAggregate(int, operator.add)],
            "topic": Annotated[list, channels.Topic(int)],
            "class_": Annotated[int, channels.LastValue],
        },
    )
    graph = one_node(lg, lambda state: {"added": 2, "topic": 3, "class_": 4}, schema)
    return invoked(graph, {"added": 1, "topic": 9, "class_": 0})
