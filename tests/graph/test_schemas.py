"""What a state's class says: its keys, their rules, and what nodes are given."""

import functools
import operator
import typing
from dataclasses import InitVar, dataclass, field
from typing import Annotated, Any, ClassVar, Generic, NamedTuple, TypeVar

import pytest
import typing_extensions
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError
from typing_extensions import NotRequired, ReadOnly, Required, TypedDict

from stepgraph import START, StateGraph
from stepgraph.channels import BinaryOperatorAggregate, EphemeralValue, LastValue, NamedBarrierValue, Topic
from stepgraph.errors import EmptyInputError, InvalidUpdateError, ReducerError
from stepgraph.managed import IsLastStep, RemainingSteps
from tests.graph.conftest import Door
from tests.graph.states import State, single

T = TypeVar("T")


class Base(TypedDict):
    a: int


class Derived(Base, total=False):
    b: Annotated[list, operator.add]


class Wrapped(TypedDict, total=False):
    required: Required[int]
    optional: NotRequired[Annotated[list, operator.add]]
    inside: Annotated[NotRequired[list], operator.add]
    readonly: ReadOnly[str]


if hasattr(typing, "NotRequired"):

    class FromTyping(typing.TypedDict, total=False):
        required: typing.Required[int]
        optional: typing.NotRequired[Annotated[list, operator.add]]

else:

    class FromTyping(typing_extensions.TypedDict, total=False):  # type: ignore[no-redef]
        required: Required[int]
        optional: NotRequired[Annotated[list, operator.add]]


@dataclass
class Data:
    a: int
    b: Annotated[list, operator.add] = field(default_factory=list)
    shared: ClassVar[int] = 3
    seed: InitVar[int] = 0


@dataclass
class DerivedData(Data):
    c: str = "default"


class Model(BaseModel):
    a: int
    b: Annotated[list, operator.add] = []
    bounded: Annotated[int, Field(ge=0)] = 0
    shared: ClassVar[int] = 3
    _private: int = PrivateAttr(0)


class DerivedModel(Model):
    c: str = "default"


class Plain:
    a: int
    b: Annotated[list, operator.add]


LAST, ADD = LastValue(Any), BinaryOperatorAggregate(list, operator.add)


@pytest.mark.parametrize(
    ("schema", "channels"),
    [
        (Base, {"a": LAST}),
        (Derived, {"a": LAST, "b": ADD}),
        (Wrapped, {"required": LAST, "optional": ADD, "inside": ADD, "readonly": LAST}),
        (FromTyping, {"required": LAST, "optional": ADD}),
        (Data, {"a": LAST, "b": ADD}),
        (DerivedData, {"a": LAST, "b": ADD, "c": LAST}),
        (Model, {"a": LAST, "b": ADD, "bounded": LAST}),
        (DerivedModel, {"a": LAST, "b": ADD, "bounded": LAST, "c": LAST}),
        (Plain, {"a": LAST, "b": ADD}),
        (int, {"__root__": LAST}),
        (dict, {"__root__": LAST}),
        (list[int], {"__root__": LAST}),
        (Annotated[list, operator.add], {"__root__": ADD}),
        (Annotated[list, Topic(int)], {"__root__": Topic(int)}),
    ],
)
def test_keys_and_their_rules(schema: Any, channels: Any):
    graph = StateGraph(schema)
    assert graph.channels == channels
    assert {name: channel.key for name, channel in graph.channels.items()} == {name: name for name in channels}


def test_types_are_kept_without_what_is_around_them():
    assert {name: channel.typ for name, channel in StateGraph(Wrapped).channels.items()} == {
        "required": int,
        "optional": list,
        "inside": list,
        "readonly": str,
    }


def concat(left: Any, right: Any) -> Any:
    return left + right


def with_default(left: Any, right: Any, sep: str = "") -> Any:
    return left + right


def starred(*both: Any) -> Any:
    return both[0] + both[1]


class Combine:
    def __call__(self, left: Any, right: Any) -> Any:
        return left + right


@pytest.mark.parametrize(
    ("annotation", "channel"),
    [
        (Annotated[int, max], BinaryOperatorAggregate(int, max)),
        (Annotated[str, concat], BinaryOperatorAggregate(str, concat)),
        (Annotated[str, "a comment", concat], BinaryOperatorAggregate(str, concat)),
        (Annotated[str, concat, "a comment"], LAST),
        (Annotated[str, with_default], BinaryOperatorAggregate(str, with_default)),
        (Annotated[str, starred], BinaryOperatorAggregate(str, starred)),
        (Annotated[str, "a comment"], LAST),
        (Annotated[int, int], LAST),
        (Annotated[int, EphemeralValue], EphemeralValue(int)),
        (Annotated[int, EphemeralValue(str, guard=False)], EphemeralValue(int, guard=False)),
        (Annotated[int, Topic(int, accumulate=True), "a comment"], Topic(int, accumulate=True)),
        (Annotated[str, NamedBarrierValue(str, {"x"})], NamedBarrierValue(str, {"x"})),
    ],
)
def test_annotations(annotation: Any, channel: Any):
    class Schema(TypedDict):
        key: annotation  # type: ignore[valid-type]

    assert StateGraph(Schema).channels == {"key": channel}


@pytest.mark.parametrize("reducer", [functools.partial(with_default, sep="-"), Combine()])
def test_any_callable_of_two_values_is_a_reducer(run: Door, reducer: Any):
    class Schema(TypedDict, total=False):
        key: Annotated[str, reducer]

    assert run(single(lambda state: {"key": "b"}, state=Schema), {"key": "a"}) == {"key": "ab"}


@pytest.mark.parametrize(
    ("reducer", "given"),
    [
        (lambda one: one, "(one)"),
        (lambda: 0, "()"),
        (lambda one, *, other=0: one, "(one, other)"),
        (lambda one, two, *, how: one, "(one, two, how)"),
        (lambda a, b, c: a, "(a, b, c)"),
        (functools.partial(lambda a, b: a, 1), "(b)"),
    ],
)
def test_a_reducer_that_does_not_take_two_values_is_refused(reducer: Any, given: str):
    class Schema(TypedDict):
        key: Annotated[list, reducer]

    with pytest.raises(
        ValueError, match="Invalid reducer signature of key 'key': a reducer takes two values"
    ) as raised:
        StateGraph(Schema)
    assert str(raised.value).endswith(f"got {given}")


class Shared:
    n: int
    limit: ClassVar[int] = 3


class Pair(NamedTuple):
    left: int = 0
    right: int = 0


class Box(TypedDict, Generic[T]):
    item: T


@dataclass
class Crate(Generic[T]):
    item: T


def test_a_class_variable_is_no_key():
    assert StateGraph(Shared).channels == {"n": LAST}


def test_a_named_tuple_reaches_its_nodes(run: Door):
    assert run(single(lambda state: Pair(state.left + 1, 2), state=Pair), {"left": 1}) == {"left": 2, "right": 2}


@pytest.mark.parametrize("state", [Box[int], Crate[int]])
def test_a_generic_state_with_its_type_has_its_keys(run: Door, state: Any):
    graph = single(lambda state: {"item": 2}, state=state)
    assert (list(graph.builder.channels), run(graph, {"item": 1})) == (["item"], {"item": 2})


@pytest.mark.parametrize("state", [5, "State", Data(1), {"n": int}, [int]], ids=str)
def test_a_value_describes_no_state(state: Any):
    with pytest.raises(TypeError, match="a state is described by a class, such as a TypedDict, or by a type") as raised:
        StateGraph(state)
    assert str(raised.value).endswith(f"got {state!r}")


def test_a_channel_that_two_graphs_share_is_copied():
    channel = Topic(str)

    class Schema(TypedDict):
        one: Annotated[list, channel]
        two: Annotated[list, channel]

    channels = StateGraph(Schema).channels
    assert [channels["one"].key, channels["two"].key, channel.key] == ["one", "two", ""]


def test_a_dataclass_state_reaches_nodes_as_an_instance(run: Door):
    seen = []

    def node(state: Data) -> dict[str, Any]:
        seen.append(state)
        return {"a": state.a + 1, "b": ["node"]}

    assert run(single(node, state=Data), {"a": 1}) == {"a": 2, "b": ["node"]}
    assert seen == [Data(1, [])]


def test_defaults_are_the_classes_own_and_are_not_state(run: Door):
    seen = []

    def node(state: DerivedData) -> None:
        seen.append(state.c)

    assert run(single(node, state=DerivedData), {"a": 1}) == {"a": 1, "b": []}
    assert seen == ["default"]


def test_a_dataclass_instance_is_an_input_and_an_update(run: Door):
    graph = single(lambda state: Data(state.a + 1, ["node"]), state=Data)
    assert run(graph, Data(1, ["input"])) == {"a": 2, "b": ["input", "node"]}


def test_a_missing_field_is_the_classes_own_error(run: Door):
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'a'"):
        run(single(lambda state: None, state=Data), {"b": []})


def test_a_pydantic_state_is_coerced_where_a_node_reads_it(run: Door):
    seen = []

    def node(state: Model) -> dict[str, Any]:
        seen.append(state)
        return {"b": ["node"]}

    assert run(single(node, state=Model), {"a": "1"}) == {"a": "1", "b": ["node"]}
    assert seen == [Model(a=1)]


def test_a_pydantic_state_that_is_not_valid_fails_the_node(run: Door):
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        run(single(lambda state: None, state=Model), {"a": 1, "bounded": -1})


def test_a_pydantic_instance_updates_what_it_sets(run: Door):
    class Sparse(BaseModel):
        a: int | None = None
        b: int | None = None
        c: int = 3

    def node(state: Sparse) -> Sparse:
        return Sparse(b=None)

    assert run(single(node, state=Sparse), Sparse(a=1)) == {"a": 1, "b": None, "c": 3}


def test_nodes_of_one_graph_may_read_it_as_different_classes(run: Door):
    def first(state: Data) -> dict[str, Any]:
        return {"b": [type(state).__name__]}

    def second(state: Model) -> dict[str, Any]:
        return {"b": [type(state).__name__]}

    def third(state: Base) -> dict[str, Any]:
        return {"b": [state]}

    graph = StateGraph(Derived).add_sequence([first, second, third]).set_entry_point("first")
    assert run(graph.compile(), {"a": 1}) == {"a": 1, "b": ["Data", "Model", {"a": 1}]}


class Input(TypedDict):
    question: str


class Output(TypedDict):
    answer: str


class Whole(Input, Output):
    steps: Annotated[list, operator.add]


class Private(TypedDict):
    secret: int


def thinks(state: Input) -> dict[str, Any]:
    return {"secret": len(state["question"]), "steps": [dict(state)]}


def answers(state: Private) -> dict[str, Any]:
    return {"answer": str(state["secret"]), "steps": [dict(state)]}


def test_input_output_and_private_schemas(run: Door, chunks: Door):
    graph = StateGraph(Whole, input_schema=Input, output_schema=Output).add_sequence([thinks, answers])
    compiled = graph.set_entry_point("thinks").compile()
    assert set(graph.channels) == {"question", "answer", "steps", "secret"}
    assert run(compiled, {"question": "why"}) == {"answer": "3"}
    assert chunks(compiled, {"question": "why"}, stream_mode="values")[-1] == {
        "question": "why",
        "steps": [{"question": "why"}, {"secret": 3}],
        "secret": 3,
        "answer": "3",
    }


def test_only_the_input_schemas_keys_may_be_given(run: Door):
    graph = StateGraph(Whole, input_schema=Input).add_node(thinks).add_edge(START, "thinks").compile()
    with pytest.raises(InvalidUpdateError, match="the input wrote an unknown key 'answer'; known are 'question'"):
        run(graph, {"question": "why", "answer": "?"})


def test_a_nodes_input_schema_wins_over_its_annotation(run: Door):
    def node(state: Whole) -> dict[str, Any]:
        return {"steps": [sorted(state)]}

    graph = StateGraph(Whole).add_node(node, input_schema=Input).add_edge(START, "node").compile()
    assert run(graph, {"question": "why"}) == {"question": "why", "steps": [["question"]]}


def test_a_node_gets_only_keys_that_are_set(run: Door):
    graph = single(lambda state: {"log": [sorted(state)]})
    assert run(graph, {"n": 1}) == {"log": [["log", "n"]], "n": 1}


def test_a_state_without_keys_is_one_value(run: Door, chunks: Door):
    def collects(state: list[int]) -> list[int]:
        return [len(state)]

    counts = StateGraph(int).add_node("add", lambda n: n + 1).add_node("nothing", lambda n: None)
    counts.add_edge(START, "add").add_edge("add", "nothing")
    assert run(counts.compile(), 0) == 1
    assert chunks(counts.compile(), 0, stream_mode="values") == [0, 1]
    assert chunks(counts.compile(), 0) == [{"add": 1}, {"nothing": None}]
    assert run(single(collects, state=Annotated[list, operator.add]), [7]) == [7, 1]
    assert run(single(lambda state: {"x": 1}, state=dict), {"y": 2}) == {"x": 1}
    assert run(single(lambda state: {}, state=dict), {"y": 2}) == {}
    assert run(single(lambda state: {"__root__": 1}, state=dict), {"y": 2}) == {"__root__": 1}
    assert run(single(lambda state: [state], state=list), [1]) == [[1]]


def test_a_state_without_keys_needs_an_input_too(run: Door):
    with pytest.raises(EmptyInputError, match="graph 'StateGraph' was given no input") as raised:
        run(single(lambda n: n, state=int), None)
    assert "keys" not in str(raised.value)


def test_a_sub_graph_whose_state_is_one_dict_keeps_its_input(run: Door):
    inner = single(lambda state: {**state, "inner": 1}, state=dict)
    assert run(single(inner, state=dict), {"outer": 1}) == {"outer": 1, "inner": 1}
    assert run(single(lambda state: inner.invoke({"n": 1}), state=dict), {}) == {"n": 1, "inner": 1}


class Managed(TypedDict):
    log: Annotated[list, operator.add]
    last: IsLastStep
    left: RemainingSteps


def test_managed_values_are_computed_where_they_are_read(run: Door):
    def again(state: Managed) -> dict[str, Any]:
        return {"log": [(state["last"], state["left"])]}

    graph = StateGraph(Managed).add_node(again).add_edge(START, "again")
    graph.add_conditional_edges("again", lambda state: "__end__" if state["last"] else "again", ["again", "__end__"])
    assert run(graph.compile(), {"log": []}, {"recursion_limit": 3}) == {
        "log": [(False, 2), (False, 1), (True, 0)],
    }
    assert list(graph.channels) == ["log"]


def test_managed_values_are_not_part_of_what_is_shown(run: Door, chunks: Door):
    graph = single(lambda state: {"log": [state["left"]]}, state=Managed)
    assert chunks(graph, {}, {"recursion_limit": 5}, stream_mode="values") == [{"log": [4]}]


@pytest.mark.parametrize(
    ("write", "message"),
    [
        ({"left": 3}, "node 'node' wrote 'left', which the engine computes; leave it out"),
        ({"log": [], "last": True}, "node 'node' wrote 'last', which the engine computes; leave it out"),
    ],
)
def test_managed_values_cannot_be_written(run: Door, write: Any, message: str):
    with pytest.raises(InvalidUpdateError, match=message):
        run(single(lambda state: write, state=Managed), {})


def test_managed_values_cannot_be_given():
    with pytest.raises(InvalidUpdateError, match="the input wrote 'left', which the engine computes; leave it out"):
        single(lambda state: None, state=Managed).invoke({"left": 3})


class Engine(TypedDict):
    left: RemainingSteps


@pytest.mark.parametrize("role", ["input", "output"])
def test_managed_values_have_no_place_in_input_and_output(role: str):
    with pytest.raises(ValueError, match=f"the {role} schema has keys that the engine computes, 'left'; drop them"):
        StateGraph(Managed, **{f"{role}_schema": Engine})


def test_a_state_cannot_be_a_managed_value():
    with pytest.raises(TypeError, match="a state cannot be a value that the engine computes"):
        StateGraph(RemainingSteps)


class Adds(TypedDict):
    key: Annotated[list, operator.add]


class Multiplies(TypedDict):
    key: Annotated[list, operator.mul]


class Keeps(TypedDict):
    key: list


def test_one_key_has_one_rule():
    with pytest.raises(
        ValueError,
        match="key 'key' has two rules: the reducer 'add' from an earlier schema and the reducer 'mul' from "
        "'Multiplies'; annotate it with the same one",
    ):
        StateGraph(Adds, output_schema=Multiplies)
    with pytest.raises(
        ValueError, match="key 'key' has two rules: LastValue from an earlier schema and the reducer 'add'"
    ):
        StateGraph(Keeps, input_schema=Adds)


def test_a_schema_that_only_reads_needs_no_reducer(run: Door):
    def node(state: Keeps) -> dict[str, Any]:
        return {"key": [len(state["key"])]}

    assert run(single(node, state=Adds), {"key": [5]}) == {"key": [5, 1]}
    assert StateGraph(Adds, output_schema=Keeps).channels == {"key": ADD}


def test_a_rule_of_a_private_schema_wins_over_none(run: Door):
    class Other(TypedDict):
        more: list

    class Sums(TypedDict):
        more: Annotated[list, operator.add]

    def first(state: Other) -> None: ...

    def second(state: Sums) -> dict[str, Any]:
        return {"more": [1]}

    graph = StateGraph(State).add_node(first).add_node(second)
    assert graph.channels["more"] == ADD


def test_a_schema_is_read_once():
    graph = StateGraph(State).add_node("a", lambda state: None).add_node("b", lambda state: None, input_schema=Base)
    graph.add_node("c", lambda state: None, input_schema=Base)
    assert list(graph.schemas) == [State, Base]


def test_a_model_that_forbids_more_still_reads_its_own_keys(run: Door):
    class Strict(BaseModel):
        model_config = ConfigDict(extra="forbid")
        n: int

    def node(state: Strict) -> dict[str, Any]:
        return {"word": str(state)}

    assert run(single(node), {"n": 1}) == {"log": [], "n": 1, "word": "n=1"}


def test_a_reducer_that_raises_names_key_and_node(run: Door):
    with pytest.raises(
        ReducerError, match=r"the reducer of key 'log', written by 'node', raised TypeError: "
    ) as raised:
        run(single(lambda state: {"log": "text"}), {})
    assert isinstance(raised.value.__cause__, TypeError)
