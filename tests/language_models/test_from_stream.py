"""A model whose `_generate` has `_stream` do the work."""

import pytest

from stepgraph.language_models.chat_models import BaseChatModel, agenerate_from_stream, generate_from_stream
from stepgraph.messages import AIMessage, AIMessageChunk
from stepgraph.outputs import ChatGenerationChunk


class Streamed(BaseChatModel):
    words: tuple[str, ...] = ("a", "b")

    @property
    def _llm_type(self) -> str:
        return "streamed"

    def _stream(self, messages, stop=None, run_manager=None, **kwargs):
        for word in self.words:
            yield ChatGenerationChunk(message=AIMessageChunk(word))

    async def _astream(self, messages, stop=None, run_manager=None, **kwargs):
        for chunk in self._stream(messages):
            yield chunk

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        return generate_from_stream(self._stream(messages))

    async def _agenerate(self, messages, stop=None, run_manager=None, **kwargs):
        return await agenerate_from_stream(self._astream(messages))


async def test_the_answer_is_what_the_stream_said():
    for answer in (Streamed().invoke("x"), await Streamed().ainvoke("x")):
        assert type(answer) is AIMessage
        assert answer.content == "ab"


async def test_a_stream_without_a_chunk_is_an_error():
    with pytest.raises(ValueError, match="ended without a chunk"):
        Streamed(words=()).invoke("x")
    with pytest.raises(ValueError, match="ended without a chunk"):
        await Streamed(words=()).ainvoke("x")
