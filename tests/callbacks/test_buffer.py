"""Messages as text."""

from types import SimpleNamespace

from stepgraph.callbacks.buffer import buffer_string
from stepgraph.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage


def test_each_message_is_a_line_that_says_who_speaks():
    messages = [
        SystemMessage("be kind"),
        HumanMessage("hello"),
        AIMessage("hi"),
        AIMessageChunk("h"),
        ToolMessage("7", tool_call_id="1"),
    ]
    assert buffer_string(messages) == "System: be kind\nHuman: hello\nAI: hi\nAI: h\nTool: 7"


def test_of_blocks_the_text_counts():
    image = {"type": "image_url", "image_url": "…"}
    assert buffer_string([HumanMessage(["a", {"type": "text", "text": "b"}, image])]) == "Human: ab"


def test_a_message_of_another_kind_says_of_which():
    assert buffer_string([SimpleNamespace(type="judge", content="so be it", id=None)]) == "judge: so be it"


def test_nothing_is_no_text():
    assert buffer_string([]) == ""
