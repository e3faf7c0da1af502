"""A page of Markdown and the code blocks in it, to be run as a reader would: from top to bottom, in one namespace.

A `python` block is run. If the next block of the page is a `text` block, that is what the `python` block prints; `…` in
it stands for any text within a line. A block that raises is followed by such a `text` block, whose last line is the
error's class and its message. Top-level `await` is allowed.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import itertools
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

_FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,}|~{3,}) *(?P<language>[\w+-]*).*$")
_COLOUR = re.compile(r"\x1b\[[\d;]*m")


@dataclass(frozen=True)
class Block:
    """A fenced block; `line` is where its first line of content stands, counted from 1."""

    language: str
    content: str
    line: int


class WrongBlockError(AssertionError):
    """A block that does not do what its page says."""


def blocks_of(markdown: str) -> list[Block]:
    """Return the fenced blocks of a page, those in lists and admonitions included."""
    found: list[Block] = []
    lines = markdown.splitlines()
    position = 0
    while position < len(lines):
        opening = _FENCE.match(lines[position])
        position += 1
        if opening is None:
            continue
        first = position
        while position < len(lines) and lines[position].strip() != opening["fence"]:
            position += 1
        if position == len(lines):
            raise WrongBlockError(f"line {first}: the block that starts here has no end")
        content = textwrap.dedent("\n".join(lines[first:position]))
        found.append(Block(opening["language"], content, first + 1))
        position += 1
    return found


def pages() -> list[Path]:
    """Return every page whose code is run."""
    return [ROOT / "README.md", ROOT / "libs/stepgraph/README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def run_page(blocks: list[Block], name: str) -> int:
    """Run the Python blocks of a page in order and compare what they print; return how many there were.

    Raises:
        WrongBlockError: A block raises or prints something else than the page says.
    """
    count = 0
    with _module_of(name) as namespace, _event_loop() as loop:
        for block, following in itertools.zip_longest(blocks, blocks[1:]):
            if block.language != "python":
                continue
            expected = following.content if following is not None and following.language == "text" else None
            printed, error = _run(block, name, namespace, loop)
            _compare(f"{name}, line {block.line}", printed, error, expected)
            count += 1
    return count


def _run(
    block: Block, name: str, namespace: dict[str, Any], loop: asyncio.AbstractEventLoop
) -> tuple[str, Exception | None]:
    output = io.StringIO()
    try:
        code = _compiled(block, name)
        with contextlib.redirect_stdout(output):
            result = eval(code, namespace)
            if code.co_flags & inspect.CO_COROUTINE:
                loop.run_until_complete(result)
    except Exception as error:
        return output.getvalue(), error
    return output.getvalue(), None


def _compiled(block: Block, name: str) -> CodeType:
    source = "\n" * (block.line - 1) + block.content  # tracebacks then name the line of the page
    return compile(source, name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def _compare(place: str, printed: str, error: Exception | None, expected: str | None) -> None:
    if error is not None:
        printed += f"{type(error).__name__}: {error}"
    if expected is None:
        if error is not None:
            raise WrongBlockError(f"{place}: {printed}") from error
    elif not _alike(printed, expected):
        raise WrongBlockError(f"{place}: expected\n{expected}\n\nbut it printed\n{printed}") from error


def _alike(printed: str, expected: str) -> bool:
    pattern = r"[^\n]*".join(re.escape(part) for part in _tidy(expected).split("…"))
    return re.fullmatch(pattern, _tidy(printed)) is not None


def _tidy(text: str) -> str:
    """Return the text without colours and without space at the ends of its lines."""
    return "\n".join(line.rstrip() for line in _COLOUR.sub("", text).strip().splitlines())


@contextlib.contextmanager
def _module_of(name: str) -> Iterator[dict[str, Any]]:
    """Give the page a module of its own, where annotations and dataclasses find their names."""
    module = ModuleType("page_" + re.sub(r"\W", "_", name))
    sys.modules[module.__name__] = module
    try:
        yield module.__dict__
    finally:
        del sys.modules[module.__name__]


@contextlib.contextmanager
def _event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    try:
        yield loop
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
