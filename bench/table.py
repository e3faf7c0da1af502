"""Table: results as text, for people."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from bench.result import OURS, PEER_SIDE, PLAIN, YARDSTICK, Result
from bench.targets import LIMITS, YARDSTICKS

__all__ = ["render"]

_UNDISTURBED = 0.9

_HEAD = (
    *("work", "per", OURS, "(best)", PLAIN, "to plain", PEER_SIDE, "to ours"),
    *("yardsticks", "must", "aim", "reached", "garbage"),
)


def render(results: Sequence[Result]) -> str:
    """Return the table, what it means, and what failed."""
    lines = [_HEAD, *map(_line, results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    text = [_padded(line, widths) for line in lines]
    text.insert(1, "-" * len(text[0]))
    return "\n".join([*text, "", *_legend(results), *_limits(results), *_disturbance(results), *_failures(results)])


def _line(result: Result) -> tuple[str, ...]:
    sides = result.sides
    ours = sides.get(OURS)
    return (
        result.row.title,
        result.row.unit,
        _time(result, OURS),
        "" if ours is None else f"({_amount(ours.best, result)})",
        _time(result, PLAIN),
        _factor(result.ratio(OURS, PLAIN)),
        _time(result, PEER_SIDE),
        _factor(result.ratio(PEER_SIDE, OURS)),
        _figure(result.measure) if result.row.yardstick or result.target("must") else "",
        _figure(result.target("must")),
        _figure(result.target("aim")),
        result.verdict,
        "" if ours is None or not ours.garbage else _figure(ours.garbage),
    )


def _time(result: Result, side: str) -> str:
    if side in result.sides:
        return _amount(result.sides[side].median, result)
    return "failed" if side in result.failures else ""


def _amount(cost: float, result: Result) -> str:
    """Return a cost in the row's unit: microseconds, milliseconds for a process, megabytes for a file."""
    row = result.row
    return f"{_figure(cost / row.scale)} {row.symbol}".rstrip()


def _factor(ratio: float | None) -> str:
    return "" if ratio is None else f"{_figure(ratio)}x"


def _figure(number: float | None) -> str:
    """Return a number with about three digits."""
    if number is None:
        return ""
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def _padded(line: Sequence[str], widths: Sequence[int]) -> str:
    first, second, *others = (
        cell.ljust(width) if column < 2 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(line, widths, strict=True))
    )
    return "  ".join([first, second, *others]).rstrip()


def _legend(results: Sequence[Result]) -> list[str]:
    return [
        "Medians in µs per unit. 'yardsticks': what stepgraph costs in units of the plain loop's step, for fan-out and",
        "barrier of the plain fan-out's task. 'must', 'aim': the design's targets in the same units. Imports in ms and",
        "files in MB, here as there.",
        "For runnables 'langgraph' is langchain-core, on which it stands.",
        "'garbage' counts objects per unit that only the cyclic collector can free.",
        *(line for name, there in YARDSTICKS.items() if (line := _yardstick(name, there, results))),
        *(
            f"Beside {result.row.name}: {side} {_amount(result.sides[side].median, result)}."
            for result in results
            for side in result.row.beside
            if side in result.sides
        ),
    ]


def _yardstick(name: str, there: float, results: Sequence[Result]) -> str:
    taken = [r.sides[YARDSTICK].median for r in results if r.row.yardstick == name and YARDSTICK in r.sides]
    if not taken:
        return ""
    return f"Yardstick {name}: {min(taken):.2f} to {max(taken):.2f} µs here, {there} where the targets were set."


def _limits(results: Sequence[Result]) -> list[str]:
    ours = {result.row.name: measure for result in results if (measure := result.measure) is not None}
    return [
        f"{limit.row} costs {ours[limit.row] / ours[limit.other]:.2f} times {limit.other}, {limit.factor:g} allowed."
        for limit in LIMITS
        if limit.row in ours and limit.other in ours
    ]


def _disturbance(results: Sequence[Result]) -> list[str]:
    """Say so when plain Python, which never waits, did not have a CPU all the time."""
    shares = [
        share
        for result in results
        for side, samples in result.sides.items()
        if side in (PLAIN, YARDSTICK)
        for share in samples.shares
    ]
    if not shares or (share := median(shares)) > _UNDISTURBED:
        return []
    return [
        f"The machine was busy: plain Python had a CPU for only {share:.0%} of the time; trust the ratios, or --cpu."
    ]


def _failures(results: Sequence[Result]) -> list[str]:
    return [f"FAILED: {result.row.name}, {side}: {why}" for result in results for side, why in result.failures.items()]
