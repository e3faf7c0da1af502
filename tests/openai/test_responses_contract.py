"""ChatOpenAI with the Responses API does what every chat model must do; the content of its messages is a list."""

from functools import partial
from typing import Any, ClassVar

import pytest

from stepgraph.messages import AIMessage, AIMessageChunk
from tests.chat_models.contract import JOKE, Make, RemoteContract, both_colours, call, stream, total
from tests.providers.standin import Standin

USED = {
    "input_tokens": 7,
    "output_tokens": 3,
    "total_tokens": 10,
    "input_token_details": {"cache_read": 0, "cache_creation": 0},
    "output_token_details": {"reasoning": 0},
}


class TestChatOpenAI(RemoteContract):
    model = "gpt-4o-mini"
    key_variable = "OPENAI_API_KEY"
    by_a_tool: ClassVar[dict[str, Any]] = {"method": "function_calling"}

    @pytest.fixture
    def make(self, make: Make) -> Make:
        return partial(make, use_responses_api=True)

    @pytest.fixture(autouse=True)
    def only_responses(self, standin: Standin) -> Any:
        yield
        assert {request.path for request in standin.requests} <= {"/v1/responses"}

    # What is said in blocks.

    @both_colours
    def test_it_answers(self, make: Make, colour: str) -> None:
        message = call(make(JOKE), colour, "Tell me a joke")
        assert type(message) is AIMessage
        assert message.content == [{"type": "text", "text": "Why not?", "annotations": [], "id": "msg_000001"}]
        assert (message.text, message.type, message.tool_calls) == ("Why not?", "ai", [])
        assert message.id == message.response_metadata["id"] == "resp_000001"
        assert message.usage_metadata == USED

    @both_colours
    def test_chunks_add_up_to_the_message(self, make: Make, colour: str) -> None:
        model = make(JOKE, JOKE)
        whole, chunks = call(model, colour, "Tell me a joke"), stream(model, colour, "Tell me a joke")
        assert all(type(chunk) is AIMessageChunk for chunk in chunks)
        assert [chunk.text for chunk in chunks] == ["", "Why ", "not", "?", "", ""]
        assert [chunk.chunk_position for chunk in chunks] == [None] * (len(chunks) - 1) + ["last"]
        assert len({chunk.id for chunk in chunks}) == 1
        added = total(chunks).as_message()
        assert added.content == [{"type": "text", "text": "Why not?", "index": 0, "id": "msg_000002"}]
        assert (added.text, added.usage_metadata) == (whole.text, whole.usage_metadata)
        assert added.additional_kwargs == whole.additional_kwargs == {}
        assert {**added.response_metadata, "id": whole.id} == whole.response_metadata

    @both_colours
    def test_stop_words(self, make: Make, standin: Standin, colour: str) -> None:
        model = make()
        with pytest.warns(UserWarning, match=r"knows no stop words; \['two'\]"):
            assert call(model, colour, "one two three", stop=["two"]).text == "one two three"
        assert "stop" not in standin.last.body
