"""Drawings in plain characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgraph.runnables.graph import Edge, Graph
from tests.runnables.drawing.drawn import small


def plain(*edges: tuple[str, str] | tuple[str, str, bool]) -> str:
    graph = Graph()
    for edge in edges:
        for id in edge[:2]:
            if id not in graph.nodes:
                graph.add_node(None, id)
        graph.add_edge(graph.nodes[edge[0]], graph.nodes[edge[1]], conditional=len(edge) > 2)
    return "\n" + graph.draw_ascii() + "\n"


def test_ascii_of_a_chain():
    assert (
        plain(("a", "longer"))
        == """
  +-----+
  |  a  |
  +-----+
     |
     v
+--------+
| longer |
+--------+
"""
    )


def test_ascii_of_a_diamond():
    assert (
        plain(("a", "b"), ("a", "c", True), ("b", "d"), ("c", "d"))
        == """
     +-----+
     |  a  |
     +-----+
        |
   +----+.....
   v         v
+-----+   +-----+
|  b  |   |  c  |
+-----+   +-----+
   |         |
   +----+----+
        v
     +-----+
     |  d  |
     +-----+
"""
    )


def test_ascii_of_what_leads_back():
    assert (
        plain(("start", "a"), ("a", "b", True), ("b", "a"))
        == """
+-------+
| start |
+-------+
    |
    v
 +-----+
 |  a  |
 +-----+
    : ^
    v |
 +-----+
 |  b  |
 +-----+
"""
    )


def test_ascii_of_what_leads_to_itself():
    assert plain(("a", "a"), ("a", "b")).splitlines()[2] == "| a @ |"


def test_ascii_of_what_passes_a_layer():
    assert (
        plain(("a", "b"), ("b", "c"), ("a", "c", True))
        == """
    +-----+
    |  a  |
    +-----+
       |
   +---+...
   v      :
+-----+   :
|  b  |   :
+-----+   :
   |      :
   +---+...
       v
    +-----+
    |  c  |
    +-----+
"""
    )


def test_ascii_of_parts_that_are_not_connected():
    graph = Graph()
    graph.add_node(None, "a")
    graph.add_node(None, "b")
    assert graph.draw_ascii() == "+-----+   +-----+\n|  a  |   |  b  |\n+-----+   +-----+"


def test_ascii_of_a_name_of_two_lines():
    graph = Graph()
    graph.add_node(None, "a", name="two\nlines")
    assert graph.draw_ascii().splitlines()[1] == "| two lines |"


IDS_OF_BOXES = [f"node{number}" for number in range(8)]


@given(pairs=st.lists(st.tuples(*[st.sampled_from(IDS_OF_BOXES)] * 2, st.booleans()), max_size=20))
def test_ascii_of_any_tangle_has_every_box(pairs: list[tuple[str, str, bool]]):
    graph = Graph()
    for id in IDS_OF_BOXES:
        graph.add_node(None, id)
    graph.edges = [Edge(source, target, None, conditional) for source, target, conditional in pairs]
    rows = graph.draw_ascii().splitlines()
    looping = {source for source, target, _ in pairs if source == target}
    for id in IDS_OF_BOXES:
        label = f"| {id} @ |" if id in looping else f"| {id} |"
        (row,) = (number for number, row in enumerate(rows) if label in row)
        column = rows[row].index(label)
        for edge in (rows[row - 1], rows[row + 1]):
            assert edge[column : column + len(label)] == "+" + "-" * (len(label) - 2) + "+"
    ends = sum(row.count("v") + row.count("^") for row in rows)
    led_to = {target for source, target, _ in pairs if source != target}
    assert ends >= len(led_to)


def test_ascii_is_printed(capsys: pytest.CaptureFixture[str]):
    small().print_ascii()
    assert capsys.readouterr().out == small().draw_ascii() + "\n"
