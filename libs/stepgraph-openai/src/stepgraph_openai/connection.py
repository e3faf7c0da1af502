"""Connection: how OpenAI, or a server that speaks its protocol, is reached; the same for chat models and embeddings."""

from __future__ import annotations

import inspect
import os
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, ClassVar, TypeAlias

import httpx2
import openai
from pydantic import ConfigDict, Field, SecretStr

from stepgraph.language_models.loop_clients import LoopClients
from stepgraph.language_models.remote import Remote, first_of_environment, secret_of_environment
from stepgraph_openai.errors import OpenAIMissingKeyError

__all__ = ["Clients", "Connection"]

Key: TypeAlias = SecretStr | Callable[[], str] | Callable[[], Awaitable[str]]
Clients: TypeAlias = "LoopClients[openai.OpenAI, openai.AsyncOpenAI]"


class Connection(Remote):
    """How OpenAI is reached.

    Attributes:
        openai_api_key: The key, or a function of either colour that returns it; `api_key` for short. Without one it is
            `OPENAI_API_KEY` of the environment. It is neither shown nor dumped nor pickled.
        openai_api_base: Where the API is; `base_url` for short. Without one it is `OPENAI_API_BASE` or
            `OPENAI_BASE_URL` of the environment, and else OpenAI's own.
        openai_organization: The organization; `organization` for short.
        openai_proxy: The address of a proxy, which may hold a password; also `OPENAI_PROXY` of the environment.
        request_timeout: Seconds, `(connect, read)` in seconds, or an `httpx2.Timeout`; `timeout` for short.
        max_retries: How often a request is made again that failed, by the SDK; without one it decides itself.
        default_headers: Headers of each request. They are neither shown nor dumped.
        default_query: What is added to each URL.
        http_client: A client of httpx2 for sync calls, in place of one of our own. It stays yours to close.
        http_async_client: One for async calls; it serves the event loop in which it is first used, and no other.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(populate_by_name=True)

    connecting: ClassVar[tuple[str, ...]] = (
        *("openai_api_key", "openai_api_base", "openai_organization", "openai_proxy", "request_timeout"),
        *("max_retries", "default_headers", "default_query", "http_client", "http_async_client"),
    )
    shared: ClassVar[tuple[str, ...]] = ("http_client", "http_async_client")

    openai_api_key: Key | None = Field(
        default_factory=secret_of_environment("OPENAI_API_KEY"), alias="api_key", exclude=True, repr=False
    )
    openai_api_base: str | None = Field(
        default_factory=lambda: first_of_environment("OPENAI_API_BASE", "OPENAI_BASE_URL"), alias="base_url"
    )
    openai_organization: str | None = Field(
        default_factory=lambda: first_of_environment("OPENAI_ORG_ID", "OPENAI_ORGANIZATION"), alias="organization"
    )
    openai_proxy: SecretStr | None = Field(
        default_factory=secret_of_environment("OPENAI_PROXY"), exclude=True, repr=False
    )
    request_timeout: Any = Field(default=None, alias="timeout")
    max_retries: int | None = None
    default_headers: Mapping[str, str] | None = Field(default=None, exclude=True, repr=False)
    default_query: Mapping[str, object] | None = None
    http_client: Any = Field(default=None, exclude=True, repr=False)
    http_async_client: Any = Field(default=None, exclude=True, repr=False)

    def model_post_init(self, context: Any, /) -> None:
        """Look whether there is a key."""
        super().model_post_init(context)
        self._key_given()
        _ = self._opened  # nothing is connected yet; copies share it from now on

    @property
    def _key_text(self) -> str | None:
        """The key as text, where it is no function."""
        key = self.openai_api_key
        return _text(key) if isinstance(key, (str, SecretStr)) else None

    def _key_given(self) -> Any:
        """Return the key as text or as the function that was given.

        Raises:
            OpenAIMissingKeyError: There is none.
        """
        key = self.openai_api_key
        if key is None or _text(key) == "":
            raise OpenAIMissingKeyError(
                f"{type(self).__name__} needs a key, and none was given: pass api_key=…, or set OPENAI_API_KEY in the "
                "environment (a server of your own that needs none takes any)"
            )
        return _text(key)

    def _new_clients(self) -> Clients:
        options: dict[str, Any] = {
            "base_url": self.openai_api_base,
            "organization": self.openai_organization,
            "default_headers": self.default_headers,
            "default_query": self.default_query,
            "timeout": _timeout(self.request_timeout),
            "max_retries": self.max_retries,
        }
        options = {name: value for name, value in options.items() if value is not None}
        way = _Way(options, self._key_given(), _text(self.openai_proxy), self.http_client, self.http_async_client)
        return LoopClients(partial(_sync, way), partial(_async, way))


class _TheirsSync(openai.OpenAI):
    """On a client of httpx2 that is the user's to close."""

    def close(self) -> None:
        """Leave it open."""


class _TheirsAsync(openai.AsyncOpenAI):
    """On a client of httpx2 that is the user's to close."""

    async def close(self) -> None:
        """Leave it open."""


@dataclass(frozen=True, repr=False)
class _Way:
    """What clients are made with; it is not shown, for the key is in it."""

    options: dict[str, Any]
    key: Any
    proxy: str | None
    http: Any
    http_async: Any


def _sync(way: _Way) -> openai.OpenAI:
    if inspect.iscoroutinefunction(way.key):
        raise TypeError("api_key is a coroutine function, which sync code cannot call; use ainvoke() or astream()")
    if way.http is not None:
        return _TheirsSync(api_key=way.key, http_client=way.http, **way.options)
    made = openai.DefaultHttpxClient(**_through(way.proxy))
    return openai.OpenAI(api_key=way.key, http_client=made, **way.options)


def _async(way: _Way) -> openai.AsyncOpenAI:
    key = _awaited(way.key) if callable(way.key) else way.key
    if way.http_async is not None:
        return _TheirsAsync(api_key=key, http_client=way.http_async, **way.options)
    made = openai.DefaultAsyncHttpxClient(**_through(way.proxy))
    return openai.AsyncOpenAI(api_key=key, http_client=made, **way.options)


def _through(proxy: str | None) -> dict[str, Any]:
    """Return how clients of our own go out: through a proxy, or as the environment says."""
    verify = _checking(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    return {"verify": verify, "proxy": proxy} if proxy else {"verify": verify}


@lru_cache(maxsize=4)
def _checking(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    """Return what checks certificates, once for the process: it takes long to make, and clients can share it."""
    return httpx2.create_ssl_context()


def _awaited(function: Callable[[], Any]) -> Callable[[], Awaitable[str]]:
    async def key() -> str:
        found = function()
        return await found if inspect.isawaitable(found) else found  # type: ignore[no-any-return]

    return key


def _text(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _timeout(given: Any) -> Any:
    """Return a timeout as the SDK takes it; a pair is one of connecting and of all else."""
    if isinstance(given, (tuple, list)) and len(given) == 2:
        return httpx2.Timeout(given[1], connect=given[0])
    return given
