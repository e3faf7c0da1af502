"""Screen: shows the stream of a run. On a terminal the steps stand above and the answer grows below; else plain lines.

`Picture` takes the chunks in and says what there is to see; `show_live` and `show_plain` only draw it.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

Chunks = AsyncIterator[tuple[str, Any]]


@dataclass
class Step:
    """A node in one round.

    Attributes:
        node: The node.
        says: What it said last.
        files: How many files it has searched.
        found: In how many sections it found something.
        done: Whether it has ended.
    """

    node: str
    says: str = ""
    files: int = 0
    found: int = 0
    done: bool = False

    @property
    def summary(self) -> str:
        """What there is to say about it."""
        if not self.files:
            return self.says
        return f"{self.found} section{'s' * (self.found != 1)} in {self.files} file{'s' * (self.files != 1)}"


@dataclass
class Picture:
    """What there is to see so far.

    Attributes:
        steps: The steps in the order in which they began.
        answer: The answer as far as it was streamed.
    """

    steps: list[Step] = field(default_factory=list)
    answer: str = ""

    def take(self, mode: str, chunk: Any) -> list[Step]:
        """Take a chunk in; return the steps that are done with it."""
        if mode == "messages":
            self.answer += chunk[0].content
            return []
        if mode == "custom":
            ended = self._ended_by(chunk["step"])
            self._progress(chunk)
            return ended
        return self._end([step for step in self.steps if step.node in chunk and not step.files])

    def _progress(self, chunk: dict[str, Any]) -> None:
        step = next((step for step in self.steps if step.node == chunk["step"] and not step.done), None)
        if step is None:
            step = Step(chunk["step"])
            self.steps.append(step)
        step.says = chunk.get("says", step.says)
        if "file" in chunk:
            step.files += 1
            step.found += chunk["found"]

    def _ended_by(self, node: str) -> list[Step]:
        """Many tasks of a search make one step, which has ended when a step of another kind begins."""
        return [] if node.startswith("search") else self._end([step for step in self.steps if step.files])

    def _end(self, steps: list[Step]) -> list[Step]:
        ended = [step for step in steps if not step.done]
        for step in ended:
            step.done = True
        return ended


async def show_plain(question: str, chunks: Chunks) -> None:
    """Write a line for each step that is done, then the answer word by word."""
    picture = Picture()
    sys.stdout.write(f"{question}\n\n")
    async for mode, chunk in chunks:
        before = picture.answer
        for step in picture.take(mode, chunk):
            if not picture.answer:
                sys.stdout.write(f"{step.node:<13}{step.summary}\n")
        if mode == "messages":
            sys.stdout.write(("" if before else "\n") + picture.answer[len(before) :])
        sys.stdout.flush()
    sys.stdout.write("\n")


async def show_live(question: str, chunks: Chunks, console: Console) -> None:
    """Draw the steps and, below them, the growing answer."""
    picture = Picture()
    with Live(console=console, refresh_per_second=20) as live:
        async for mode, chunk in chunks:
            picture.take(mode, chunk)
            live.update(_drawn(question, picture, console, rows=console.height - _FRAMES))
        live.update(_drawn(question, picture, console, rows=_NO_LIMIT))


_FRAMES, _FEWEST_ROWS, _NO_LIMIT = 7, 4, 1_000_000


def _drawn(question: str, picture: Picture, console: Console, rows: int) -> Group:
    """Return the picture on a limited number of rows: the last steps, the end of the answer."""
    answer = _styled(picture.answer).wrap(console, max(20, console.width - 6))
    for_steps = min(len(picture.steps), max(_FEWEST_ROWS, rows - len(answer)))
    steps = Panel(
        _table(picture.steps[-for_steps:]),
        title=Text(question, style="bold"),
        title_align="left",
        border_style="blue",
        padding=(0, 1),
    )
    if not picture.answer:
        return Group(steps)
    shown = Text("\n").join(answer[-max(_FEWEST_ROWS, rows - for_steps) :])
    return Group(steps, Panel(shown, title="Answer", title_align="left", border_style="green", padding=(1, 2)))


def _table(steps: Sequence[Step]) -> Table:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(min_width=1)
    table.add_column(min_width=len("search_words"), style="cyan", no_wrap=True)
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    for step in steps:
        mark = Text("✓", style="green") if step.done else Spinner("dots", style="yellow")
        table.add_row(mark, step.node, Text(step.summary, style="dim" if step.done else ""))
    return table


def _styled(answer: str) -> Text:
    """Return the answer with its code and its citations set apart."""
    text = Text()
    for number, part in enumerate(answer.split("`")):
        text.append(part, style="bold magenta" if number % 2 else "")
    text.highlight_regex(r"\[\d+\]", "bold green")
    text.highlight_regex(r"(?m)^\[\d+\] (\S+: .*)$", "dim")
    return text
