"""Conditional edges: what routers see, what they may return, where it leads."""

import re
from typing import Any, Literal

import pytest
from typing_extensions import TypedDict

from stepgraph import END, START, Send, StateGraph
from stepgraph.errors import InvalidGraphError, InvalidUpdateError
from tests.graph.conftest import Door
from tests.graph.states import State, logging, logs


def routed(path: Any, path_map: Any = None, *names: str) -> Any:
    """`a` runs, then the router decides between `b` and `c`."""
    graph = logging("a", *(names or "bc")).add_edge(START, "a")
    return graph.add_conditional_edges("a", path, path_map).compile()


class Ask:
    """A router that is an object with `invoke` and `ainvoke`."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def invoke(self, input: Any, config: Any = None) -> Any:
        return self.answer

    async def ainvoke(self, input: Any, config: Any = None) -> Any:
        return self.answer


@pytest.mark.parametrize(
    ("answer", "log"),
    [
        ("b", ["a", "b"]),
        ("c", ["a", "c"]),
        (END, ["a"]),
        ([], ["a"]),
        (["b", "c"], ["a", "b", "c"]),
        (("c", "b"), ["a", "b", "c"]),
        (["b", "b"], ["a", "b"]),
        (["b", END], ["a", "b"]),
        (Send("b", {}), ["a", "b"]),
        ([Send("c", {}), Send("b", {}), Send("c", {})], ["a", "c", "b", "c"]),
        ([Send("b", {}), "c"], ["a", "c", "b"]),
    ],
    ids=str,
)
def test_a_router_may_return_nodes_sends_and_end(run: Door, answer: Any, log: list[str]):
    assert run(routed(lambda state: answer), {}) == {"log": log}
    assert run(routed(Ask(answer)), {}) == {"log": log}


async def test_a_router_may_be_async():
    async def router(state: State) -> str:
        return "c"

    assert await routed(router).ainvoke({}) == {"log": ["a", "c"]}


@pytest.mark.parametrize(
    ("answer", "path_map", "log"),
    [
        (True, {True: "b", False: "c"}, ["a", "b"]),
        (False, {True: "b", False: "c"}, ["a", "c"]),
        ("stop", {"stop": END, "go": "b"}, ["a"]),
        (["yes", "no"], {"yes": "b", "no": "c"}, ["a", "b", "c"]),
        (("x", 1), {"x": "b", 1: "c"}, ["a", "b", "c"]),
        (None, {None: "b"}, ["a", "b"]),
        ("b", ["b", "c"], ["a", "b"]),
        (END, ["b", END], ["a"]),
        ("c", ("b", "c"), ["a", "c"]),
        (Send("c", {}), {"x": "b"}, ["a", "c"]),
        ("b", {}, ["a", "b"]),
        ("b", [], ["a", "b"]),
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore::stepgraph.errors.UnreachableNodeWarning")
def test_a_path_map_translates_what_a_router_returns(run: Door, answer: Any, path_map: Any, log: list[str]):
    assert run(routed(lambda state: answer, path_map), {}) == {"log": log}


def test_a_literal_hint_is_a_path_map():
    def router(state: State) -> Literal["b", "c"]:
        return "b"

    graph = logging("a", "b", "c").add_edge(START, "a").add_conditional_edges("a", router)
    assert graph.branches["a"]["router"].ends == {"b": "b", "c": "c"}


def test_a_path_map_wins_over_a_literal_hint(run: Door):
    def router(state: State) -> Literal["left", "right"]:
        return "right"

    assert run(routed(router, {"left": "b", "right": "c"}), {}) == {"log": ["a", "c"]}


def test_a_hint_of_another_kind_declares_nothing():
    def router(state: State) -> str:
        return "b"

    graph = logging("a", "b").add_edge(START, "a").add_conditional_edges("a", router)
    assert graph.branches["a"]["router"].ends is None


def test_a_router_sees_its_nodes_writes_and_not_those_of_siblings(run: Door):
    seen: dict[str, Any] = {}

    def watches(name: str) -> Any:
        def router(state: State) -> str:
            seen[name] = dict(state)
            state["log"] = ["edits its own copy"]
            return END

        return router

    graph = StateGraph(State).add_node("a", logs("a", n=1)).add_node("b", logs("b", word="w"))
    for name in "ab":
        graph.add_edge(START, name).add_conditional_edges(name, watches(name), [END])
    assert run(graph.compile(), {"log": ["in"]}) == {"log": ["in", "a", "b"], "n": 1, "word": "w"}
    assert seen == {"a": {"log": ["in", "a"], "n": 1}, "b": {"log": ["in", "b"], "word": "w"}}


def test_a_router_reads_the_part_of_the_state_that_it_asks_for(run: Door):
    class Part(TypedDict):
        n: int

    seen = []

    def router(state: Part) -> str:
        seen.append(state)
        return END

    run(routed(router), {"n": 1, "word": "w"})
    assert seen == [{"n": 1}]


def test_several_routers_of_one_node_all_count(run: Door):
    graph = logging("a", "b", "c").add_edge(START, "a")
    graph.add_conditional_edges("a", lambda state: "c", ["c"]).add_conditional_edges("a", lambda state: "b", ["b"])
    assert list(graph.branches["a"]) == ["condition", "condition_2"]
    assert run(graph.compile(), {}) == {"log": ["a", "b", "c"]}


def test_an_edge_beside_a_router_leads_there_too(run: Door):
    graph = logging("a", "b", "c").add_edge(START, "a").add_edge("a", "b")
    graph.add_conditional_edges("a", lambda state: ["b", "c"], ["b", "c"])
    assert run(graph.compile(), {}) == {"log": ["a", "b", "c"]}


def test_a_conditional_entry_point_sees_the_input(run: Door):
    graph = logging("a", "b").set_conditional_entry_point(lambda state: state["word"], {"x": "a", "y": "b"}).compile()
    assert run(graph, {"word": "y"}) == {"log": ["b"], "word": "y"}
    assert run(graph, {"word": "x"}) == {"log": ["a"], "word": "x"}


def test_a_conditional_entry_point_may_end_at_once_or_send(run: Door):
    graph = logging("a").set_conditional_entry_point(
        lambda state: [Send("a", {})] * state["n"] if state["n"] else END, ["a", END]
    )
    assert run(graph.compile(), {"n": 0}) == {"log": [], "n": 0}
    assert run(graph.compile(), {"n": 2}) == {"log": ["a", "a"], "n": 2}


def test_two_routers_of_one_node_need_two_names():
    def router(state: State) -> str:
        return END

    graph = logging("a").add_conditional_edges("a", router)
    with pytest.raises(
        ValueError, match="node 'a' already has a router 'router'; give the second function another name"
    ):
        graph.add_conditional_edges("a", router)


@pytest.mark.parametrize("path", [5, "b", None])
def test_what_cannot_be_a_router(path: Any):
    with pytest.raises(
        TypeError, match=r"must be a function of the state, or an object with invoke\(\) or ainvoke\(\)"
    ):
        logging("a").add_conditional_edges("a", path)


@pytest.mark.parametrize(
    ("answer", "path_map", "message"),
    [
        (
            "north",
            None,
            "router 'condition' of 'a' leads to 'north', which is not a node; nodes are 'a', 'b', 'c' and END",
        ),
        ("planer", None, "leads to 'planer', which is not a node; did you mean 'planner'?"),
        (None, None, "leads to None, which is not a node"),
        (3, None, "leads to 3, which is not a node"),
        ({"b"}, None, "leads to {'b'}, which is not a node"),
        (START, None, "leads to '__start__', which is not a node"),
        ([Send("nowhere", 1)], None, "router 'condition' of 'a', with Send, leads to 'nowhere', which is not a node"),
        (Send(END, 1), None, "with Send, leads to '__end__', which is not a node"),
        ("c", ["b"], "router 'condition' of 'a' returned 'c', which its path map does not have; it maps 'b'"),
        (END, {"yes": "b"}, "returned '__end__', which its path map does not have; it maps 'yes'"),
        ("yess", {"yes": "b"}, "returned 'yess', which its path map does not have; did you mean 'yes'?; it maps 'yes'"),
        ({"x": 1}, {"x": "b"}, "router 'condition' of 'a' returned {'x': 1}, which its path map does not have"),
        (None, {True: "b"}, "returned None, which its path map does not have; it maps 'True'"),
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore::stepgraph.errors.UnreachableNodeWarning")
def test_a_router_that_leads_nowhere_is_an_error(run: Door, answer: Any, path_map: Any, message: str):
    names = ("b", "planner") if isinstance(answer, str) and answer == "planer" else ("b", "c")
    with pytest.raises(InvalidUpdateError, match=re.escape(message)):
        run(routed(lambda state: answer, path_map, *names), {})


def test_a_literal_hint_binds_the_router(run: Door):
    def router(state: State) -> Literal["b"]:
        return "c"  # type: ignore[return-value]

    graph = logging("a", "b", "c").add_edge(START, "a").add_edge(START, "c").add_conditional_edges("a", router)
    with pytest.raises(
        InvalidUpdateError, match="router 'router' of 'a' returned 'c', which its path map does not have"
    ):
        run(graph.compile(), {})


def test_a_path_map_to_nowhere_is_found_at_compile_time():
    with pytest.raises(
        InvalidGraphError,
        match="the conditional edge 'condition' from 'a' leads at 'd', which is not a node; nodes are 'a', 'b', 'c'",
    ):
        routed(lambda state: "x", {"x": "d"})
