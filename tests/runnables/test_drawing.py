"""Drawings of runnables and of compiled graphs.

Nodes, edges and Mermaid's text are langchain-core's (1.7) and LangGraph's (1.x), but for these:

- A branch or a router has dotted edges to each way, with conditions as labels; there it is one node. Fallbacks are
  drawn as what is tried first.
- A router that does not say where it leads: dotted edges to all nodes; there none, and its targets hang in the air.
- Several answers that lead to one node are all on its edge; there the first. What always happens is not dotted.
- An end of a sub-graph is only cut off where no condition is lost by that.
- Names that Mermaid would not read or would obey are escaped: `end`, `style`, brackets, quotes, dots on dotted lines.
- Lambdas are drawn as themselves, not as the runnables that their functions mention.
"""

import json
import operator
from types import SimpleNamespace
from typing import Annotated, Any, Literal, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgraph.graph import END, START, StateGraph
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
from stepgraph.runnables.graph import CurveStyle, Edge, Graph, Node, NodeStyles
from stepgraph.types import Command, Send


def first(number: int) -> str:
    return str(number)


def second(text: str) -> str:
    return text


def third(value):
    return value


def lines(graph: Graph) -> set[str]:
    """Return the edges of a drawing, by the names that its nodes have there."""
    named = graph.reid()
    return {
        f"{edge.source} {'..' if edge.conditional else '--'}{f' {edge.data} ' if edge.data else ''}> {edge.target}"
        for edge in named.edges
    }


def names(graph: Graph) -> list[str]:
    return [node.name for node in graph.nodes.values()]


# Runnables.


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


# Graph.


def small() -> Graph:
    graph = Graph()
    a, b, c = (graph.add_node(None, name) for name in "abc")
    graph.add_edge(a, b)
    graph.add_edge(b, c, "maybe", conditional=True)
    return graph


def test_nodes_and_edges_are_plain():
    graph = small()
    assert graph.nodes["a"] == Node("a", "a", None, None)
    assert graph.edges == [Edge("a", "b"), Edge("b", "c", "maybe", True)]
    assert graph.edges[0].copy(target="z") == Edge("a", "z")
    assert graph.nodes["a"].copy(id="x", name="y") == Node("x", "y")


def test_a_drawing_without_nodes_is_false():
    assert not Graph()
    assert Graph().draw_ascii() == ""
    assert Graph().draw_mermaid(with_styles=False) == "graph TD;\n"
    assert Graph().first_node() is None


def test_a_node_is_added_once():
    graph = small()
    with pytest.raises(ValueError, match="the drawing has a node 'a'; give this one another id"):
        graph.add_node(None, "a")


def test_an_edge_leads_between_nodes_of_its_drawing():
    with pytest.raises(ValueError, match=r"'aa' is none; did you mean 'a'\?; nodes are 'a', 'b', 'c'"):
        small().add_edge(Node("aa", "aa"), Node("b", "b"))


def test_removing_a_node_removes_its_edges():
    graph = small()
    graph.remove_node(graph.nodes["b"])
    assert (list(graph.nodes), graph.edges) == (["a", "c"], [])


def test_ends():
    graph = small()
    assert (graph.first_node(), graph.last_node()) == (graph.nodes["a"], graph.nodes["c"])
    graph.add_node(None, "alone")
    assert (graph.first_node(), graph.last_node()) == (None, None)


def test_trimming_leaves_a_node():
    graph = small()
    graph.edges[1] = Edge("b", "c")
    graph.trim_first_node()
    graph.trim_last_node()
    assert list(graph.nodes) == ["b"]
    graph.trim_first_node()
    graph.trim_last_node()
    assert list(graph.nodes) == ["b"]


def test_trimming_stops_where_there_would_be_two_ends():
    graph = RunnableParallel(a=first, b=second).get_graph()
    graph.trim_first_node()
    graph.trim_last_node()
    assert len(graph.nodes) == 4


def test_trimming_leaves_ends_whose_edges_say_something():
    graph = small()
    graph.edges[0] = Edge("a", "b", "yes", True)
    graph.add_edge(graph.nodes["a"], graph.nodes["c"], "no", conditional=True)
    graph.trim_first_node()
    graph.trim_last_node()
    assert list(graph.nodes) == ["a", "b", "c"]


def test_extending_with_a_prefix():
    graph = small()
    start, end = graph.extend(small(), prefix="inner")
    assert (start, end) == (Node("inner:a", "a"), Node("inner:c", "c"))
    assert graph.edges[2:] == [Edge("inner:a", "inner:b"), Edge("inner:b", "inner:c", "maybe", True)]


def test_extending_without_a_prefix_must_not_hide_a_node():
    with pytest.raises(ValueError, match="the drawing has nodes 'a', 'b', 'c' already"):
        small().extend(small())


def test_made_up_ids_get_names_that_nobody_has():
    graph = Graph()
    graph.add_node(None, "first")
    graph.add_node(RunnableLambda(first))
    graph.add_node(RunnableLambda(first))
    graph.add_node(None, "first_2")
    assert list(graph.reid().nodes) == ["first", "first_1", "first_3", "first_2"]


def test_json():
    graph = RunnableParallel(a=first).get_graph()
    assert graph.to_json() == {
        "nodes": [
            {"id": 0, "type": "schema", "data": "Parallel<a>Input"},
            {"id": 1, "type": "schema", "data": "Parallel<a>Output"},
            {
                "id": 2,
                "type": "runnable",
                "data": {"id": ["stepgraph", "runnables", "lambdas", "RunnableLambda"], "name": "first"},
            },
        ],
        "edges": [{"source": 0, "target": 2}, {"source": 2, "target": 1}],
    }
    with_schemas = graph.to_json(with_schemas=True)["nodes"]
    assert with_schemas[0]["data"] == {"title": "RunnableParallel<a>Input", "type": "integer"}


def test_json_of_labels_and_metadata():
    graph = small()
    graph.add_node(None, "d", metadata={"k": 1})
    described = graph.to_json()
    assert described["edges"][1] == {"source": "b", "target": "c", "data": "maybe", "conditional": True}
    assert described["nodes"][-1] == {"id": "d", "metadata": {"k": 1}}


# Mermaid.

MERMAID = """\
---
config:
  flowchart:
    curve: linear
---
graph TD;
\ta([a]):::first
\tb(b)
\tc([c]):::last
\ta --> b;
\tb -. &nbsp;maybe&nbsp; .-> c;
\tclassDef default fill:#f2f0ff,line-height:1.2
\tclassDef first fill-opacity:0
\tclassDef last fill:#bfb6fc
"""


def test_mermaid():
    assert small().draw_mermaid() == MERMAID


def test_mermaid_without_styles():
    assert small().draw_mermaid(with_styles=False) == ("graph TD;\n\ta --> b;\n\tb -. &nbsp;maybe&nbsp; .-> c;\n")


def test_mermaid_without_styles_names_what_its_edges_do_not():
    graph = Graph()
    graph.add_node(None, "alone")
    graph.add_node(None, "x", name="a name")
    assert graph.draw_mermaid(with_styles=False) == "graph TD;\n\talone(alone)\n\tx(a name)\n"


def test_mermaid_as_one_likes():
    text = small().draw_mermaid(
        direction="LR",
        curve_style=CurveStyle.STEP_AFTER,
        node_colors=NodeStyles(default="fill:#fff"),
        frontmatter_config={"theme": "neutral", "themeVariables": {"primaryColor": "#e2e2e2"}},
    )
    assert text.startswith(
        '---\nconfig:\n  theme: neutral\n  themeVariables:\n    primaryColor: "#e2e2e2"\n'
        "  flowchart:\n    curve: stepAfter\n---\ngraph LR;\n"
    )
    assert "\tclassDef default fill:#fff\n" in text
    assert small().draw_mermaid(curve_style="stepAfter") == small().draw_mermaid(curve_style=CurveStyle.STEP_AFTER)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"direction": "UP"}, "direction is one of 'TD', 'TB', 'BT', 'LR', 'RL', got 'UP'"),
        ({"curve_style": "linar"}, "did you mean 'linear'"),
    ],
)
def test_mermaid_of_what_does_not_exist(options: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        small().draw_mermaid(**options)


def test_mermaid_wraps_long_labels():
    graph = Graph()
    a, b = graph.add_node(None, "a"), graph.add_node(None, "b")
    graph.add_edge(a, b, "one two three")
    assert "\ta -- &nbsp;one two&nbsp;<br>&nbsp;three&nbsp; --> b;\n" in graph.draw_mermaid(wrap_label_n_words=2)


# Ids as they were read by Mermaid's own parser.
IDS = {
    "my node": r"my\20node",
    "b-c.d": r"b-c\2ed",
    "a--b": r"a\2d\2db",
    "a-": r"a\2d",
    "-a": r"\2da",
    "ä": r"\e4",
    "end": r"\65nd",
    "end of it": r"\65nd\20of\20it",
    "ending": "ending",
    "style": r"\73tyle",
    "subgraph": r"\73ubgraph",
    "default": r"\64efault",
    "a;b": r"a\3bb",
}


@pytest.mark.parametrize("id", IDS)
def test_mermaid_can_read_every_id(id: str):
    graph = Graph()
    graph.add_edge(graph.add_node(None, id), graph.add_node(None, "z"))
    assert f"\t{IDS[id]} --> z;\n" in graph.draw_mermaid()


LABELS = {
    'say "hi"': "say #34;hi#34;",
    "<b>": "#60;b#62;",
    "f(x)": "f#40;x#41;",
    "a|b;c": "a#124;b#59;c",
    "-1": "#45;1",
    "a->b": "a-#62;b",
    "a--b": "a#45;#45;b",
    "`x`": "#96;x#96;",
    "Grüße": "Grüße",
}


@pytest.mark.parametrize("label", LABELS)
def test_mermaid_shows_labels_as_they_are(label: str):
    graph = Graph()
    node = graph.add_node(None, "a", name=label, metadata={label: label})
    graph.add_edge(node, graph.add_node(None, "b"), label, conditional=True)
    shown = LABELS[label]
    text = graph.draw_mermaid()
    assert f"\ta([{shown}<hr/><small><em>{shown} = {shown}</em></small>]):::first\n" in text
    assert f"\ta -. &nbsp;{shown}&nbsp; .-> b;\n" in text


def test_dots_in_labels_of_dotted_lines():
    graph = Graph()
    graph.add_edge(graph.add_node(None, "a"), graph.add_node(None, "b"), "1. yes", conditional=True)
    assert "\ta -. &nbsp;1#46; yes&nbsp; .-> b;\n" in graph.draw_mermaid()


def test_boxes_around_what_belongs_together():
    graph = Graph()
    for id in ["top", "mid:m", "mid:end:x", "mid:end:y"]:
        graph.add_node(None, id, name=id.rpartition(":")[2])
    graph.edges = [Edge("top", "mid:m"), Edge("mid:m", "mid:end:x"), Edge("mid:end:x", "mid:end:y")]
    inside = graph.draw_mermaid().split("graph TD;\n")[1].split("\tclassDef")[0]
    assert inside == (
        "\ttop([top]):::first\n"
        "\ttop --> mid\\3am;\n"
        "\tsubgraph mid\n"
        "\tmid\\3am(m)\n"
        "\tmid\\3am --> mid\\3aend\\3ax;\n"
        "\tsubgraph mid\\3aend [end]\n"
        "\tmid\\3aend\\3ax(x)\n"
        "\tmid\\3aend\\3ay([y]):::last\n"
        "\tmid\\3aend\\3ax --> mid\\3aend\\3ay;\n"
        "\tend\n"
        "\tend\n"
    )


def test_pictures_are_made_by_others():
    for draw in (small().draw_mermaid_png, small().draw_png):
        with pytest.raises(NotImplementedError, match=r"nothing is fetched here; give the text of draw_mermaid\(\)"):
            draw(output_file_path="x.png")


# Plain characters.


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


# Compiled graphs.


class State(TypedDict):
    log: Annotated[list, operator.add]


def node(state):
    return {"log": []}


def builder_of(*nodes: str) -> Any:
    builder = StateGraph(State)
    for name in nodes:
        builder.add_node(name, node)
    return builder


def line() -> Any:
    return builder_of("a", "b").add_edge(START, "a").add_edge("a", "b").add_edge("b", END)


def test_a_line():
    graph = line().compile().get_graph()
    assert lines(graph) == {"__start__ --> a", "a --> b", "b --> __end__"}
    assert names(graph) == ["__start__", "a", "b", "__end__"]
    assert "\t__start__([<p>__start__</p>]):::first\n" in graph.draw_mermaid()


def test_what_leads_nowhere_leads_to_the_end():
    builder = builder_of("a", "b", "c").add_edge(START, "a").add_edge("a", "b").add_edge("a", "c")
    assert lines(builder.compile().get_graph()) == {
        "__start__ --> a",
        "a --> b",
        "a --> c",
        "b --> __end__",
        "c --> __end__",
    }


def test_joins():
    builder = builder_of("a", "b", "c").add_edge(START, "a").add_edge(START, "b").add_edge(["a", "b"], "c")
    assert lines(builder.compile().get_graph()) == {
        "__start__ --> a",
        "__start__ --> b",
        "a --> c",
        "b --> c",
        "c --> __end__",
    }


def test_path_maps_are_labels():
    builder = builder_of("a", "b").add_edge(START, "a")
    builder.add_conditional_edges("a", lambda state: "go", {"go": "b", "stop": END, "b": "b"})
    assert lines(builder.compile().get_graph()) == {
        "__start__ --> a",
        "a .. go > b",
        "a .. stop > __end__",
        "b --> __end__",
    }


def test_several_answers_that_lead_to_one_node():
    builder = builder_of("a", "b").add_edge(START, "a")
    builder.add_conditional_edges("a", lambda state: "x", {"x": "b", True: "b"})
    assert "a .. x, True > b" in lines(builder.compile().get_graph())


def test_a_list_of_targets_needs_no_labels():
    builder = builder_of("a", "b", "c").add_conditional_edges(START, lambda state: "a", ["a", "b"])
    builder.add_conditional_edges("a", lambda state: [Send("c", state)], ["c"])
    assert lines(builder.compile().get_graph()) >= {"__start__ ..> a", "__start__ ..> b", "a ..> c"}


def test_a_return_hint_names_targets():
    def route(state) -> Literal["b", "__end__"]:
        raise NotImplementedError

    builder = builder_of("a", "b").add_edge(START, "a").add_conditional_edges("a", route)
    assert lines(builder.compile().get_graph()) >= {"a ..> b", "a ..> __end__"}


def test_a_router_that_does_not_say_may_lead_anywhere():
    builder = builder_of("a", "b", "c").add_edge(START, "a").add_conditional_edges("a", lambda state: "b")
    assert lines(builder.compile().get_graph()) == {
        "__start__ --> a",
        "a ..> b",
        "a ..> c",
        "a ..> __end__",
        "b --> __end__",
        "c --> __end__",
    }


def test_commands():
    def jump(state) -> Command[Literal["b"]]:
        raise NotImplementedError

    builder = StateGraph(State).add_node("a", jump).add_node("b", node, destinations={"c": "onwards", END: "enough"})
    builder.add_node("c", node).add_edge(START, "a")
    assert lines(builder.compile().get_graph()) == {
        "__start__ --> a",
        "a ..> b",
        "b .. onwards > c",
        "b .. enough > __end__",
        "c --> __end__",
    }


def test_what_always_happens_is_not_dotted():
    builder = builder_of("a", "b").add_edge(START, "a").add_edge("a", "b")
    builder.add_conditional_edges("a", lambda state: "b", {"again": "b", "stop": END})
    assert "a --> b" in lines(builder.compile().get_graph())


def test_a_graph_that_never_ends_has_no_end():
    builder = builder_of("a", "b").add_edge(START, "a").add_edge("a", "b").add_edge("b", "a")
    assert lines(builder.compile().get_graph()) == {"__start__ --> a", "a --> b", "b --> a"}


def test_metadata_deferral_and_breakpoints():
    builder = StateGraph(State).add_node("a", node, metadata={"k": 1}).add_node("b", node, defer=True)
    builder.add_edge(START, "a").add_edge("a", "b")
    graph = builder.compile(interrupt_before=["a"], interrupt_after="*").get_graph()
    assert graph.nodes["a"].metadata == {"k": 1, "__interrupt": "before,after"}
    assert graph.nodes["b"].metadata == {"defer": True, "__interrupt": "after"}
    assert graph.nodes[START].metadata is None


def nested() -> Any:
    middle = builder_of("m").add_node("deep", line().compile()).add_edge(START, "m").add_edge("m", "deep")
    return builder_of("top").add_node("mid", middle.compile()).add_edge(START, "top").add_edge("top", "mid").compile()


@pytest.mark.parametrize(
    ("xray", "expected"),
    [
        (False, {"__start__ --> top", "top --> mid", "mid --> __end__"}),
        (0, {"__start__ --> top", "top --> mid", "mid --> __end__"}),
        (1, {"__start__ --> top", "top --> mid:m", "mid:m --> mid:deep", "mid:deep --> __end__"}),
        (
            2,
            {
                "__start__ --> top",
                "top --> mid:m",
                "mid:m --> mid:deep:a",
                "mid:deep:a --> mid:deep:b",
                "mid:deep:b --> __end__",
            },
        ),
    ],
)
async def test_sub_graphs(xray: bool | int, expected: set[str]):
    assert lines(nested().get_graph(xray=xray)) == expected
    assert lines(await nested().aget_graph(xray=xray)) == expected


def test_all_sub_graphs():
    assert lines(nested().get_graph(xray=True)) == lines(nested().get_graph(xray=2))


def test_a_sub_graph_with_several_entries_keeps_its_ends():
    inner = builder_of("x", "y").add_conditional_edges(START, lambda state: "x", ["x", "y"]).compile()
    outer = StateGraph(State).add_node("sub", inner).add_edge(START, "sub").compile()
    assert lines(outer.get_graph(xray=True)) == {
        "__start__ --> sub:__start__",
        "sub:__start__ ..> sub:x",
        "sub:__start__ ..> sub:y",
        "sub:x --> sub:__end__",
        "sub:y --> sub:__end__",
        "sub:__end__ --> __end__",
    }


def test_a_sub_graph_that_ends_sometimes_shows_it():
    inner = builder_of("x", "y").add_edge(START, "x").add_conditional_edges("x", lambda state: "y", ["y", END])
    outer = StateGraph(State).add_node("sub", inner.compile()).add_edge(START, "sub").compile()
    assert lines(outer.get_graph(xray=True)) == {
        "__start__ --> sub:x",
        "sub:x ..> sub:y",
        "sub:x ..> sub:__end__",
        "sub:y --> sub:__end__",
        "sub:__end__ --> __end__",
    }


def test_a_sub_graph_that_a_function_calls():
    inner = line().compile()

    def calls(state):
        return inner.invoke(state)

    outer = StateGraph(State).add_node("sub", calls).add_edge(START, "sub").compile()
    assert "sub:a --> sub:b" in lines(outer.get_graph(xray=True))


def test_a_graph_that_calls_itself_is_drawn_once():
    def calls(state):
        return graph.invoke(state)

    graph = StateGraph(State).add_node("again", calls).add_edge(START, "again").compile()
    assert lines(graph.get_graph(xray=True)) == {"__start__ --> again", "again --> __end__"}


def test_a_sub_graph_without_ends_stays_a_node():
    def wanders(state) -> Command[Literal["b"]]:
        raise NotImplementedError

    inner = StateGraph(State).add_node("a", wanders).add_node("b", node).add_edge(START, "a").add_edge("b", "a")
    outer = StateGraph(State).add_node("sub", inner.compile()).add_edge(START, "sub").compile()
    assert lines(outer.get_graph(xray=True)) == {"__start__ --> sub", "sub --> __end__"}


def test_drawing_leaves_the_graph_alone():
    graph = nested()
    before = lines(graph.get_graph())
    graph.get_graph(xray=True).nodes.clear()
    assert lines(graph.get_graph()) == before


def test_graphs_in_a_sequence():
    graph = line().compile()
    assert lines((graph | RunnableLambda(third) | graph).get_graph()) == {
        "__start__ --> a",
        "a --> b",
        "b --> third",
        "third --> StateGraph_3:a",
        "StateGraph_3:a --> StateGraph_3:b",
        "StateGraph_3:b --> StateGraph_3:__end__",
    }


def test_json_of_a_graph_is_json():
    described = json.loads(json.dumps(nested().get_graph(xray=True).to_json()))
    assert {"id": "mid:deep:a", "type": "runnable", "data": {"id": [*__name__.split("."), "node"], "name": "a"}} in (
        described["nodes"]
    )
