"""Drawings as text for Mermaid.

The text is langchain-core's (1.7), but for this: names that Mermaid would not read or would obey are escaped, `end`,
`style`, brackets, quotes, dots on dotted lines.
"""

from typing import Any

import pytest

from stepgraph.runnables.graph import CurveStyle, Edge, Graph, NodeStyles
from tests.runnables.drawing.drawn import small

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
