"""Command: an update and a destination in one value."""

import asyncio
import re
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from stepgraph import END, START, Command, Overwrite, Send, StateGraph
from stepgraph.errors import InvalidUpdateError
from tests.graph.conftest import Door
from tests.graph.states import State, logging, logs


def commanding(answer: Any, *names: str) -> Any:
    """`a` returns the answer; the other nodes log their names."""
    graph = logging(*(names or "bc")).add_node("a", lambda state: answer, destinations=names or ("b", "c"))
    return graph.add_edge(START, "a").compile()


@pytest.mark.parametrize(
    ("goto", "log"),
    [
        ("b", ["b"]),
        (["b"], ["b"]),
        (["c", "b"], ["b", "c"]),
        (("b", "b"), ["b"]),
        (END, []),
        (["b", END], ["b"]),
        ([], []),
        ((), []),
        (Send("b", {}), ["b"]),
        ([Send("c", {}), Send("b", {}), "c"], ["c", "c", "b"]),
        ("a", None),
    ],
    ids=str,
)
def test_goto(run: Door, goto: Any, log: Any):
    if log is None:
        turns = iter([Command(goto="a"), Command(update={"log": ["twice"]})])
        graph = StateGraph(State).add_node("a", lambda state: next(turns)).add_edge(START, "a").compile()
        assert run(graph, {}) == {"log": ["twice"]}
    else:
        assert run(commanding(Command(goto=goto)), {}) == {"log": log}


@dataclass
class Data:
    n: int
    word: str = "data"


class Model(BaseModel):
    n: int
    word: str | None = None


@pytest.mark.parametrize(
    ("update", "result"),
    [
        (None, {}),
        ({}, {}),
        ({"n": 1}, {"n": 1}),
        ([("n", 1), ("word", "w")], {"n": 1, "word": "w"}),
        ((("log", ["x"]), ("log", ["y"])), {"log": ["x", "y"]}),
        ([], {}),
        (Data(1), {"n": 1, "word": "data"}),
        (Model(n=1), {"n": 1}),
        ({"log": Overwrite(["only"])}, {"log": ["only"]}),
    ],
    ids=str,
)
def test_updates(run: Door, update: Any, result: Any):
    assert run(commanding(Command(update=update, goto="b"), "b"), {}) == {
        **result,
        "log": [*result.get("log", []), "b"],
    }


def test_a_command_adds_to_static_edges(run: Door):
    graph = logging("b", "c").add_node("a", lambda state: Command(goto="b"), destinations=("b",))
    graph.add_edge(START, "a").add_edge("a", "c").add_edge("a", "b")
    assert run(graph.compile(), {}) == {"log": ["b", "c"]}


def test_a_command_is_routed_too(run: Door):
    seen = []

    def router(state: State) -> str:
        seen.append(state["n"])
        return "c"

    graph = logging("b", "c").add_node("a", lambda state: Command(goto="b", update={"n": 4}), destinations=["b"])
    graph.add_edge(START, "a").add_conditional_edges("a", router, ["c"])
    assert run(graph.compile(), {}) == {"log": ["b", "c"], "n": 4}
    assert seen == [4]


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ([Command(goto="b")], {"log": ["b"]}),
        ((Command(goto="b"), Command(goto="c")), {"log": ["b", "c"]}),
        ([{"n": 1}, Command(goto="b")], {"log": ["b"], "n": 1}),
        ([Command(update={"n": 1}), {"word": "w"}], {"log": [], "n": 1, "word": "w"}),
        ([Command(update={"log": [1]}), Command(update={"log": [2]})], {"log": [1, 2]}),
        ([None, Command(goto="b")], {"log": ["b"]}),
        (Send("b", {}), {"log": ["b"]}),
        ([Send("c", {}), Send("b", {})], {"log": ["c", "b"]}),
        ([{"n": 1}, Send("b", {}), Command(goto="c")], {"log": ["c", "b"], "n": 1}),
    ],
    ids=str,
)
def test_several_in_one_return_value(run: Door, answer: Any, result: Any):
    assert run(commanding(answer), {}) == result


def test_a_command_is_an_input(run: Door):
    graph = logging("a", "b").add_edge(START, "a").compile
    with pytest.warns(match="node 'b'"):
        compiled = graph()
    assert run(compiled, Command(update={"n": 1}, goto="b")) == {"log": ["a", "b"], "n": 1}
    assert run(compiled, Command(goto=Send("b", {}))) == {"log": ["a", "b"]}


def test_a_command_to_the_graph_above_is_no_input_of_the_topmost(run: Door):
    with pytest.raises(InvalidUpdateError, match="and no graph runs above it; leave `graph` out to address this one"):
        run(commanding(None), Command(graph=Command.PARENT, goto="b"))


def test_a_command_with_an_answer_needs_a_saver(run: Door):
    with pytest.raises(RuntimeError, match="answers an interrupt, and graph 'StateGraph' has no checkpointer"):
        run(commanding(None), Command(resume=1))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            Command(goto="nowhere"),
            "node 'a', with Command(goto=…), leads to 'nowhere', which is not a node; nodes are 'a', 'b', 'c' and END",
        ),
        (Command(goto=["b", "bb"]), "leads to 'bb', which is not a node; did you mean 'b'?"),
        (Command(goto=START), "leads to '__start__', which is not a node"),
        (Command(goto=[Send("nowhere", 1)]), "with Send, leads to 'nowhere', which is not a node"),
        (Send("nowhere", 1), "node 'a', with Send, leads to 'nowhere', which is not a node"),
        (
            Command(update={"nn": 1}),
            "node 'a' wrote an unknown key 'nn'; did you mean 'n'?; known are 'log', 'n', 'word'",
        ),
        (Command(update=[("nope", 1)]), "node 'a' wrote an unknown key 'nope'"),
        (
            Command(update=5),
            "node 'a' must give a dict with some of the keys 'log', 'n', 'word', a Command, or None, got",
        ),
        (Command(update="text"), "got str: 'text'"),
        (Command(graph="other"), "node 'a' returned Command(graph='other'); use None for this graph or Command.PARENT"),
        ([Command(), "text"], "node 'a' must give a dict"),
        (
            Command(update=[{"word": "w", "n": 1}]),
            "update is a list with {'word': 'w', 'n': 1} in it; it must hold pairs",
        ),
        (Command(update=["xy"]), "node 'a' gave a Command whose update is a list with 'xy' in it"),
        (Command(update=[5]), "node 'a' gave a Command whose update is a list with 5 in it"),
        (Command(update=[("n",)]), "node 'a' gave a Command whose update is a list with ('n',) in it"),
        (Command(update=[("n", 1, 2)]), "whose update is a list with ('n', 1, 2) in it"),
        (Command(goto=5), "node 'a', with Command(goto=…), leads to 5, which is not a node"),
        (Command(goto=None), "node 'a', with Command(goto=…), leads to None, which is not a node"),
        (
            Command(graph=Command.PARENT),
            "Command(graph=Command.PARENT) was given to graph 'StateGraph', and no graph runs above it; leave `graph`",
        ),
    ],
    ids=str,
)
def test_commands_that_cannot_be_followed(run: Door, answer: Any, message: str):
    with pytest.raises(InvalidUpdateError, match=re.escape(message)):
        run(commanding(answer), {})


def test_destinations_and_return_hints_declare_where_commands_lead():
    def hinted(state: State) -> Command[Literal["a", "b"]]:
        return Command()

    def one_of_several(state: State) -> Command[Literal["a"]] | dict[str, Any] | Send:
        return Command()

    def many(state: State) -> list[Command[Literal["a"]]]:
        return []

    def undeclared(state: State) -> Command[str]:
        return Command()

    def plain(state: State) -> Literal["a"]:
        return "a"

    graph = StateGraph(State)
    for function in (hinted, one_of_several, many, undeclared, plain):
        graph.add_node(function)
    graph.add_node("labelled", hinted, destinations={"c": "the third"}).add_node("listed", hinted, destinations=["d"])
    assert {name: spec.ends for name, spec in graph.nodes.items()} == {
        "hinted": {"a": "a", "b": "b"},
        "one_of_several": {"a": "a"},
        "many": {"a": "a"},
        "undeclared": {},
        "plain": {},
        "labelled": {"c": "the third"},
        "listed": {"d": "d"},
    }


def test_a_command_prints_what_it_has():
    assert repr(Command(update={"a": 1}, goto="b")) == "Command(update={'a': 1}, goto='b')"
    assert repr(Command()) == "Command()"
    assert Command(goto="b") == Command(goto="b")


# Commands to the graph above.


def inside(*commands: Any, name: str = "child") -> Any:
    """A graph whose nodes `one`, `two`, … return the commands in one superstep, followed by `after`."""
    graph = StateGraph(State).add_node("after", logs("never"))
    for number, command in zip(("one", "two", "three"), commands, strict=False):
        graph.add_node(number, lambda state, command=command: command).add_edge(START, number).add_edge(number, "after")
    return graph.compile(name=name)


def above(child: Any, *names: str) -> Any:
    """A graph that runs the child, as a node or called in one, and has nodes to go to."""
    graph = logging(*names).add_node("child", child, destinations=names).add_edge(START, "child")
    return graph.add_node("static", logs("static")).add_edge("child", "static").compile()


def up(**kwargs: Any) -> Command[Any]:
    return Command(graph=Command.PARENT, **kwargs)


@pytest.mark.parametrize(
    ("command", "result"),
    [
        (up(goto="x"), {"log": ["static", "x"]}),
        (up(update={"n": 1, "log": ["up"]}), {"log": ["up", "static"], "n": 1}),
        (up(update={"n": 1}, goto=["x", "y"]), {"log": ["static", "x", "y"], "n": 1}),
        (up(goto=[Send("x", {})]), {"log": ["static", "x"]}),
        (up(goto=END), {"log": ["static"]}),
        ([up(goto="x"), Command(update={"log": ["lost with the rest of the sub-graph"]})], {"log": ["static", "x"]}),
    ],
    ids=str,
)
def test_a_command_ends_the_sub_graph_and_counts_above(run: Door, command: Any, result: Any):
    assert run(above(inside(command), "x", "y"), {}) == result


@pytest.mark.parametrize("command", [up(goto="x", update={"n": 1})])
def test_a_sub_graph_that_a_node_calls_counts_too(run: Door, command: Any):
    child = inside(command)

    def calls(state: State) -> Any:
        return child.invoke({"n": 0})

    assert run(above(calls, "x"), {}) == {"log": ["static", "x"], "n": 1}


def test_a_sub_graph_that_an_async_node_calls_counts_too():
    child = inside(up(goto="x", update={"n": 1}))

    async def calls(state: State) -> Any:
        return await child.ainvoke({"n": 0})

    assert asyncio.run(above(calls, "x").ainvoke({})) == {"log": ["static", "x"], "n": 1}


def test_two_commands_of_one_superstep_are_both_followed_in_order(run: Door):
    child = inside(up(update={"log": ["first"]}, goto="y"), {"log": ["lost"]}, up(update={"log": ["second"]}, goto="x"))
    assert run(above(child, "x", "y"), {}) == {"log": ["first", "second", "static", "x", "y"]}


def test_a_command_reaches_the_nearest_graph_above(run: Door):
    middle = StateGraph(State).add_node("deep", inside(up(update={"log": ["deep"]}, goto="beside")))
    middle.add_node("beside", logs("beside")).add_edge(START, "deep")
    with pytest.warns(match="node 'beside'"):
        compiled = middle.compile()
    assert run(above(compiled, "beside"), {}) == {"log": ["deep", "beside", "static"]}


def test_a_command_from_far_below_can_be_passed_on(run: Door):
    deep = inside(up(update={"log": ["deep"]}))

    def passes_on(state: State) -> Any:
        deep.invoke({})

    middle = StateGraph(State).add_node("passes_on", passes_on).add_edge(START, "passes_on").compile()
    assert run(above(middle), {}) == {"log": ["deep", "static"]}


def test_a_command_to_a_node_that_the_graph_above_does_not_have_is_an_error(run: Door):
    with pytest.raises(InvalidUpdateError, match=r"node 'child', with Command\(goto=…\), leads to 'nowhere'"):
        run(above(inside(up(goto="nowhere")), "x"), {})


@pytest.mark.parametrize("called", [False, True], ids=["a node", "called in one"])
def test_an_unknown_key_in_a_command_from_a_sub_graph_is_an_error(run: Door, called: bool):
    inner = inside(up(update={"wrod": "w"}))
    with pytest.raises(InvalidUpdateError, match="node 'child' wrote an unknown key 'wrod'; did you mean 'word'"):
        run(above((lambda state: inner.invoke({})) if called else inner), {})


def test_what_a_sub_graph_did_before_its_command_is_dropped(run: Door):
    child = (
        StateGraph(State)
        .add_node("first", logs("in the sub-graph", n=3))
        .add_node("second", lambda state: up(goto="x"))
    )
    child.add_edge(START, "first").add_edge("first", "second")
    assert run(above(child.compile(), "x"), {}) == {"log": ["static", "x"]}
