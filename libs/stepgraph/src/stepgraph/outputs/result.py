"""Results: what a call of a model brought, for one prompt and for several."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from stepgraph.outputs.generation import ChatGeneration

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["ChatResult", "LLMResult", "RunInfo"]


@dataclass
class RunInfo:
    """Which run an answer is of.

    Attributes:
        run_id: Its id, as callback handlers hear it.
    """

    run_id: UUID


@dataclass
class ChatResult:
    """What a chat model answered to one prompt.

    Attributes:
        generations: The alternatives.
        llm_output: What the provider said besides.
    """

    generations: list[ChatGeneration]
    llm_output: dict[str, Any] | None = None


@dataclass
class LLMResult:
    """What a model answered to several prompts.

    Attributes:
        generations: The alternatives for each prompt.
        llm_output: What the provider said besides.
        run: The runs, one for each prompt.
    """

    type: ClassVar[str] = "LLMResult"

    generations: list[list[Any]]
    llm_output: dict[str, Any] | None = None
    run: list[RunInfo] | None = field(default=None)

    def flatten(self) -> list[LLMResult]:
        """Return a result of its own for each prompt; the first alone says what was used: that is counted once."""
        output = self.llm_output
        rest = output if output is None else {**output, "token_usage": {}}
        answers: list[list[Any]] = list(self.generations)
        return [LLMResult([each], rest if number else output) for number, each in enumerate(answers)]
