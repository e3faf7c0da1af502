"""Messages, blocks and chunks of many kinds, for programs and tests; `m` is the package of messages."""

from typing import Any

USAGE = {"input_tokens": 3, "output_tokens": 1, "total_tokens": 4, "input_token_details": {"cache_read": 1}}


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
