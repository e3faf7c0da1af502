"""Endpoint: one path of one protocol; and Refused, an error in the words of a provider."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.providers.standin.replies import Ask
from tests.providers.standin.script import Answer, Failure, StreamError, Vectors

KEY = "test-key"

MODELS = frozenset(
    """
    gpt-3.5-turbo gpt-4 gpt-4-turbo gpt-4o gpt-4o-mini gpt-4.1 gpt-4.1-mini gpt-4.1-nano gpt-5 gpt-5-mini gpt-5-nano
    gpt-5-pro gpt-5-codex gpt-6-astra
    o1 o1-mini o3 o3-mini o4-mini
    text-embedding-3-small text-embedding-3-large text-embedding-ada-002
    claude-3-haiku claude-3-5-haiku claude-3-5-sonnet claude-3-7-sonnet claude-haiku-4-5 claude-sonnet-4
    claude-sonnet-4-5 claude-sonnet-4-6 claude-sonnet-5 claude-sonnet-5-5 claude-haiku-5-5
    claude-opus-4-1 claude-opus-4-5 claude-opus-4-6 claude-opus-5 claude-opus-5-5
    """.split()  # noqa: SIM905 - a page long otherwise
)
# Models of the stand-in's own: `tokens-1000` says 1,000 words, `tokens-50-every-20ms` waits 20 ms before each.
COUNTING = re.compile(r"tokens-(\d+)(?:-every-(\d+)ms)?")
DATED = re.compile(r"-(\d{4}-\d\d-\d\d|\d{8}|latest)$")


@dataclass(eq=False)
class Refused(Exception):
    """The request fails, by a check or by the script."""

    message: str
    status: int = 400
    kind: str | None = None
    param: str | None = None
    code: str | None = None


@dataclass(slots=True)
class Rules:
    """What the stand-in takes for right.

    Attributes:
        key: The one right key.
        models: The models it knows; a date or `-latest` behind a name is fine.
        deployments: The models that are deployed on Azure under other names than their own.
        roles_alternate: Whether Anthropic refuses two messages of one role in a row.
    """

    key: str = KEY
    models: set[str] = field(default_factory=lambda: set(MODELS))
    deployments: dict[str, str] = field(default_factory=dict)
    roles_alternate: bool = True

    def knows(self, model: str) -> bool:
        """Return whether there is such a model."""
        return model in self.models or DATED.sub("", model) in self.models or bool(COUNTING.fullmatch(model))


class Endpoint(ABC):
    """How one path checks requests, reads them, and words answers."""

    path: str
    vectors = False  # whether it answers with vectors rather than with text

    @abstractmethod
    def key(self, headers: Mapping[str, str]) -> tuple[str | None, str | None]:
        """Return the header that a key came in, and the key."""

    @abstractmethod
    def check(self, body: Any, headers: Mapping[str, str], rules: Rules) -> None:
        """Raise `Refused` for what the provider would refuse."""

    @abstractmethod
    def key_refusal(self, key: str | None) -> Refused:
        """Return what is said to no key or to a wrong one."""

    @abstractmethod
    def error(self, refused: Refused, number: int) -> dict[str, Any]:
        """Return the body of an error."""

    def ask(self, body: Mapping[str, Any]) -> Ask:
        """Return what a request asks for, in the words of no protocol."""
        raise NotImplementedError

    @abstractmethod
    def whole(self, answers: Sequence[Answer | Vectors], body: Mapping[str, Any], number: int) -> dict[str, Any]:
        """Return the body of an answer that is no stream."""

    def events(self, answers: Sequence[Answer], body: Mapping[str, Any], number: int) -> list[bytes]:
        """Return the events of a stream."""
        raise NotImplementedError

    def event(self, content: Mapping[str, Any]) -> bytes:
        """Return one event as it is sent."""
        raise NotImplementedError

    def stream_error(self, error: StreamError, number: int) -> bytes:
        """Return the event of an error inside a stream."""
        raise NotImplementedError

    def headers(self, number: int) -> dict[str, str]:
        """Return the headers that the provider sends with every response."""
        return {}

    def refusal_of(self, failure: Failure) -> Refused:
        """Return a scripted failure as the refusal that it is."""
        message = failure.message or f"The script answers with status {failure.status}."
        return Refused(message, failure.status, failure.kind, None, failure.code)


def masked(key: str) -> str:
    """Return a key as providers repeat it."""
    return key[:3] + "***" + key[-3:] if len(key) > 8 else "***"
