"""Which model answers: a provider's where the environment has a key, else the extractive one; and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from stepgraph.chat_models import init_chat_model
from stepgraph.errors import GraphRecursionError
from stepgraph.language_models.errors import (
    MissingKeyError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelError,
    ModelNotFoundError,
    ModelTimeoutError,
    StreamCutError,
    scrubbed,
)

NAME = "STEPGRAPH_MODEL"
DEFAULTS = {"OPENAI_API_KEY": "openai:gpt-4o-mini", "ANTHROPIC_API_KEY": "anthropic:claude-sonnet-5"}
ADDRESSES = {
    "openai": ("OPENAI_API_BASE", "OPENAI_BASE_URL"),
    "anthropic": ("ANTHROPIC_API_URL", "ANTHROPIC_BASE_URL"),
}
PATIENCE = 60  # seconds that a provider may be silent
LONGEST = 300  # characters that are shown of what a provider says


class ProviderError(Exception):
    """The model of the provider cannot answer; the message is one line, without the key."""


def model_name(environment: Mapping[str, str]) -> str | None:
    """Return which model of a provider the environment asks for, `None` where it has no key."""
    return environment.get(NAME) or next((name for key, name in DEFAULTS.items() if environment.get(key)), None)


def provider_model(name: str, environment: Mapping[str, str]) -> Any:
    """Return the model of a provider.

    Raises:
        ProviderError: There is no such provider, its package is not installed, or there is no key.
    """
    try:
        return init_chat_model(name, timeout=PATIENCE)
    except (ModelError, ImportError, ValueError) as error:
        raise ProviderError(_line(str(error), environment)) from None


def is_of_provider(error: Exception) -> bool:
    """Return whether an error tells of the model, and not of a fault in this program."""
    kinds = {cls.__module__.partition(".")[0] for cls in type(error).__mro__}
    return isinstance(error, (ModelError, GraphRecursionError)) or not kinds.isdisjoint(ADDRESSES)


def explained(error: Exception, name: str, environment: Mapping[str, str]) -> str:
    """Return in one line why a model did not answer, without the key."""
    provider = name.partition(":")[0] if ":" in name else name
    if isinstance(error, ModelAuthenticationError) and not isinstance(error, MissingKeyError):
        keys = [key for key in DEFAULTS if key.lower().startswith(provider)]
        reason = f"the key is refused; check {keys[0] if keys else 'the key of the provider'}"
    elif isinstance(error, ModelNotFoundError):
        reason = f"there is no such model, or not for this key; name another one: {NAME}=provider:model"
    elif isinstance(error, StreamCutError):
        reason = "the answer broke off"
    elif isinstance(error, ModelTimeoutError):
        reason = f"{_place(provider, environment)} did not answer in time"
    elif isinstance(error, ModelConnectionError):
        reason = f"{_place(provider, environment)} cannot be reached"
    elif isinstance(error, GraphRecursionError):
        reason = "the model went on calling tools, and never answered"
    else:
        reason = str(error) or type(error).__name__
    return _line(f"{name}: {reason}", environment)


def _place(provider: str, environment: Mapping[str, str]) -> str:
    """Return where a provider is, without what an address may hold of passwords."""
    given = next((environment[key] for key in ADDRESSES.get(provider, ()) if environment.get(key)), None)
    parts = urlsplit(given or "")
    return parts.netloc.rpartition("@")[2] or "the provider"


def _line(text: str, environment: Mapping[str, str]) -> str:
    """Return a text as one line of bounded length, without what the environment keeps secret."""
    text = " ".join(scrubbed(text, *(value for key, value in environment.items() if _is_secret(key))).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _is_secret(key: str) -> bool:
    return key.upper().endswith(("_KEY", "_TOKEN", "_SECRET", "_PASSWORD"))
