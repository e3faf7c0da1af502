"""ScriptedChatModel: what it answers, how it streams that, and what it remembers."""

import asyncio

import pytest

from stepgraph.messages import AIMessage, HumanMessage, SystemMessage
from stepgraph.runnables.adapted import adapted
from stepgraph.testing.scripted_chat_model import Broken, ScriptedChatModel, calling
from stepgraph.tools import tool
from tests.pregel.colours import until_error


@tool
def add(a: int, b: int) -> int:
    """Add."""
    return a + b


def total(chunks):
    found = chunks[0]
    for chunk in chunks[1:]:
        found = found + chunk
    return found.as_message()


async def through(door, model, prompt="hi", **kwargs):
    """Return the whole message, whatever the door."""
    if door == "invoke":
        return model.invoke(prompt, **kwargs)
    if door == "ainvoke":
        return await model.ainvoke(prompt, **kwargs)
    if door == "stream":
        return total(list(model.stream(prompt, **kwargs)))
    return total([chunk async for chunk in model.astream(prompt, **kwargs)])


DOORS = ["invoke", "ainvoke", "stream", "astream"]


@pytest.mark.parametrize("door", DOORS)
async def test_replies_of_each_kind(door):
    class Odd(Exception):
        pass

    replies = [
        "text",
        AIMessage("message", id="m"),
        lambda messages: f"{len(messages)} messages",
        lambda _: AIMessage("made"),
        ValueError("no"),
        Odd,
        lambda _: ValueError("made"),
        AIMessage([{"type": "text", "text": "block"}]),
        "",
    ]
    model = ScriptedChatModel(replies)
    assert (await through(door, model)).content == "text"
    found = await through(door, model)
    assert (found.content, found.id) == ("message", "m")
    assert (await through(door, model)).content == "1 messages"
    assert (await through(door, model)).content == "made"
    with pytest.raises(ValueError, match="no"):
        await through(door, model)
    with pytest.raises(Odd):
        await through(door, model)
    with pytest.raises(ValueError, match="made"):
        await through(door, model)
    assert (await through(door, model)).text == "block"
    assert (await through(door, model)).content == ""
    assert replies[1].response_metadata == {}


@pytest.mark.parametrize("door", DOORS)
async def test_tool_calls(door):
    model = ScriptedChatModel(
        [
            calling("add", a=1, b=2),
            calling("add", "other"),
            AIMessage("so", tool_calls=[{"name": "add", "args": {"a": "ä"}, "id": "mine"}]),
        ]
    )
    found = await through(door, model)
    assert found.tool_calls == [{"name": "add", "args": {"a": 1, "b": 2}, "id": "call_1_1", "type": "tool_call"}]
    found = await through(door, model)
    assert [(call["name"], call["args"], call["id"]) for call in found.tool_calls] == [
        ("add", {}, "call_2_1"),
        ("other", {}, "call_2_2"),
    ]
    found = await through(door, model)
    assert (found.content, found.tool_calls[0]["args"], found.tool_calls[0]["id"]) == ("so", {"a": "ä"}, "mine")


def test_tool_calls_come_in_fragments():
    chunks = list(ScriptedChatModel([calling("add", a=1, b=2)]).stream("hi"))
    fragments = [each for chunk in chunks for each in chunk.tool_call_chunks]
    assert [each["name"] for each in fragments] == ["add", None, None]
    assert [each["id"] for each in fragments] == ["call_1_1", None, None]
    assert {each["index"] for each in fragments} == {0}
    assert "".join(each["args"] for each in fragments) == '{"a": 1, "b": 2}'
    assert total(chunks[:-2]).tool_calls == []  # a call that was cut is none
    assert chunks[-1].chunk_position == "last"


def test_a_call_that_was_answered_again_has_another_id():
    model = ScriptedChatModel([calling("add", a=1, b=2)], repeats=True)
    first, second = model.invoke("hi"), model.invoke("hi")
    assert first.tool_calls[0]["id"] != second.tool_calls[0]["id"]


def test_pieces():
    for pieces, expected in (
        ("words", ["good ", "bye"]),
        ("letters", list("good bye")),
        ("whole", ["good bye"]),
    ):
        model = ScriptedChatModel(["good bye"], pieces=pieces)
        assert [chunk.content for chunk in model.stream("x") if chunk.content] == expected
    model = ScriptedChatModel(["  a  b\n c "])
    assert "".join(chunk.content for chunk in model.stream("x")) == "  a  b\n c "


async def test_an_answer_that_breaks_off():
    model = ScriptedChatModel([Broken("one two three", OSError("cut"))], repeats=True)
    for door in ("invoke", "ainvoke"):
        with pytest.raises(OSError, match="cut"):
            await through(door, model)
    for chunks in (adapted(model.stream, "hi"), model.astream("hi")):
        seen, error = await until_error(chunks)
        assert [chunk.content for chunk in seen] == ["one ", "two ", "three"]
        assert isinstance(error, OSError)


def test_calls_are_recorded():
    model = ScriptedChatModel(["a"], repeats=True)
    model.invoke([SystemMessage("s"), HumanMessage("h")], stop=["x"], temperature=0)
    model.bind_tools([add], tool_choice="add", strict=True).invoke("again")
    first, second = model.calls
    assert [each.content for each in first.messages] == ["s", "h"]
    assert (first.tools, first.tool_choice, first.stop, first.kwargs) == ([], None, ["x"], {"temperature": 0})
    assert second.tools[0]["function"]["name"] == "add"
    assert sorted(second.tools[0]["function"]["parameters"]["properties"]) == ["a", "b"]
    assert (second.tool_choice, second.kwargs) == ("add", {"strict": True})


def test_what_is_recorded_is_as_it_was():
    model, messages = ScriptedChatModel(["a"]), [HumanMessage("h")]
    model.invoke(messages)
    messages.append(HumanMessage("later"))
    assert len(model.calls[0].messages) == 1


async def test_copies_and_bound_ones_go_on_in_the_same_script():
    model = ScriptedChatModel(["a", "b", "c", "d", "e"])
    assert model.invoke("x").content == "a"
    assert model.bind_tools([add]).invoke("x").content == "b"
    assert model.model_copy(deep=True).invoke("x").content == "c"
    assert model.with_config(tags=["t"]).invoke("x").content == "d"
    assert (await model.bind(stop=["z"]).ainvoke("x")).content == "e"
    assert len(model.calls) == 5


def test_the_end_of_the_script():
    model = ScriptedChatModel(["a"])
    model.invoke("x")
    with pytest.raises(
        AssertionError, match=r"has 1 reply, and this is call number 2; add a reply, or set repeats=True"
    ):
        model.invoke("x")
    with pytest.raises(AssertionError, match="has 0 replies, and this is call number 1"):
        ScriptedChatModel(repeats=True).invoke("x")
    assert len(model.calls) == 2
    again = ScriptedChatModel(["a", "b"], repeats=True)
    assert [again.invoke("x").content for _ in range(5)] == ["a", "b", "a", "b", "a"]


async def test_many_at_once():
    model = ScriptedChatModel([str(number) for number in range(50)], delay=0.001)
    found = [each.content for each in await model.abatch(["x"] * 25)]
    found += [each.content for each in model.batch(["x"] * 25)]
    assert sorted(map(int, found)) == list(range(50))
    assert len(model.calls) == 50


async def test_delays_can_be_cancelled():
    for kwargs in ({"delay": 60}, {"pace": 60}):
        task = asyncio.ensure_future(anext(ScriptedChatModel(["a"], **kwargs).astream("x")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    model = ScriptedChatModel(["a b"], delay=0.001, pace=0.001, repeats=True)
    for door in DOORS:
        assert (await through(door, model)).content == "a b"


@pytest.mark.parametrize("door", DOORS)
async def test_usage(door):
    model = ScriptedChatModel(
        ["three small words", AIMessage("x", usage_metadata=dict.fromkeys(_USAGE, 7))], usage=True
    )
    assert (await through(door, model, "two words")).usage_metadata == dict(zip(_USAGE, (2, 3, 5), strict=True))
    assert (await through(door, model)).usage_metadata == dict.fromkeys(_USAGE, 7)
    assert (await through(door, ScriptedChatModel(["a"]))).usage_metadata is None


_USAGE = ("input_tokens", "output_tokens", "total_tokens")


@pytest.mark.parametrize("door", DOORS)
async def test_stop(door):
    model = ScriptedChatModel(["one two three", "one two three"])
    assert (await through(door, model, stop=["three", "two"])).content == "one "
    assert (await through(door, model, stop=["four"])).content == "one two three"


async def test_metadata_of_answers():
    for door in DOORS:
        found = await through(door, ScriptedChatModel(["a"], model="m"))
        assert found.response_metadata == {"model_name": "m"}
        given = AIMessage("a", response_metadata={"model_name": "other", "x": 1}, name="n", additional_kwargs={"k": 1})
        found = await through(door, ScriptedChatModel([given]))
        assert found.response_metadata == {"model_name": "other", "x": 1}
        assert (found.name, found.additional_kwargs) == ("n", {"k": 1})


def test_replies_that_are_none():
    with pytest.raises(TypeError, match=r"a reply of a scripted model is text, an AIMessage, .*got int: 42"):
        ScriptedChatModel([42]).invoke("x")
    with pytest.raises(TypeError, match="got NoneType"):
        ScriptedChatModel([lambda _: None]).invoke("x")


def test_calling():
    assert calling("add", a=1).tool_calls[0]["args"] == {"a": 1}
    assert [call["name"] for call in calling("add", "other").tool_calls] == ["add", "other"]
    assert calling().tool_calls == []
    with pytest.raises(
        ValueError, match="arguments are for one tool, got 2; give an AIMessage with tool_calls instead"
    ):
        calling("add", "other", a=1)
    with pytest.raises(ValueError, match="got 0"):
        calling(a=1)


def test_a_text_is_no_list_of_replies():
    with pytest.raises(TypeError, match=r"replies are a list.*\['hello'\]"):
        ScriptedChatModel("hello")
