"""ChatAnthropic does what every chat model must do."""

from typing import Any

import pytest

from stepgraph.language_models.errors import MissingKeyError
from stepgraph_anthropic import ChatAnthropic
from tests.chat_models.contract import Make, RemoteContract, both_colours, call
from tests.providers.standin import Standin


class TestChatAnthropic(RemoteContract):
    model = "claude-sonnet-5"
    key_variable = "ANTHROPIC_API_KEY"

    @pytest.fixture
    def make(self, standin: Standin) -> Make:
        def made(*answers: Any, **fields: Any) -> ChatAnthropic:
            standin.answers += answers
            usual = {"model": self.model, "base_url": standin.anthropic_url, "api_key": standin.key, "max_retries": 0}
            return ChatAnthropic(**{**usual, **fields})

        return made

    @both_colours
    def test_no_key(self, make: Make, standin: Standin, monkeypatch: pytest.MonkeyPatch, colour: str) -> None:
        """The SDK knows other credentials than keys, so that it is the request which lacks one."""
        for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE", "ANTHROPIC_CONFIG_DIR"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HOME", "/nowhere")
        with pytest.raises(MissingKeyError, match="ANTHROPIC_API_KEY"):
            call(make(api_key=None), colour, "Hi")
        assert standin.requests == []
