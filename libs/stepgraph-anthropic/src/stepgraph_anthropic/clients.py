"""Clients of the SDK, made with the settings of a model."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import anthropic
import httpx2

__all__ = ["Settings"]


@dataclass(frozen=True)
class Settings:
    """What clients are made with.

    Attributes:
        key: The key; `None` where the SDK is to look for one, or headers hold it.
        url: The server, if it is another than Anthropic's.
        retries: How often a request is made again.
        timeout: How many seconds is waited for the server, `None` for as long as the SDK does.
        headers: Headers for every request.
        proxy: The proxy, if one is to be used that the environment does not name.
    """

    key: str | None
    url: str | None
    retries: int
    timeout: float | None
    headers: Mapping[str, str] | None
    proxy: str | None

    def __repr__(self) -> str:
        return f"Settings(url={self.url!r})"

    def sync_client(self) -> anthropic.Anthropic:
        """Return a new client for sync code."""
        return anthropic.Anthropic(http_client=anthropic.DefaultHttpxClient(**self._transport()), **self._common())

    def async_client(self) -> anthropic.AsyncAnthropic:
        """Return a new client for the running event loop."""
        http_client = anthropic.DefaultAsyncHttpxClient(**self._transport())
        return anthropic.AsyncAnthropic(http_client=http_client, **self._common())

    def _transport(self) -> dict[str, Any]:
        verify = _ssl_context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        return {"verify": verify} if self.proxy is None else {"verify": verify, "proxy": self.proxy}

    def _common(self) -> dict[str, Any]:
        waits = {} if self.timeout is None else {"timeout": self.timeout}
        return {
            "api_key": self.key,
            "base_url": self.url,
            "max_retries": self.retries,
            "default_headers": self.headers,
            **waits,
        }


@lru_cache(maxsize=4)
def _ssl_context(*_: str | None) -> ssl.SSLContext:
    """Return what checks certificates, one for each setting of the environment: it takes long to make."""
    return httpx2.create_ssl_context()
