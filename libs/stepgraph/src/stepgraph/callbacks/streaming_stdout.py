"""StreamingStdOutCallbackHandler: prints the tokens of models."""

from __future__ import annotations

import sys
from typing import Any

from stepgraph.callbacks.base import BaseCallbackHandler

__all__ = ["StreamingStdOutCallbackHandler"]


class StreamingStdOutCallbackHandler(BaseCallbackHandler):
    """Prints the tokens of models that stream, as they come."""

    run_inline = True

    def on_llm_new_token(self, token: str, **facts: Any) -> None:
        """A model that streams has given out a token."""
        sys.stdout.write(token)
        sys.stdout.flush()
