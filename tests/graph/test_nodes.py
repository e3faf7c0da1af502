"""What can be a node, and what a node may be given besides the state."""

import asyncio
import functools
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from stepgraph import START, Command, StateGraph
from tests.graph.conftest import Door
from tests.graph.states import State, logging, logs, single


class Methods:
    def sync(self, state: State) -> State:
        return {"n": state["n"] + 1}

    async def awaits(self, state: State) -> State:
        return {"n": state["n"] + 1}

    @classmethod
    def of_the_class(cls, state: State) -> State:
        return {"n": state["n"] + 1}

    @staticmethod
    def of_nobody(state: State) -> State:
        return {"n": state["n"] + 1}


class Callable:
    def __call__(self, state: State) -> State:
        return {"n": state["n"] + 1}


class AsyncCallable:
    async def __call__(self, state: State) -> State:
        return {"n": state["n"] + 1}


class OnlyInvoke:
    def invoke(self, input: Any, config: Any = None) -> Any:
        return {"n": input["n"] + 1}


class OnlyAinvoke:
    async def ainvoke(self, input: Any, config: Any = None) -> Any:
        return {"n": input["n"] + 1}


class RunnableDuck:
    """Has what langchain-core's Runnable has, as far as an engine looks."""

    name = None

    def invoke(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
        return {"n": input["n"] + 1, "word": "sync"}

    async def ainvoke(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
        return {"n": input["n"] + 1, "word": "async"}


def sync(state: State) -> State:
    return {"n": state["n"] + 1}


async def awaits(state: State) -> State:
    await asyncio.sleep(0)
    return {"n": state["n"] + 1}


def generates(state: State) -> Iterator[State]:
    yield {"n": state["n"]}
    yield {"n": state["n"] + 1}


async def generates_async(state: State) -> AsyncIterator[State]:
    yield {"n": state["n"]}
    await asyncio.sleep(0)
    yield {"n": state["n"] + 1}


def adds(amount: int, state: State, *, times: int = 1) -> State:
    return {"n": state["n"] + amount * times}


async def adds_async(amount: int, state: State) -> State:
    return {"n": state["n"] + amount}


INNER = single(sync)

FOR_BOTH_COLOURS = {
    "function": sync,
    "generator": generates,
    "partial": functools.partial(adds, 1),
    "partial with keywords": functools.partial(functools.partial(adds, 1), times=1),
    "bound method": Methods().sync,
    "class method": Methods.of_the_class,
    "static method": Methods.of_nobody,
    "callable object": Callable(),
    "lambda": lambda state: {"n": state["n"] + 1},
    "compiled graph": INNER,
    "object with invoke": OnlyInvoke(),
    "runnable": RunnableDuck(),
}
FOR_ASYNC_RUNS = {
    "async function": awaits,
    "async generator": generates_async,
    "async partial": functools.partial(adds_async, 1),
    "async bound method": Methods().awaits,
    "async callable object": AsyncCallable(),
    "object with ainvoke": OnlyAinvoke(),
}


@pytest.mark.parametrize("node", FOR_BOTH_COLOURS.values(), ids=FOR_BOTH_COLOURS)
def test_forms_for_both_colours(run: Door, node: Any):
    assert run(single(node), {"n": 1})["n"] == 2


@pytest.mark.parametrize("node", FOR_ASYNC_RUNS.values(), ids=FOR_ASYNC_RUNS)
async def test_forms_for_async_runs(node: Any):
    assert (await single(node).ainvoke({"n": 1}))["n"] == 2


@pytest.mark.parametrize("node", FOR_ASYNC_RUNS.values(), ids=FOR_ASYNC_RUNS)
def test_a_sync_run_refuses_async_nodes_by_name(node: Any):
    with pytest.raises(TypeError, match=r"has async functions, 'node', which invoke\(\) cannot run; call ainvoke\(\)"):
        single(node).invoke({"n": 1})


def test_a_sync_run_refuses_async_routers_too():
    async def router(state: State) -> str:
        return "node"

    for graph in (
        logging("node").add_edge(START, "node").add_conditional_edges("node", router),
        logging("node").set_conditional_entry_point(router),
    ):
        with pytest.raises(TypeError, match=r"has async functions, 'router', which stream\(\) cannot run"):
            graph.compile().stream({})


async def test_an_object_of_both_colours_runs_in_that_of_the_run():
    graph = single(RunnableDuck())
    assert graph.invoke({"n": 1}) == {"log": [], "n": 2, "word": "sync"}
    assert await graph.ainvoke({"n": 1}) == {"log": [], "n": 2, "word": "async"}


def test_a_function_that_returns_an_awaitable_is_awaited():
    graph = single(lambda state: awaits(state))
    assert asyncio.run(graph.ainvoke({"n": 1}))["n"] == 2
    with pytest.raises(TypeError, match=r"'node' returned a coroutine and this run is not async; call ainvoke\(\)"):
        graph.invoke({"n": 1})


@pytest.mark.parametrize(
    ("items", "result"),
    [
        ((), None),
        (({"n": 1},), {"n": 1}),
        (({"n": 1}, {"word": "a"}, {"n": 2}), {"n": 2, "word": "a"}),
        (({"n": 1}, Command(update={"n": 3})), {"n": 3}),
    ],
    ids=str,
)
def test_what_a_generator_yields_is_combined(run: Door, items: Any, result: Any):
    def node(state: State) -> Iterator[Any]:
        yield from items

    async def same(state: State) -> AsyncIterator[Any]:
        for item in items:
            yield item

    expected = {"log": [], **(result or {})}
    assert run(single(node), {}) == expected
    assert asyncio.run(single(same).ainvoke({})) == expected


@pytest.mark.parametrize(("items", "result"), [((1, 2, 3), 6), (("a", "b"), "ab"), (([1], [2]), [1, 2])])
def test_what_a_generator_yields_is_added_up_in_a_state_without_keys(run: Door, items: Any, result: Any):
    def node(state: Any) -> Iterator[Any]:
        yield from items

    assert run(single(node, state=type(result)), type(result)()) == result


def test_a_generator_is_closed_when_it_is_left_early():
    closed = []

    async def node(state: State) -> AsyncIterator[Any]:
        try:
            yield {"n": 1}
            raise ConnectionError("half-way")
        finally:
            closed.append(True)

    with pytest.raises(ConnectionError, match="half-way"):
        asyncio.run(single(node).ainvoke({}))
    assert closed == [True]


def named(state: State) -> None: ...


@pytest.mark.parametrize(
    ("node", "name"),
    [
        (named, "named"),
        (functools.partial(adds, 1), "adds"),
        (Methods().sync, "sync"),
        (Callable(), "Callable"),
        (OnlyInvoke(), "OnlyInvoke"),
        (RunnableDuck(), "RunnableDuck"),
        (single(sync).with_config(), "StateGraph"),
        (StateGraph(State).add_node(sync).add_edge(START, "sync").compile(name="inner"), "inner"),
        (lambda state: None, "<lambda>"),
    ],
)
def test_a_node_without_a_name_takes_that_of_its_action(node: Any, name: str):
    assert list(StateGraph(State).add_node(node).nodes) == [name]


def test_nodes_can_be_named_like_keys_and_have_odd_names(run: Door):
    graph = logging("log", "n", "ä ö/ü", "").add_edge(START, "log").add_edge("log", "n").add_edge("n", "ä ö/ü")
    assert run(graph.add_edge("ä ö/ü", "").compile(), {}) == {"log": ["log", "n", "ä ö/ü", ""]}


def test_a_node_reads_the_state_as_it_was_when_its_superstep_began(run: Door):
    seen = {}

    def first(state: State) -> State:
        seen["first"] = dict(state)
        return {"n": 1, "log": ["first"]}

    def second(state: State) -> State:
        seen["second"] = dict(state)
        return {"log": ["second"]}

    graph = StateGraph(State).add_node(first).add_node(second).add_edge(START, "first").add_edge(START, "second")
    assert run(graph.compile(), {"n": 0}) == {"log": ["first", "second"], "n": 1}
    assert seen == {"first": {"log": [], "n": 0}, "second": {"log": [], "n": 0}}


def test_a_nodes_state_is_a_dict_of_its_own(run: Door):
    def spoils(state: Any) -> None:
        state.clear()
        state["n"] = 99

    graph = StateGraph(State).add_node("a", spoils).add_node("b", logs("b")).add_edge(START, "a").add_edge(START, "b")
    assert run(graph.add_edge("a", "b").compile(), {"n": 1}) == {"log": ["b", "b"], "n": 1}


def test_metadata_and_defer_are_kept_with_the_node():
    spec = StateGraph(State).add_node("a", sync, metadata={"k": 1}, defer=True).nodes["a"]
    assert (spec.metadata, spec.defer, spec.runnable, spec.is_graph) == ({"k": 1}, True, sync, False)


def test_a_node_of_a_graph_gets_the_nodes_metadata_and_config(run: Door):
    seen = {}

    def node(state: State, config: Any) -> None:
        seen.update(config["metadata"])

    run(single(node, metadata={"owner": "Ann"}), {}, {"metadata": {"user": 1}})
    assert {key: seen[key] for key in ("owner", "user", "langgraph_node", "langgraph_step")} == {
        "owner": "Ann",
        "user": 1,
        "langgraph_node": "node",
        "langgraph_step": 1,
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("a",), r"add_node\('a'\) needs an action: add_node\('a', function\)"),
        (("a", 5), r"'a' must be a function of the state, or an object with invoke\(\) or ainvoke\(\), got int: 5"),
        (("a", "b"), r"'a' must be a function of the state, .*, got str: 'b'"),
        ((5,), r"a node is a function or an object with invoke\(\) or ainvoke\(\), got int"),
        ((sync, sync), r"add_node\(\) takes a name and an action, or an action alone; got <function sync"),
        ((lambda: None,), r"'<lambda>' must take the state as its first parameter; it takes no positional parameter"),
        (("a", lambda state, wrong: None), r"'a' has a parameter 'wrong' that nothing can fill; .*functools.partial"),
    ],
)
def test_what_cannot_be_a_node(given: Any, message: str):
    graph = StateGraph(State)
    with pytest.raises(TypeError, match=message):
        graph.add_node(*given)
    assert graph.nodes == {}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("taken", "node 'taken' is there already; give this one another name"),
        ("__start__", "'__start__' is reserved; give the node another name"),
        ("__end__", "'__end__' is reserved"),
        ("__root__", "'__root__' is reserved"),
        ("__input__", "'__input__' is reserved"),
        ("__interrupt__", "'__interrupt__' is reserved"),
        ("__metadata__", "'__metadata__' is reserved"),
        ("a|b", r"'\|' separates the parts of namespaces and cannot be in a name: 'a\|b'"),
        ("a:b", "':' separates the parts of namespaces and cannot be in a name: 'a:b'"),
    ],
)
def test_names_that_cannot_be_given(name: str, message: str):
    graph = logging("taken")
    with pytest.raises(ValueError, match=message):
        graph.add_node(name, sync)
    assert list(graph.nodes) == ["taken"]


def test_a_sequence_adds_nodes_and_the_edges_between_them(run: Door):
    graph = StateGraph(State).add_sequence([sync, ("more", sync), Methods().of_the_class]).set_entry_point("sync")
    assert graph.edges == {("__start__", "sync"), ("sync", "more"), ("more", "of_the_class")}
    assert run(graph.compile(), {"n": 1}) == {"log": [], "n": 4}


def test_a_sequence_of_one_has_no_edge():
    graph = StateGraph(State).add_sequence([sync])
    assert (list(graph.nodes), graph.edges) == (["sync"], set())


@pytest.mark.parametrize(
    ("nodes", "message"),
    [([], r"add_sequence\(\) needs at least one node, got none"), ([sync, sync], "node 'sync' is there already")],
)
def test_sequences_that_cannot_be_added(nodes: Any, message: str):
    with pytest.raises(ValueError, match=message):
        StateGraph(State).add_sequence(nodes)
