"""Errors of chat models and embeddings that are asked over a network: the same classes, whoever the provider is.

A provider's package raises classes that are these and its SDK's at once, so that programs may catch either. Their
messages and notes name provider and model; no key is in them (see `scrubbed`).
"""

from __future__ import annotations

from typing import Any, TypeVar

from stepgraph.errors import annotate

__all__ = [
    "ContextOverflowError",
    "MissingKeyError",
    "ModelAPIError",
    "ModelAuthenticationError",
    "ModelConnectionError",
    "ModelError",
    "ModelInvalidRequestError",
    "ModelNotFoundError",
    "ModelPermissionDeniedError",
    "ModelRateLimitError",
    "ModelTimeoutError",
    "RefusalError",
    "StreamCutError",
    "reclassed",
    "scrubbed",
]

ErrorT = TypeVar("ErrorT", bound=BaseException)

HIDDEN = "**********"
"""What stands in the place of a key."""


class ModelError(Exception):
    """A provider could not be asked, or did not answer as it should."""


class ModelAuthenticationError(ModelError):
    """The provider does not know the key."""


class MissingKeyError(ModelAuthenticationError):
    """There is no key: none was given, and none is in the environment."""


class ModelPermissionDeniedError(ModelError):
    """The key does not open what was asked for."""


class ModelInvalidRequestError(ModelError):
    """The provider refuses the request as it is."""


class ContextOverflowError(ModelInvalidRequestError):
    """The messages, or they and the answer, are longer than the model can take."""


class ModelNotFoundError(ModelError):
    """The provider has no such model, or not for this key."""


class ModelRateLimitError(ModelError):
    """Too much was asked for in too short a time, or more than was paid for."""


class ModelAPIError(ModelError):
    """The provider failed."""


class ModelConnectionError(ModelError):
    """The provider could not be reached, or the connection broke."""


class ModelTimeoutError(ModelConnectionError):
    """The provider did not answer in time."""


class StreamCutError(ModelConnectionError):
    """A stream ended before the answer did: what came of it is not the whole."""


class RefusalError(ModelError):
    """The model refused to answer, where an answer of a certain form was asked for."""


def reclassed(error: ErrorT, kind: type[BaseException], note: str, *keys: str | None) -> ErrorT:
    """Return an SDK's error as one of ours: the same object, with a note.

    Args:
        error: The error.
        kind: What it becomes, a subclass of its own class; anything else leaves the class as it is.
        note: What is said of it, such as the model's name.
        keys: Keys that must not be seen in it.
    """
    if issubclass(kind, type(error)):
        error.__class__ = kind  # it stays what the SDK's users catch
    _scrub(error, keys)
    annotate(error, note)
    return error


def scrubbed(text: str, *keys: str | None) -> str:
    """Return a text without the keys in it."""
    for key in keys:
        if key:
            text = text.replace(key, HIDDEN)
    return text


def _scrub(error: BaseException, keys: tuple[str | None, ...]) -> None:
    """Take keys out of what an error says: some servers repeat the one that they refuse."""
    error.args = tuple(_without(each, keys) for each in error.args)
    for name, value in list(vars(error).items()):
        if isinstance(value, (str, dict, list)):
            setattr(error, name, _without(value, keys))


def _without(value: Any, keys: tuple[str | None, ...]) -> Any:
    if isinstance(value, str):
        return scrubbed(value, *keys)
    if isinstance(value, dict):
        return {key: _without(each, keys) for key, each in value.items()}
    if isinstance(value, list):
        return [_without(each, keys) for each in value]
    return value
