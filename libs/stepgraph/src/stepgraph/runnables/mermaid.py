"""Mermaid: the text of a flowchart, for what renders such text. Whatever a name holds, it is shown and not obeyed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal, Protocol, TypeAlias, get_args

from stepgraph.errors import listed, nearest

__all__ = ["CurveStyle", "Direction", "NodeStyles", "mermaid"]

Direction: TypeAlias = Literal["TD", "TB", "BT", "LR", "RL"]
"""Where a flowchart goes."""

_KEYWORDS: Final = (
    "call|class|classDef|click|default|direction|end|flowchart|graph|href|interpolate|linkStyle|style|subgraph"
)
"""Words that an id must not begin with."""

_ID: Final = re.compile(rf"[^A-Za-z0-9_-]|^-|-$|--|^(?=(?:{_KEYWORDS})(?!\w))[a-z]")
_TEXT: Final = re.compile(r"[^\w\s.,:=!?/+-]|^[-/]|--+")
_TEXT_ON_A_LINE: Final = re.compile(r"[^\w\s,:=!?/+-]|^[-/]|--+")


class CurveStyle(Enum):
    """How edges bend."""

    BASIS = "basis"
    BUMP_X = "bumpX"
    BUMP_Y = "bumpY"
    CARDINAL = "cardinal"
    CATMULL_ROM = "catmullRom"
    LINEAR = "linear"
    MONOTONE_X = "monotoneX"
    MONOTONE_Y = "monotoneY"
    NATURAL = "natural"
    STEP = "step"
    STEP_AFTER = "stepAfter"
    STEP_BEFORE = "stepBefore"


@dataclass(frozen=True)
class NodeStyles:
    """How nodes look, in the words of CSS.

    Attributes:
        default: Nodes in general.
        first: The first node.
        last: The last node.
    """

    default: str = "fill:#f2f0ff,line-height:1.2"
    first: str = "fill-opacity:0"
    last: str = "fill:#bfb6fc"


class _Node(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def metadata(self) -> Mapping[str, Any] | None: ...


class _Edge(Protocol):
    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def data(self) -> Any: ...
    @property
    def conditional(self) -> bool: ...


def mermaid(
    nodes: Mapping[str, _Node],
    edges: Sequence[_Edge],
    *,
    first: _Node | None,
    last: _Node | None,
    direction: Direction,
    styles: NodeStyles | None,
    curve_style: CurveStyle | str,
    words: int,
    config: Mapping[str, Any],
) -> str:
    """Return the text of a flowchart; ids such as `above:below` make boxes around what is below. See `Graph`."""
    if direction not in get_args(Direction):
        raise ValueError(f"direction is one of {listed(get_args(Direction))}, got {direction!r}")
    lines = [f"graph {direction};"]
    top = _Box()
    classes: dict[str, str] = {}
    if styles is not None:
        lines = [*_front_matter({**config, "flowchart": _flowchart(config, curve_style)}), *lines]
        classes = {**({last.id: "last"} if last else {}), **({first.id: "first"} if first else {})}
    seen = {id for edge in edges for id in (edge.source, edge.target)}
    for node in nodes.values():
        if styles is not None or node.id not in seen or _id(node.id) != node.name:  # else its edges say it all
            top.holding(node.id).lines.append(_node(node, classes.get(node.id)))
    for edge in edges:
        top.holding(edge.source, edge.target).lines.append(_edge(edge, words))
    lines += top.text()
    if styles is not None:
        lines += [f"\tclassDef {name} {getattr(styles, name)}" for name in ("default", "first", "last")]
    return "\n".join(lines) + "\n"


class _Box:
    """What is drawn inside one box, and the boxes in it."""

    def __init__(self, path: tuple[str, ...] = ()) -> None:
        self.path: tuple[str, ...] = path
        self.lines: list[str] = []
        self.boxes: dict[str, _Box] = {}

    def holding(self, *ids: str) -> _Box:
        """Return the innermost box around nodes with these ids."""
        box = self
        for parts in zip(*(id.split(":")[:-1] for id in ids), strict=False):
            if len(set(parts)) > 1:
                break
            box = box.boxes.setdefault(parts[0], _Box((*box.path, parts[0])))
        return box

    def text(self) -> Iterable[str]:
        """Yield the lines of the box, those of the boxes in it last."""
        yield from self.lines
        for name, box in self.boxes.items():
            id = _id(":".join(box.path))
            yield f"\tsubgraph {id}" + ("" if id == name else f" [{_label(name)}]")
            yield from box.text()
            yield "\tend"


def _flowchart(config: Mapping[str, Any], curve_style: CurveStyle | str) -> dict[str, Any]:
    known = [style.value for style in CurveStyle]
    curve = curve_style.value if isinstance(curve_style, CurveStyle) else curve_style
    if curve not in known:
        raise ValueError(f"curve_style is one of {listed(known)}{nearest(curve, known)}; got {curve_style!r}")
    return {"curve": curve, **config.get("flowchart", {})}


def _front_matter(config: Mapping[str, Any]) -> list[str]:
    return ["---", "config:", *_yaml(config, "  "), "---"]


def _yaml(values: Mapping[str, Any], indent: str) -> Iterable[str]:
    import json  # noqa: PLC0415 - rarely drawn, and JSON is YAML

    for key, value in values.items():
        if isinstance(value, Mapping):
            yield f"{indent}{key}:"
            yield from _yaml(value, indent + "  ")
        else:
            plain = isinstance(value, str) and re.fullmatch(r"[A-Za-z][\w-]*", value)
            yield f"{indent}{key}: {value if plain else json.dumps(value)}"


def _node(node: _Node, style: str | None) -> str:
    name = _label(node.name)
    if node.name.startswith("__") and node.name.endswith("__"):
        name = f"<p>{name}</p>"  # else the underscores would make it bold
    if node.metadata:
        facts = "\n".join(f"{_label(str(key))} = {_label(str(value))}" for key, value in node.metadata.items())
        name += f"<hr/><small><em>{facts}</em></small>"
    return f"\t{_id(node.id)}" + (f"([{name}]):::{style}" if style else f"({name})")


def _edge(edge: _Edge, words: int) -> str:
    start, end = ("-.", ".->") if edge.conditional else ("--", "-->")
    if edge.data is None:
        arrow = "-.->" if edge.conditional else "-->"
    else:
        split = str(edge.data).split()
        rows = [" ".join(split[at : at + words]) for at in range(0, len(split), words)]
        label = "&nbsp;<br>&nbsp;".join(_label(row, _TEXT_ON_A_LINE) for row in rows)
        arrow = f"{start} &nbsp;{label}&nbsp; {end}"
    return f"\t{_id(edge.source)} {arrow} {_id(edge.target)};"


def _id(id: str) -> str:
    """Return an id as Mermaid can read it: what it cannot stands there by its code points."""
    return _ID.sub(_code_points(lambda code: f"\\{code:x}"), id)


def _label(text: str, meant: re.Pattern[str] = _TEXT) -> str:
    """Return a text as Mermaid shows it: what means something to it stands there as entities."""
    return meant.sub(_code_points(lambda code: f"#{code};"), text)


def _code_points(shown: Callable[[int], str]) -> Callable[[re.Match[str]], str]:
    return lambda found: "".join(shown(ord(character)) for character in found.group())
