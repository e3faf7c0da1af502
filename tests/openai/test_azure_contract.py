"""AzureChatOpenAI does what every chat model must do, by deployments, as OpenAI itself, and by the Responses API."""

from typing import Any, ClassVar

import pytest

from stepgraph_openai import AzureChatOpenAI
from tests.chat_models.contract import Make, RemoteContract
from tests.openai.test_responses_contract import TestChatOpenAI as ResponsesContract
from tests.providers.standin import Standin

VERSION = "2024-10-21"


def maker(standin: Standin, monkeypatch: pytest.MonkeyPatch, **usual: Any) -> Make:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    def made(*answers: Any, **fields: Any) -> AzureChatOpenAI:
        standin.answers += answers
        return AzureChatOpenAI(**{"api_key": standin.key, "max_retries": 0, **usual, **fields})

    return made


class TestAzureChatOpenAI(RemoteContract):
    model = "gpt-4o-mini"
    key_variable = "AZURE_OPENAI_API_KEY"
    by_a_tool: ClassVar[dict[str, Any]] = {"method": "function_calling"}

    @pytest.fixture
    def make(self, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Make:
        where = {"azure_endpoint": standin.azure_url, "azure_deployment": self.model, "api_version": VERSION}
        return maker(standin, monkeypatch, **where)

    @pytest.fixture(autouse=True)
    def only_azure(self, standin: Standin) -> Any:
        yield
        for request in standin.requests:
            assert request.path == f"/openai/deployments/{self.model}/chat/completions"
            assert (request.query, request.key_header) == (f"api-version={VERSION}", "api-key")


class TestAzureChatOpenAIV1(RemoteContract):
    model = "gpt-4o-mini"
    key_variable = "AZURE_OPENAI_API_KEY"
    by_a_tool: ClassVar[dict[str, Any]] = {"method": "function_calling"}

    @pytest.fixture
    def make(self, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Make:
        return maker(standin, monkeypatch, base_url=f"{standin.azure_url}/openai/v1/", model=self.model)

    @pytest.fixture(autouse=True)
    def only_v1(self, standin: Standin) -> Any:
        yield
        assert {(each.path, each.query) for each in standin.requests} <= {("/openai/v1/chat/completions", "")}


class TestAzureChatOpenAIResponses(ResponsesContract):
    key_variable = "AZURE_OPENAI_API_KEY"

    @pytest.fixture
    def make(self, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Make:
        where = {"azure_endpoint": standin.azure_url, "azure_deployment": self.model, "api_version": VERSION}
        return maker(standin, monkeypatch, **where, use_responses_api=True)

    @pytest.fixture(autouse=True)
    def only_responses(self, standin: Standin) -> Any:
        yield
        assert {each.path for each in standin.requests} <= {"/openai/responses"}


del ResponsesContract  # pytest would find it here as well
