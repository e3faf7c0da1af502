"""The fakes do what every chat model must do, as far as they go."""

from collections.abc import Sequence
from typing import Any

import pytest

from stepgraph.language_models import FakeMessagesListChatModel, GenericFakeChatModel
from stepgraph.messages import AIMessage
from stepgraph.testing import ScriptedChatModel
from tests.chat_models.contract import ChatModelContract, Make
from tests.providers.standin import Answer


def messages(answers: Sequence[Answer]) -> list[AIMessage]:
    found = []
    for number, answer in enumerate(answers):
        message = AIMessage(answer.text, id=f"fake-{number}")
        for each in answer.tool_calls:
            if isinstance(each.args, str):  # as they are sent: no JSON
                wrong = {"name": each.name, "args": each.args, "id": each.id, "error": "no JSON"}
                message.invalid_tool_calls.append({**wrong, "type": "invalid_tool_call"})
            else:
                message.tool_calls.append({"name": each.name, "args": each.args, "id": each.id, "type": "tool_call"})
        if answer.usage is not None:
            used = {"input_tokens": answer.usage.input, "output_tokens": answer.usage.output}
            message.usage_metadata = {**used, "total_tokens": answer.usage.input + answer.usage.output}
        found.append(message)
    return found


class TestFakeMessagesListChatModel(ChatModelContract):
    streams = False
    calls_tools = False

    @pytest.fixture
    def make(self) -> Make:
        def made(*answers: Answer, **fields: Any) -> FakeMessagesListChatModel:
            return FakeMessagesListChatModel(responses=messages(answers), **fields)

        return made


class TestGenericFakeChatModel(ChatModelContract):
    calls_tools = False
    pickles = False  # nobody can pickle what the rest of an iterator is

    @pytest.fixture
    def make(self) -> Make:
        def made(*answers: Answer, **fields: Any) -> GenericFakeChatModel:
            return GenericFakeChatModel(messages=iter(messages(answers)), **fields)

        return made


class TestScriptedChatModel(ChatModelContract):
    @pytest.fixture
    def make(self) -> Make:
        def made(*answers: Answer, **fields: Any) -> ScriptedChatModel:
            return ScriptedChatModel(messages(answers), **fields)

        return made
