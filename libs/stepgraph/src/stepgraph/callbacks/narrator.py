"""Narrator: a handler that tells in lines of text what runs do; where the text goes, its subclasses say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from stepgraph.callbacks.base import BaseCallbackHandler
from stepgraph.errors import listed

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["COLORS", "Narrator", "colored"]

COLORS: Final = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "pink": 35, "cyan": 36, "grey": 90}
"""The colours that text can have in a terminal, with their codes."""


def colored(text: str, color: str | None) -> str:
    """Return text with the codes that give it a colour in a terminal.

    Raises:
        ValueError: There is no such colour.
    """
    if color is None:
        return text
    if color not in COLORS:
        raise ValueError(f"there is no color {color!r}; there are {listed(sorted(COLORS))}")
    return f"\x1b[{COLORS[color]}m{text}\x1b[0m"


class Narrator(BaseCallbackHandler):
    """Tells in lines of text when runnables start and end, what tools return and agents decide, and what runs say.

    Args:
        color: The colour of what runs say; none by default.

    Raises:
        ValueError: There is no such colour.
    """

    def __init__(self, color: str | None = None) -> None:
        colored("", color)
        self.color: str | None = color
        self._names: dict[UUID, str] = {}

    def _write(self, text: str) -> None:
        raise NotImplementedError

    def on_chain_start(
        self, serialized: Mapping[str, Any] | None, inputs: Any, *, run_id: UUID, name: str | None = None, **facts: Any
    ) -> None:
        """A runnable starts."""
        self._names[run_id] = found = str(name or (serialized or {}).get("name") or "a chain")
        self._write(f"> {found} starts\n")

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **facts: Any) -> None:
        """A runnable has ended."""
        self._write(f"< {self._names.pop(run_id, 'a chain')} has ended\n")

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **facts: Any) -> None:
        """A runnable has failed."""
        self._write(f"< {self._names.pop(run_id, 'a chain')} has failed: {error!r}\n")

    def on_tool_end(
        self,
        output: Any,
        color: str | None = None,
        observation_prefix: str | None = None,
        llm_prefix: str | None = None,
        **facts: Any,
    ) -> None:
        """A tool has ended; an agent may say what goes before and after what it returned."""
        before = "" if observation_prefix is None else f"{observation_prefix}"
        after = "" if llm_prefix is None else f"\n{llm_prefix}"
        self._say(f"{before}{output}{after}\n", color)

    def on_agent_action(self, action: Any, color: str | None = None, **facts: Any) -> None:
        """An agent has decided what to do."""
        self._say(str(getattr(action, "log", action)), color)

    def on_agent_finish(self, finish: Any, color: str | None = None, **facts: Any) -> None:
        """An agent has come to its end."""
        self._say(f"{getattr(finish, 'log', finish)}\n", color)

    def on_text(self, text: str, color: str | None = None, end: str = "", **facts: Any) -> None:
        """A run has something to say."""
        self._say(f"{text}{end}", color)

    def _say(self, text: str, color: str | None) -> None:
        self._write(colored(text, color or self.color))
