"""Blocks of the one form: chunks keep them apart by their index, and what ends makes calls of fragments."""

from typing import Any

import pytest

from stepgraph.messages import AIMessage, AIMessageChunk

ABOUT = {"output_version": "v1"}


def chunk(*blocks: dict[str, Any], fragments: list[Any] | None = None, last: bool = False) -> AIMessageChunk:
    return AIMessageChunk(
        [*blocks],
        response_metadata=dict(ABOUT),
        tool_call_chunks=fragments,
        chunk_position="last" if last else None,
    )


def fragment(args: str, index: int, **more: Any) -> AIMessageChunk:
    told = {"type": "tool_call_chunk", "id": None, "name": None, "args": args, "index": index, **more}
    return chunk(told, fragments=[{key: told[key] for key in ("id", "name", "args", "index")}])


def call(id: str | None, **args: Any) -> dict[str, Any]:
    return {"type": "tool_call", "id": id, "name": "f", "args": args}


STREAM = [
    chunk({"type": "reasoning", "reasoning": "h", "index": 0}),
    chunk({"type": "reasoning", "reasoning": "m", "index": 0}),
    chunk({"type": "text", "text": "let ", "index": 1}),
    chunk({"type": "text", "text": "me", "index": 1}),
    fragment("", 0, id="1", name="f", extras={"item_id": "fc_1"}),
    fragment('{"a"', 0),
    fragment("", 1, id="2", name="f"),
    fragment(": 1}", 0),
    fragment("{}", 1),
]
SAID = [{"type": "reasoning", "reasoning": "hm", "index": 0}, {"type": "text", "text": "let me", "index": 1}]
WHOLE = [*SAID, {**call("1", a=1), "extras": {"item_id": "fc_1"}}, call("2")]


def one_by_one(chunks: list[Any]) -> Any:
    total = chunks[0]
    for each in chunks[1:]:
        total = total + each
    return total


def from_the_end(chunks: list[Any]) -> Any:
    total = chunks[-1]
    for each in reversed(chunks[:-1]):
        total = each + total
    return total


@pytest.mark.parametrize("add", [one_by_one, from_the_end, AIMessageChunk.sum_of])
def test_fragments_are_calls_at_the_end(add: Any) -> None:
    total = add([*STREAM, chunk(last=True)])
    assert total.content == total.content_blocks == WHOLE
    assert total.tool_calls == [call("1", a=1), call("2")]
    assert total.as_message() == AIMessage(WHOLE, tool_calls=total.tool_calls, response_metadata=ABOUT)


def test_before_the_end_they_are_fragments() -> None:
    total = one_by_one(STREAM)
    assert [block["type"] for block in total.content] == ["reasoning", "text", "tool_call_chunk", "tool_call_chunk"]
    assert total.content[2]["args"] == '{"a": 1}'
    assert total.as_message().content == WHOLE  # whoever wants a message wants all of it


def test_calls_that_are_cut_off_are_invalid() -> None:
    total = one_by_one([fragment('{"a"', 0, id="1", name="f"), chunk(last=True)])
    (block,) = total.content
    assert (block["type"], block["id"], block["args"]) == ("invalid_tool_call", "1", '{"a"')
    assert [block] == total.invalid_tool_calls == total.as_message().content


def test_calls_without_an_id_are_read_where_they_stand() -> None:
    total = one_by_one([fragment('{"a": 1}', 0, name="f"), fragment('{"a": 2}', 1, name="f"), chunk(last=True)])
    assert total.content == [call(None, a=1), call(None, a=2)] == total.tool_calls


def test_a_call_that_came_whole_is_told_once() -> None:
    total = one_by_one([chunk({**call("1", a=1), "index": 0}), fragment('{"a": 1}', 0, id="1", name="f")])
    assert (total + chunk(last=True)).content == [{**call("1", a=1), "index": 0}]


def test_calls_of_tools_that_the_provider_runs() -> None:
    begun = {"type": "server_tool_call_chunk", "id": "s", "name": "search", "args": "", "index": 0}
    rest = {"type": "server_tool_call_chunk", "args": '{"q": 1}', "index": 0}
    total = from_the_end([chunk(begun), chunk(rest), chunk(last=True)])
    assert total.content == [{**begun, "type": "server_tool_call", "args": {"q": 1}}]
    cut = one_by_one([chunk(begun), chunk({**rest, "args": "{"}), chunk(last=True)])
    assert cut.content == [{**begun, "args": "{"}]


def test_nothing_else_is_touched() -> None:
    block = {"type": "tool_call_chunk", "id": "1", "name": "f", "args": "{}", "index": 0}
    total = AIMessageChunk([block]) + AIMessageChunk("", chunk_position="last")
    assert total.content == [block] == total.as_message().content
    first, last = chunk(block), chunk(last=True)
    assert (first + last).content == [call("1")]
    assert first.content == [block]
