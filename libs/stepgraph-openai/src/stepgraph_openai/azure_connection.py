"""AzureConnection: how OpenAI's models are reached on Azure; the same for chat models and embeddings.

Azure has two ways. The one by deployments has the deployment in each URL and the version of the API in its query; the
newer one (`/openai/v1`) is that of OpenAI itself, with the deployment in the model's place. The invariant: one thing
opens Azure, a key or a token; what was given comes before what is in the environment.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import openai
from pydantic import Field, SecretStr, model_validator

from stepgraph.language_models.remote import (
    Address,
    address_of_environment,
    first_of_environment,
    secret_of_environment,
)
from stepgraph.runnables.discreet import without_keys
from stepgraph_openai.clients import Clients, Way, awaited, text_of
from stepgraph_openai.connection import Connection, Key
from stepgraph_openai.errors import OpenAIMissingKeyError, OpenAIMissingSettingError, explained

__all__ = ["AzureConnection", "Token"]

Token = Callable[[], "str | Awaitable[str]"]

_AROUND: Final = (
    *("azure_endpoint", "openai_api_version", "api_version", "openai_api_key", "api_key", "azure_ad_token"),
)
"""Fields, and their short names, that the environment has as well."""

_V1: Final = re.compile(r"/openai/v1/?$")
"""How an address ends at which Azure speaks as OpenAI itself does."""

_DATED: Final = re.compile(r"\d{4}-")
"""Versions of the way by deployments; the other one has `v1` and `preview`."""

_DEPLOYED: Final = re.compile(r"/deployments/([^/]+)/?$")
"""How an address ends that names a deployment."""


class AzureConnection(Connection):
    """How OpenAI's models are reached on Azure.

    A key or a token opens it: a function that returns tokens before a token, a token before a key, and each of them,
    where it is given, before what the environment has.

    Attributes:
        azure_endpoint: Where the resource is: `https://example.openai.azure.com`. Without one it is
            `AZURE_OPENAI_ENDPOINT` of the environment.
        openai_api_version: Which version of Azure's API is asked; `api_version` for short. Without one it is
            `OPENAI_API_VERSION` of the environment.
        openai_api_key: The key, or a function of either colour that returns it; `api_key` for short. Without one it is
            `AZURE_OPENAI_API_KEY` of the environment, or `OPENAI_API_KEY`.
        azure_ad_token: A token of Microsoft Entra; without one it is `AZURE_OPENAI_AD_TOKEN` of the environment. It is
            neither shown nor dumped nor pickled.
        azure_ad_token_provider: A function that returns a token, called for each request; one that is awaited serves
            async callers alone. It is not pickled.
        azure_ad_async_token_provider: One for async callers, in place of the other.
        openai_api_base: In place of the endpoint and the deployment the whole address; `base_url` for short. With
            `…/openai/v1` the deployment, or else the model, says what is asked, and a version that is a date is not
            sent.
        openai_api_type: What programs say to be on Azure; it changes nothing.
        validate_base_url: Whether a `base_url` must look like one of Azure's.
    """

    connecting: ClassVar[tuple[str, ...]] = (
        *Connection.connecting,
        *("azure_endpoint", "openai_api_version", "azure_ad_token", "azure_ad_token_provider"),
        *("azure_ad_async_token_provider",),
    )
    shared: ClassVar[tuple[str, ...]] = (
        *Connection.shared,
        *("azure_ad_token_provider", "azure_ad_async_token_provider"),
    )

    azure_endpoint: Address | None = Field(default_factory=address_of_environment("AZURE_OPENAI_ENDPOINT"))
    openai_api_version: str | None = Field(
        default_factory=lambda: first_of_environment("OPENAI_API_VERSION"), alias="api_version"
    )
    openai_api_key: Key | None = Field(
        default_factory=secret_of_environment("AZURE_OPENAI_API_KEY", "OPENAI_API_KEY"),
        alias="api_key",
        exclude=True,
        repr=False,
    )
    openai_api_base: Address | None = Field(default=None, alias="base_url")
    azure_ad_token: SecretStr | None = Field(
        default_factory=secret_of_environment("AZURE_OPENAI_AD_TOKEN"), exclude=True, repr=False
    )
    azure_ad_token_provider: Token | None = Field(default=None, exclude=True, repr=False)
    azure_ad_async_token_provider: Token | None = Field(default=None, exclude=True, repr=False)
    openai_api_type: str | None = Field(default_factory=lambda: first_of_environment("OPENAI_API_TYPE") or "azure")
    validate_base_url: bool = True

    @model_validator(mode="before")
    @classmethod
    def _look_around(cls, values: Any) -> Any:
        """Take `None` for what was not given, and the environment has."""
        if not isinstance(values, dict):
            return values
        return {key: value for key, value in values.items() if value is not None or key not in _AROUND}

    @property
    def lc_attributes(self) -> dict[str, Any]:
        """What is said of it beside its arguments."""
        return {"openai_api_type": self.openai_api_type, "openai_api_version": self.openai_api_version}

    @property
    def _deployed(self) -> str | None:
        """The deployment that was given; where an address names one, that."""
        raise NotImplementedError

    @property
    def _is_v1(self) -> bool:
        """Whether Azure is asked as OpenAI itself is."""
        return _V1.search(urlsplit(self._address() or "").path) is not None

    def _address(self) -> str | None:
        """Return the whole address, where one was given; an endpoint may be one."""
        whole, endpoint = self.openai_api_base, self.azure_endpoint
        return endpoint if whole is None and endpoint and _V1.search(urlsplit(endpoint).path) else whole

    def _named_in_address(self) -> str | None:
        """Return the deployment that the whole address names, if it names one."""
        found = _DEPLOYED.search(urlsplit(self.openai_api_base or "").path)
        return None if found is None else found[1]

    def _explained(
        self, model: str, options: Mapping[str, Any], *, reading: bool = False
    ) -> AbstractContextManager[None]:
        """Return what explains errors of a request, with the deployment in them."""
        name = self._deployed
        where = f"Azure OpenAI, by the deployment {name!r}" if name else "Azure OpenAI"
        return explained(model, self._secrets(options), reading=reading, where=where)

    # What opens Azure.

    def _check(self) -> None:
        """Look whether there is a key or a token, and where Azure is asked.

        Raises:
            OpenAIMissingKeyError: There is neither a key nor a token.
            OpenAIMissingSettingError: There is no endpoint, or no version.
            ValueError: What is given of the address does not go together.
        """
        self._check_place()
        if not (self._opens(is_async=False) or self._opens(is_async=True)):
            raise OpenAIMissingKeyError(
                f"{type(self).__name__} needs a key or a token, and none was given: pass api_key=…, azure_ad_token=… "
                "or azure_ad_token_provider=… (a function that returns one), or set AZURE_OPENAI_API_KEY or "
                "AZURE_OPENAI_AD_TOKEN in the environment"
            )

    def _opens(self, *, is_async: bool) -> dict[str, Any]:
        """Return the one thing that opens Azure, by its name in the SDK."""
        later, provider = self.azure_ad_async_token_provider, self.azure_ad_token_provider
        found = (later if is_async else None) or provider
        if found is not None:
            return {"azure_ad_token_provider": found}
        token, key, given = text_of(self.azure_ad_token), text_of(self.openai_api_key), self.model_fields_set
        if token and (not key or "azure_ad_token" in given or "openai_api_key" not in given):
            return {"azure_ad_token": token}
        if later is not None:
            return {"azure_ad_token_provider": awaited(later)}  # which sync code cannot call, and is told so
        return {"api_key": key} if key else {}

    def _check_place(self) -> None:
        whole, name = self.openai_api_base, type(self).__name__
        if whole and self.azure_endpoint and "azure_endpoint" in self.model_fields_set:
            raise ValueError("base_url and azure_endpoint say the same; pass one of them")
        if self._is_v1:
            return
        if not (whole or self.azure_endpoint):
            raise OpenAIMissingSettingError(
                f"{name} needs to know where it is asked: pass azure_endpoint='https://….openai.azure.com', or set "
                "AZURE_OPENAI_ENDPOINT in the environment"
            )
        if whole and self.validate_base_url:
            self._check_whole(whole)
        if not self.openai_api_version:
            raise OpenAIMissingSettingError(
                f"{name} needs the version of Azure's API: pass api_version='2024-10-21', for example, or set "
                "OPENAI_API_VERSION in the environment (a base_url that ends with /openai/v1 needs none)"
            )

    def _check_whole(self, address: str) -> None:
        if "/openai" not in address:
            raise ValueError(
                f"base_url={without_keys(address)!r} is no address of Azure's API, which has /openai in it; if it is "
                "that of the resource, pass it as azure_endpoint"
            )
        if self._deployed and self._deployed != self._named_in_address():
            raise ValueError(
                f"base_url={without_keys(address)!r} and azure_deployment={self._deployed!r} do not go together; pass "
                "azure_endpoint and azure_deployment, or a base_url that ends with "
                f"/openai/deployments/{self._deployed}, or with /openai/v1"
            )

    def _new_clients(self) -> Clients:
        self._check()
        opens, opens_async = self._opens(is_async=False), self._opens(is_async=True)
        rest = text_of(self.openai_proxy), self.http_client, self.http_async_client
        if not self._is_v1:
            kinds = openai.AzureOpenAI, openai.AsyncAzureOpenAI
            return Way(self._options_of_azure(), opens, opens_async, *rest, *kinds).clients()
        options = self._options("base_url", self._address())
        version = self.openai_api_version
        if version and not _DATED.match(version):
            options["default_query"] = {**options.get("default_query", {}), "api-version": version}
        return Way(options, _as_key(opens), _as_key(opens_async), *rest).clients()

    def _options_of_azure(self) -> dict[str, Any]:
        version = {"api_version": self.openai_api_version}
        if self.openai_api_base:
            return {**self._options("base_url", self.openai_api_base), **version}
        return {
            **self._options("azure_endpoint", self.azure_endpoint),
            **version,
            **({"azure_deployment": self._deployed} if self._deployed else {}),
        }


def _as_key(opens: Mapping[str, Any]) -> dict[str, Any]:
    """Return what opens Azure as OpenAI's own client takes it: a token is a key there."""
    return {"api_key": next(iter(opens.values()))}
