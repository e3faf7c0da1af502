"""Secrets: what must not be seen of one request, in errors that come of it, and in what its SDK logs meanwhile.

They are looked for only when there is something to say. What else the process logs is left as it is.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final
from urllib.parse import quote, quote_plus

from stepgraph.runnables.discreet import HEADERS_AND_QUERIES, HIDDEN, discreet_text, is_secret_name, secrets_in

__all__ = ["Secrets", "asking", "hush"]

_SHORT: Final = 8
"""Shorter ones are taken out where they stand alone: `x`, which servers that need no key take, is in many words."""

_ASKING: ContextVar[Secrets | None] = ContextVar("stepgraph_asking", default=None)
"""The secrets of the request that is being made."""


class Secrets:
    """What must not be seen of one request.

    Args:
        sources: Where they are: the fields of the model, and what it is called with.
    """

    __slots__ = ("_found", "_sources")

    def __init__(self, *sources: Mapping[str, Any]) -> None:
        self._sources = sources
        self._found: list[re.Pattern[str]] | None = None

    @classmethod
    def of(cls, *given: Secrets | str | None) -> Secrets:
        """Return all that is given as one: secrets, or keys as texts; `None` is none."""
        if len(given) == 1 and isinstance(given[0], Secrets):
            return given[0]
        keys = [{"api_key": each} for each in given if isinstance(each, str)]
        return cls(*keys, *(source for each in given if isinstance(each, Secrets) for source in each._sources))

    def __repr__(self) -> str:
        return "Secrets()"

    def out_of(self, value: Any) -> Any:
        """Return a text, or lists and dicts of texts, without any of them."""
        if isinstance(value, str):
            for each in self._patterns():
                value = each.sub(HIDDEN, value)
            return discreet_text(value)
        if isinstance(value, dict):
            return {key: self.out_of(each) for key, each in value.items()}
        if type(value) in (list, tuple):
            return type(value)(self.out_of(each) for each in value)
        return value

    def hides(self, header: str, value: str) -> bool:
        """Return whether the value of a header of the request is not to be seen."""
        return is_secret_name(header) or header.lower() in self._headers() or self.out_of(value) != value

    def _patterns(self) -> list[re.Pattern[str]]:
        if self._found is None:
            texts = {text for source in self._sources for each in secrets_in(source) for text in _spelled(each)}
            self._found = [_pattern(each) for each in sorted(texts, key=len, reverse=True)]
        return self._found

    def _headers(self) -> set[str]:
        """Return the names of headers that the user has given: of what they hold nobody knows."""
        options = [*self._sources, *(source.get("model_kwargs") or {} for source in self._sources)]
        return {str(name).lower() for each in options for key in HEADERS_AND_QUERIES for name in each.get(key) or ()}


@contextmanager
def asking(secrets: Secrets) -> Iterator[None]:
    """What is logged in this block, by those that are hushed, is without some secrets."""
    token = _ASKING.set(secrets)
    try:
        yield
    finally:
        _ASKING.reset(token)


def hush(*loggers: str) -> None:
    """Take secrets out of what some loggers say of requests of ours."""
    for name in loggers:
        logging.getLogger(name).addFilter(_FILTER)


class _Filter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        """Take secrets out of a record. It is never kept back."""
        secrets = _ASKING.get()
        if secrets is not None:
            try:
                said = record.getMessage()
            except Exception:  # which logging says itself
                return True
            clean = secrets.out_of(said)
            if clean != said:
                record.msg, record.args = clean, ()
        return True


_FILTER: Final = _Filter()


def _spelled(text: str) -> set[str]:
    """Return a secret in all the forms in which it may be found."""
    return {each for each in (text, text.strip(), quote(text, safe=""), quote_plus(text)) if each}


def _pattern(text: str) -> re.Pattern[str]:
    found = re.escape(text)
    return re.compile(found if len(text) >= _SHORT else rf"(?<![\w-]){found}(?![\w-])")
