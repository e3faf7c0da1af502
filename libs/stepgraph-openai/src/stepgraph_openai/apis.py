"""Apis: the two of OpenAI's that answer messages, and how the answers of each are read. Nothing here waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from stepgraph.outputs import ChatResult
from stepgraph_openai import answers, responses

__all__ = ["CHAT", "RESPONSES", "Api"]


@dataclass(frozen=True)
class Api:
    """One of OpenAI's APIs.

    Attributes:
        answer: What it calls an answer.
        of: Returns what a client of the SDK has for it.
        result_of: Makes a result of a whole answer, of the model that was asked, of how it came, and of the headers.
        chunks: Makes what makes chunks of a stream, of the same.
    """

    answer: str
    of: Callable[[Any], Any]
    result_of: Callable[[Any, str, Any, Any], ChatResult]
    chunks: Callable[[str, Any, Any], Any]


CHAT: Final = Api(
    "a chat completion",
    attrgetter("chat.completions"),
    lambda found, model, _, headers: answers.result_of(found, model, headers),
    lambda model, _, headers: answers.Chunks(model, headers),
)
"""The chat completions, which servers of other makers speak as well."""

RESPONSES: Final = Api("a response", attrgetter("responses"), responses.result_of, responses.Chunks)
"""The Responses API."""
