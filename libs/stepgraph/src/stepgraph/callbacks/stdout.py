"""StdOutCallbackHandler: prints what runs do."""

from __future__ import annotations

import sys

from stepgraph.callbacks.narrator import Narrator

__all__ = ["StdOutCallbackHandler"]


class StdOutCallbackHandler(Narrator):
    """Prints when runnables start and end, what tools return and agents decide, and what runs say.

    Args:
        color: The colour of what runs say; none by default.

    Raises:
        ValueError: There is no such colour.
    """

    run_inline = True

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
