"""Drawings of runnables.

Nodes and edges are langchain-core's (1.7), but for these:

- A branch or a router has dotted edges to each way, with conditions as labels; there it is one node. Fallbacks are
  drawn as what is tried first.
- Lambdas are drawn as themselves, not as the runnables that their functions mention.
"""

from types import SimpleNamespace

import pytest

from stepgraph.runnables import (
    ConfigurableField,
    RouterRunnable,
    Runnable,
    RunnableBranch,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
    RunnablePick,
)
from stepgraph.runnables.graph import Edge, Node
from tests.runnables.drawing.drawn import first, lines, names, second, third


def test_what_has_no_parts():
    graph = RunnableLambda(first).get_graph()
    assert names(graph) == ["first_input", "first", "first_output"]
    assert lines(graph) == {"first_input --> first", "first --> first_output"}


def test_a_sequence_is_a_chain():
    assert lines((RunnableLambda(first) | second | third).get_graph()) == {
        "first_input --> first",
        "first --> second",
        "second --> third",
        "third --> third_output",
    }


def test_a_step_that_occurs_twice_is_numbered():
    assert lines((RunnableLambda(second) | second).get_graph()) == {
        "second_input --> second_1",
        "second_1 --> second_2",
        "second_2 --> second_output",
    }


def test_a_parallel_fans_out_and_joins():
    assert lines(RunnableParallel(a=first, b=RunnableLambda(first) | second).get_graph()) == {
        "Parallel<a,b>Input --> first_1",
        "first_1 --> Parallel<a,b>Output",
        "Parallel<a,b>Input --> first_2",
        "first_2 --> second",
        "second --> Parallel<a,b>Output",
    }


def test_a_parallel_inside_a_sequence():
    assert lines((RunnableLambda(first) | {"a": second, "b": RunnablePassthrough()} | third).get_graph()) == {
        "first_input --> first",
        "first --> Parallel<a,b>Input",
        "Parallel<a,b>Input --> second",
        "second --> Parallel<a,b>Output",
        "Parallel<a,b>Input --> Passthrough",
        "Passthrough --> Parallel<a,b>Output",
        "Parallel<a,b>Output --> third",
        "third --> third_output",
    }


def test_assign_passes_its_input_by():
    assert lines(RunnablePassthrough.assign(a=first).get_graph()) == {
        "Parallel<a>Input --> first",
        "first --> Parallel<a>Output",
        "Parallel<a>Input --> Passthrough",
        "Passthrough --> Parallel<a>Output",
    }


def test_a_branch_leads_to_one_of_several():
    def is_long(text) -> bool:
        raise NotImplementedError

    branch = RunnableBranch((is_long, first), (lambda x: x, second), RunnableLambda(third))
    assert lines(branch.get_graph()) == {
        "first_input --> Branch",
        "Branch .. is_long > first",
        "Branch .. 2 > second",
        "Branch .. default > third",
        "first --> BranchOutput",
        "second --> BranchOutput",
        "third --> BranchOutput",
    }


def test_a_branch_inside_a_sequence():
    branch = RunnableBranch((lambda x: x, first), RunnableLambda(second))
    assert lines((RunnableLambda(third) | branch | third).get_graph()) == {
        "third_input --> third_1",
        "third_1 --> Branch",
        "Branch .. 1 > first",
        "Branch .. default > second",
        "first --> BranchOutput",
        "second --> BranchOutput",
        "BranchOutput --> third_2",
        "third_2 --> third_output",
    }


def test_a_router_leads_to_one_of_several():
    assert lines(RouterRunnable({"a": first, "b": second}).get_graph()) == {
        "RouterRunnableInput --> RouterRunnable",
        "RouterRunnable .. a > first",
        "RouterRunnable .. b > second",
        "first --> RouterRunnableOutput",
        "second --> RouterRunnableOutput",
    }


@pytest.mark.parametrize(
    "around",
    [
        lambda inner: inner.map(),
        lambda inner: inner.bind(a=1),
        lambda inner: inner.with_config(tags=["t"]),
        lambda inner: inner.with_types(input_type=int),
        lambda inner: inner.with_retry(),
        lambda inner: inner.with_fallbacks([RunnableLambda(second)]),
        lambda inner: inner.with_listeners(on_end=print),
        lambda inner: inner.configurable_fields(name=ConfigurableField(id="name")),
        lambda inner: inner.configurable_alternatives(ConfigurableField(id="which"), other=RunnableLambda(second)),
    ],
)
def test_what_is_around_a_runnable_is_not_drawn(around):
    assert lines(around(RunnableLambda(first)).get_graph()) == lines(RunnableLambda(first).get_graph())


def test_the_alternative_that_a_config_chooses_is_drawn():
    which = ConfigurableField(id="which")
    runnable = RunnableLambda(first).configurable_alternatives(which, other=RunnableLambda(second))
    chosen = {"configurable": {"which": "other"}}
    assert names((runnable | third).get_graph(chosen)) == ["second_input", "second", "third", "third_output"]
    assert names(runnable.with_config(chosen).get_graph()) == ["second_input", "second", "second_output"]


def test_metadata_of_a_config_is_drawn():
    graph = RunnableLambda(first).with_config(metadata={"owner": "me"}).get_graph()
    assert [node.metadata for node in graph.nodes.values()] == [None, {"owner": "me"}, None]
    assert "first(first<hr/><small><em>owner = me</em></small>)" in graph.draw_mermaid()


def test_a_class_of_the_users():
    class Mine(Runnable[int, str]):
        def invoke(self, input, config=None, **kwargs):
            raise NotImplementedError

    assert lines((Mine() | RunnablePick("a")).get_graph()) == {
        "MineInput --> Mine",
        "Mine --> Pick<a>",
        "Pick<a> --> Pick<a>Output",
    }


def test_something_of_another_library_that_draws():
    class Theirs:
        def invoke(self, input, config=None):
            raise NotImplementedError

        def get_graph(self, config=None):
            given, own, made = "0920e95047c741dc9f291975d5a37ca6", "own", "9068bed53c51459782617be651456a8f"
            nodes = Node(given, "Given"), Node(own, "own", metadata={"a": 1}), Node(made, "Made")
            edges = [Edge(given, own), Edge(own, made, "done", True)]
            return SimpleNamespace(nodes={node.id: node for node in nodes}, edges=edges)

    graph = (RunnableLambda(first) | Theirs()).get_graph()
    assert lines(graph) == {"first_input --> first", "first --> own", "own .. done > Made"}
    assert graph.nodes["own"].metadata == {"a": 1}


def test_something_of_another_library_that_does_not_draw():
    class Theirs:
        def invoke(self, input, config=None):
            raise NotImplementedError

    assert lines((RunnableLambda(first) | Theirs()).get_graph()) == {
        "first_input --> first",
        "first --> Theirs",
        "Theirs --> TheirsOutput",
    }
