"""Documents are revived as messages are: they stand in the artifacts of tools, where no schema names them."""

from stepgraph.documents import Document
from stepgraph.messages import ToolMessage
from stepgraph.serde.msgpack import MsgpackSerializer


def test_documents_in_an_artifact():
    message = ToolMessage("found", tool_call_id="1", artifact=[Document("text", metadata={"page": 1}, id="a")])
    serializer = MsgpackSerializer()
    assert serializer.loads_typed(serializer.dumps_typed([message])) == [message]
