"""LengthBasedExampleSelector: as many examples, from the first on, as there is room for beside the input."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from stepgraph.example_selectors.base import BaseExampleSelector

__all__ = ["LengthBasedExampleSelector"]


class Formats(Protocol):
    """What makes a text of an example, such as a `PromptTemplate`."""

    def format(self, **kwargs: Any) -> str:
        """Return the text."""


def words_of(text: str) -> int:
    """Return how many words a text has: what stands between spaces and ends of lines."""
    return len(re.split(r"[\n ]", text))


@dataclass(kw_only=True)
class LengthBasedExampleSelector(BaseExampleSelector):
    """Chooses as many examples, from the first on, as there is room for beside the input.

    Attributes:
        examples: The examples.
        example_prompt: What makes a text of an example, such as a `PromptTemplate`.
        get_text_length: Returns the length of a text; counts words by default.
        max_length: How long the input and the examples may be together.
        example_text_lengths: The length of each example; worked out where it is not given.
    """

    examples: list[dict[str, Any]]
    example_prompt: Formats
    get_text_length: Callable[[str], int] = words_of
    max_length: int = 2048
    example_text_lengths: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.examples = list(self.examples)
        self.example_text_lengths = list(self.example_text_lengths) or [self._length(each) for each in self.examples]

    def add_example(self, example: dict[str, str]) -> None:
        """Add an example, after the others."""
        length = self._length(example)
        self.examples.append(example)
        self.example_text_lengths.append(length)

    async def aadd_example(self, example: dict[str, str]) -> None:
        """See `add_example`."""
        self.add_example(example)

    def select_examples(self, input_variables: dict[str, str]) -> list[dict[str, Any]]:
        """Return the first examples for which there is room; the first for which there is none ends the list."""
        room = self.max_length - self.get_text_length(" ".join(map(str, input_variables.values())))
        found: list[dict[str, Any]] = []
        for example, length in zip(self.examples, self.example_text_lengths, strict=False):
            if room <= 0 or length > room:
                break
            room -= length
            found.append(example)
        return found

    async def aselect_examples(self, input_variables: dict[str, str]) -> list[dict[str, Any]]:
        """See `select_examples`."""
        return self.select_examples(input_variables)

    def _length(self, example: dict[str, Any]) -> int:
        return self.get_text_length(self.example_prompt.format(**example))
