"""AzureChatOpenAI and AzureOpenAIEmbeddings: OpenAI's models on Azure, on the official SDK.

They are `ChatOpenAI` and `OpenAIEmbeddings` that are reached in another way (`AzureConnection`); what they do with
messages, tools, forms, streams and texts is said there, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field, field_validator, model_validator

from stepgraph.language_models.remote import first_of_environment
from stepgraph_openai.apis import CHAT, Api
from stepgraph_openai.azure_answers import chat_of
from stepgraph_openai.azure_connection import AzureConnection
from stepgraph_openai.chat import ChatOpenAI
from stepgraph_openai.embeddings import OpenAIEmbeddings
from stepgraph_openai.errors import OpenAIMissingSettingError

__all__ = ["AzureChatOpenAI", "AzureOpenAIEmbeddings"]

_SECRETS = {"openai_api_key": "AZURE_OPENAI_API_KEY", "azure_ad_token": "AZURE_OPENAI_AD_TOKEN"}


class AzureChatOpenAI(AzureConnection, ChatOpenAI):
    """A chat model of OpenAI that is deployed on Azure.

    It does what `ChatOpenAI` does. How it is reached is described in `AzureConnection`.

    Attributes:
        deployment_name: The deployment; `azure_deployment` for short. Without one it is the model.
        model_name: The model that is deployed; `model` for short. Azure knows it by the deployment; it says here what
            the model can do, by what its tokens are counted, and under which name it is reported.
        model_version: The version of the model, which is added to its name in `response_metadata`: Azure does not say
            it.
        disabled_params: As in `ChatOpenAI`; without a word `parallel_tool_calls`, for all models but `gpt-4o`.

    Raises:
        OpenAIMissingKeyError: There is neither a key nor a token, given or in the environment.
        OpenAIMissingSettingError: Nothing says where Azure is asked, or by which version of its API.
        OpenAIContentFilterError: A filter kept back an answer that was asked for whole.

    Example:
        ```python
        model = AzureChatOpenAI(azure_deployment="gpt-4o", api_version="2024-10-21")
        async for chunk in model.astream("Tell me a joke"):
            print(chunk.text, end="", flush=True)
        ```
    """

    lc_secrets: ClassVar[dict[str, str]] = _SECRETS
    connecting: ClassVar[tuple[str, ...]] = (*AzureConnection.connecting, "deployment_name")

    deployment_name: str | None = Field(default=None, alias="azure_deployment")
    model_name: str = Field(default="", alias="model")
    model_version: str = ""

    @field_validator("model_name", mode="before")
    @classmethod
    def _or_nothing(cls, name: Any) -> Any:
        """Take `None` for no model: the deployment alone says which it is."""
        return "" if name is None else name

    @model_validator(mode="after")
    def _disable(self) -> AzureChatOpenAI:
        if self.disabled_params is None and self.model_name != "gpt-4o":
            self.disabled_params: dict[str, Any] | None = {"parallel_tool_calls": None}
        return self

    @property
    def _llm_type(self) -> str:
        return "azure-openai-chat"

    @property
    def _deployed(self) -> str | None:
        return self.deployment_name or self._named_in_address()

    def _params(self, options: Mapping[str, Any]) -> dict[str, Any]:
        found = super()._params(options)
        return {**found, "model": found["model"] or self._deployed or ""}

    @property
    def _whole_params(self) -> dict[str, Any]:
        where = {"azure_endpoint": self.azure_endpoint, "api_version": self.openai_api_version}
        return {"azure_deployment": self.deployment_name, **where, **super()._whole_params}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
        found = {**super()._get_ls_params(stop, **kwargs), "ls_provider": "azure"}
        version = self.model_version
        if "model" not in kwargs and self.model_name and version not in self.model_name:
            found["ls_model_name"] = f"{self.model_name}-{version.lstrip('-')}"
        return found

    def _combine_llm_outputs(self, llm_outputs: list[dict[str, Any] | None]) -> dict[str, Any]:
        return {**super()._combine_llm_outputs(llm_outputs), "model_name": self.model_name or self._deployed}

    def _request(
        self, messages: Sequence[Any], stop: list[str] | None, kwargs: Mapping[str, Any], *, streams: bool = False
    ) -> tuple[Api, dict[str, Any]]:
        """Return which API is asked, and what it is sent.

        Raises:
            OpenAIMissingSettingError: Nothing names a deployment.
        """
        api, payload = super()._request(messages, stop, kwargs, streams=streams)
        is_chat = api is CHAT
        if self._is_v1 or not is_chat:  # no deployment is in the URL
            payload["model"] = kwargs.get("model") or self._deployed or payload["model"]
        if not payload["model"]:
            raise OpenAIMissingSettingError(
                f"{type(self).__name__} needs a deployment, and none was given: pass azure_deployment=…, or model=… if "
                "the deployment has the model's name"
            )
        return (chat_of(self.model_version) if is_chat else api), payload


class AzureOpenAIEmbeddings(AzureConnection, OpenAIEmbeddings):
    """Vectors of texts by a model of OpenAI that is deployed on Azure.

    It does what `OpenAIEmbeddings` does. How it is reached is described in `AzureConnection`.

    Attributes:
        deployment: The deployment; `azure_deployment` for short. Without one it is the model.
        model: The model that is deployed.
        chunk_size: How many texts are sent in one request, 2048 at most.

    Raises:
        OpenAIMissingKeyError: There is neither a key nor a token, given or in the environment.
        OpenAIMissingSettingError: Nothing says where Azure is asked.
    """

    lc_secrets: ClassVar[dict[str, str]] = _SECRETS
    connecting: ClassVar[tuple[str, ...]] = (*AzureConnection.connecting, "deployment")

    deployment: str | None = Field(default=None, alias="azure_deployment")
    openai_api_version: str | None = Field(
        default_factory=lambda: first_of_environment("OPENAI_API_VERSION") or "2023-05-15", alias="api_version"
    )
    chunk_size: int = Field(default=2048, ge=1, le=2048)

    @property
    def _deployed(self) -> str | None:
        return self.deployment or self._named_in_address()

    def _payload(self, texts: Sequence[str], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        payload = super()._payload(texts, kwargs)
        if self._is_v1 and self._deployed:
            payload["model"] = self._deployed
        return payload
