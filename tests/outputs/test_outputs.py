"""Generations add up, and results come apart."""

import pytest

from stepgraph.messages import AIMessage, AIMessageChunk
from stepgraph.outputs import ChatGeneration, ChatGenerationChunk, Generation, GenerationChunk, LLMResult


def test_texts_add_up():
    total = GenerationChunk("a", {"one": 1}) + GenerationChunk("b", {"two": 2}) + GenerationChunk("c")
    assert total == GenerationChunk("abc", {"one": 1, "two": 2})
    assert (GenerationChunk("a") + GenerationChunk("b")).generation_info is None
    with pytest.raises(TypeError):
        GenerationChunk("a") + "b"


def test_chunks_of_messages_add_up_one_by_one_and_many_at_once():
    infos = {"a": None, "b": {"x": "1"}, "c": None}
    chunks = [ChatGenerationChunk(AIMessageChunk(text, id="1"), info) for text, info in infos.items()]
    one_by_one = chunks[0] + chunks[1] + chunks[2]
    at_once = chunks[0] + chunks[1:]
    assert one_by_one == at_once == ChatGenerationChunk.sum_of(chunks)
    assert (at_once.text, at_once.generation_info, at_once.message.id) == ("abc", {"x": "1"}, "1")
    assert isinstance(at_once, ChatGenerationChunk)
    with pytest.raises(TypeError):
        chunks[0] + "b"
    with pytest.raises(TypeError):
        chunks[0] + ["b"]


def test_the_text_of_an_answer_is_that_of_its_message():
    assert ChatGeneration(AIMessage("a"), text="other").text == "a"
    assert ChatGeneration(AIMessage([{"type": "text", "text": "a"}, {"type": "image"}, "b"])).text == "ab"
    assert ChatGeneration(message=AIMessage("")).text == ""


def test_types_by_name():
    assert Generation("a").type == "Generation"
    assert ChatGeneration(AIMessage("a")).type == "ChatGeneration"
    assert ChatGenerationChunk(AIMessageChunk("a")).type == "ChatGenerationChunk"
    assert LLMResult([]).type == "LLMResult"


def test_results_come_apart():
    result = LLMResult([[Generation("a")], [Generation("b"), Generation("c")]], {"token_usage": {"total": 1}})
    first, second = result.flatten()
    assert first.generations == [[Generation("a")]]
    assert second.generations == [[Generation("b"), Generation("c")]]
    assert first.llm_output == {"token_usage": {"total": 1}}
    assert second.llm_output == {"token_usage": {}}
    assert [each.llm_output for each in LLMResult([[], []]).flatten()] == [None, None]
