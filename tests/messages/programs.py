"""Programs that use messages as LangChain's users do, and what they give there.

Each takes the package of messages and returns what JSON can hold. `python -m tests.messages.programs ROOT` prints what
they give under a root, such as `langchain_core`; what that printed is kept in `golden.json`.
"""

import json
import re
import sys
from importlib import import_module
from typing import Any

from tests.messages.material import (
    BLOCKS,
    CALL,
    CLAUDE,
    FORMS,
    RESPONSES,
    USAGE,
    chunks_of_calls,
    chunks_of_claude,
    chunks_of_text,
    summed,
    talk,
    two_calls,
)

FIELDS = (
    *("content", "name", "id", "additional_kwargs", "response_metadata", "role", "tool_call_id", "artifact", "status"),
    *("tool_calls", "invalid_tool_calls", "usage_metadata", "tool_call_chunks", "chunk_position"),
)


def seen(value: Any) -> Any:
    """What is compared of a value: of messages their attributes, of errors that there was one."""
    if hasattr(value, "type") and hasattr(value, "content"):
        attributes = {name: getattr(value, name) for name in FIELDS if hasattr(value, name)}
        for call in attributes.get("invalid_tool_calls", ()):
            call.pop("error", None)  # it says more here
        return {"class": type(value).__name__, **{name: seen(each) for name, each in attributes.items()}}
    if isinstance(value, dict):
        return {str(key): seen(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [seen(each) for each in value]
    if isinstance(value, str):
        return re.sub(r"^lc_[0-9a-f-]{32,36}$", "lc_made-up", str(value))
    return value


def printed(message: Any) -> Any:
    return message.pretty_repr()


def ten_a_message(messages: Any) -> int:
    return 10 * len(messages)


def words(messages: Any) -> int:
    return sum(len(str(each.text).split()) for each in messages)


PROGRAMS: dict[str, Any] = {
    "convert": lambda m: m.convert_to_messages(FORMS),
    "buffer": lambda m: m.get_buffer_string(talk(m)),
    "buffer, other prefixes": lambda m: m.get_buffer_string(
        talk(m), "Me", "It", system_prefix="Sys", tool_prefix="T", function_prefix="F", message_separator="\n\n"
    ),
    "buffer as xml": lambda m: m.get_buffer_string(talk(m), format="xml"),
    "buffer of blocks as xml": lambda m: [
        m.get_buffer_string([m.HumanMessage(each)], format="xml") for each in BLOCKS.values()
    ],
    "buffer of chunks": lambda m: m.get_buffer_string([summed(chunks_of_text(m))]),
    "filter by name": lambda m: m.filter_messages(talk(m), include_names=["Ann", "add"]),
    "filter by type": lambda m: m.filter_messages(talk(m), exclude_types=["human", m.SystemMessage]),
    "filter by id": lambda m: m.filter_messages(talk(m), include_ids=["h1", "a2"], exclude_ids=["a2"]),
    "filter, mixed": lambda m: m.filter_messages(
        talk(m), include_types=[m.HumanMessage], include_ids=["a1"], exclude_names=["Ann"]
    ),
    "filter, no calls": lambda m: m.filter_messages(talk(m), exclude_tool_calls=True),
    "filter, without a call": lambda m: m.filter_messages(two_calls(m), exclude_tool_calls=["1"]),
    "filter, without both calls": lambda m: m.filter_messages(two_calls(m), exclude_tool_calls=("1", "2")),
    "filter as a runnable": lambda m: m.filter_messages(include_types="human").invoke(talk(m)),
    "merge runs": lambda m: m.merge_message_runs(
        [("human", "a"), ("human", "b"), ("ai", "c"), ("ai", [{"type": "text", "text": "d"}]), ("system", "")]
    ),
    "merge runs, calls": lambda m: m.merge_message_runs(
        [
            m.AIMessage("a", id="1", tool_calls=[CALL], response_metadata={"x": 1}, usage_metadata=USAGE),
            m.AIMessage(
                "b", id="2", tool_calls=[{**CALL, "id": "c2"}], response_metadata={"x": 2}, usage_metadata=USAGE
            ),
            m.ToolMessage("x", tool_call_id="c1"),
            m.ToolMessage("y", tool_call_id="c2"),
        ]
    ),
    "merge runs as a runnable": lambda m: m.merge_message_runs(chunk_separator=" / ").invoke([("human", "a"), "b"]),
    "trim, last": lambda m: m.trim_messages(talk(m), max_tokens=35, token_counter=ten_a_message),
    "trim, first": lambda m: m.trim_messages(talk(m), max_tokens=35, token_counter=ten_a_message, strategy="first"),
    "trim, system and start": lambda m: m.trim_messages(
        talk(m), max_tokens=7, token_counter=len, include_system=True, start_on="human"
    ),
    "trim, ends": lambda m: m.trim_messages(talk(m), max_tokens=4, token_counter=len, end_on=("human", m.ToolMessage)),
    "trim, first ends": lambda m: m.trim_messages(
        talk(m), max_tokens=6, token_counter=len, strategy="first", end_on=m.HumanMessage
    ),
    "trim, partial last": lambda m: m.trim_messages(
        [("human", "one two\nthree four\nfive six"), ("ai", "seven")],
        max_tokens=4,
        token_counter=words,
        allow_partial=True,
    ),
    "trim, partial first": lambda m: m.trim_messages(
        [("ai", "zero"), ("human", "one two\nthree four\nfive six"), ("ai", "seven")],
        max_tokens=4,
        token_counter=words,
        allow_partial=True,
        strategy="first",
    ),
    "trim, partial blocks": lambda m: [
        m.trim_messages(
            [("ai", "zero"), ("human", [{"type": "text", "text": "one two"}, {"type": "text", "text": "three"}])],
            max_tokens=limit,
            token_counter=words,
            allow_partial=True,
            strategy=strategy,
        )
        for strategy in ("first", "last")
        for limit in (1, 2, 3)
    ],
    "trim, split": lambda m: m.trim_messages(
        [("human", "one two three")],
        max_tokens=2,
        token_counter=words,
        allow_partial=True,
        text_splitter=lambda text: re.findall(r"\S+\s*", text),
    ),
    "trim, approximate": lambda m: m.trim_messages(talk(m), max_tokens=40, token_counter="approximate"),
    "trim as a runnable": lambda m: m.trim_messages(max_tokens=2, token_counter=len).invoke(talk(m)),
    "trim, nothing": lambda m: m.trim_messages([], max_tokens=2, token_counter=len),
    "openai": lambda m: m.convert_to_openai_messages(talk(m)),
    "openai, blocks": lambda m: m.convert_to_openai_messages(talk(m), text_format="block", include_id=True),
    "openai, one": lambda m: [
        m.convert_to_openai_messages(each) for each in (m.HumanMessage("x"), {"role": "user", "content": "y"})
    ],
    "openai, tool uses": lambda m: m.convert_to_openai_messages(two_calls(m)),
    "openai, others' blocks": lambda m: m.convert_to_openai_messages(
        [
            m.SystemMessage("s", additional_kwargs={"__openai_role__": "developer"}),
            m.HumanMessage(["a", {"type": "text", "text": "b"}]),
            m.HumanMessage([{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA"}}]),
            m.HumanMessage([{"type": "image", "base64": "AA", "mime_type": "image/png"}]),
            m.HumanMessage([{"type": "image", "source_type": "url", "url": "http://x"}]),
            m.HumanMessage([{"type": "audio", "base64": "AA", "mime_type": "audio/wav"}]),
            m.HumanMessage([{"type": "file", "base64": "AA", "mime_type": "application/pdf", "filename": "a"}]),
            m.HumanMessage([{"image": {"format": "png", "source": {"bytes": b"abc"}}}]),
            m.HumanMessage([{"type": "media", "mime_type": "image/png", "data": b"abc"}]),
            m.HumanMessage([{"type": "tool_result", "tool_use_id": "1", "content": [{"type": "text", "text": "r"}]}]),
            m.HumanMessage(["x", {"type": "tool_result", "tool_use_id": "1", "content": "r", "is_error": True}]),
            m.AIMessage([{"type": "tool_use", "id": "9", "name": "f", "input": {"x": 1}}]),
            m.AIMessage([{"type": "function_call", "call_id": "9", "name": "f", "arguments": "{}"}]),
            m.AIMessage([{"type": "thinking", "thinking": "hm"}, {"type": "odd"}]),
            m.ToolMessage([{"type": "json", "json": {"a": 1}}], tool_call_id="1"),
            m.HumanMessage([{"type": "guard_content", "guard_content": {"text": {"text": "g"}}}]),
        ]
    ),
    "count": lambda m: import_utils(m).count_tokens_approximately(talk(m)),
    "count, each": lambda m: [import_utils(m).count_tokens_approximately([each]) for each in talk(m)],
    "count, other numbers": lambda m: import_utils(m).count_tokens_approximately(
        talk(m), chars_per_token=3.3, extra_tokens_per_message=1.5, count_name=False, tokens_per_image=100
    ),
    "count, tools": lambda m: import_utils(m).count_tokens_approximately(
        ["hi"], tools=[{"name": "f", "description": "d", "parameters": {"type": "object"}}]
    ),
    "count, scaled": lambda m: import_utils(m).count_tokens_approximately(
        [
            "hi",
            m.AIMessage("x", response_metadata={"model_provider": "p"}, usage_metadata={**USAGE, "total_tokens": 11}),
        ],
        use_usage_metadata_scaling=True,
    ),
    "dicts and back": lambda m: m.messages_from_dict(m.messages_to_dict(talk(m))),
    "chunks of text": lambda m: [summed(chunks_of_text(m)), chunks_of_text(m)[0] + chunks_of_text(m)[1:]],
    "chunks of calls": lambda m: [summed(chunks_of_calls(m)[:number]) for number in range(1, 7)],
    "chunks of claude": lambda m: [summed(chunks_of_claude(m)[:number]) for number in range(1, 7)],
    "whole messages": lambda m: [
        m.message_chunk_to_message(summed(each(m))) for each in (chunks_of_text, chunks_of_calls, chunks_of_claude)
    ],
    "whole calls as chunks": lambda m: [
        m.AIMessageChunk("", tool_calls=[CALL]),
        m.AIMessageChunk("", tool_calls=[CALL]) + m.AIMessageChunk("x"),
    ],
    "calls that cannot be read": lambda m: m.AIMessageChunk(
        "",
        tool_call_chunks=[
            {"name": "f", "args": each, "id": "1", "index": 0} for each in ("nope", "[1]", '{"a": 1}', "")
        ],
    ),
    "calls begun": lambda m: [
        m.AIMessageChunk("", tool_call_chunks=[{"name": "f", "args": each, "id": "1", "index": 0}]).tool_calls
        for each in (
            "{",
            '{"a',
            '{"a"',
            '{"a":',
            '{"a": tr',
            '{"a": "b',
            '{"a": [1, {"b": 2',
            '{"a": "x\ny',
            '{"a": "x\\',
        )
    ],
    "old calls": lambda m: m.AIMessage(
        "", additional_kwargs={"tool_calls": [{"id": "1", "function": {"name": "f", "arguments": '{"x": 1}'}}]}
    ),
    "tool contents": lambda m: [m.ToolMessage(each, tool_call_id=7) for each in (5, ("a", 1), [{"x": 1}, 2.5], "x")],
    "tool chunks": lambda m: (
        m.ToolMessageChunk("a", tool_call_id="1", artifact={"x": "a"})
        + m.ToolMessageChunk("b", tool_call_id="1", artifact={"x": "b"}, status="error")
    ),
    "text": lambda m: [str(m.HumanMessage(each).text) for each in ("x", *BLOCKS.values())],
    "printed": lambda m: [printed(each) for each in talk(m) if isinstance(each.content, str)],
    "printed invalid call": lambda m: printed(
        m.AIMessage("", invalid_tool_calls=[{"name": "f", "args": "{", "id": "1", "error": "bad"}])
    ),
    "titles": lambda m: [
        import_module(f"{m.__name__}.base").get_msg_title_repr(each, bold=each == "b") for each in "abc"
    ],
    "blocks of people": lambda m: {name: m.HumanMessage(each).content_blocks for name, each in BLOCKS.items()},
    "blocks of models": lambda m: [
        m.AIMessage("hi", tool_calls=[CALL], additional_kwargs={"reasoning_content": "hm"}).content_blocks,
        m.AIMessage("hi", tool_calls=[CALL], response_metadata={"model_provider": "openai"}).content_blocks,
        m.AIMessage(content_blocks=[{"type": "text", "text": "x"}, {"type": "tool_call", **CALL}]).content_blocks,
        m.AIMessage(BLOCKS["v1"], response_metadata={"output_version": "v1"}).content_blocks,
        m.AIMessage(["a", {"type": "tool_call", **CALL}], tool_calls=[CALL]).content_blocks,
    ],
    "given as blocks": lambda m: [
        m.AIMessage(content_blocks=[{"type": "text", "text": "x"}, {"type": "tool_call", **CALL}]),
        m.HumanMessage(content_blocks=[{"type": "text", "text": "x"}]),
    ],
    "blocks of openai": lambda m: (
        m.AIMessage(RESPONSES, tool_calls=[CALL], response_metadata={"model_provider": "openai"}).content_blocks
    ),
    "blocks of claude": lambda m: (
        m.AIMessage(
            [dict(each) for each in CLAUDE], tool_calls=[CALL], response_metadata={"model_provider": "anthropic"}
        ).content_blocks
    ),
    "blocks of chunks": lambda m: [
        *(each.content_blocks for each in chunks_of_text(m)),
        *(each.content_blocks for each in chunks_of_calls(m)),
        *(each.content_blocks for each in chunks_of_claude(m)),
    ],
    "openai's data": lambda m: [
        m.convert_to_openai_image_block({"type": "image", "url": "http://x"}),
        m.convert_to_openai_data_block({"type": "image", "base64": "AA", "mime_type": "image/png"}, api="responses"),
        m.convert_to_openai_data_block({"type": "file", "file_id": "f"}),
        m.convert_to_openai_data_block({"type": "file", "url": "http://x"}, api="responses"),
        m.convert_to_openai_data_block(
            {"type": "file", "base64": "AA", "mime_type": "a/b", "extras": {"filename": "n"}}, api="responses"
        ),
        [m.is_data_content_block(each) for blocks in BLOCKS.values() for each in blocks if isinstance(each, dict)],
    ],
    "made blocks": lambda m: made_blocks(import_module(f"{m.__name__}.content")),
}


def import_utils(m: Any) -> Any:
    return import_module(f"{m.__name__}.utils")


def made_blocks(content: Any) -> list[Any]:
    return [
        content.create_text_block("x", index=1, mood="glad"),
        content.create_image_block(url="u", id="1"),
        content.create_video_block(base64="AA", mime_type="video/mp4"),
        content.create_audio_block(file_id="f"),
        content.create_file_block(url="u", mime_type="a/b", filename="n"),
        content.create_plaintext_block("words", title="t"),
        content.create_tool_call("f", {"x": 1}, id="1"),
        content.create_reasoning_block("hm"),
        content.create_citation(url="u", cited_text="c", more=1),
        content.create_non_standard_block({"x": 1}),
    ]


def result_of(name: str, root: str) -> Any:
    try:
        return json.loads(json.dumps(seen(PROGRAMS[name](import_module(f"{root}.messages")))))
    except Exception as error:
        return {"error": type(error).__name__}


if __name__ == "__main__":
    print(json.dumps({name: result_of(name, sys.argv[1]) for name in PROGRAMS}, indent=1, sort_keys=True))
