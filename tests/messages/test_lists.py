"""What is done to lists of messages, where it differs from LangChain or is asked for something that cannot be."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgraph.callbacks.buffer import buffer_string
from stepgraph.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
    add_notification_metadata,
    convert_to_openai_messages,
    count_tokens_approximately,
    filter_messages,
    get_buffer_string,
    get_notification_metadata,
    merge_message_runs,
    trim_messages,
)

CALL = {"name": "f", "args": {}, "id": "1"}
TALK = [
    SystemMessage("be kind"),
    HumanMessage("hi"),
    AIMessage("", tool_calls=[CALL]),
    ToolMessage("4", tool_call_id="1"),
]


async def test_steps_of_a_chain():
    steps = filter_messages(exclude_types=["system"]) | trim_messages(max_tokens=2, token_counter=len)
    assert steps.invoke(TALK) == await steps.ainvoke(TALK) == TALK[-2:]
    assert merge_message_runs().invoke(["a", "b"]) == [HumanMessage("a\nb")]
    assert trim_messages(max_tokens=1, token_counter=len).get_name() == "trim_messages"


def test_what_is_given_does_not_change():
    given = [AIMessage(["a"], tool_calls=[CALL]), AIMessage(["b"], additional_kwargs={"x": "y"})]
    (merged,) = merge_message_runs(given)
    assert (merged.content, merged.additional_kwargs) == (["a", "b"], {"x": "y"})
    assert given == [AIMessage(["a"], tool_calls=[CALL]), AIMessage(["b"], additional_kwargs={"x": "y"})]
    message = HumanMessage(["a", "b"])
    assert trim_messages([message], max_tokens=1, token_counter=blocks, allow_partial=True)[0].content == ["b"]
    assert message.content == ["a", "b"]


def blocks(messages: list[Any]) -> int:
    return sum(len(each.content) for each in messages)


def test_runs_of_chunks_are_whole_messages():
    chunk = AIMessageChunk("a", tool_call_chunks=[{"name": "f", "args": "{}", "id": "1", "index": 0}])
    (merged,) = merge_message_runs([chunk, AIMessageChunk("b")])
    assert (type(merged), merged.content, merged.tool_calls[0]["name"]) == (AIMessage, "a\nb", "f")


def test_who_speaks_in_another_role_stays_apart():
    assert (
        len(merge_message_runs([ChatMessage("a", role="x"), ChatMessage("b", role="y"), ChatMessage("c", role="y")]))
        == 2
    )
    assert len(merge_message_runs([FunctionMessage("a", name="x"), FunctionMessage("b", name="y")])) == 2
    assert merge_message_runs([HumanMessage("a", name="x"), HumanMessage("b", name="y")])[0].name is None


@given(
    st.lists(st.integers(1, 5), max_size=8),
    st.integers(0, 12),
    st.sampled_from(["first", "last"]),
    st.booleans(),
    st.booleans(),
)
def test_what_is_kept_fits(sizes: list[int], most: int, strategy: Any, partial: bool, system: bool):
    given: list[Any] = [HumanMessage("\n".join(["w"] * size)) for size in sizes]
    if system and strategy == "last":
        given.insert(0, SystemMessage(""))

    def count(messages: list[Any]) -> int:
        return sum(str(each.text).count("w") for each in messages)

    kept = trim_messages(
        given,
        max_tokens=most,
        token_counter=count,
        strategy=strategy,
        allow_partial=partial,
        include_system=strategy == "last",
    )
    assert count(kept) <= most
    if partial:
        assert count(kept) == min(most, count(given))
    else:
        whole = given[: len(kept)] if strategy == "first" else given[len(given) - len(kept) :]
        assert kept in (whole, [given[0], *whole[1:]] if given else [])


def each_alone(message: BaseMessage) -> int:
    return len(message.content)


def test_counters():
    model = SimpleNamespace(get_num_tokens_from_messages=len)
    assert len(trim_messages(TALK, max_tokens=3, token_counter=model)) == 3
    assert trim_messages(["aa", "bb"], max_tokens=3, token_counter=each_alone) == [HumanMessage("bb")]
    splitter = SimpleNamespace(split_text=list)
    kept = trim_messages(["abc"], max_tokens=2, token_counter=each_alone, allow_partial=True, text_splitter=splitter)
    assert kept == [HumanMessage("bc")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strategy": "middle"}, "strategy is 'first' or 'last', got 'middle'"),
        ({"strategy": "first", "start_on": "human"}, "start_on has a meaning with strategy='last' alone"),
        ({"strategy": "first", "include_system": True}, "include_system has a meaning with strategy='last' alone"),
        ({"token_counter": "exact"}, "the only token_counter with a name is 'approximate', got 'exact'"),
        ({"token_counter": 5}, "token_counter is a function, a model or 'approximate', got int: 5"),
    ],
)
def test_what_cannot_be_trimmed(options: Any, message: str):
    with pytest.raises(ValueError, match=message):
        trim_messages(TALK, **{"max_tokens": 1, "token_counter": len, **options})


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"type": "text"}, r"messages\[0\].content\[0\] lacks 'text'"),
        ({"type": "image"}, r"content\[0\] lacks 'image'"),
        ({"type": "image", "source": {"type": "base64"}}, "lacks 'media_type', 'data'"),
        ({"type": "tool_use", "id": "1"}, "lacks 'name', 'input'"),
        ({"type": "tool_result"}, "lacks 'content', 'tool_use_id'"),
        ({"type": "media", "mime_type": "video/mp4", "data": b""}, "OpenAI's messages hold texts and images alone"),
        ({"type": "guard_content", "guard_content": {}}, r"\['guard_content'\] lacks 'text'"),
        ({"type": "odd"}, r"is of type 'odd', which OpenAI's API does not know .* pass_through_unknown_blocks=True"),
    ],
)
def test_blocks_that_openai_does_not_take(block: Any, message: str):
    with pytest.raises(ValueError, match=message):
        convert_to_openai_messages([HumanMessage([block])], pass_through_unknown_blocks=False)


def test_what_openai_does_not_take():
    with pytest.raises(ValueError, match="text_format is 'string' or 'block', got 'xml'"):
        convert_to_openai_messages(TALK, text_format="xml")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="a message of type 'remove' has no role"):
        convert_to_openai_messages([RemoveMessage("1")])


def test_a_use_of_a_tool_in_what_a_person_says():
    use = {"type": "tool_use", "id": "1", "name": "f", "input": {}}
    assert "tool_calls" in convert_to_openai_messages(HumanMessage([use]))


def test_a_buffer_has_a_format():
    with pytest.raises(ValueError, match="format is 'prefix' or 'xml', got 'yaml'"):
        get_buffer_string(TALK, format="yaml")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="nobody says a message of type 'remove'"):
        get_buffer_string([RemoveMessage("1")])
    quoted = get_buffer_string([ChatMessage("<&>", role="a\"b'\n")], format="xml")
    assert quoted == '<message type="a&quot;b\'&#10;">&lt;&amp;&gt;</message>'


@pytest.mark.parametrize(
    "message",
    [
        *TALK,
        ChatMessage("x", role="judge"),
        FunctionMessage("7", name="add"),
        AIMessageChunk("x"),
        AIMessage("", additional_kwargs={"function_call": {"name": "f"}}),
    ],
    ids=repr,
)
def test_handlers_are_told_the_same_text(message: Any):
    assert buffer_string([message]) == get_buffer_string([message])


def test_tools_count():
    schema = {"title": "F", "description": "d", "type": "object"}
    tool = SimpleNamespace(name="f", description="d", tool_call_schema=schema)
    as_dict = {"name": "f", "description": "d", "parameters": {"type": "object"}}
    assert count_tokens_approximately(["x"], tools=[tool]) == count_tokens_approximately(["x"], tools=[as_dict])
    assert schema["title"] == "F"


def test_notifications():
    message = HumanMessage("done", additional_kwargs={"lc_data": {}, "x": 1})
    told = add_notification_metadata(message, source="job")
    assert told.additional_kwargs == {"x": 1, "lc_source": "job"}
    assert get_notification_metadata(told) == {"source": "job"}
    assert get_notification_metadata(message) is None
    both = add_notification_metadata(told, source="job", data={"id": 1})
    assert get_notification_metadata(both) == {"source": "job", "data": {"id": 1}}
