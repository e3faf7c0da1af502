"""BaseExampleSelector: what chooses among examples, of which each is a dict of a prompt's variables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from stepgraph.execution.threads import in_thread

__all__ = ["BaseExampleSelector"]


class BaseExampleSelector(ABC):
    """Chooses examples. An async twin that is missing calls its sync one in the engine's threads."""

    @abstractmethod
    def add_example(self, example: dict[str, str]) -> Any:
        """Add an example."""

    @abstractmethod
    def select_examples(self, input_variables: dict[str, str]) -> list[dict[str, Any]]:
        """Return the examples for an input, in the order in which the prompt shows them."""

    async def aadd_example(self, example: dict[str, str]) -> Any:
        """See `add_example`."""
        return await in_thread(self.add_example, example)

    async def aselect_examples(self, input_variables: dict[str, str]) -> list[dict[str, Any]]:
        """See `select_examples`."""
        return await in_thread(self.select_examples, input_variables)  # type: ignore[no-any-return]
