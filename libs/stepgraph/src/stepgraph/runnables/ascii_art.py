"""ASCII art: boxes in layers and the lines between them, in plain characters.

Every line goes from one layer to the next: one that goes further takes a place in each layer that it passes. Lines down
leave and enter boxes in the middle, lines up a little to the right of it, so that nobody has to guess which is which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

__all__ = ["ascii_art"]

_GAP: Final = 3
_ASIDE: Final = 2
_SWEEPS: Final = 8

_Group: TypeAlias = tuple[int, bool]
"""Lines that share a row: where they meet, and whether they lead up."""


@dataclass(eq=False)
class _Place:
    """A box, or where a line passes a layer.

    Attributes:
        label: The text of the box, `None` for a line.
        layer: The number of the layer, from the top.
        x: The column of its left edge.
    """

    label: str | None
    layer: int
    x: int = 0
    above: list[_Place] = field(default_factory=list)
    below: list[_Place] = field(default_factory=list)

    @property
    def width(self) -> int:
        return 1 if self.label is None else max(3, len(self.label)) + 4

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


@dataclass(frozen=True, eq=False)
class _Line:
    """A line between places of two neighbouring layers."""

    upper: _Place
    lower: _Place
    dotted: bool
    up: bool

    @property
    def ends(self) -> tuple[int, int]:
        """The columns at which it leaves the upper place and enters the lower one."""
        return _port(self.upper, self.up), _port(self.lower, self.up)


def ascii_art(names: Mapping[str, str], edges: Iterable[tuple[str, str, bool]]) -> str:
    """Draw boxes with names, by id, and edges: source, target, and whether they are dotted."""
    dotted: dict[tuple[str, str], bool] = {}
    for source, target, conditional in edges:
        dotted[source, target] = dotted.get((source, target), True) and conditional
    looping = {source for source, target in dotted if source == target}
    pairs = [pair for pair in dotted if pair[0] != pair[1]]
    back = _back_edges(list(names), pairs)
    down = [(target, source) if (source, target) in back else (source, target) for source, target in pairs]
    layers = _layers(list(names), down)
    labels = {id: " ".join([*name.split(), *("@" for _ in looping & {id})]) for id, name in names.items()}
    boxes = {id: _Place(label, layers[id]) for id, label in labels.items()}
    rows: list[list[_Place]] = [[] for _ in range(max(layers.values(), default=-1) + 1)]
    for id in names:
        rows[layers[id]].append(boxes[id])
    lines: list[_Line] = []
    for (source, target), (upper, lower) in zip(pairs, down, strict=True):
        lines += _lines(boxes[upper], boxes[lower], dotted[source, target], (source, target) in back, rows)
    _order(rows)
    _spread(rows)
    return _painted(rows, lines)


def _port(place: _Place, up: bool) -> int:
    return place.middle + (_ASIDE if up and place.label is not None else 0)


def _back_edges(ids: Sequence[str], pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the edges without which there is no cycle: those that lead back to where a walk came from."""
    following: dict[str, list[str]] = {id: [] for id in ids}
    for source, target in pairs:
        following[source].append(target)
    entered = {target for _, target in pairs}
    back: set[tuple[str, str]] = set()
    done: set[str] = set()
    for root in sorted(ids, key=lambda id: id in entered):
        if root in done:
            continue
        open_nodes = {root: iter(following[root])}
        while open_nodes:
            source = next(reversed(open_nodes))
            target = next(open_nodes[source], source)
            if target == source:
                del open_nodes[source]
                done.add(source)
            elif target in open_nodes:
                back.add((source, target))
            elif target not in done:
                open_nodes[target] = iter(following[target])
    return back


def _layers(ids: Sequence[str], down: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return the layer of each node: one below the lowest that leads to it."""
    layers = dict.fromkeys(ids, 0)
    changed = True
    while changed:  # there is no cycle, so this ends
        changed = False
        for upper, lower in down:
            if layers[lower] <= layers[upper]:
                layers[lower] = layers[upper] + 1
                changed = True
    return layers


def _lines(upper: _Place, lower: _Place, dotted: bool, up: bool, rows: list[list[_Place]]) -> list[_Line]:
    """Return the lines that make an edge, and give it a place in each layer that it passes."""
    found, last = [], upper
    for layer in range(upper.layer + 1, lower.layer + 1):
        place = lower if layer == lower.layer else _Place(None, layer)
        if place is not lower:
            rows[layer].append(place)
        last.below.append(place)
        place.above.append(last)
        found.append(_Line(last, place, dotted, up))
        last = place
    return found


def _order(rows: list[list[_Place]]) -> None:
    """Order layers such that few lines cross: each place goes where the places that it is connected with are."""
    for sweep in range(_SWEEPS):
        for row, other in _neighbours(rows, sweep):
            at = {id(place): number for number, place in enumerate(other)}
            found = {
                id(place): [at[id(each)] for each in (place.below if sweep % 2 else place.above)] or [number]
                for number, place in enumerate(row)
            }
            row.sort(key=lambda place: sum(found[id(place)]) / len(found[id(place)]))


def _neighbours(rows: list[list[_Place]], sweep: int) -> list[tuple[list[_Place], list[_Place]]]:
    """Return each layer with the one that it is to follow: downwards the one above it, upwards the one below."""
    if sweep % 2:
        return list(zip(rows[-2::-1], rows[:0:-1], strict=True))
    return list(zip(rows[1:], rows[:-1], strict=True))


def _spread(rows: list[list[_Place]]) -> None:
    """Give places their columns: near the middle of those that they are connected with, none upon another."""
    for row in rows:
        _place(row, [0.0] * len(row))
    for sweep in range(_SWEEPS + 1):
        for row, _ in _neighbours(rows, sweep):
            wanted = []
            for place in row:
                near = [each.middle for each in (place.below if sweep % 2 else place.above)] or [place.middle]
                wanted.append(sum(near) / len(near) - place.width // 2)
            _place(row, wanted)
    for row, _ in _neighbours(rows, 0):
        for before, place, after in zip([None, *row], row, [*row[1:], None], strict=False):
            _straighten(place, before, after)
    left = min((place.x for row in rows for place in row), default=0)
    for row in rows:
        for place in row:
            place.x -= left


def _place(row: list[_Place], wanted: list[float]) -> None:
    """Put a layer's places as near as they can be to where they want to be, in their order."""
    groups: list[tuple[list[_Place], float]] = []  # places that touch, and where the first one wants to be
    for place, x in zip(row, wanted, strict=True):
        group, start = [place], x
        while groups and groups[-1][1] + _length(groups[-1][0]) > start:
            others, their_start = groups.pop()
            weight, length = len(others), _length(others)
            start = (their_start * weight + (start - length) * len(group)) / (weight + len(group))
            group = others + group
        groups.append((group, start))
    for group, start in groups:
        x_now = round(start)
        for place in group:
            place.x = x_now
            x_now += place.width + _GAP


def _straighten(place: _Place, before: _Place | None, after: _Place | None) -> None:
    """Move a place by a column or two where a line to it gets straight by that."""
    for move in sorted((each.middle - place.middle for each in place.above), key=abs):
        free_left = before is None or before.x + before.width + _GAP <= place.x + move
        free_right = after is None or place.x + place.width + _GAP + move <= after.x
        if abs(move) <= _ASIDE and free_left and free_right:
            place.x += move
            return


def _length(group: list[_Place]) -> int:
    return sum(place.width + _GAP for place in group)


def _painted(rows: list[list[_Place]], lines: Sequence[_Line]) -> str:
    canvas = _Canvas()
    y = 0
    for number, row in enumerate(rows):
        for place in row:
            canvas.place(place, y, lines)
        y += 3
        between = [line for line in lines if line.upper.layer == number]
        groups = _groups(between)
        tracks = _tracks(groups)
        height = max(tracks.values(), default=-1) + 3
        for line in sorted(between, key=lambda line: not line.dotted):
            track = tracks.get(groups[line])
            canvas.line(line, y, y + height - 1, None if track is None else y + 1 + track)
        if between:
            y += height
    return canvas.text()


def _groups(lines: Sequence[_Line]) -> dict[_Line, _Group]:
    """Return which lines share a row: those that meet below, if they leave alone, or those that part above."""
    leaving = Counter((id(line.upper), line.up) for line in lines)
    entering = Counter((id(line.lower), line.up) for line in lines)
    found: dict[_Line, _Group] = {}
    for line in lines:
        joins = leaving[id(line.upper), line.up] == 1 and entering[id(line.lower), line.up] > 1
        found[line] = (id(line.lower if joins else line.upper), line.up)
    return found


def _tracks(groups: Mapping[_Line, _Group]) -> dict[_Group, int]:
    """Return the row for the level parts of each group; those that would overlap get different ones."""
    spans: dict[_Group, list[int]] = {}
    for line, group in groups.items():
        if line.ends[0] != line.ends[1]:
            spans.setdefault(group, []).extend(line.ends)
    tracks: dict[_Group, int] = {}
    taken: list[list[tuple[int, int]]] = []
    for group, columns in sorted(spans.items(), key=lambda item: (max(item[1]) - min(item[1]), min(item[1]))):
        low, high = min(columns), max(columns)
        free = (n for n, row in enumerate(taken) if all(high < start or end < low for start, end in row))
        tracks[group] = next(free, len(taken))
        if tracks[group] == len(taken):
            taken.append([])
        taken[tracks[group]].append((low, high))
    return tracks


class _Canvas:
    """Characters by row and column."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], str] = {}

    def place(self, place: _Place, y: int, lines: Sequence[_Line]) -> None:
        """Draw a box, or the line that passes where there is none."""
        if place.label is None:
            dotted = next(line.dotted for line in lines if line.lower is place)
            for row in range(y, y + 3):
                self.cells[row, place.x] = ":" if dotted else "|"
            return
        inner = place.width - 2
        for row, text in enumerate((f"+{'-' * inner}+", f"|{place.label.center(inner)}|", f"+{'-' * inner}+")):
            self.cells.update({(y + row, place.x + column): sign for column, sign in enumerate(text)})

    def line(self, line: _Line, top: int, bottom: int, track: int | None) -> None:
        """Draw a line between two layers: down, along the row of its group, and down."""
        start, end = line.ends
        upright, level, bend = (":", ".", ".") if line.dotted else ("|", "-", "+")
        for row in range(top, bottom + 1):
            self.cells[row, end if track is not None and row > track else start] = upright
        if track is not None:
            for column in range(min(start, end) + 1, max(start, end)):
                if self.cells.get((track, column), " ") not in "|:+":
                    self.cells[track, column] = level
            self.cells[track, start] = self.cells[track, end] = bend
        if line.up and line.upper.label is not None:
            self.cells[top, start] = "^"
        if not line.up and line.lower.label is not None:
            self.cells[bottom, end] = "v"

    def text(self) -> str:
        """Return the rows as lines of text."""
        height = max((row for row, _ in self.cells), default=-1) + 1
        rows: list[dict[int, str]] = [{} for _ in range(height)]
        for (row, column), sign in self.cells.items():
            rows[row][column] = sign
        return "\n".join(
            "".join(row.get(column, " ") for column in range(max(row, default=-1) + 1)).rstrip() for row in rows
        )
