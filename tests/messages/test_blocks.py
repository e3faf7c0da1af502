"""Blocks of all forms in one form; what is read stays as it was."""

import copy
from typing import Any

import pytest

from stepgraph.messages import (
    AIMessage,
    AIMessageChunk,
    HumanMessage,
    convert_to_openai_data_block,
    is_data_content_block,
)
from stepgraph.messages.content import create_image_block, create_video_block
from tests.messages.material import BLOCKS, CALL, CLAUDE, RESPONSES

TEXT = {"type": "text", "text": "x"}


@pytest.mark.parametrize(
    ("provider", "content"),
    [("openai", RESPONSES), ("anthropic", CLAUDE), (None, [block for blocks in BLOCKS.values() for block in blocks])],
)
def test_reading_changes_nothing(provider: str | None, content: Any):
    message = AIMessage(content, tool_calls=[CALL], response_metadata={"model_provider": provider})
    before = copy.deepcopy(message)
    first, second = message.content_blocks, message.content_blocks
    if provider is None:  # ids are made up where there are none
        first, second = ([{**block, "id": None} for block in blocks] for blocks in (first, second))
    assert first == second
    assert message == before


@pytest.mark.parametrize("provider", ["openai", "anthropic", "other", None])
def test_no_call_is_lost(provider: str | None):
    calls = [CALL, {**CALL, "id": None}]
    for content in ("", "x", [TEXT]):
        blocks = AIMessage(content, tool_calls=calls, response_metadata={"model_provider": provider}).content_blocks
        assert [block["type"] for block in blocks] == ["text"] * bool(content) + ["tool_call"] * 2


def test_what_one_form_cannot_say_is_kept_whole():
    odd = {"type": "odd", "x": 1}
    wrapped = {"type": "non_standard", "value": odd}
    assert HumanMessage([odd]).content_blocks == [wrapped]
    assert HumanMessage([wrapped]).content_blocks == [wrapped]
    assert HumanMessage([{"type": "non_standard", "value": TEXT}]).content_blocks == [TEXT]
    half = {"type": "image", "source": {"type": "base64", "data": "AA"}}
    assert HumanMessage([half]).content_blocks == [half]
    assert HumanMessage([{"type": "image", "source_type": "url"}]).content_blocks[0]["type"] == "non_standard"


def test_the_end_of_a_stream_in_the_one_form():
    fragment = {"type": "tool_call_chunk", "name": "f", "args": "{}", "id": "1", "index": 0}
    about = {"output_version": "v1"}
    chunk = AIMessageChunk([{**fragment, "extras": {"x": 1}}], tool_call_chunks=[fragment], response_metadata=about)
    assert chunk.content_blocks == [{**fragment, "extras": {"x": 1}}]
    ended = chunk + AIMessageChunk("", chunk_position="last")
    call = {"type": "tool_call", "name": "f", "args": {}, "id": "1", "extras": {"x": 1}}
    assert ended.content_blocks == [call]
    server = {"type": "server_tool_call_chunk", "name": "search", "args": '{"q": 1}', "id": "2", "index": 1}
    told = AIMessageChunk([server, {**server, "args": "{"}], response_metadata=about, chunk_position="last")
    whole = {**server, "type": "server_tool_call", "args": {"q": 1}}
    assert told.content_blocks == [whole, {**server, "args": "{"}]


def test_a_message_made_of_blocks():
    blocks = [{"type": "reasoning", "reasoning": "hm"}, TEXT, {"type": "tool_call", **CALL, "extras": {"x": 1}}]
    for message in (AIMessage(content_blocks=blocks), AIMessageChunk(content_blocks=blocks)):
        assert message.content == blocks
        assert message.content is not blocks
        assert message.tool_calls == [{"type": "tool_call", **CALL}]
        assert message.text == "x"


def test_data_that_openai_does_not_take():
    for block, message in [
        ({"type": "video", "url": "u"}, "'image', 'file' and 'audio', got 'video'"),
        ({"type": "audio", "url": "u"}, "sounds in base64 alone"),
        ({"type": "file", "url": "u"}, "take no URLs of files"),
        ({"type": "file"}, "a file needs base64, url or file_id"),
        ({"type": "image", "base64": "AA"}, "needs a mime_type"),
        ({"type": "image", "file_id": "f"}, "by url or in base64"),
    ]:
        with pytest.raises(ValueError, match=message):
            convert_to_openai_data_block(block)
    with pytest.warns(UserWarning, match="OpenAI may want a name"):
        convert_to_openai_data_block({"type": "file", "base64": "AA", "mime_type": "a/b"})


def test_blocks_that_hold_nothing():
    with pytest.raises(ValueError, match="'image' needs one of url, base64 and file_id"):
        create_image_block()
    with pytest.raises(ValueError, match="'video' that is given base64 needs a mime_type"):
        create_video_block(base64="AA")
    assert not is_data_content_block({"type": "image"})
    assert not is_data_content_block({"type": "image", "source_type": "odd"})
