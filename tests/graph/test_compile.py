"""compile: a graph that runs, and a builder that stays as it was."""

import copy
import pickle
import warnings
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel
from pydantic.dataclasses import dataclass as checked
from typing_extensions import NotRequired, TypedDict

from stepgraph import END, START, Command, CompiledStateGraph, RetryPolicy, StateGraph
from stepgraph.errors import InvalidGraphError, InvalidUpdateError, StateMutationWarning, UnreachableNodeWarning
from stepgraph.graph.parts import NodeDefaults
from tests.graph.conftest import Door
from tests.graph.states import State, logging, logs, single

ONCE = RetryPolicy(max_attempts=1)
QUICK = RetryPolicy(initial_interval=0, max_attempts=2, jitter=False, retry_on=ConnectionError)


def everything() -> StateGraph[Any, Any, Any, Any]:
    graph = logging("a", "b", "c").set_node_defaults(retry_policy=QUICK)
    graph.add_edge(START, "a").add_edge("a", "b").add_edge(["a", "b"], "c")
    return graph.add_conditional_edges("c", lambda state: END, [END])


def described(graph: StateGraph[Any, Any, Any, Any]) -> dict[str, Any]:
    """Everything that a builder was told, copied as far as it can change."""
    copied = {name: copy.copy(value) for name, value in vars(graph).items()}
    copied["branches"] = {source: dict(branches) for source, branches in graph.branches.items()}
    return copied


def test_compiling_leaves_the_builder_as_it_was():
    graph = everything()
    before = described(graph)
    graph.compile()
    assert described(graph) == before


def test_a_graph_compiles_as_often_as_one_likes(run: Door):
    graph = everything()
    first, second = graph.compile(name="first"), graph.compile(name="second")
    assert run(first, {}) == run(second, {}) == {"log": ["a", "b", "c"]}
    assert (first.get_name(), second.get_name(), first.builder) == ("first", "second", graph)


def test_a_graph_grows_after_it_was_compiled(run: Door):
    graph = logging("a").add_edge(START, "a")
    before = graph.compile()
    graph.add_node("b", logs("b")).add_edge("a", "b")
    assert run(before, {}) == {"log": ["a"]}
    assert run(graph.compile(), {}) == {"log": ["a", "b"]}


def test_a_new_key_after_compiling_is_not_the_old_graphs(run: Door):
    class More(TypedDict):
        more: int

    def writes(state: More) -> dict[str, Any]:
        return {"more": 1}

    graph = StateGraph(State).add_node("a", lambda state: {"more": 1}).add_edge(START, "a")
    before = graph.compile()
    graph.add_node(writes).add_edge("a", "writes")
    with pytest.raises(InvalidUpdateError, match="node 'a' wrote an unknown key 'more'"):
        run(before, {})


def test_what_a_compiled_graph_shows():
    graph = everything()
    compiled = graph.compile()
    assert type(compiled) is CompiledStateGraph
    assert list(compiled.nodes) == [START, "a", "b", "c"]
    assert list(compiled.channels) == [
        "log",
        "n",
        "word",
        "branch:to:a",
        "branch:to:b",
        "branch:to:c",
        "join:a+b:c",
        "__pregel_tasks",
    ]
    assert (compiled.input_channels, compiled.output_channels) == (["log", "n", "word"], ["log", "n", "word"])
    assert (compiled.stream_channels, compiled.stream_mode, compiled.name) == (
        ["log", "n", "word"],
        "updates",
        "StateGraph",
    )


def test_a_config_of_the_graph_is_merged_under_that_of_the_call(run: Door):
    seen = []

    def node(state: State, config: Any) -> None:
        seen.append(({key: config["configurable"][key] for key in "ab"}, config["tags"]))

    graph = StateGraph(State).add_node(node).add_edge(START, "node")
    compiled = graph.compile(config={"configurable": {"a": 1, "b": 1}, "tags": ["graph"]})
    run(compiled.with_config(tags=["bound"]), {}, {"configurable": {"b": 2}, "tags": ["call"]})
    assert seen == [({"a": 1, "b": 2}, ["graph", "bound", "call"])]


def failing(times: int, error: type[Exception] = ConnectionError) -> Any:
    left = [times]

    def node(state: State) -> dict[str, Any]:
        if left[0]:
            left[0] -= 1
            raise error(f"{left[0]} left")
        return {"word": "done"}

    return node


def test_node_defaults_reach_nodes_whenever_they_are_added(run: Door):
    graph = StateGraph(State).add_node("a", failing(1)).set_node_defaults(retry_policy=QUICK).add_node("b", failing(1))
    graph.add_edge(START, "a").add_edge("a", "b").set_node_defaults()
    assert graph.defaults == NodeDefaults((QUICK,))
    assert run(graph.compile(), {}) == {"log": [], "word": "done"}


@pytest.mark.parametrize("own", [ONCE, [ONCE], ()])
def test_a_nodes_own_policy_wins_over_the_default(run: Door, own: Any):
    graph = StateGraph(State).set_node_defaults(retry_policy=[QUICK]).add_node("a", failing(1), retry_policy=own)
    with pytest.raises(ConnectionError, match="0 left"):
        run(graph.add_edge(START, "a").compile(), {})


def test_defaults_do_not_reach_into_sub_graphs(run: Door):
    inner = single(failing(1))
    calls = []

    def outer(state: State) -> Any:
        calls.append(1)
        return inner.invoke({})

    graph = StateGraph(State).set_node_defaults(retry_policy=QUICK).add_node("outer", outer).add_edge(START, "outer")
    assert run(graph.compile(), {}) == {"log": [], "word": "done"}
    assert len(calls) == 2


def test_unknown_keys_may_be_ignored(run: Door):
    graph = StateGraph(State).add_node("a", lambda state: {"n": 1, "unknown": 2}).add_edge(START, "a")
    graph.add_node("b", lambda state: Command(update=[("word", "w"), ("unknown", 1)])).add_edge("a", "b")
    assert run(graph.compile(unknown_keys="ignore"), {"other": 3}) == {"log": [], "n": 1, "word": "w"}


def test_a_store_reaches_nodes(run: Door):
    store = object()
    graph = StateGraph(State).add_node("a", lambda state, store: {"word": store}).add_edge(START, "a")
    assert run(graph.compile(store=store), {})["word"] is store


def test_debug_reports_an_edit_in_place(run: Door):
    def edits(state: State) -> None:
        state["log"].append("in place")

    graph = StateGraph(State).add_node(edits).add_edge(START, "edits").compile(debug=True)
    with pytest.warns(StateMutationWarning, match="node 'edits' edited the value of key 'log' in place"):
        run(graph, {"log": ["x"]})


# What is wrong with a graph is found at once, all of it.


def test_all_problems_come_in_one_report():
    graph = logging("plan", "act").add_edge("plan", "atc").add_edge("nowhere", "act").add_edge(["plan", "gone"], "away")
    graph.add_conditional_edges("lost", lambda state: "x", {"x": "act"})
    graph.add_conditional_edges("act", lambda state: "x", {"x": "nothing", "y": END, "z": "plan"})
    graph.add_node("goes", logs("goes"), destinations=["plann", END])
    with pytest.raises(InvalidGraphError) as raised:
        graph.compile(name="demo")
    nodes = "nodes are 'act', 'goes', 'plan'"
    assert raised.value.problems == (
        f"the edge 'nowhere' -> 'act' starts at 'nowhere', which is not a node; {nodes}",
        f"the edge 'plan' -> 'atc' ends at 'atc', which is not a node; did you mean 'act'?; {nodes}",
        f"the join ['plan', 'gone'] -> 'away' starts at 'gone', which is not a node; did you mean 'goes'?; {nodes}",
        f"the join ['plan', 'gone'] -> 'away' ends at 'away', which is not a node; {nodes}",
        f"the conditional edge 'condition' from 'lost' starts at 'lost', which is not a node; {nodes}",
        f"the conditional edge 'condition' from 'act' leads at 'nothing', which is not a node; {nodes}",
        f"a Command of node 'goes' leads at 'plann', which is not a node; did you mean 'plan'?; {nodes}",
        "no edge leads from START, so nothing would ever run; call add_edge(START, …) or set_entry_point(…)",
    )
    assert str(raised.value).startswith("graph 'demo' cannot be compiled, 8 problems:\n  - the edge 'nowhere'")


def test_one_problem_is_counted_as_one():
    with pytest.raises(InvalidGraphError, match="graph 'StateGraph' cannot be compiled, 1 problem:\n  - no edge leads"):
        StateGraph(State).compile()


def test_validate_finds_the_same_without_compiling():
    graph = logging("a")
    with pytest.raises(InvalidGraphError, match="graph 'StateGraph' cannot be compiled, 1 problem"):
        graph.validate()
    assert graph.add_edge(START, "a").validate() is graph


@pytest.mark.parametrize(
    ("edges", "joins", "problems"),
    [
        pytest.param([(START, "a")], [(("a", "b"), "b")], [(["a", "b"], "b", "'b'")], id="on its own target"),
        pytest.param([(START, "a"), ("b", "c")], [(("a", "c"), "b")], [(["a", "c"], "b", "'c'")], id="on what follows"),
        pytest.param(
            [(START, "a")],
            [(("a", "c"), "b"), (("a", "b"), "c")],
            [(["a", "b"], "c", "'b'"), (["a", "c"], "b", "'c'")],
            id="on each other",
        ),
        pytest.param([(START, "a"), ("a", "b"), ("b", "c")], [(("b", "c"), "a")], [], id="on what comes before"),
        pytest.param([(START, "a")], [(("a", "b"), "c")], [], id="on what only a command may reach"),
    ],
)
@pytest.mark.filterwarnings("ignore::stepgraph.errors.UnreachableNodeWarning")
def test_a_join_that_can_never_fire_is_refused(edges: Any, joins: Any, problems: Any):
    graph = logging("a", "b", "c")
    for edge in (*edges, *joins):
        graph.add_edge(*edge)
    sentences = tuple(
        f"the join {sources} -> {target!r} can never fire: {missing} can run only after it; if a "
        "Command leads there, name it in destinations= or in a return hint"
        for sources, target, missing in problems
    )
    if not problems:
        graph.compile()
        return
    with pytest.raises(InvalidGraphError) as raised:
        graph.compile()
    assert raised.value.problems == sentences


def lead_by_map(graph: StateGraph[Any, Any, Any, Any]) -> None:
    graph.add_node("b", logs("b")).add_conditional_edges("b", lambda state: "c", ["c"])


def lead_by_command(graph: StateGraph[Any, Any, Any, Any]) -> None:
    graph.add_node("b", logs("b"), destinations=["c"])


@pytest.mark.parametrize("lead", [lead_by_map, lead_by_command])
def test_a_join_on_what_its_target_leads_to_is_refused(lead: Any):
    graph = logging("a", "c").add_edge(START, "a").add_edge(["a", "c"], "b")
    lead(graph)
    with pytest.raises(InvalidGraphError) as raised:
        graph.compile()
    assert raised.value.problems == (
        "the join ['a', 'c'] -> 'b' can never fire: 'c' can run only after it; if a Command leads there, name it in "
        "destinations= or in a return hint",
    )


def test_a_join_that_a_router_without_a_map_may_feed_is_accepted():
    graph = logging("a", "b", "c").add_edge(START, "a").add_edge("c", "b").add_edge(["a", "b"], "c")
    graph.add_conditional_edges("a", lambda state: "b")
    graph.compile()


def leads_to_b(state: State) -> Command[Literal["b"]]:
    return Command(goto="b")


@pytest.mark.parametrize(
    "connect",
    [
        lambda graph: graph.add_edge("a", "b"),
        lambda graph: graph.add_edge(["a"], "b"),
        lambda graph: graph.add_edge("a", "x").add_node("x", leads_to_b),
        lambda graph: graph.add_node("x", logs("x"), destinations=["b"]).add_edge("a", "x"),
        lambda graph: graph.add_conditional_edges("a", lambda state: "b", ["b"]),
        lambda graph: graph.add_conditional_edges("a", lambda state: "b"),
        lambda graph: graph.set_conditional_entry_point(lambda state: "b", {"b": "b"}),
    ],
)
def test_a_node_that_something_declared_leads_to_is_no_surprise(connect: Any):
    graph = logging("a", "b").add_edge(START, "a")
    connect(graph)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        graph.compile()


def test_a_node_that_nothing_declared_leads_to_is_named():
    graph = logging("a", "island", "beyond").add_edge(START, "a").add_edge("island", "beyond")
    with pytest.warns(UnreachableNodeWarning) as warned:
        graph.compile(name="demo")
    assert [str(warning.message) for warning in warned] == [
        f"nothing that graph 'demo' declares leads to node {name!r}; add an edge, or name it in a path map, in "
        "destinations= or in the return hint Command[Literal[…]] of the node that leads there"
        for name in ("island", "beyond")
    ]


def test_the_warning_points_at_the_line_that_compiles():
    graph = logging("a", "island").add_edge(START, "a")
    with pytest.warns(UnreachableNodeWarning) as warned:
        graph.compile()
    assert warned[0].filename == __file__


def test_an_undeclared_command_reaches_such_a_node_all_the_same(run: Door):
    graph = logging("island").add_node("a", lambda state: Command(goto="island")).add_edge(START, "a")
    with pytest.warns(UnreachableNodeWarning):
        compiled = graph.compile()
    assert run(compiled, {}) == {"log": ["island"]}


# A call that is refused leaves nothing behind.


def test_a_node_that_is_refused_leaves_no_keys_behind():
    class Private(TypedDict):
        secret: int

    def wrong(state: Private, nothing_fills_this: int) -> None: ...

    graph = StateGraph(State)
    with pytest.raises(TypeError, match="nothing_fills_this"):
        graph.add_node(wrong)
    assert (list(graph.channels), list(graph.schemas)) == (["log", "n", "word"], [State])


def test_a_schema_that_is_refused_leaves_no_keys_behind():
    class Clash(TypedDict):
        fresh: int
        n: Annotated[int, lambda left, right: right]

    graph = StateGraph(State)
    with pytest.raises(ValueError, match="key 'n' has two rules"):
        graph.add_node("a", logs("a"), input_schema=Clash)
    assert (list(graph.channels), graph.nodes) == (["log", "n", "word"], {})


def test_a_router_that_is_refused_leaves_no_entry_point_behind():
    graph = logging("a")
    with pytest.raises(TypeError):
        graph.set_conditional_entry_point(5)  # type: ignore[arg-type]
    assert graph.branches == {}
    with pytest.raises(InvalidGraphError, match="no edge leads from START"):
        graph.compile()


def test_an_edge_to_several_nodes_says_what_to_do():
    with pytest.raises(TypeError, match=r"an edge ends at one node, got \['b', 'c'\]; call add_edge\(\) once for each"):
        logging("a", "b", "c").add_edge("a", ["b", "c"])  # type: ignore[arg-type]


def test_a_path_map_to_several_nodes_says_what_to_do():
    targets: Any = {"both": ["b", "c"]}
    with pytest.raises(
        TypeError, match=r"the path map of router 'condition' maps 'both' to \['b', 'c'\]; it maps to one"
    ):
        logging("a", "b", "c").add_conditional_edges("a", lambda state: "both", targets)


@pytest.mark.parametrize("twin", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))], ids=["copy", "pickle"])
def test_the_report_of_a_graph_can_be_copied(twin: Any):
    error = InvalidGraphError("demo", ["one", "two"])
    assert (str(twin(error)), twin(error).problems) == (str(error), ("one", "two"))


# JSON schemas.


class Shape(TypedDict):
    text: str
    items: Annotated[list[int], lambda left, right: left + right]
    maybe: NotRequired[int]


def test_json_schemas_of_typed_dicts():
    compiled = StateGraph(Shape, output_schema=State).add_node("a", logs("a")).add_edge(START, "a").compile()
    assert compiled.get_input_jsonschema() == {
        "properties": {
            "text": {"title": "Text", "type": "string"},
            "items": {"items": {"type": "integer"}, "title": "Items", "type": "array"},
            "maybe": {"title": "Maybe", "type": "integer"},
        },
        "required": ["text", "items"],
        "title": "Shape",
        "type": "object",
    }
    assert compiled.get_output_jsonschema()["title"] == "State"
    assert compiled.get_context_jsonschema() is None


def test_json_schemas_of_models_states_without_keys_and_contexts():
    class Model(BaseModel):
        n: int

    @dataclass
    class Settings:
        user: str

    compiled = StateGraph(Model, Settings).add_node("a", lambda state: None).add_edge(START, "a").compile()
    assert compiled.get_input_jsonschema() == Model.model_json_schema()
    assert compiled.get_context_jsonschema() == {
        "properties": {"user": {"title": "User", "type": "string"}},
        "required": ["user"],
        "title": "Settings",
        "type": "object",
    }
    root = single(lambda state: None, state=Annotated[list[int], lambda left, right: left + right])
    expected = {"items": {"type": "integer"}, "type": "array"}
    assert root.get_input_jsonschema() == {**expected, "title": "StateGraphInput"}
    assert root.get_output_jsonschema() == {**expected, "title": "StateGraphOutput"}


class Odd(TypedDict, total=False):
    copy: int
    schema: int
    _hidden: int


@checked
class Checked:
    n: int = 0


@pytest.mark.parametrize(("state", "keys"), [(Odd, ["copy", "schema", "_hidden"]), (Checked, ["n"])])
def test_any_key_has_its_place_in_the_json_schema(state: Any, keys: list[str]):
    assert list(single(lambda state: None, state=state).get_input_jsonschema()["properties"]) == keys
