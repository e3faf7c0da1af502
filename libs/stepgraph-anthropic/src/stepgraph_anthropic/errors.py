"""Errors of Anthropic: the SDK's own and stepgraph's at once, so that programs may catch either.

The SDK has a class for many a single reason. What it raises keeps that class, and becomes one of ours besides.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Final

import anthropic
import httpx2

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
    StreamCutError,
    bared,
    kind_of_status,
    of_both,
    reclassed,
)
from stepgraph.language_models.secrets import Secrets, asking

__all__ = [
    "AnthropicAPIError",
    "AnthropicAuthenticationError",
    "AnthropicConnectionError",
    "AnthropicContextOverflowError",
    "AnthropicInvalidRequestError",
    "AnthropicMissingKeyError",
    "AnthropicModelNotFoundError",
    "AnthropicOverloadedError",
    "AnthropicPermissionDeniedError",
    "AnthropicRateLimitError",
    "AnthropicStreamCutError",
    "AnthropicTimeoutError",
    "cut_short",
    "explained",
]

_NO_KEY: Final = "Could not resolve authentication method"
"""How the SDK says that it has found no key, in a TypeError."""


class AnthropicMissingKeyError(anthropic.AnthropicError, MissingKeyError):
    """There is no key: none was given, and none is in the environment."""


class AnthropicAuthenticationError(anthropic.AuthenticationError, ModelAuthenticationError):
    """The provider does not know the key."""


class AnthropicPermissionDeniedError(anthropic.PermissionDeniedError, ModelPermissionDeniedError):
    """The key does not open what was asked for."""


class AnthropicInvalidRequestError(anthropic.BadRequestError, ModelInvalidRequestError):
    """The provider refuses the request as it is."""


class AnthropicContextOverflowError(anthropic.BadRequestError, ContextOverflowError):
    """The messages, or they and the answer, are longer than the model can take."""


class AnthropicModelNotFoundError(anthropic.NotFoundError, ModelNotFoundError):
    """The provider has no such model, or not for this key."""


class AnthropicRateLimitError(anthropic.RateLimitError, ModelRateLimitError):
    """Too much was asked for in too short a time, or more than was paid for."""


class AnthropicAPIError(anthropic.InternalServerError, ModelAPIError):
    """The provider failed."""


class AnthropicOverloadedError(anthropic.OverloadedError, ModelAPIError):
    """The provider has too much to do."""


class AnthropicConnectionError(anthropic.APIConnectionError, ModelConnectionError):
    """The provider could not be reached, or the connection broke."""


class AnthropicTimeoutError(anthropic.APITimeoutError, ModelTimeoutError):
    """The provider did not answer in time."""


class AnthropicStreamCutError(anthropic.APIConnectionError, StreamCutError):
    """A stream ended before the answer did: what came of it is not the whole."""


_NAMED: Final[tuple[type[anthropic.APIError], ...]] = (
    AnthropicAuthenticationError,
    AnthropicPermissionDeniedError,
    AnthropicInvalidRequestError,
    AnthropicModelNotFoundError,
    AnthropicRateLimitError,
    AnthropicOverloadedError,
    AnthropicAPIError,
    AnthropicTimeoutError,
    AnthropicConnectionError,
)
"""Classes of ours, the special ones before the general; the first base of each is the SDK's class that it is."""

_SAID: Final[dict[str, type[anthropic.APIError]]] = {
    "invalid_request_error": AnthropicInvalidRequestError,
    "authentication_error": AnthropicAuthenticationError,
    "permission_error": AnthropicPermissionDeniedError,
    "not_found_error": AnthropicModelNotFoundError,
    "rate_limit_error": AnthropicRateLimitError,
    "overloaded_error": AnthropicOverloadedError,
    "api_error": AnthropicAPIError,
}
"""Types of errors, for those in a stream: its status was good when it began."""


@contextmanager
def explained(model: str, keys: Secrets | str | None, *, streams: bool = False) -> Iterator[None]:
    """Errors that leave this block hold no key; those of the SDK are ours too, and name the model.

    Args:
        model: The model that is asked.
        keys: What must not be seen: what `Remote._secrets` returns, or the key alone.
        streams: Whether a stream is read, so that a connection that breaks cuts an answer short.
    """
    note = _note(model)
    secrets = Secrets.of(keys)
    try:
        with nullcontext() if streams else asking(secrets):  # what reads a stream is left in the middle
            yield
    except anthropic.APIError as error:
        raise reclassed(error, _kind_of(error), note, secrets)  # noqa: B904 - it is the same object
    except httpx2.TimeoutException as error:
        raise reclassed(AnthropicTimeoutError(error.request), AnthropicTimeoutError, note, secrets) from error
    except httpx2.TransportError as error:
        kind = AnthropicStreamCutError if streams else AnthropicConnectionError
        told = f"The connection broke: {str(error) or type(error).__name__}"
        message = f"The answer ended before its end: {told[0].lower()}{told[1:]}" if streams else told
        raise reclassed(kind(message=message, request=error.request), kind, note, secrets) from error
    except (TypeError, anthropic.CredentialsError) as error:
        if isinstance(error, TypeError) and _NO_KEY not in str(error):
            raise
        said = "no key for Anthropic: give ChatAnthropic api_key=…, or set ANTHROPIC_API_KEY"
        raise reclassed(AnthropicMissingKeyError(said), AnthropicMissingKeyError, note) from error
    except Exception as error:
        bared(error, secrets)
        if streams:  # an event that is no JSON, for example, which does not say whose it is
            annotate(error, note)
        raise


def cut_short(request: Any) -> AnthropicStreamCutError:
    """Return the error of a stream that ended as if all were well, but for its last events."""
    said = "The stream ended before the answer did: no reason came for its end"
    return AnthropicStreamCutError(message=said, request=request)


def _note(model: str) -> str:
    return f"model {model!r} of Anthropic, or of a server that speaks its protocol"


def _kind_of(error: anthropic.APIError) -> type[anthropic.APIError]:
    if isinstance(error, ModelError):
        return type(error)
    if isinstance(error, anthropic.BadRequestError) and "prompt is too long" in error.message:
        return _of_both(type(error), AnthropicContextOverflowError)
    if isinstance(error, anthropic.APIStatusError) and error.status_code < 400:
        named = _SAID.get(_said(error.body), AnthropicAPIError)
        return named if issubclass(named, type(error)) else _of_both(type(error), named)
    for named in _NAMED:
        if isinstance(error, named.__bases__[0]):
            return _of_both(type(error), named)
    status = getattr(error, "status_code", None)
    return of_both(type(error), ModelAPIError if status is None else kind_of_status(status))


def _said(body: Any) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    return str(error.get("type")) if isinstance(error, dict) else ""


def _of_both(found: type[anthropic.APIError], named: type[anthropic.APIError]) -> type[anthropic.APIError]:
    """Return a class of ours for an error whose class may be one that the SDK has for a single reason."""
    if issubclass(named, found):
        return named
    return of_both(found, next(base for base in named.__bases__ if issubclass(base, ModelError)))
