"""Graph: a drawing of what a runnable is made of, as plain data: nodes and edges. It runs nothing and fetches nothing.

Ids are unique within a graph. A node that nobody gave an id has one that means nothing (`is_made_up`); its name says
what it is, and several nodes may share a name.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, NamedTuple, NoReturn

from stepgraph.errors import listed, nearest
from stepgraph.runnables.ascii_art import ascii_art
from stepgraph.runnables.mermaid import CurveStyle, Direction, NodeStyles, mermaid

__all__ = ["CurveStyle", "Edge", "Graph", "MermaidDrawMethod", "Node", "NodeStyles", "is_made_up"]


class MermaidDrawMethod(Enum):
    """How others make a picture of a Mermaid text; here it needs a renderer of the user's own."""

    PYPPETEER = "pyppeteer"
    API = "api"


_PREFIX: Final = "Runnable"
"""What the names of so many classes begin with that drawings leave it out."""


class Node(NamedTuple):
    """A node of a drawing.

    Attributes:
        id: What edges call it.
        name: What it is called in the drawing.
        data: What it stands for: a runnable, a function, or the pydantic model of an input or an output.
        metadata: Facts that are drawn below its name.
    """

    id: str
    name: str
    data: Any = None
    metadata: Mapping[str, Any] | None = None

    def copy(self, *, id: str | None = None, name: str | None = None) -> Node:
        """Return the node with another id or another name."""
        return self._replace(id=id or self.id, name=name or self.name)


class Edge(NamedTuple):
    """An edge of a drawing.

    Attributes:
        source: The id of the node that it leaves.
        target: The id of the node that it enters.
        data: Its label, anything that can be made a string.
        conditional: Whether it is taken only sometimes.
    """

    source: str
    target: str
    data: Any = None
    conditional: bool = False

    def copy(self, *, source: str | None = None, target: str | None = None) -> Edge:
        """Return the edge between other nodes."""
        return self._replace(source=source or self.source, target=target or self.target)


class _MadeUp(str):
    """An id that means nothing."""

    __slots__ = ()


_NUMBERS: Final = itertools.count(1)


def is_made_up(id: str) -> bool:
    """Return whether nobody gave this id."""
    return isinstance(id, _MadeUp)


@dataclass
class Graph:
    """Nodes and the edges between them.

    Attributes:
        nodes: The nodes by id, in the order in which they are drawn.
        edges: The edges.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Return whether there are nodes."""
        return bool(self.nodes)

    # Building.

    def next_id(self) -> str:
        """Return an id that means nothing and that no other drawing has."""
        return _MadeUp(f"#{next(_NUMBERS)}")

    def add_node(
        self,
        data: Any,
        id: str | None = None,
        *,
        name: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Node:
        """Add a node and return it.

        Args:
            data: What it stands for.
            id: Its id; one is made up by default.
            name: Its name; by default the id, or where that is made up the name of what it stands for.
            metadata: Facts that are drawn below its name.

        Raises:
            ValueError: There is a node with this id.
        """
        if id is not None and id in self.nodes:
            raise ValueError(f"the drawing has a node {id!r}; give this one another id")
        own = self.next_id() if id is None else id
        node = Node(own, name or _name_of(data, own), data, metadata)
        self.nodes[own] = node
        return node

    def add_edge(self, source: Node, target: Node, data: Any = None, conditional: bool = False) -> Edge:
        """Add an edge between two nodes and return it.

        Raises:
            ValueError: A node is not in this drawing.
        """
        for end in (source, target):
            if end.id not in self.nodes:
                raise ValueError(
                    f"an edge leads between nodes of its drawing, and {end.id!r} is none{nearest(end.id, self.nodes)}; "
                    f"nodes are {listed(self.nodes)}"
                )
        edge = Edge(source.id, target.id, data, conditional)
        self.edges.append(edge)
        return edge

    def remove_node(self, node: Node) -> None:
        """Remove a node and the edges at it."""
        del self.nodes[node.id]
        self.edges = [edge for edge in self.edges if node.id not in (edge.source, edge.target)]

    def extend(self, graph: Graph, *, prefix: str = "") -> tuple[Node | None, Node | None]:
        """Add what another drawing has, connected with nothing here, and return its first and its last node.

        Args:
            graph: The other drawing.
            prefix: Put before its ids, as `prefix:id`, but not before those that are made up.

        Raises:
            ValueError: An id is there already; another prefix avoids that.
        """

        def prefixed(id: str) -> str:
            return id if is_made_up(id) or not prefix else f"{prefix}:{id}"

        taken = [id for id in map(prefixed, graph.nodes) if id in self.nodes]
        if taken:
            raise ValueError(f"the drawing has nodes {listed(taken)} already; add the other one with another prefix=…")
        first, last = graph.first_node(), graph.last_node()
        self.nodes.update((prefixed(id), node.copy(id=prefixed(id))) for id, node in graph.nodes.items())
        self.edges.extend(edge.copy(source=prefixed(edge.source), target=prefixed(edge.target)) for edge in graph.edges)
        return (
            None if first is None else self.nodes[prefixed(first.id)],
            None if last is None else self.nodes[prefixed(last.id)],
        )

    def reid(self) -> Graph:
        """Return the drawing with names in place of made-up ids; names that several nodes share are numbered."""
        made_up = [node.name for id, node in self.nodes.items() if is_made_up(id)]
        taken = {id for id in self.nodes if not is_made_up(id)} | set(made_up)
        counts = Counter([*made_up, *(id for id in self.nodes if not is_made_up(id))])
        numbers: dict[str, Callable[[], int]] = {name: itertools.count(1).__next__ for name in counts}
        ids: dict[str, str] = {}
        for id, node in self.nodes.items():
            ids[id] = id
            if is_made_up(id):
                ids[id] = node.name
                while counts[node.name] > 1 and ids[id] in taken:
                    ids[id] = f"{node.name}_{numbers[node.name]()}"
                taken.add(ids[id])
        return Graph(
            {ids[id]: node.copy(id=ids[id]) for id, node in self.nodes.items()},
            [edge.copy(source=ids[edge.source], target=ids[edge.target]) for edge in self.edges],
        )

    # Ends.

    def first_node(self) -> Node | None:
        """Return the only node that no edge enters, `None` where there is none or more than one."""
        return self._only({edge.target for edge in self.edges})

    def last_node(self) -> Node | None:
        """Return the only node that no edge leaves, `None` where there is none or more than one."""
        return self._only({edge.source for edge in self.edges})

    def trim_first_node(self) -> None:
        """Remove the first node, if it always leads to one other node, which is the first one then."""
        first = self.first_node()
        if first is not None:
            self._trim(first, [edge for edge in self.edges if edge.source == first.id], Graph.first_node)

    def trim_last_node(self) -> None:
        """Remove the last node, if one other node always leads to it, which is the last one then."""
        last = self.last_node()
        if last is not None:
            self._trim(last, [edge for edge in self.edges if edge.target == last.id], Graph.last_node)

    def _trim(self, node: Node, edges: list[Edge], end: Callable[[Graph], Node | None]) -> None:
        if len(edges) != 1 or edges[0].conditional:
            return  # the edges say something that would be lost
        rest = Graph(dict(self.nodes), self.edges)
        rest.remove_node(node)
        if end(rest) is not None:
            self.nodes, self.edges = rest.nodes, rest.edges

    def _only(self, others: set[str]) -> Node | None:
        """Return the node that is not among others, if it is one."""
        left = [node for id, node in self.nodes.items() if id not in others]
        return left[0] if len(left) == 1 else None

    # Showing.

    def to_json(self, *, with_schemas: bool = False) -> dict[str, list[dict[str, Any]]]:
        """Return the drawing as what JSON can hold.

        Nodes have `id`, `type` (`"runnable"` or `"schema"`), `data` and `metadata`, edges have `source`, `target`,
        `data` and `conditional`, where there is something to say. A made-up id is the node's number.

        Args:
            with_schemas: Whether inputs and outputs are described by their JSON schemas, not just named.
        """
        ids: dict[str, Any] = {id: number if is_made_up(id) else id for number, id in enumerate(self.nodes)}
        nodes = [{"id": ids[id], **_described(node, with_schemas)} for id, node in self.nodes.items()]
        edges = []
        for edge in self.edges:
            shown = {"source": ids[edge.source], "target": ids[edge.target]}
            if edge.data is not None:
                shown["data"] = edge.data
            if edge.conditional:
                shown["conditional"] = True
            edges.append(shown)
        return {"nodes": nodes, "edges": edges}

    def draw_mermaid(
        self,
        *,
        direction: Direction = "TD",
        with_styles: bool = True,
        curve_style: CurveStyle | str = CurveStyle.LINEAR,
        node_colors: NodeStyles | None = None,
        wrap_label_n_words: int = 9,
        frontmatter_config: Mapping[str, Any] | None = None,
    ) -> str:
        """Return the drawing as the text of a Mermaid flowchart.

        Args:
            direction: Where it goes: `"TD"` down, `"LR"` to the right, `"BT"` up, `"RL"` to the left.
            with_styles: Whether nodes have shapes and colours.
            curve_style: How edges bend, such as `"basis"` or `"step"`.
            node_colors: The styles of nodes in general, of the first one and of the last one.
            wrap_label_n_words: How many words of an edge's label stand on a line.
            frontmatter_config: More of Mermaid's configuration, such as `{"theme": "neutral"}`.

        Raises:
            ValueError: There is no such direction or curve style.
        """
        named = self.reid()
        return mermaid(
            named.nodes,
            named.edges,
            first=named.first_node(),
            last=named.last_node(),
            direction=direction,
            styles=(node_colors or NodeStyles()) if with_styles else None,
            curve_style=curve_style,
            words=wrap_label_n_words,
            config=frontmatter_config or {},
        )

    def draw_ascii(self) -> str:
        """Return the drawing in plain characters: boxes, lines, and dotted lines for conditional edges.

        The heads of edges are `v` and `^`, and a node that leads to itself has a `@` at its name.
        """
        named = self.reid()
        edges = [(edge.source, edge.target, edge.conditional) for edge in named.edges]
        return ascii_art({id: node.name for id, node in named.nodes.items()}, edges)

    def print_ascii(self) -> None:
        """Print the drawing in plain characters; see `draw_ascii`."""
        print(self.draw_ascii())  # noqa: T201 - what it is for

    def draw_mermaid_png(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise: pictures are made by others.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError(
            "a PNG takes a browser or a web service to render, and nothing is fetched here; give the text of "
            "draw_mermaid() to what shows Mermaid, such as GitHub, a notebook or https://mermaid.live, or print "
            "draw_ascii()"
        )

    draw_png = draw_mermaid_png


def _name_of(data: Any, id: str) -> str:
    if data is None or not is_made_up(id):
        return str(id)
    get_name = None if isinstance(data, type) else getattr(data, "get_name", None)
    name = get_name() if get_name is not None else getattr(data, "__name__", None) or type(data).__name__
    return str(name).removeprefix(_PREFIX) or str(name)


def _described(node: Node, with_schemas: bool) -> dict[str, Any]:
    """Return what JSON says of a node."""
    found: dict[str, Any] = {}
    data = node.data
    if isinstance(data, type) and hasattr(data, "model_json_schema"):
        found = {"type": "schema", "data": data.model_json_schema() if with_schemas else node.name}
    elif data is not None:
        kind = data if hasattr(data, "__qualname__") else type(data)
        place = [*kind.__module__.split("."), kind.__qualname__]
        found = {"type": "runnable", "data": {"id": place, "name": node.name}}
    if node.metadata is not None:
        found["metadata"] = dict(node.metadata)
    return found
