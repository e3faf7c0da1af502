"""Clients: those of the SDK, made when a model needs them, with what opens the server that they ask.

A client is closed with its model or its event loop, but for the client of httpx2 in it, where that is the user's own.
"""

from __future__ import annotations

import inspect
import os
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, TypeAlias

import httpx2
import openai
from pydantic import SecretStr

from stepgraph.language_models.loop_clients import LoopClients
from stepgraph.language_models.secrets import hush

__all__ = ["Clients", "Way", "awaited", "text_of"]

Clients: TypeAlias = "LoopClients[openai.OpenAI, openai.AsyncOpenAI]"

hush("openai._base_client", "openai._legacy_response", "httpx2", "httpcore2.http11", "httpcore2.proxy")


@dataclass(frozen=True, repr=False)
class Way:
    """What clients are made with; it is not shown, for keys are in it.

    Attributes:
        options: Options of the SDK's clients.
        opens: What opens the server to sync callers, by its name in the SDK: a key, a token, or a function that
            returns one.
        opens_async: What opens it to async callers; the function may be one that is awaited.
        proxy: The address of a proxy.
        http: A client of httpx2 for sync calls, in place of one of our own.
        http_async: One for async calls.
        kind: The SDK's client for sync calls.
        kind_async: The one for async calls.
    """

    options: Mapping[str, Any]
    opens: Mapping[str, Any]
    opens_async: Mapping[str, Any]
    proxy: str | None = None
    http: Any = None
    http_async: Any = None
    kind: type[openai.OpenAI] = openai.OpenAI
    kind_async: type[openai.AsyncOpenAI] = openai.AsyncOpenAI

    def clients(self) -> Clients:
        """Return what makes the clients."""
        return LoopClients(partial(_sync, self), partial(_async, self))


def _sync(way: Way) -> openai.OpenAI:
    if any(inspect.iscoroutinefunction(each) for each in way.opens.values()):
        raise TypeError(
            "what returns the key, or the token, is a coroutine function, which sync code cannot call; use ainvoke() "
            "or astream()"
        )
    kind = _left_open(way.kind) if way.http is not None else way.kind
    http = way.http if way.http is not None else openai.DefaultHttpxClient(**_through(way.proxy))
    return kind(http_client=http, **way.opens, **way.options)


def _async(way: Way) -> openai.AsyncOpenAI:
    opens: dict[str, Any] = {name: awaited(each) if callable(each) else each for name, each in way.opens_async.items()}
    kind = _left_open_async(way.kind_async) if way.http_async is not None else way.kind_async
    http = way.http_async if way.http_async is not None else openai.DefaultAsyncHttpxClient(**_through(way.proxy))
    return kind(http_client=http, **opens, **way.options)


def _left_open(kind: Any) -> type[openai.OpenAI]:
    """Return a kind of clients on a client of httpx2 that is the user's to close."""

    class Theirs(kind):  # type: ignore[misc]
        def close(self) -> None:
            """Leave it open."""

    return Theirs


def _left_open_async(kind: Any) -> type[openai.AsyncOpenAI]:
    """Return a kind of clients on a client of httpx2 that is the user's to close."""

    class Theirs(kind):  # type: ignore[misc]
        async def close(self) -> None:
            """Leave it open."""

    return Theirs


def _through(proxy: str | None) -> dict[str, Any]:
    """Return how clients of our own go out: through a proxy, or as the environment says."""
    verify = _checking(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    return {"verify": verify, "proxy": proxy} if proxy else {"verify": verify}


@lru_cache(maxsize=4)
def _checking(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    """Return what checks certificates: it takes long to make, and clients can share it.

    Args:
        _file: What the environment says of certificates; httpx2 reads it there, and here it is the key of the cache.
        _folder: The same.
    """
    return httpx2.create_ssl_context()


def awaited(function: Callable[[], Any]) -> Callable[[], Awaitable[str]]:
    """Return a function of either colour as one that is awaited."""

    async def key() -> str:
        found = function()
        return await found if inspect.isawaitable(found) else found  # type: ignore[no-any-return]

    return key


def text_of(value: Any) -> Any:
    """Return a secret as text, anything else as it is."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value
