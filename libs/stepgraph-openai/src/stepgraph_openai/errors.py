"""Errors of OpenAI: the SDK's own and stepgraph's at once, so that programs may catch either."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Final

import httpx2
import openai

from stepgraph.errors import annotate
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
    bared,
    kind_of_status,
    of_both,
    reclassed,
)
from stepgraph.language_models.secrets import Secrets, asking

__all__ = [
    "OpenAIAPIContextOverflowError",
    "OpenAIAPIError",
    "OpenAIAuthenticationError",
    "OpenAIConflictError",
    "OpenAIConnectionError",
    "OpenAIContentFilterError",
    "OpenAIContextOverflowError",
    "OpenAIInvalidRequestError",
    "OpenAIMissingKeyError",
    "OpenAIMissingSettingError",
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

_ANYWHERE: Final = "OpenAI, or of a server that speaks its protocol"

_CUT: Final = "The answer ended before its end: {}"


class OpenAIMissingKeyError(openai.OpenAIError, MissingKeyError):
    """There is no key: none was given, and none is in the environment."""


class OpenAIMissingSettingError(openai.OpenAIError, ModelError):
    """Azure cannot be asked: nothing says where it is, by which version of its API, or for which deployment."""


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


class OpenAIContentFilterError(ModelError, ValueError):
    """A content filter of Azure's kept the answer back."""


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
def explained(
    model: str, keys: Secrets | str | None, *, reading: bool = False, where: str = _ANYWHERE
) -> Iterator[None]:
    """Errors that leave this block hold no key; those of the SDK are ours too, and name the model.

    Args:
        model: The model.
        keys: What must not be seen: what `Remote._secrets` returns, or the key alone.
        reading: Whether a stream is read, so that a connection that breaks cuts it.
        where: Who has the model.
    """
    note = f"asked for the model {model!r} of {where}"
    secrets = Secrets.of(keys)
    try:
        with nullcontext() if reading else asking(secrets):  # what reads a stream is left in the middle
            yield
    except openai.APIError as error:
        kind = _kind_of(error, reading)
        if kind is OpenAIStreamCutError and error.__cause__ is not None:
            _say_what_broke(error, error.__cause__)
        raise reclassed(error, kind, note, secrets)  # noqa: B904 - it is the same object
    except httpx2.TimeoutException as error:
        raise reclassed(OpenAITimeoutError(request=error.request), OpenAITimeoutError, note, secrets) from error
    except httpx2.TransportError as error:
        broken = cut(f"the connection broke: {error}", error.request)
        raise reclassed(broken, OpenAIStreamCutError if reading else OpenAIConnectionError, note, secrets) from error
    except Exception as error:
        bared(error, secrets)
        if reading:  # an event that is no JSON, for example, which does not say whose it is
            annotate(error, note)
        raise


def cut(reason: str, request: httpx2.Request) -> openai.APIConnectionError:
    """Return what is raised where an answer is not whole."""
    return OpenAIStreamCutError(message=_CUT.format(reason), request=request)


def _say_what_broke(error: openai.APIError, cause: BaseException) -> None:
    """Have the SDK's error, which says no more than that there was one, say what was wrong with the connection."""
    error.message = _CUT.format(f"the connection broke: {str(cause) or type(cause).__name__}")
    error.args = (error.message,)


def _kind_of(error: openai.APIError, reading: bool) -> type[openai.APIError]:
    if any(sign in f"{error.code} {error.message}" for sign in _TOO_LONG):
        if isinstance(error, openai.BadRequestError):
            return OpenAIContextOverflowError
        if type(error) is openai.APIError:
            return OpenAIAPIContextOverflowError
    if reading and type(error) is openai.APIConnectionError:
        return OpenAIStreamCutError
    if isinstance(error, ModelError):
        return type(error)
    known = _KINDS.get(type(error))
    if known is None and isinstance(error, openai.APIStatusError):
        known = of_both(type(error), kind_of_status(error.status_code))
    return of_both(type(error), ModelAPIError) if known is None else known
