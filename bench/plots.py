"""Plots: what a unit costs against the width of the state, without and with a saver, and of a fan-out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.result import OURS, PEER_SIDE, PLAIN, Result

__all__ = ["draw"]


@dataclass(frozen=True)
class _Style:
    """How a side is drawn; told apart by marker and line as well as by colour."""

    color: str
    marker: str
    line: str
    label_at: int = 7


_STYLES: Final = {
    PEER_SIDE: _Style("#b4541f", "s", "--"),
    OURS: _Style("#1f5fb4", "o", "-"),
    PLAIN: _Style("#555555", "^", ":", -14),
}

_AXES: Final = {
    "wide": (
        "Cost of a superstep against the width of the state",
        "keys in the state, 3 of them written",
        "µs per step",
    ),
    "memory": (
        "Cost of a superstep with a saver in memory against the width of the state",
        "keys in the state, 3 of them written and saved",
        "µs per step",
    ),
    "fan-out": ("Cost of a task against the width of a fan-out", "tasks in the superstep", "µs per task"),
}


def draw(results: Sequence[Result], folder: Path) -> list[Path]:
    """Draw every curve of which there are at least two points.

    Args:
        results: What was measured.
        folder: Where the files go; made if need be.

    Returns:
        The files.
    """
    curves: dict[str, list[Result]] = {}
    for result in results:
        if result.row.curve is not None:
            curves.setdefault(result.row.curve.name, []).append(result)
    folder.mkdir(parents=True, exist_ok=True)
    return [_draw(name, points, folder / f"{name}.png") for name, points in curves.items() if len(points) > 1]


def _draw(name: str, points: Sequence[Result], path: Path) -> Path:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    for side, style in _STYLES.items():
        _line(axes, side, style, points)
    title, across, up = _AXES[name]
    axes.set(title=title, xlabel=across, ylabel=up, xscale="log", yscale="log")
    sizes = [result.row.curve.size for result in points if result.row.curve]
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.xaxis.minorticks_off()
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    axes.grid(alpha=0.25, which="both")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(path, dpi=144)
    return path


def _line(axes: Any, side: str, style: _Style, points: Sequence[Result]) -> None:
    """Draw a side's medians, and label its last point with the figure."""
    found = [(p.row.curve.size, p.sides[side].median) for p in points if p.row.curve and side in p.sides]
    if not found:
        return
    sizes, costs = zip(*found, strict=True)
    axes.plot(sizes, costs, color=style.color, marker=style.marker, linestyle=style.line, label=side)
    for size, cost in (found[0], found[-1]):
        axes.annotate(
            f"{cost:,.3g}" if cost < 1_000 else f"{cost:,.0f}",
            (size, cost),
            textcoords="offset points",
            xytext=(0, style.label_at),
            ha="center",
            color=style.color,
            fontsize=8,
        )
