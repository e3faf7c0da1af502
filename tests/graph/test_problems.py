"""What is wrong with a graph is found when it is compiled, all of it; a call that is refused leaves nothing behind."""

import copy
import pickle
import warnings
from typing import Annotated, Any, Literal

import pytest
from typing_extensions import TypedDict

from stepgraph import END, START, Command, StateGraph
from stepgraph.errors import InvalidGraphError, UnreachableNodeWarning
from tests.graph.conftest import Door
from tests.graph.states import State, logging, logs


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
