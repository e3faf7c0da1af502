"""Parts of messages: names in a list, and the one that was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["listed", "nearest"]


def nearest(name: object, known: Iterable[str]) -> str:
    """Return a hint such as `; did you mean 'question'?`, or an empty string where nothing is near."""
    close = difflib.get_close_matches(str(name), list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def listed(names: Iterable[object], *, most: int = 12) -> str:
    """Render names for a message, shortened where there are many."""
    names = [str(name) for name in names]
    shown = ", ".join(repr(name) for name in names[:most])
    return (shown or "none") + (f", … ({len(names)} in all)" if len(names) > most else "")
