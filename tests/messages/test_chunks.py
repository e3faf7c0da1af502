"""Chunks add up to the same message however they are grouped, and nothing that is added changes."""

import copy
import json
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgraph.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessageChunk,
    ChatMessageChunk,
    FunctionMessageChunk,
    HumanMessage,
    HumanMessageChunk,
    SystemMessageChunk,
    ToolMessageChunk,
    message_chunk_to_message,
)
from stepgraph.messages.ai import add_ai_message_chunks, add_usage, subtract_usage

TEXT = st.text(max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
ARGUMENTS = st.dictionaries(TEXT, JSON, max_size=3)
BLOCK = st.one_of(
    st.builds(lambda text: {"type": "text", "text": text, "index": 0}, TEXT),
    st.builds(lambda text: {"type": "thinking", "thinking": text, "index": 1}, TEXT),
    st.builds(lambda text: {"type": "input_json_delta", "partial_json": text, "index": 2}, TEXT),
    st.builds(lambda url: {"type": "image", "url": url}, TEXT),
    TEXT,
)
IDS = st.sampled_from([None, "", "lc_1", "lc_2", "lc_run-1", "run-2", "msg_1", "chatcmpl-2"])
COUNTS = st.fixed_dictionaries(
    {"input_tokens": st.integers(0, 9), "output_tokens": st.integers(0, 9), "total_tokens": st.integers(0, 18)},
    optional={"output_token_details": st.dictionaries(st.sampled_from(["audio", "reasoning"]), st.integers(0, 5))},
)


def pieces(draw: Any, text: str) -> list[str]:
    """A text in pieces, empty ones among them."""
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@st.composite
def streams_of_calls(draw: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Calls, and their fragments in an order in which a server may send them."""
    calls = [
        {"name": f"tool{number}", "args": args, "id": f"call{number}", "type": "tool_call"}
        for number, args in enumerate(draw(st.lists(ARGUMENTS, max_size=3)))
    ]
    indexed = draw(st.booleans())
    queues = []
    for number, call in enumerate(calls):
        index = number if indexed else None
        first = {"name": call["name"], "args": draw(st.sampled_from([None, ""])), "id": call["id"], "index": index}
        rest = [
            {"name": None, "args": piece, "id": draw(st.sampled_from([None, call["id"]])), "index": index}
            for piece in pieces(draw, json.dumps(call["args"]))
        ]
        queues.append([first, *rest])
    fragments: list[Any] = []
    while any(queues):
        waiting = [queue for queue in queues if queue]
        queue = draw(st.sampled_from(waiting)) if indexed else waiting[0]
        fragments.append(queue.pop(0))
    return calls, fragments


@st.composite
def streams(draw: Any) -> list[AIMessageChunk]:
    _, fragments = draw(streams_of_calls())
    content = draw(st.sampled_from([TEXT, st.lists(BLOCK, max_size=3), TEXT | st.lists(BLOCK, max_size=3)]))
    words = st.dictionaries(st.sampled_from("abc"), TEXT, max_size=2)
    chunks = draw(
        st.lists(
            st.builds(
                AIMessageChunk,
                content,
                id=IDS,
                name=st.sampled_from([None, "bot"]),
                additional_kwargs=words,
                response_metadata=words,
                usage_metadata=st.none() | COUNTS,
            ),
            min_size=1,
            max_size=5,
        )
    )
    chunks += [AIMessageChunk("", tool_call_chunks=[each]) for each in fragments]
    return [*chunks, AIMessageChunk("", chunk_position="last")] if draw(st.booleans()) else chunks


def one_by_one(chunks: list[Any]) -> Any:
    return [*accumulate(chunks, lambda total, each: total + each)][-1]


@given(streams(), st.data())
def test_any_grouping_gives_the_same(chunks: list[AIMessageChunk], data: Any):
    before = copy.deepcopy(chunks)
    total = one_by_one(chunks)
    assert chunks == before
    cuts = sorted(data.draw(st.lists(st.integers(0, len(chunks)), max_size=3)))
    groups = [chunks[start:end] for start, end in zip([0, *cuts], [*cuts, len(chunks)], strict=True)]
    sums = [
        data.draw(st.sampled_from([one_by_one, lambda group: add_ai_message_chunks(*group)]))(g) for g in groups if g
    ]
    if len(chunks) > 1:
        assert add_ai_message_chunks(*chunks) == total
        assert one_by_one(sums) == total
    assert chunks == before


@given(streams_of_calls())
def test_any_split_of_arguments_is_read_as_the_whole(stream: Any):
    calls, fragments = stream
    chunks = [AIMessageChunk("", tool_call_chunks=[each]) for each in fragments]
    total = one_by_one([AIMessageChunk(""), *chunks])
    for message in (total, total.as_message(), total + AIMessageChunk("", chunk_position="last")):
        assert sorted(message.tool_calls, key=lambda call: call["id"]) == calls
        assert message.invalid_tool_calls == []


@given(streams_of_calls())
def test_what_is_read_so_far_is_always_a_dict(stream: Any):
    _, fragments = stream
    for chunk in accumulate((AIMessageChunk("", tool_call_chunks=[each]) for each in fragments), lambda a, b: a + b):
        assert all(isinstance(call["args"], dict) for call in chunk.tool_calls)
        assert chunk.invalid_tool_calls == []


def fragment(index: int | None, args: str | None, name: str | None = None, id: str | None = None) -> AIMessageChunk:
    return AIMessageChunk("", tool_call_chunks=[{"name": name, "args": args, "id": id, "index": index}])


@pytest.mark.parametrize(
    ("fragments", "read"),
    [
        ([(None, "", "f", "1"), (None, '{"x": 1}')], [("f", {"x": 1}, "1")]),
        ([(None, '{"x"', "f", "1"), (None, ": 1}", None, "1")], [("f", {"x": 1}, "1")]),
        ([(None, "{", "f", "1"), (None, "}", "f", "1")], [("f", {}, "1")]),
        ([(None, "{}", "f"), (None, "{}", "g")], [("f", {}, None), ("g", {}, None)]),
        ([(None, "{}", "f", "1"), (None, "{}", "f", "2")], [("f", {}, "1"), ("f", {}, "2")]),
        ([(0, "{}", "f", "1"), (0, "{}", "g", "2")], [("f", {}, "1"), ("g", {}, "2")]),
        ([(0, "", "get_", "1"), (0, "{}", "time")], [("get_time", {}, "1")]),
        ([(0, "{", "f", "1"), (0, "}", "f", "1")], [("f", {}, "1")]),
        ([(0, "{", "f", "1"), (None, '"x": 2}')], [("f", {"x": 2}, "1")]),
        ([(0, "", "f"), (0, "{}", None, "1")], [("f", {}, "1")]),
    ],
)
def test_which_fragments_belong_together(fragments: list[Any], read: list[Any]):
    total = one_by_one([fragment(*each) for each in fragments])
    assert [(call["name"], call["args"], call["id"]) for call in total.tool_calls] == read


@pytest.mark.parametrize(
    ("ids", "best"),
    [
        ((None, "lc_1", "lc_2"), "lc_1"),
        (("lc_1", "lc_run-1"), "lc_run-1"),
        (("lc_run-1", "run-2", "msg_1", "msg_2"), "msg_1"),
        (("", None), ""),
    ],
)
def test_the_id_that_tells_most(ids: Any, best: Any):
    assert (one_by_one([AIMessageChunk("", id=each) for each in ids]).id or "") == best


def test_a_cut_stream_calls_no_tool():
    cut = fragment(0, '{"path": "/tm', "remove", "1")
    assert cut.tool_calls[0]["args"] == {"path": "/tm"}
    whole = message_chunk_to_message(cut)
    assert (type(whole), whole.tool_calls) == (AIMessage, [])
    assert whole.invalid_tool_calls[0]["args"] == '{"path": "/tm'
    assert (cut + AIMessageChunk("", chunk_position="last")).tool_calls == []


def test_a_call_without_a_tool_cannot_be_made():
    (call,) = fragment(0, "{}", None, "1").as_message().invalid_tool_calls
    assert call["error"] == "the call names no tool"


def test_whole_calls_keep_what_json_cannot_say():
    thing = object()
    chunk = AIMessageChunk("", tool_calls=[{"name": "f", "args": {"x": thing}, "id": "1"}])
    total = chunk + AIMessageChunk("", chunk_position="last")
    assert total.tool_calls[0]["args"]["x"] is thing
    assert total.as_message().tool_calls[0]["args"]["x"] is thing
    assert AIMessageChunk("", invalid_tool_calls=[{"name": "f", "args": "{"}]).tool_call_chunks[0]["args"] == "{"


def test_a_delta_is_a_part_of_the_block_of_its_index():
    total = AIMessageChunk([{"type": "tool_use", "id": "1", "name": "f", "input": {}, "index": 1}]) + AIMessageChunk(
        [{"type": "input_json_delta", "partial_json": "{}", "index": 1}]
    )
    use = {"type": "tool_use", "id": "1", "name": "f", "input": {}, "partial_json": "{}", "index": 1}
    assert total.content == [use]
    other = total + AIMessageChunk([{"type": "text", "text": "x", "index": 1}])
    assert other.content == [use, {"type": "text", "text": "x", "index": 1}]
    named = AIMessageChunk([{"type": "text", "text": "a", "index": "lc_txt_0"}])
    assert (named + named).content == [{"type": "text", "text": "aa", "index": "lc_txt_0"}]


def test_a_class_of_ones_own_stays_what_it_is():
    class Mine(AIMessageChunk):
        pass

    total = Mine("a") + AIMessageChunk("b")
    assert (type(total), total.content) == (Mine, "ab")
    assert type(Mine("a") + [Mine("b")]) is Mine  # noqa: RUF005 - no list


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        (HumanMessageChunk("a"), HumanMessageChunk("b"), "human"),
        (SystemMessageChunk("a"), SystemMessageChunk("b"), "system"),
        (ChatMessageChunk("a", role="r"), ChatMessageChunk("b", role="r"), "chat"),
        (FunctionMessageChunk("a", name="f"), FunctionMessageChunk("b", name="f"), "function"),
        (ToolMessageChunk("a", tool_call_id="1"), ToolMessageChunk("b", tool_call_id="1"), "tool"),
    ],
)
def test_chunks_of_all_kinds(first: Any, second: Any, whole: str):
    for total in (first + second, first + [second]):  # noqa: RUF005 - no list
        assert (type(total), total.content) == (type(first), "ab")
        assert (total.as_message().type, total.as_message().content) == (whole, "ab")
    assert isinstance(first, BaseMessageChunk)
    assert message_chunk_to_message(HumanMessage("x")) == HumanMessage("x")


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        (ChatMessageChunk("a", role="r"), ChatMessageChunk("b", role="s"), "role"),
        (FunctionMessageChunk("a", name="f"), FunctionMessageChunk("b", name="g"), "name"),
        (ToolMessageChunk("a", tool_call_id="1"), ToolMessageChunk("b", tool_call_id="2"), "tool_call_id"),
    ],
)
def test_parts_of_different_messages(first: Any, second: Any, name: str):
    with pytest.raises(ValueError, match=f"chunks with different {name} do not add up"):
        first + second


@pytest.mark.parametrize(
    ("artifacts", "total"),
    [
        (("a", "b"), "ab"),
        (([1], [2]), [1, 2]),
        (({"x": "a"}, {"y": "b"}), {"x": "a", "y": "b"}),
        ((1, None), 1),
        ((1, "a"), "a"),
    ],
)
def test_artifacts_add_up(artifacts: Any, total: Any):
    first, second = (ToolMessageChunk("", tool_call_id="1", artifact=each) for each in artifacts)
    assert (first + second).artifact == total


def test_usage():
    some = {"input_tokens": 3, "output_tokens": 1, "total_tokens": 4, "input_token_details": {"cache_read": 2}}
    more: Any = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3, "input_token_details": {"audio": 1}}
    both = {**more, "input_tokens": 4, "output_tokens": 3, "total_tokens": 7}
    assert add_usage(some, more) == {**both, "input_token_details": {"cache_read": 2, "audio": 1}}
    assert subtract_usage(some, more)["output_tokens"] == 0
    assert add_usage(None, some) == some
    assert add_usage(None, None) == {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
    assert add_usage({**some, "total_cost": 0}, {**more, "total_cost": 0.5})["total_cost"] == 0.5
    assert some["input_token_details"] == {"cache_read": 2}
