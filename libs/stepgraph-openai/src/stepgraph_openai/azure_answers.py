"""Answers of Azure: those of OpenAI's chat completions, with the version of the model and what filters say of content.

Nothing here waits. The invariant: an answer that a filter kept back is an error where it is asked for whole; a stream
that a filter ends says so, for its beginning was shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from stepgraph.errors import listed
from stepgraph.outputs import ChatGenerationChunk, ChatResult
from stepgraph_openai.answers import Chunks, result_of
from stepgraph_openai.apis import CHAT, Api
from stepgraph_openai.errors import OpenAIContentFilterError

__all__ = ["chat_of"]

_PROMPT: Final = "prompt_filter_results"
_CONTENT: Final = "content_filter_results"


def chat_of(version: str) -> Api:
    """Return the chat completions of Azure.

    Args:
        version: That of the model, which Azure does not say; it is added to the model's name.
    """
    return Api(CHAT.answer, CHAT.of, partial(_result, version), partial(_Chunks, version))


def _result(
    version: str, response: Mapping[str, Any], model: str, _http: Any, headers: Mapping[str, str] | None
) -> ChatResult:
    """Return the result of a whole answer; see `result_of`.

    Raises:
        OpenAIContentFilterError: A filter kept it back.
    """
    result = result_of(response, model, headers)
    choices = response["choices"]
    for choice in choices:
        if choice.get("finish_reason") == "content_filter":
            raise _kept_back(model, choice.get(_CONTENT) or {})
    said = result.llm_output or {}
    said["model_name"] = _versioned(said["model_name"], version)
    if _PROMPT in response:
        said[_PROMPT] = response[_PROMPT]
    for generation, choice in zip(result.generations, choices, strict=True):
        about = {_CONTENT: choice.get(_CONTENT) or {}}
        generation.generation_info = {**(generation.generation_info or {}), **about}
        message = generation.message
        message.response_metadata = {**message.response_metadata, **said, **about}
    return result


class _Chunks(Chunks):
    """Makes chunks of one streamed answer; what filters say of the prompt comes with the last."""

    __slots__ = ("_of_prompt", "_version")

    def __init__(self, version: str, model: str, _http: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(model, headers)
        self._version = version
        self._of_prompt: Any = None

    def of(self, event: Mapping[str, Any]) -> ChatGenerationChunk | None:
        """Return the chunk that an event of the stream stands for, if it stands for one."""
        if event.get(_PROMPT):
            self._of_prompt = event[_PROMPT]
        return super().of(event)

    def last(self) -> ChatGenerationChunk:
        """Return the chunk that ends the answer, with what was used."""
        chunk = super().last()
        if self._of_prompt:
            chunk.message.response_metadata = {**chunk.message.response_metadata, _PROMPT: self._of_prompt}
        return chunk

    def _of_the_whole(self) -> dict[str, Any]:
        found = super()._of_the_whole()
        found["model_name"] = _versioned(found["model_name"], self._version)
        return found


def _versioned(name: str, version: str) -> str:
    return f"{name}-{version}" if version else name


def _kept_back(model: str, results: Mapping[str, Any]) -> OpenAIContentFilterError:
    why = [name for name, said in results.items() if isinstance(said, Mapping) and said.get("filtered")]
    found = f", which found {listed(why)}" if why else ""
    return OpenAIContentFilterError(f"Azure kept back the answer of {model!r}: a content filter was triggered{found}")
