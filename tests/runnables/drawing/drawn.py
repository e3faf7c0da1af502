"""What tests of drawings draw, and a drawing by the names of what it shows."""

from stepgraph.runnables.graph import Graph


def first(number: int) -> str:
    return str(number)


def second(text: str) -> str:
    return text


def third(value):
    return value


def small() -> Graph:
    graph = Graph()
    a, b, c = (graph.add_node(None, name) for name in "abc")
    graph.add_edge(a, b)
    graph.add_edge(b, c, "maybe", conditional=True)
    return graph


def lines(graph: Graph) -> set[str]:
    """Return the edges of a drawing, by the names that its nodes have there."""
    named = graph.reid()
    return {
        f"{edge.source} {'..' if edge.conditional else '--'}{f' {edge.data} ' if edge.data else ''}> {edge.target}"
        for edge in named.edges
    }


def names(graph: Graph) -> list[str]:
    return [node.name for node in graph.nodes.values()]
