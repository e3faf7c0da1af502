"""BaseLanguageModel: what all language models have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final, Generic, TypeAlias

from pydantic import Field
from typing_extensions import TypeVar

from stepgraph.messages import convert_to_messages
from stepgraph.outputs import LLMResult
from stepgraph.runnables import Runnable
from stepgraph.runnables.component import Component

__all__ = ["BaseLanguageModel", "LanguageModelInput", "LanguageModelLike", "LanguageModelOutput"]

LanguageModelInput: TypeAlias = Any
"""What models take: text, messages in any of their forms, or what a prompt has made."""

LanguageModelOutput: TypeAlias = Any
"""What models give: a message, or text."""

_USUAL: Final = (
    *("model", "model_name", "temperature", "max_tokens", "max_completion_tokens", "top_p", "top_k", "seed"),
    *("presence_penalty", "frequency_penalty", "reasoning_effort"),
)
"""Fields by which models of one kind differ."""

LanguageModelLike: TypeAlias = Runnable[LanguageModelInput, LanguageModelOutput]
"""A model, or what calls one: with tools, a config, retries, …"""

OutputT = TypeVar("OutputT", covariant=True, default=Any)


class BaseLanguageModel(Component[LanguageModelInput, OutputT], Generic[OutputT]):
    """A language model.

    Attributes:
        cache: What answers are kept in (see `stepgraph.caches`); `True` for the cache of the process, `False` for none,
            `None` for that of the process where there is one.
        custom_get_token_ids: What takes a text apart into tokens, for counting them.
    """

    run_type: ClassVar[str] = "llm"

    cache: Any = Field(default=None, exclude=True, repr=False)
    custom_get_token_ids: Callable[[str], list[int]] | None = Field(default=None, exclude=True, repr=False)

    @property
    def _llm_type(self) -> str:
        """What kind of model it is, for logs and keys of caches."""
        return type(self).__name__

    @property
    def _identifying_params(self) -> dict[str, Any]:
        """What tells this model from others of its kind; handlers hear it, and caches keep answers under it.

        These are the usual parameters, where it has them. Other fields may hold keys, or change with each call.
        """
        given = {name: getattr(self, name, None) for name in _USUAL}
        return {name: value for name, value in given.items() if isinstance(value, (str, int, float, bool))}

    @property
    def _whole_params(self) -> dict[str, Any]:
        """What `_identifying_params` leaves out or hides too: only a hash of it goes into the keys of caches."""
        return self._identifying_params

    def generate_prompt(
        self, prompts: Sequence[Any], stop: list[str] | None = None, callbacks: Any = None, **kwargs: Any
    ) -> LLMResult:
        """Answer several prompts; see `BaseChatModel.generate`."""
        raise NotImplementedError

    async def agenerate_prompt(
        self, prompts: Sequence[Any], stop: list[str] | None = None, callbacks: Any = None, **kwargs: Any
    ) -> LLMResult:
        """Answer several prompts; see `BaseChatModel.generate`."""
        raise NotImplementedError

    def get_token_ids(self, text: str) -> list[int]:
        """Return the tokens of a text.

        Raises:
            NotImplementedError: Nobody said how: no `custom_get_token_ids` was given.
        """
        if self.custom_get_token_ids is None:
            raise NotImplementedError(
                f"{self.get_name()} does not know how texts are taken apart into tokens; give it custom_get_token_ids=…"
            )
        return self.custom_get_token_ids(text)

    def get_num_tokens(self, text: str) -> int:
        """Return how many tokens a text has, roughly where nobody said how it is taken apart."""
        if self.custom_get_token_ids is not None:
            return len(self.custom_get_token_ids(text))
        return -(-len(text) // 4)

    def get_num_tokens_from_messages(self, messages: Sequence[Any], tools: Sequence[Any] | None = None) -> int:
        """Return how many tokens messages have, roughly where nobody said how they are taken apart."""
        given = convert_to_messages(list(messages))
        return sum(self.get_num_tokens(str(message.text)) for message in given)
