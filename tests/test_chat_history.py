"""Chat histories: who defines a few methods gets the others, in both colours."""

import pytest
from pydantic import BaseModel, Field

from stepgraph.chat_history import BaseChatMessageHistory, InMemoryChatMessageHistory
from stepgraph.messages import AIMessage, BaseMessage, HumanMessage

SAID = [("human", "hi"), ("ai", "hello"), ("human", "more"), ("ai", "enough")]


class AsModel(BaseChatMessageHistory, BaseModel):
    messages: list[BaseMessage] = Field(default_factory=list)

    def add_messages(self, messages):
        self.messages.extend(messages)

    def clear(self):
        self.messages = []


class OneByOne(BaseChatMessageHistory):
    def __init__(self):
        self.kept = []

    @property
    def messages(self):
        return list(self.kept)

    def add_message(self, message):
        self.kept.append(message)

    def clear(self):
        self.kept.clear()


KINDS = [InMemoryChatMessageHistory, AsModel, OneByOne]


def said(messages):
    return [(message.type, message.content) for message in messages]


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_said(kind):
    history = kind()
    history.add_user_message("hi")
    history.add_ai_message(AIMessage("hello"))
    history.add_messages([HumanMessage("more")])
    history.add_message(AIMessage("enough"))
    assert said(history.messages) == SAID
    assert str(history) == "Human: hi\nAI: hello\nHuman: more\nAI: enough"
    history.clear()
    assert history.messages == []


@pytest.mark.parametrize("kind", KINDS)
async def test_what_was_said_in_async_code(kind):
    history = kind()
    await history.aadd_user_message(HumanMessage("hi"))
    await history.aadd_ai_message("hello")
    await history.aadd_messages([HumanMessage("more")])
    await history.aadd_message(AIMessage("enough"))
    assert said(await history.aget_messages()) == SAID
    await history.aclear()
    assert await history.aget_messages() == []


def test_lists_that_were_handed_out_are_not_cleared():
    history = InMemoryChatMessageHistory(messages=[HumanMessage("hi")])
    before = history.messages
    history.clear()
    assert (len(before), history.messages) == (1, [])
    assert history == InMemoryChatMessageHistory()


def test_messages_must_be_added_somehow():
    class Empty(BaseChatMessageHistory):
        def clear(self):
            pass

    with pytest.raises(NotImplementedError, match="Empty defines neither add_messages nor add_message"):
        Empty().add_user_message("hi")
