"""ChatOpenAI does what every chat model must do."""

from typing import Any, ClassVar

import pytest

from tests.chat_models.contract import Make, RemoteContract


class TestChatOpenAI(RemoteContract):
    model = "gpt-4o-mini"
    key_variable = "OPENAI_API_KEY"
    by_a_tool: ClassVar[dict[str, Any]] = {"method": "function_calling"}

    @pytest.fixture
    def make(self, make: Make) -> Make:
        return make  # that of this folder, not that of the contract
