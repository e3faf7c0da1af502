"""Screen: shows the stream of a run. On a terminal the steps stand above and the answer grows below; else plain lines.

A `Picture` takes the chunks in and says what there is to see; `show_live` and `show_plain` only draw it.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from ask_docs.picture import AGENT, Picture, Step

Chunks = AsyncIterator[tuple[tuple[str, ...], str, Any]]
"""Triples of a namespace, a stream mode and a chunk."""


async def show_plain(question: str, model: str, chunks: Chunks) -> str:
    """Write a line for each step that is done, then the answer word by word; return the answer."""
    picture = Picture()
    sys.stdout.write(f"{question}\n\n{'model':<13}{model}\n")
    is_open = False  # whether the last line has no end yet
    try:
        async for place, mode, chunk in chunks:
            before = picture.answer
            for step in picture.take(place, mode, chunk):
                sys.stdout.write("\n\n" if is_open else "")
                sys.stdout.write(f"{step.node:<13}{step.summary}\n")
                is_open = False
            said = picture.answer[len(before) :]
            if said:
                sys.stdout.write(("" if before else "\n") + said)
                is_open = True
            sys.stdout.flush()
    finally:
        if is_open:
            sys.stdout.write("\n")
    return picture.answer


async def show_live(question: str, model: str, chunks: Chunks, console: Console) -> str:
    """Draw the steps and, below them, the growing answer; return the answer."""
    picture = Picture()
    with Live(console=console, refresh_per_second=20) as live:
        live.update(_drawn(question, model, picture, console, rows=_NO_LIMIT))
        async for place, mode, chunk in chunks:
            picture.take(place, mode, chunk)
            live.update(_drawn(question, model, picture, console, rows=console.height - _FRAMES))
        live.update(_drawn(question, model, picture, console, rows=_NO_LIMIT))
    return picture.answer


_FRAMES, _FEWEST_ROWS, _NO_LIMIT = 7, 4, 1_000_000


def _drawn(question: str, model: str, picture: Picture, console: Console, rows: int) -> Group:
    """Return the picture on a limited number of rows: the last steps, the end of the answer."""
    answer = _styled(picture.answer).wrap(console, max(20, console.width - 6))
    for_steps = min(len(picture.steps), max(_FEWEST_ROWS, rows - len(answer)))
    steps = Panel(
        _table(picture.steps[-for_steps:], thinks=picture.thinks),
        title=Text(question, style="bold"),
        title_align="left",
        subtitle=Text(model, style="dim"),
        subtitle_align="right",
        border_style="blue",
        padding=(0, 1),
    )
    if not picture.answer:
        return Group(steps)
    shown = Text("\n").join(answer[-max(_FEWEST_ROWS, rows - for_steps) :])
    return Group(steps, Panel(shown, title="Answer", title_align="left", border_style="green", padding=(1, 2)))


def _table(steps: Sequence[Step], *, thinks: bool) -> Table:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(min_width=1)
    table.add_column(min_width=len("search_words"), style="cyan", no_wrap=True)
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    for step in steps:
        mark = Text("✓", style="green") if step.done else Spinner("dots", style="yellow")
        table.add_row(mark, step.node, Text(step.summary, style="dim" if step.done else ""))
    if thinks:
        table.add_row(Spinner("dots", style="yellow"), AGENT, "")
    return table


def _styled(answer: str) -> Text:
    """Return the answer with its code and its citations set apart."""
    text = Text()
    for number, part in enumerate(answer.split("`")):
        text.append(part, style="bold magenta" if number % 2 else "")
    text.highlight_regex(r"\[\d+\]", "bold green")
    text.highlight_regex(r"(?m)^\[\d+\] (\S+: .*)$", "dim")
    return text
