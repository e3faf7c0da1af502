"""A call that a builder refuses leaves it as it was; mistakes get a message."""

import copy
import pickle
from typing import Any

import pytest
from typing_extensions import TypedDict

from stepgraph import StateGraph
from stepgraph.errors import InvalidGraphError
from tests.graph.states import State, logging


class Private(TypedDict):
    secret: int


def wrong(state: Private, nothing_fills_this: int) -> None: ...


def test_a_node_that_is_refused_leaves_no_keys_behind():
    graph = StateGraph(State)
    with pytest.raises(TypeError, match="nothing_fills_this"):
        graph.add_node(wrong)
    assert list(graph.channels) == ["log", "n", "word"]


def test_a_router_that_is_refused_leaves_no_entry_point_behind():
    """`branches['__start__'] = {}` stays, and compile() takes it for an entry point."""
    graph = logging("a")
    with pytest.raises(TypeError):
        graph.set_conditional_entry_point(5)  # type: ignore[arg-type]
    assert graph.branches == {}
    with pytest.raises(InvalidGraphError, match="no edge leads from START"):
        graph.compile()


def test_an_edge_to_several_nodes_says_what_to_do():
    """TypeError: unhashable type: 'list'."""
    with pytest.raises((TypeError, ValueError), match=r"add_edge|several|one node"):
        logging("a", "b", "c").add_edge("a", ["b", "c"])  # type: ignore[arg-type]


def test_a_path_map_to_several_nodes_says_what_to_do():
    """TypeError: unhashable type: 'list', from compile()."""
    targets: Any = {"both": ["b", "c"]}
    graph = logging("a", "b", "c").set_entry_point("a")
    with pytest.raises(TypeError, match=r"'both' to \['b', 'c'\]; it maps to one node each"):
        graph.add_conditional_edges("a", lambda state: "both", targets)


@pytest.mark.parametrize("twin", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))], ids=["copy", "pickle"])
def test_the_report_of_a_graph_can_be_copied(twin: Any):
    """TypeError: __init__() missing 1 required positional argument: 'problems' (processes, test runners)."""
    error = InvalidGraphError("demo", ["one", "two"])
    assert (str(twin(error)), twin(error).problems) == (str(error), ("one", "two"))
