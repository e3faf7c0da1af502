"""What a function may ask for besides the state, annotated or not, with real annotations.

`test_postponed.py` asks the same of a module whose annotations are strings.
"""

import functools
from dataclasses import dataclass
from typing import Annotated, Any, Optional, Union

import pytest
from typing_extensions import TypedDict

from stepgraph import START, RunnableConfig, Runtime, StateGraph, StreamWriter
from stepgraph.config import get_config, get_store, get_stream_writer
from stepgraph.runtime import get_runtime
from tests.graph.conftest import Door
from tests.graph.states import State, logging, single


class Context(TypedDict):
    user: str


FORMS: dict[str, tuple[str, Any]] = {}


def form(kind: str) -> Any:
    def register(function: Any) -> Any:
        FORMS[function.__name__] = (kind, function)
        return function

    return register


@form("config")
def by_name(state: State, config): ...


@form("config")
def by_name_with_default(state: State, config=None): ...


@form("config")
def as_a_dict(state: State, config: dict): ...


@form("config")
def as_runnable_config(state: State, config: RunnableConfig): ...


@form("config")
def as_runnable_config_with_default(state: State, config: RunnableConfig = None): ...


@form("config")
def as_optional_config(state: State, config: Optional[RunnableConfig] = None): ...  # noqa: UP045


@form("config")
def as_config_or_none(state: State, config: RunnableConfig | None = None): ...


@form("config")
def as_union(state: State, config: Union[None, RunnableConfig] = None): ...  # noqa: UP007, RUF036


@form("config")
def keyword_only(state: State, *, config: RunnableConfig): ...


@form("config")
def by_annotation_under_another_name(state: State, settings: RunnableConfig): ...


@form("writer")
def writer_by_name(state: State, writer): ...


@form("writer")
def writer_annotated(state: State, writer: StreamWriter): ...


@form("writer")
def writer_by_annotation_under_another_name(state: State, out: StreamWriter): ...


@form("config")
def as_annotated_config(state: State, settings: Annotated[RunnableConfig, "a comment"]): ...


@form("writer")
def writer_or_none(state: State, writer: StreamWriter | None = None): ...


@form("store")
def store_by_name(state: State, store): ...


@form("store")
def store_annotated(state: State, store: Any = "default"): ...


@form("runtime")
def runtime_by_name(state: State, runtime): ...


@form("runtime")
def runtime_annotated(state: State, rt: Runtime): ...


@form("runtime")
def runtime_of_a_context(state: State, runtime: Runtime[Context]): ...


@form("runtime")
def runtime_of_a_context_or_none(state: State, run: Runtime[Context] | None = None): ...


@form("previous")
def previous_by_name(state: State, previous): ...


AMBIENT = {
    "config": get_config,
    "writer": get_stream_writer,
    "store": get_store,
    "runtime": get_runtime,
    "previous": lambda: None,
}


@pytest.mark.parametrize("name", FORMS)
def test_a_parameter_is_filled_with_what_the_ambient_functions_return(run: Door, name: str):
    kind, function = FORMS[name]
    got: list[Any] = []

    @functools.wraps(function)
    def node(*args: Any, **kwargs: Any) -> None:
        (asked,) = kwargs.values()
        got.append(asked is AMBIENT[kind]())

    store = object()
    graph = StateGraph(State).add_node("node", node).add_edge(START, "node").compile(store=store)
    run(graph, {}, stream_mode="custom")
    assert got == [True]


def test_everything_at_once_in_any_order(run: Door):
    seen: dict[str, Any] = {}

    def node(state: State, runtime: Runtime, *, store: Any, config: RunnableConfig, writer: StreamWriter) -> None:
        seen.update(runtime=runtime, store=store, config=config, writer=writer)

    store = object()
    graph = StateGraph(State, Context).add_node(node).add_edge(START, "node").compile(store=store)
    run(graph, {}, {"configurable": {"x": 1}}, context={"user": "Ann"})
    assert (seen["runtime"].context, seen["runtime"].store, seen["store"]) == ({"user": "Ann"}, store, store)
    assert (seen["config"]["configurable"]["x"], seen["runtime"].stream_writer) == (1, seen["writer"])


def test_routers_are_given_the_same(run: Door):
    seen = []

    def router(state: State, config: RunnableConfig, runtime: Runtime) -> str:
        seen.append((config["metadata"]["langgraph_node"], runtime.context))
        return "b"

    graph = logging("a", "b").add_edge(START, "a").add_conditional_edges("a", router, ["b"]).compile()
    assert run(graph, {}, context={"user": "Ann"}) == {"log": ["a", "b"]}
    assert seen == [("a", {"user": "Ann"})]


def test_other_parameters_keep_their_defaults(run: Door):
    def node(state: State, other: int = 1, writer: int = 2, config: str = "c") -> State:
        return {"n": other + writer, "word": config}

    assert run(single(node), {}) == {"log": [], "n": 3, "word": "c"}


def test_what_a_partial_binds_is_not_filled(run: Door):
    def node(state: State, config: Any, n: int) -> State:
        return {"n": n, "word": config}

    assert run(single(functools.partial(node, config="bound", n=7)), {}) == {"log": [], "n": 7, "word": "bound"}


def test_starred_parameters_get_nothing(run: Door):
    def node(state: State, *args: Any, **kwargs: Any) -> State:
        return {"word": f"{args} {kwargs}"}

    assert run(single(node), {})["word"] == "() {}"


def test_a_bound_method_and_a_callable_object_are_given_what_they_ask_for(run: Door):
    class Asking:
        def method(self, state: State, config: RunnableConfig) -> State:
            return {"n": config["configurable"]["n"]}

        def __call__(self, state: State, *, runtime: Runtime) -> State:
            return {"word": runtime.context}

    graph = StateGraph(State).add_sequence([("method", Asking().method), ("object", Asking())])
    result = run(graph.set_entry_point("method").compile(), {}, {"configurable": {"n": 4}}, context="hi")
    assert result == {"log": [], "n": 4, "word": "hi"}


def test_an_object_with_invoke_is_given_the_config(run: Door):
    class Asking:
        def invoke(self, input: Any, config: Any) -> Any:
            return {"n": config["configurable"]["n"]}

    assert run(single(Asking()), {}, {"configurable": {"n": 4}})["n"] == 4


def test_a_builtin_without_a_signature_gets_the_state_only(run: Door):
    assert run(single(max, state=list), [3, 1]) == 3


def test_a_context_given_as_a_dict_is_made_an_instance_of_its_class(run: Door):
    @dataclass
    class Settings:
        user: str
        level: int = 1

    graph = StateGraph(State, Settings).add_node(
        "node", lambda state, runtime: {"word": runtime.context.user, "n": runtime.context.level}
    )
    graph.add_edge(START, "node")
    assert run(graph.compile(), {}, context={"user": "Ann"}) == {"log": [], "n": 1, "word": "Ann"}
    assert run(graph.compile(), {}, context=Settings("Bob", 2)) == {"log": [], "n": 2, "word": "Bob"}


@pytest.mark.parametrize("door", [get_config, get_store, get_stream_writer, get_runtime])
def test_outside_of_a_node_there_is_nothing_to_get(door: Any):
    with pytest.raises(RuntimeError, match=rf"{door.__name__}\(\) was called outside of a running node; call it in a"):
        door()
