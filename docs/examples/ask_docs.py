"""Answer a question about Markdown files, streamed: `make run`, or `python docs/examples/ask_docs.py "Your question?"`.

Exit status: 0 when there is an answer, or when the docs have none and that was said; 2 when there is nothing to ask or
nothing to read.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ask_docs.agent import Context, build
from ask_docs.library import Library
from ask_docs.model import ExtractiveModel
from ask_docs.screen import show_live, show_plain
from rich.console import Console


class NoDocsError(Exception):
    """There is nothing to read."""


ROOT = Path(__file__).resolve().parents[2]
DEFAULT_QUESTION = "What is fan-in, and what happens when a node fails?"
PAUSE = 0.02  # seconds between two words on a terminal: about as fast as a model writes


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer the question on the command line; return the exit status."""
    options = _parsed(arguments)
    question = " ".join(" ".join(options.question).split()) if options.question else DEFAULT_QUESTION
    if not question:
        return _refuse(f"the question is empty; ask one, such as: {DEFAULT_QUESTION}")
    try:
        library = _library(options.docs)
    except (NoDocsError, OSError) as error:
        return _refuse(str(error))
    console = Console()
    live = console.is_terminal and not console.is_dumb_terminal and not options.plain
    try:
        asyncio.run(_answer(question, library, console if live else None))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


async def _answer(question: str, library: Library, console: Console | None) -> None:
    context = Context(library, ExtractiveModel(library, pause=PAUSE if console else 0))
    chunks = build().astream({"question": question}, context=context, stream_mode=["messages", "updates", "custom"])
    await (show_live(question, chunks, console) if console else show_plain(question, chunks))


def _library(folder: Path | None) -> Library:
    """Read a folder of Markdown files, by default this repository's docs and README."""
    if folder is None:
        folder, root, files = ROOT / "docs", ROOT, [ROOT / "README.md"]
    else:
        folder = folder.resolve()
        root, files = folder.parent, []
    if not folder.is_dir():
        raise NoDocsError(f"{folder} is not a folder; name one that has Markdown files: --docs DIR")
    files = [*(path for path in files if path.is_file()), *sorted(folder.rglob("*.md"))]
    if not files:
        raise NoDocsError(f"there is no Markdown file (*.md) in {folder}; name a folder that has some: --docs DIR")
    library = Library.read(files, root)
    if not library.has_text:
        raise NoDocsError(f"there is no text in the Markdown files of {folder}; name another folder: --docs DIR")
    return library


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Answer a question about Markdown files with sentences of theirs.")
    parser.add_argument("question", nargs="*", help=f"the question (default: {DEFAULT_QUESTION})")
    parser.add_argument("--docs", type=Path, metavar="DIR", help="the folder to read (default: docs/ and README.md)")
    parser.add_argument("--plain", action="store_true", help="write plain lines on a terminal, too")
    return parser.parse_args(arguments)


def _refuse(message: str) -> int:
    sys.stderr.write(f"ask_docs: {message}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
