"""Documents and prompt values are revived as messages are: they stand in artifacts, where no schema names them."""

from stepgraph.documents import Document
from stepgraph.messages import HumanMessage, ToolMessage
from stepgraph.prompt_values import ChatPromptValue, ImagePromptValue, StringPromptValue
from stepgraph.serde.msgpack import MsgpackSerializer


def test_documents_in_an_artifact():
    message = ToolMessage("found", tool_call_id="1", artifact=[Document("text", metadata={"page": 1}, id="a")])
    serializer = MsgpackSerializer()
    assert serializer.loads_typed(serializer.dumps_typed([message])) == [message]


def test_prompt_values():
    values = [
        StringPromptValue("Hi"),
        ChatPromptValue([HumanMessage("Hi")]),
        ImagePromptValue({"url": "https://example.org/a.png", "detail": "low"}),
    ]
    serializer = MsgpackSerializer()
    assert serializer.loads_typed(serializer.dumps_typed(values)) == values
