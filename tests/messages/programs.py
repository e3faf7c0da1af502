"""Programs that use messages as LangChain's users do, and what they give there.

Each takes the package of messages and returns what JSON can hold. `python tests/messages/programs.py ROOT` prints what
they give under a root, such as `langchain_core`; what that printed is kept in `golden.json`.
"""

import json
import re
import sys
from importlib import import_module
from typing import Any

FIELDS = (
    *("content", "name", "id", "additional_kwargs", "response_metadata", "role", "tool_call_id", "artifact", "status"),
    *("tool_calls", "invalid_tool_calls", "usage_metadata", "tool_call_chunks", "chunk_position"),
)
USAGE = {"input_tokens": 3, "output_tokens": 1, "total_tokens": 4, "input_token_details": {"cache_read": 1}}


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


def talk(m: Any) -> list[Any]:
    call = {"name": "search", "args": {"q": "cats & <dogs>"}, "id": "c1", "type": "tool_call"}
    return [
        m.SystemMessage("you are kind", id="s"),
        m.HumanMessage("hello\nthere", id="h1", name="Ann"),
        m.HumanMessage(
            [{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "http://x/y.png"}}]
        ),
        m.AIMessage("", id="a1", tool_calls=[call], usage_metadata=USAGE),
        m.ToolMessage("4 cats", tool_call_id="c1", name="search", id="t1"),
        m.AIMessage("There are 4 cats.", id="a2", response_metadata={"model_provider": "openai"}),
        m.HumanMessage("thanks", id="h2"),
        m.ChatMessage("indeed", role="judge"),
        m.FunctionMessage("7", name="add"),
    ]


def two_calls(m: Any) -> list[Any]:
    calls = [{"name": "f", "args": {"x": 1}, "id": "1"}, {"name": "g", "args": {}, "id": "2"}]
    uses = [{"type": "tool_use", "id": each["id"], "name": each["name"], "input": each["args"]} for each in calls]
    return [
        m.HumanMessage("go"),
        m.AIMessage([{"type": "text", "text": "ok"}, *uses], tool_calls=calls),
        m.ToolMessage("one", tool_call_id="1"),
        m.ToolMessage("two", tool_call_id="2"),
    ]


FORMS = [
    "hi",
    ("system", "be kind"),
    ("ai", "yes"),
    {"role": "user", "content": "hi", "name": "Ann", "mood": "glad"},
    {"role": "developer", "content": "dev"},
    {"type": "human", "content": "x", "id": "7"},
    {"role": "tool", "content": "4", "tool_call_id": "1", "status": "error", "artifact": [4]},
    {"role": "function", "content": "4", "name": "add"},
    {
        "role": "assistant",
        "content": None,
        "refusal": "no",
        "tool_calls": [{"type": "function", "id": "1", "function": {"name": "f", "arguments": '{"x": 1}'}}],
    },
    {"role": "assistant", "content": "x", "tool_calls": [{"name": "f", "args": {"x": 1}, "id": "1"}]},
    {
        "lc": 1,
        "type": "constructor",
        "id": ["langchain", "schema", "messages", "HumanMessage"],
        "kwargs": {"content": "x"},
    },
]

BLOCKS = {
    "text": ["a", {"type": "text", "text": "b"}, {"type": "odd", "x": 1}],
    "openai": [
        {"type": "image_url", "image_url": {"url": "http://x/y.png", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        {"type": "file", "file": {"file_id": "f1"}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"}},
    ],
    "anthropic": [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
        {"type": "image", "source": {"type": "url", "url": "http://x/y.png"}},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "AA"}, "title": "T"},
        {"type": "document", "source": {"type": "url", "url": "http://x/a.pdf"}},
        {"type": "document", "source": {"type": "file", "file_id": "f"}},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "words"}},
    ],
    "v0": [
        {"type": "image", "source_type": "url", "url": "http://x/y.png", "mime_type": "image/png", "cache": 1},
        {"type": "image", "source_type": "base64", "data": "AAAA", "mime_type": "image/png"},
        {"type": "image", "source_type": "id", "id": "i"},
        {"type": "audio", "source_type": "base64", "data": "AAAA", "mime_type": "audio/wav"},
        {"type": "file", "source_type": "base64", "data": "AAAA", "mime_type": "application/pdf", "filename": "a"},
        {"type": "file", "source_type": "text", "url": "words", "mime_type": "text/plain"},
        {"type": "file", "source_type": "id", "id": "f"},
    ],
    "v1": [
        {"type": "text", "text": "a", "annotations": [{"type": "citation", "url": "u"}]},
        {"type": "reasoning", "reasoning": "hm"},
        {"type": "image", "base64": "AAAA", "mime_type": "image/png"},
        {"type": "video", "url": "http://x/y.mp4"},
        {"type": "text-plain", "text": "words", "mime_type": "text/plain"},
        {"type": "non_standard", "value": {"type": "odd", "x": 1}},
    ],
}

RESPONSES = [
    {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": "a"}, {"text": "b"}], "index": 0},
    {"type": "reasoning", "id": "rs2", "summary": [], "encrypted_content": "zz"},
    {
        "type": "text",
        "text": "see",
        "index": 1,
        "annotations": [
            {"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 3, "more": 1},
            {"type": "file_citation", "filename": "f.txt", "file_id": "f", "index": 2},
            {"type": "container_file_citation", "x": 1},
        ],
    },
    {
        "type": "function_call",
        "call_id": "c1",
        "name": "f",
        "arguments": "{}",
        "id": "fc",
        "status": "completed",
        "index": 2,
    },
    {
        "type": "web_search_call",
        "id": "ws",
        "status": "completed",
        "action": {"query": "q", "sources": [1]},
        "index": 3,
    },
    {"type": "file_search_call", "id": "fs", "status": "failed", "queries": ["q"], "results": [{"x": 1}]},
    {
        "type": "code_interpreter_call",
        "id": "ci",
        "status": "completed",
        "code": "1",
        "outputs": [2],
        "container_id": "k",
    },
    {"type": "mcp_call", "id": "mc", "name": "t", "server_label": "s", "arguments": '{"x": 1}', "output": "o"},
    {"type": "mcp_call", "id": "md", "name": "t", "server_label": "s", "arguments": "{", "error": "bad"},
    {"type": "mcp_list_tools", "id": "ml", "server_label": "s", "tools": [{"name": "t"}]},
    {"type": "image_generation_call", "id": "ig", "result": "AAAA", "output_format": "png", "status": "completed"},
    {"type": "refusal", "refusal": "no", "index": 9},
]

CLAUDE = [
    {"type": "thinking", "thinking": "hm", "signature": "sig", "index": 0},
    {
        "type": "text",
        "text": "see",
        "citations": [
            {"type": "char_location", "cited_text": "c", "document_title": "d", "start_char_index": 1},
            {"type": "web_search_result_location", "cited_text": "c", "url": "u", "title": "t", "encrypted_index": "e"},
            {"type": "odd"},
        ],
    },
    {"type": "tool_use", "id": "c1", "name": "f", "input": {"x": 1}, "index": 2},
    {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "q"}},
    {"type": "server_tool_use", "id": "s2", "name": "code_execution", "input": {}, "partial_json": '{"code": "1"}'},
    {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [{"url": "u"}]},
    {"type": "code_execution_tool_result", "tool_use_id": "s2", "content": {"error_code": "e"}},
    {"type": "mcp_tool_use", "id": "m1", "name": "t", "input": {"x": 1}, "server_name": "s"},
    {"type": "mcp_tool_result", "tool_use_id": "m1", "is_error": True, "content": []},
    {"type": "redacted_thinking", "data": "zz", "index": 7},
]
CALL = {"name": "f", "args": {"x": 1}, "id": "c1"}


def chunks_of_text(m: Any) -> list[Any]:
    return [
        m.AIMessageChunk("", id="lc_run--1", response_metadata={"model_provider": "openai"}),
        m.AIMessageChunk("Hel", id="chatcmpl-1"),
        m.AIMessageChunk("lo", id="lc_run--1", usage_metadata=USAGE),
        m.AIMessageChunk("", usage_metadata=USAGE, chunk_position="last"),
    ]


def chunks_of_calls(m: Any) -> list[Any]:
    def chunk(index: int | None, args: str | None, name: str | None = None, id: str | None = None) -> Any:
        fragment = {"name": name, "args": args, "id": id, "index": index, "type": "tool_call_chunk"}
        return m.AIMessageChunk("", id="x", tool_call_chunks=[fragment])

    return [
        *(chunk(0, "", "f", "c1"), chunk(0, '{"x": '), chunk(0, '1, "y": "two')),
        *(chunk(1, None, "g", "c2"), chunk(0, ' words"}'), chunk(1, "{}")),
    ]


def chunks_of_claude(m: Any) -> list[Any]:
    def chunk(block: Any, *fragments: Any) -> Any:
        about = {"model_provider": "anthropic"}
        return m.AIMessageChunk([block], id="msg_1", tool_call_chunks=list(fragments), response_metadata=about)

    return [
        m.AIMessageChunk([], id="msg_1", response_metadata={"model_provider": "anthropic"}),
        chunk({"type": "text", "text": "Let ", "index": 0}),
        chunk({"type": "text", "text": "me see", "index": 0}),
        chunk(
            {"type": "tool_use", "id": "c1", "name": "f", "input": {}, "index": 1},
            {"name": "f", "args": "", "id": "c1", "index": 1},
        ),
        chunk(
            {"type": "input_json_delta", "partial_json": '{"x": ', "index": 1},
            {"name": None, "args": '{"x": ', "id": None, "index": 1},
        ),
        chunk(
            {"type": "input_json_delta", "partial_json": "1}", "index": 1},
            {"name": None, "args": "1}", "id": None, "index": 1},
        ),
    ]


def summed(chunks: list[Any]) -> Any:
    total = chunks[0]
    for each in chunks[1:]:
        total = total + each
    return total


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
