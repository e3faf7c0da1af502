"""Send: tasks of their own, in list order, with an input of their own."""

from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from stepgraph import START, Command, Send, StateGraph
from stepgraph.errors import InvalidUpdateError
from tests.graph.conftest import Door
from tests.graph.states import State, logging, logs


def fanned(sends: Any, work: Any) -> Any:
    """`split` makes the sends, `work` does each, `after` runs when they are done."""
    graph = StateGraph(State).add_node("split", logs("split")).add_node("work", work).add_node("after", logs("after"))
    graph.add_edge(START, "split").add_edge("work", "after")
    return graph.add_conditional_edges("split", lambda state: sends, ["work"]).compile()


def test_each_send_is_a_task_and_what_follows_runs_once(run: Door):
    graph = fanned([Send("work", number) for number in (3, 1, 2)], lambda number: {"log": [number * 10]})
    assert run(graph, {}) == {"log": ["split", 30, 10, 20, "after"]}


def test_thirteen_sends_stay_in_order(run: Door):
    graph = fanned([Send("work", number) for number in range(13)], lambda number: {"log": [number]})
    assert run(graph, {}) == {"log": ["split", *range(13), "after"]}


@pytest.mark.parametrize("argument", [1, "text", None, [1], {"any": "dict"}, ("a", "tuple"), 0, False])
def test_an_argument_takes_the_place_of_the_state(run: Door, argument: Any):
    seen = []
    run(fanned([Send("work", argument)], seen.append), {"n": 1})
    assert seen == [argument]


@dataclass
class Job:
    n: int
    word: str = "default"


class Model(BaseModel):
    n: int
    word: str = "default"


@pytest.mark.parametrize("cls", [Job, Model])
def test_an_argument_reaches_a_node_as_it_is_whatever_its_state_is(run: Door, cls: Any):
    seen = []

    def work(state: Any) -> None:
        seen.append(state)

    work.__annotations__["state"] = cls
    run(fanned([Send("work", cls(n=1)), Send("work", {"n": 2})], work), {})
    assert sorted(seen, key=str) == sorted([cls(n=1, word="default"), {"n": 2}], key=str)


def test_writes_of_pulled_nodes_come_before_those_of_sends(run: Door):
    graph = logging("a", "b", "z").add_edge(START, "a").add_edge("a", "z")
    graph.add_conditional_edges("a", lambda state: [Send("b", {}), Send("b", {})], ["b"])
    assert run(graph.compile(), {}) == {"log": ["a", "z", "b", "b"]}


def test_tasks_of_sends_are_shown_first_and_in_order(chunks: Door):
    graph = logging("a", "b", "c").add_edge(START, "a").add_edge("a", "b")
    graph.add_conditional_edges("a", lambda state: [Send("c", 1), Send("b", 2)], ["b", "c"])
    started = [
        (chunk["payload"]["name"], chunk["payload"]["triggers"])
        for chunk in chunks(graph.compile(), {}, stream_mode="debug")
        if chunk["type"] == "task" and chunk["step"] == 2
    ]
    assert started == [("c", ("__pregel_push",)), ("b", ("__pregel_push",)), ("b", ("branch:to:b",))]


def test_sends_of_several_nodes_come_in_the_order_of_their_senders(run: Door):
    graph = logging("z", "a").add_node("work", lambda name: {"log": [name]})
    for name in ("z", "a"):
        graph.add_edge(START, name)
        graph.add_conditional_edges(name, lambda state, name=name: [Send("work", f"{name}1"), Send("work", f"{name}2")])
    assert run(graph.compile(), {}) == {"log": ["a", "z", "a1", "a2", "z1", "z2"]}


def test_a_node_may_be_pulled_and_sent_to_in_one_superstep(run: Door):
    graph = StateGraph(State).add_node("a", logs("a")).add_node("b", lambda state: {"log": [state.get("n")]})
    graph.add_edge(START, "a").add_edge("a", "b").add_conditional_edges("a", lambda state: [Send("b", {"n": 7})], ["b"])
    assert run(graph.compile(), {"n": 1}) == {"log": ["a", 1, 7], "n": 1}


def test_a_task_of_a_send_may_send_again(run: Door):
    def work(n: int) -> Any:
        return Command(update={"log": [n]}, goto=[Send("work", n - 1)] if n else [])

    assert run(fanned([Send("work", 2)], work), {}) == {"log": ["split", 2, "after", 1, "after", 0, "after"]}


def test_two_sends_to_a_key_without_a_reducer_are_refused(run: Door):
    graph = fanned([Send("work", 1), Send("work", 2)], lambda n: {"n": n})
    with pytest.raises(InvalidUpdateError, match="key 'n', written by 'work', 'work' in one superstep"):
        run(graph, {})


def test_a_send_to_a_deferred_node_does_not_wait(chunks: Door):
    graph = logging("a", "b").add_node("late", logs("late"), defer=True).add_edge(START, "a").add_edge("a", "b")
    graph.add_conditional_edges("a", lambda state: [Send("late", {})], ["late"])
    assert chunks(graph.compile(), {})[1:] in (
        [{"late": {"log": ["late"]}}, {"b": {"log": ["b"]}}],
        [{"b": {"log": ["b"]}}, {"late": {"log": ["late"]}}],
    )


def test_a_router_after_a_send_reads_the_state_and_its_own_writes(run: Door):
    seen = []

    def router(state: State) -> list[str]:
        seen.append(dict(state))
        return []

    graph = StateGraph(State).add_node("a", logs("a")).add_node("work", lambda n: {"log": [n]})
    graph.add_edge(START, "a").add_conditional_edges("a", lambda state: [Send("work", 1), Send("work", 2)], ["work"])
    graph.add_conditional_edges("work", router)
    run(graph.compile(), {"n": 5})
    assert sorted(seen, key=str) == [{"log": ["a", 1], "n": 5}, {"log": ["a", 2], "n": 5}]


def test_a_sub_graph_can_be_sent_to(run: Door):
    class Output(TypedDict):
        log: list

    inner = StateGraph(State, output_schema=Output).add_node("inner", lambda state: {"log": [state["n"]]})
    graph = fanned(
        [Send("work", {"n": 1}), Send("work", {"n": 2, "surplus": 0})], inner.set_entry_point("inner").compile()
    )
    assert run(graph, {}) == {"log": ["split", 1, 2, "after"]}


def test_sends_are_equal_by_node_and_argument():
    assert Send("a", {"x": 1}) == Send("a", {"x": 1})
    assert Send("a", 1) != Send("a", 2)
    assert Send("a", 1) != Send("b", 1)
    assert Send("a", 1) != ("a", 1)
    assert hash(Send("a", [1])) == hash(Send("a", [1]))
    assert repr(Send("a", {"x": 1})) == "Send(node='a', arg={'x': 1})"
