"""Return values that are read wrongly, or fail with Python's own error in place of one that names the node."""

from typing import Annotated, Any

import pytest
from typing_extensions import TypedDict

from stepgraph import START, Command, Overwrite, StateGraph
from stepgraph.channels import AnyValue, EphemeralValue, LastValue, LastValueAfterFinish, Topic, UntrackedValue
from stepgraph.errors import InvalidUpdateError
from tests.graph.states import State, logging, single


def test_an_update_of_pairs_takes_only_pairs():
    """A dict with two keys is read as a pair: 'word' is written with the value 'n'."""
    with pytest.raises(InvalidUpdateError, match="node 'node'"):
        single(lambda state: Command(update=[{"word": "w", "n": 1}])).invoke({})


@pytest.mark.parametrize("update", [["x"], [5], [("n",)], [("n", 1, 2)], [{"n": 1}]], ids=str)
def test_an_update_that_is_no_list_of_pairs_names_the_node(update: Any):
    """ValueError: dictionary update sequence element #0 has length 1; 2 is required."""
    with pytest.raises(InvalidUpdateError, match="node 'node'"):
        single(lambda state: Command(update=update)).invoke({})


@pytest.mark.parametrize("goto", [5, None], ids=str)
def test_a_goto_that_is_no_target_names_the_node(goto: Any):
    """TypeError: 'int' object is not iterable."""
    with pytest.raises(InvalidUpdateError, match="node 'node'"):
        single(lambda state: Command(goto=goto)).invoke({})


def test_a_router_that_returns_what_cannot_be_a_key_is_named():
    """TypeError: unhashable type: 'dict'."""
    graph = logging("a", "b").add_edge(START, "a").add_conditional_edges("a", lambda state: {"x": 1}, ["b"]).compile()
    with pytest.raises(InvalidUpdateError, match=r"router 'condition' of 'a' returned \{'x': 1\}"):
        graph.invoke({})


@pytest.mark.parametrize("channel", [AnyValue, EphemeralValue, UntrackedValue, LastValueAfterFinish], ids=str)
def test_an_overwrite_is_its_value_in_every_channel(channel: Any):
    """The wrapper is stored (as LangGraph does in LastValue); LastValue and reducers unwrap it."""

    class Schema(TypedDict, total=False):
        key: Annotated[int, channel]

    assert single(lambda state: {"key": Overwrite(3)}, state=Schema).invoke({}) == {"key": 3}


def test_an_overwrite_of_a_topic_replaces_what_was_published():
    channel = Topic(int, accumulate=True)
    channel.update([1])
    channel.update([Overwrite([2])])
    assert channel.get() == [2]


def test_the_dict_form_of_an_overwrite_is_one_in_a_key_without_a_reducer_too():
    channel = LastValue(int)
    channel.update([{"__overwrite__": 3}])
    assert channel.get() == 3


def test_an_unknown_key_in_a_command_from_a_sub_graph_is_an_error():
    """4.14: only surplus keys of a sub-graph's state are dropped; a command's update is addressed to this graph.
    From a sub-graph called inside a function the same command is an error already."""
    inner = single(lambda state: Command(graph=Command.PARENT, update={"wrod": "w"}))
    with pytest.raises(InvalidUpdateError, match="unknown key 'wrod'; did you mean 'word'"):
        StateGraph(State).add_node("inner", inner).add_edge(START, "inner").compile().invoke({})
