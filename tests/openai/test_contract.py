"""ChatOpenAI does what every chat model must do."""

from typing import Any, ClassVar

import pytest

from stepgraph_openai import ChatOpenAI
from tests.chat_models.contract import Make, RemoteContract
from tests.providers.standin import Standin


class TestChatOpenAI(RemoteContract):
    model = "gpt-4o-mini"
    key_variable = "OPENAI_API_KEY"
    by_a_tool: ClassVar[dict[str, Any]] = {"method": "function_calling"}

    @pytest.fixture
    def make(self, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Make:
        monkeypatch.setenv("OPENAI_API_KEY", standin.key)  # for those that come out of a pickle

        def made(*answers: Any, **fields: Any) -> ChatOpenAI:
            standin.answers += answers
            usual = {"model": self.model, "base_url": standin.openai_url, "api_key": standin.key, "max_retries": 0}
            return ChatOpenAI(**{**usual, **fields})

        return made
