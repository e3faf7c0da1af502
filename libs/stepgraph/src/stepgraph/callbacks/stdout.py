"""Handlers that print: what runs do, and the tokens of models."""

from __future__ import annotations

import sys
from typing import Any

from stepgraph.callbacks.base import BaseCallbackHandler
from stepgraph.callbacks.narrator import Narrator

__all__ = ["StdOutCallbackHandler", "StreamingStdOutCallbackHandler"]


class StdOutCallbackHandler(Narrator):
    """Prints when runnables start and end, what tools return and agents decide, and what runs say.

    Args:
        color: The colour of what runs say; none by default.
    """

    run_inline = True

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


class StreamingStdOutCallbackHandler(BaseCallbackHandler):
    """Prints the tokens of models that stream, as they come."""

    run_inline = True

    def on_llm_new_token(self, token: str, **facts: Any) -> None:
        """A model that streams has given out a token."""
        sys.stdout.write(token)
        sys.stdout.flush()
