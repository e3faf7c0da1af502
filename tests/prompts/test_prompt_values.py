"""What prompts have made, as text and as messages."""

import pytest

from stepgraph.messages import AIMessage, HumanMessage, convert_to_messages
from stepgraph.prompt_values import (
    ChatPromptValue,
    ChatPromptValueConcrete,
    ImagePromptValue,
    PromptValue,
    StringPromptValue,
)


def test_text():
    value = StringPromptValue(text="hi")
    assert (value.to_string(), value.to_messages()) == ("hi", [HumanMessage("hi")])
    assert repr(value) == "StringPromptValue(text='hi')"


def test_messages():
    messages = [HumanMessage("a"), AIMessage("b")]
    value = ChatPromptValue(messages=messages)
    assert value.to_string() == "Human: a\nAI: b"
    assert value.to_messages() == convert_to_messages(value) == messages
    assert value == ChatPromptValue(messages)
    assert isinstance(ChatPromptValueConcrete(messages), ChatPromptValue)


def test_images():
    value = ImagePromptValue(image_url={"url": "u", "detail": "low"})
    assert value.to_string() == "u"
    assert value.to_messages() == [HumanMessage([{"type": "image_url", "image_url": {"url": "u", "detail": "low"}}])]


def test_what_a_subclass_has_to_write():
    for method in ("to_string", "to_messages"):
        with pytest.raises(NotImplementedError, match=method):
            getattr(PromptValue(), method)()
