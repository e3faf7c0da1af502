"""Answer a question about Markdown files, streamed: `make run`, or `python docs/examples/ask_docs.py "Your question?"`.

With OPENAI_API_KEY or ANTHROPIC_API_KEY in the environment, or with STEPGRAPH_MODEL=provider:model, a model of that
provider answers; OPENAI_BASE_URL and ANTHROPIC_BASE_URL say where it is. Without them, or with --offline, a model that
only quotes does.

Exit status: 0 when there is an answer, or when the docs have none and that was said; 1 when the model of the provider
cannot answer; 2 when there is nothing to ask or nothing to read.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

from ask_docs.agent import build
from ask_docs.library import Library
from ask_docs.model import ExtractiveModel
from ask_docs.provider import ProviderError, explained, is_of_provider, model_name, provider_model
from ask_docs.screen import show_live, show_plain
from ask_docs.search import Context
from rich.console import Console


class NoDocsError(Exception):
    """There is nothing to read."""


ROOT = Path(__file__).resolve().parents[2]
DEFAULT_QUESTION = "What is fan-in, and what happens when a node fails?"
PAUSE = 0.02  # seconds between two words on a terminal: about as fast as a model writes
MOST_STEPS = 25  # supersteps: a model that does not end its search has to answer then


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer the question on the command line; return the exit status."""
    options = _parsed(arguments)
    question = " ".join(" ".join(options.question).split()) if options.question else DEFAULT_QUESTION
    if not question:
        return _refuse(2, f"the question is empty; ask one, such as: {DEFAULT_QUESTION}")
    try:
        library = _library(options.docs)
    except (NoDocsError, OSError) as error:
        return _refuse(2, str(error))
    console = Console()
    live = console.is_terminal and not console.is_dumb_terminal and not options.plain
    name = None if options.offline else model_name(os.environ)
    try:
        asyncio.run(_answer(question, library, name, console if live else None))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except ProviderError as error:
        return _refuse(1, f"{error} (--offline answers without a provider)")
    return 0


async def _answer(question: str, library: Library, name: str | None, console: Console | None) -> None:
    if name is None:
        model, shown = ExtractiveModel(pause=PAUSE if console else 0), "extractive, offline"
    else:
        model, shown = provider_model(name, os.environ), name
    stream = build(model).astream(
        {"messages": [("user", question)]},
        {"recursion_limit": MOST_STEPS},
        context=Context(library),
        stream_mode=["messages", "updates", "custom"],
        subgraphs=True,
    )
    try:
        async with aclosing(stream) as chunks:
            said = await (
                show_live(question, shown, chunks, console) if console else show_plain(question, shown, chunks)
            )
    except Exception as error:
        if name is None or not is_of_provider(error):
            raise
        raise ProviderError(explained(error, name, os.environ)) from None
    if not said.strip():
        raise ProviderError(f"{shown}: the answer is empty")


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
    parser = argparse.ArgumentParser(description="Answer a question about Markdown files out of what they say.")
    parser.add_argument("question", nargs="*", help=f"the question (default: {DEFAULT_QUESTION})")
    parser.add_argument("--docs", type=Path, metavar="DIR", help="the folder to read (default: docs/ and README.md)")
    parser.add_argument("--offline", action="store_true", help="quote, and ask no provider even if there is a key")
    parser.add_argument("--plain", action="store_true", help="write plain lines on a terminal, too")
    return parser.parse_args(arguments)


def _refuse(status: int, message: str) -> int:
    sys.stderr.write(f"ask_docs: {message}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
