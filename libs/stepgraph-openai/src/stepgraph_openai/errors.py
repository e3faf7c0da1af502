"""Errors of OpenAI: the SDK's own and stepgraph's at once, so that programs may catch either."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx2
import openai

from stepgraph.language_models.errors import (
    ContextOverflowError,
    MissingKeyError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelPermissionDeniedError,
    ModelRateLimitError,
    ModelTimeoutError,
    RefusalError,
    StreamCutError,
    reclassed,
)

__all__ = [
    "OpenAIAPIContextOverflowError",
    "OpenAIAPIError",
    "OpenAIAuthenticationError",
    "OpenAIConflictError",
    "OpenAIConnectionError",
    "OpenAIContextOverflowError",
    "OpenAIInvalidRequestError",
    "OpenAIMissingKeyError",
    "OpenAIModelNotFoundError",
    "OpenAIPermissionDeniedError",
    "OpenAIRateLimitError",
    "OpenAIRefusalError",
    "OpenAIStreamCutError",
    "OpenAIStreamError",
    "OpenAITimeoutError",
    "OpenAIUnfinishedError",
    "OpenAIUnprocessableRequestError",
    "cut",
    "explained",
]

_TOO_LONG: Final = (
    "context_length_exceeded",
    "exceeds the context window",
    "Input tokens exceed the configured limit",
    "prompt is too long",
    "ContextWindowExceededError",
)
"""What servers say of messages that are longer than the model can take."""


class OpenAIMissingKeyError(openai.OpenAIError, MissingKeyError):
    """There is no key: none was given, and none is in the environment."""


class OpenAIAuthenticationError(openai.AuthenticationError, ModelAuthenticationError):
    """The provider does not know the key."""


class OpenAIPermissionDeniedError(openai.PermissionDeniedError, ModelPermissionDeniedError):
    """The key does not open what was asked for."""


class OpenAIInvalidRequestError(openai.BadRequestError, ModelInvalidRequestError):
    """The provider refuses the request as it is."""


class OpenAIUnprocessableRequestError(openai.UnprocessableEntityError, ModelInvalidRequestError):
    """The provider understands the request and cannot do what it says."""


class OpenAIConflictError(openai.ConflictError, ModelAPIError):
    """The provider was at something else that the request would have changed."""


class OpenAIContextOverflowError(openai.BadRequestError, ContextOverflowError):
    """The messages, or they and the answer, are longer than the model can take."""


class OpenAIAPIContextOverflowError(openai.APIError, ContextOverflowError):
    """As `OpenAIContextOverflowError`, found out in the middle of a stream."""


class OpenAIModelNotFoundError(openai.NotFoundError, ModelNotFoundError):
    """The provider has no such model, or not for this key."""


class OpenAIRateLimitError(openai.RateLimitError, ModelRateLimitError):
    """Too much was asked for in too short a time, or more than was paid for."""


class OpenAIAPIError(openai.InternalServerError, ModelAPIError):
    """The provider failed."""


class OpenAIStreamError(openai.APIError, ModelAPIError):
    """The provider failed in the middle of a stream, and said so."""


class OpenAIConnectionError(openai.APIConnectionError, ModelConnectionError):
    """The provider could not be reached, or the connection broke."""


class OpenAITimeoutError(openai.APITimeoutError, ModelTimeoutError):
    """The provider did not answer in time."""


class OpenAIStreamCutError(openai.APIConnectionError, StreamCutError):
    """A stream ended before the answer did: what came of it is not the whole."""


class OpenAIRefusalError(RefusalError):
    """The model refused to answer, where an answer of a certain form was asked for."""


class OpenAIUnfinishedError(ModelError):
    """An answer of a certain form was asked for, and ended before its form was whole."""


_KINDS: Final[dict[type[openai.APIError], type[openai.APIError]]] = {
    openai.AuthenticationError: OpenAIAuthenticationError,
    openai.PermissionDeniedError: OpenAIPermissionDeniedError,
    openai.BadRequestError: OpenAIInvalidRequestError,
    openai.ConflictError: OpenAIConflictError,
    openai.UnprocessableEntityError: OpenAIUnprocessableRequestError,
    openai.NotFoundError: OpenAIModelNotFoundError,
    openai.RateLimitError: OpenAIRateLimitError,
    openai.InternalServerError: OpenAIAPIError,
    openai.APITimeoutError: OpenAITimeoutError,
    openai.APIConnectionError: OpenAIConnectionError,
    openai.APIError: OpenAIStreamError,
}


@contextmanager
def explained(model: str, key: str | None, *, reading: bool = False) -> Iterator[None]:
    """Errors of the SDK that leave this block are ours too, name the model, and hold no key.

    Args:
        model: The model.
        key: The key.
        reading: Whether a stream is read, so that a connection that breaks cuts it.
    """
    note = f"asked for the model {model!r} of OpenAI, or of a server that speaks its protocol"
    try:
        yield
    except openai.APIError as error:
        raise reclassed(error, _kind_of(error, reading), note, key)  # noqa: B904 - it is the same object
    except httpx2.TimeoutException as error:
        raise reclassed(OpenAITimeoutError(request=error.request), OpenAITimeoutError, note) from error
    except httpx2.TransportError as error:
        broken = cut(f"the connection broke: {error}", error.request)
        raise reclassed(broken, OpenAIStreamCutError if reading else OpenAIConnectionError, note, key) from error


def cut(reason: str, request: httpx2.Request) -> openai.APIConnectionError:
    """Return what is raised where an answer is not whole."""
    return OpenAIStreamCutError(message=f"The answer ended before its end: {reason}", request=request)


def _kind_of(error: openai.APIError, reading: bool) -> type[openai.APIError]:
    if any(sign in f"{error.code} {error.message}" for sign in _TOO_LONG):
        if isinstance(error, openai.BadRequestError):
            return OpenAIContextOverflowError
        if type(error) is openai.APIError:
            return OpenAIAPIContextOverflowError
    if reading and type(error) is openai.APIConnectionError:
        return OpenAIStreamCutError
    return _KINDS.get(type(error), type(error))
