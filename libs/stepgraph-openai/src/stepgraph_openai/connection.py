"""Connection: how OpenAI, or a server that speaks its protocol, is reached; the same for chat models and embeddings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, ClassVar, TypeAlias

import httpx2
from pydantic import ConfigDict, Field, SecretStr

from stepgraph.language_models.remote import (
    Address,
    Remote,
    address_of_environment,
    first_of_environment,
    parted,
    secret_of_environment,
)
from stepgraph_openai.clients import Clients, Way, text_of
from stepgraph_openai.errors import OpenAIMissingKeyError, explained

__all__ = ["Connection", "Key"]

Key: TypeAlias = SecretStr | Callable[[], str] | Callable[[], Awaitable[str]]


class Connection(Remote):
    """How OpenAI is reached. What of it is shown, dumped and pickled is said in `stepgraph.language_models.remote`.

    Attributes:
        openai_api_key: The key, or a function of either colour that returns it; `api_key` for short. Without one it is
            `OPENAI_API_KEY` of the environment. It is neither shown nor dumped nor pickled.
        openai_api_base: Where the API is; `base_url` for short. Without one it is `OPENAI_API_BASE` or
            `OPENAI_BASE_URL` of the environment, else OpenAI's own. A user and a password in it are sent as a header
            (basic authorization, in the key's place), and neither shown nor dumped nor pickled.
        openai_organization: The organization; `organization` for short.
        openai_proxy: The address of a proxy, which may hold a password; also `OPENAI_PROXY` of the environment.
        request_timeout: Seconds, `(connect, read)` in seconds, or an `httpx2.Timeout`; `timeout` for short.
        max_retries: How often a request is made again that failed, by the SDK; without one it decides itself.
        default_headers: Headers of each request. They are neither shown nor dumped; a pickle has those that do not look
            as if they held a key (`authorization`, `cookie`, `…key…`, `…token…`, `…secret…`).
        default_query: What is added to each URL; shown, dumped and pickled as headers are.
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
    openai_api_base: Address | None = Field(
        default_factory=address_of_environment("OPENAI_API_BASE", "OPENAI_BASE_URL"), alias="base_url"
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
    default_query: Mapping[str, object] | None = Field(default=None, exclude=True, repr=False)
    http_client: Any = Field(default=None, exclude=True, repr=False)
    http_async_client: Any = Field(default=None, exclude=True, repr=False)

    def model_post_init(self, context: Any, /) -> None:
        """Look whether there is a key."""
        super().model_post_init(context)
        self._check()
        _ = self._opened  # nothing is connected yet; copies share it from now on

    def _check(self) -> None:
        """Look whether there is what it takes to ask.

        Raises:
            OpenAIMissingKeyError: There is no key.
        """
        self._key_given()

    def _key_given(self) -> Any:
        """Return the key as text or as the function that was given.

        Raises:
            OpenAIMissingKeyError: There is none.
        """
        key = self.openai_api_key
        if key is None or text_of(key) == "":
            raise OpenAIMissingKeyError(
                f"{type(self).__name__} needs a key, and none was given: pass api_key=…, or set OPENAI_API_KEY in the "
                "environment (a server of your own that needs none takes any)"
            )
        return text_of(key)

    def _explained(
        self, model: str, options: Mapping[str, Any], *, reading: bool = False
    ) -> AbstractContextManager[None]:
        """Return what explains errors of a request; see `explained`."""
        return explained(model, self._secrets(options), reading=reading)

    def _new_clients(self) -> Clients:
        opens = {"api_key": self._key_given()}
        options, proxy = self._options("base_url", self.openai_api_base), text_of(self.openai_proxy)
        return Way(options, opens, opens, proxy, self.http_client, self.http_async_client).clients()

    def _options(self, place: str, address: str | None) -> dict[str, Any]:
        """Return options of the SDK's clients, all but the key and the client of httpx2.

        Args:
            place: What they call the address.
            address: The address.
        """
        base_url, headers = parted(address, self.default_headers)
        options: dict[str, Any] = {
            place: base_url,
            "organization": self.openai_organization,
            "default_headers": headers,
            "default_query": self.default_query,
            "timeout": _timeout(self.request_timeout),
            "max_retries": self.max_retries,
        }
        return {name: value for name, value in options.items() if value is not None}


def _timeout(given: Any) -> Any:
    """Return a timeout as the SDK takes it; a pair is one of connecting and of all else."""
    if isinstance(given, (tuple, list)) and len(given) == 2:
        return httpx2.Timeout(given[1], connect=given[0])
    return given
