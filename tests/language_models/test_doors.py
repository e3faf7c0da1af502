"""Whatever hooks a model has, every door gives the same message, and chunks that add up to it."""

import pytest

from stepgraph.messages import AIMessage, AIMessageChunk, HumanMessage
from tests.language_models.models import (
    ASYNC_MODELS,
    MODELS,
    TEXT,
    USED,
    WORDS,
    AllHooks,
    Listener,
    OnlyAgenerates,
    OnlyAstreams,
    OnlyGenerates,
    OnlyStreams,
    SyncHooks,
    WantsTokens,
)

HEARD = {"unheard": lambda: None, "heard": lambda: {"callbacks": [Listener()]}}


def plain(message):
    assert type(message) is AIMessage
    return message.content, message.usage_metadata, message.response_metadata


WHOLE = (TEXT, USED, {"finish_reason": "stop"})


def total(chunks):
    found = chunks[0]
    for chunk in chunks[1:]:
        found = found + chunk
    return found


@pytest.mark.parametrize("config", HEARD.values(), ids=HEARD)
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_sync_doors_give_the_same(model, config):
    assert plain(model().invoke("hi", config())) == WHOLE
    assert [plain(each) for each in model().batch(["a", "b"], config())] == [WHOLE] * 2
    chunks = list(model().stream("hi", config()))
    assert {type(each) for each in chunks} == {AIMessageChunk}
    assert plain(total(chunks).as_message()) == WHOLE
    (answers,) = model().generate([["hi"]]).generations
    assert plain(answers[0].message) == WHOLE
    assert plain(total(list(model().transform(iter(["h", "i"]), config()))).as_message()) == WHOLE


@pytest.mark.parametrize("config", HEARD.values(), ids=HEARD)
@pytest.mark.parametrize("model", ASYNC_MODELS.values(), ids=ASYNC_MODELS)
async def test_async_doors_give_the_same(model, config):
    assert plain(await model().ainvoke("hi", config())) == WHOLE
    assert [plain(each) for each in await model().abatch(["a", "b"], config())] == [WHOLE] * 2
    chunks = [chunk async for chunk in model().astream("hi", config())]
    assert {type(each) for each in chunks} == {AIMessageChunk}
    assert plain(total(chunks).as_message()) == WHOLE
    (answers,) = (await model().agenerate([["hi"]])).generations
    assert plain(answers[0].message) == WHOLE


@pytest.mark.parametrize("model", ASYNC_MODELS.values(), ids=ASYNC_MODELS)
async def test_models_with_chunks_stream_them(model):
    chunks = [chunk.content async for chunk in model().astream("hi")]
    if "generate" in model.__name__.lower():
        assert chunks == [TEXT]
    else:
        assert chunks == [*WORDS, "", ""]


@pytest.mark.parametrize("model", [OnlyAgenerates, OnlyAstreams])
def test_sync_doors_of_models_with_async_hooks_say_what_to_do(model):
    with pytest.raises(NotImplementedError, match=rf"{model.__name__} must define _generate\(\), or be run with"):
        model().invoke("hi")
    with pytest.raises(NotImplementedError, match="must define _generate"):
        list(model().stream("hi"))


def test_chunks_share_an_id_and_the_last_one_says_so():
    first = list(OnlyStreams().stream("hi"))
    second = list(OnlyStreams().stream("hi"))
    assert len({each.id for each in first}) == 1
    assert first[0].id.startswith("lc_run--")
    assert first[0].id != second[0].id
    assert [each.chunk_position for each in first] == [None] * 4 + ["last"]
    assert OnlyGenerates().invoke("hi").id.endswith("-0")


def test_ids_are_those_of_runs():
    listener = Listener()
    message = OnlyGenerates().invoke("hi", {"callbacks": [listener]})
    assert message.id == f"lc_run--{listener.ids[0]}-0"
    (chunk, *_) = OnlyStreams().stream("hi", {"callbacks": [listener]})
    assert chunk.id == f"lc_run--{listener.ids[1]}"


def test_a_provider_s_id_stays():
    class Provided(OnlyGenerates):
        def _generate(self, *args, **kwargs):
            result = super()._generate(*args, **kwargs)
            result.generations[0].message.id = "msg_1"
            return result

    assert Provided().invoke("hi").id == "msg_1"


@pytest.mark.parametrize(
    "input",
    [
        "hi",
        [("human", "hi")],
        [{"role": "user", "content": "hi"}],
        [HumanMessage("hi")],
    ],
    ids=["text", "pairs", "dicts", "messages"],
)
async def test_input_in_every_form(input):
    listener = Listener()
    AllHooks().invoke(input, {"callbacks": [listener]})
    await AllHooks().ainvoke(input, {"callbacks": [listener]})
    for _, messages in [each for each in listener.heard if each[0] == "start"]:
        assert [[(each.type, each.content) for each in part] for part in messages] == [[("human", "hi")]]


def test_input_that_is_none_is_refused():
    with pytest.raises((TypeError, ValueError), match="42"):
        AllHooks().invoke(42)


# When models stream.


async def used(model, config=None, **kwargs):
    """Return which hooks were called by both doors for whole messages."""
    model.invoke("hi", config() if config else None, **kwargs)
    await model.ainvoke("hi", config() if config else None, **kwargs)
    return [each for each in model.called if "closed" not in each]


def tapped():
    return {"callbacks": [WantsTokens()]}


async def test_models_stream_where_somebody_wants_chunks():
    whole, streamed = ["generate", "agenerate"], ["stream", "astream"]
    assert await used(AllHooks()) == whole
    assert await used(AllHooks(), HEARD["heard"]) == whole
    assert await used(AllHooks(streaming=True)) == streamed
    assert await used(AllHooks(), tapped) == streamed
    assert await used(AllHooks(), stream=True) == streamed
    assert await used(AllHooks(streaming=True), stream=False) == whole
    assert await used(AllHooks(), tapped, stream=False) == whole
    assert await used(AllHooks(streaming=False), tapped) == whole
    assert await used(AllHooks(streaming=True, disable_streaming=True), tapped) == whole
    tools = [{"type": "function", "function": {"name": "f"}}]
    assert await used(AllHooks(disable_streaming="tool_calling"), tapped) == streamed
    assert await used(AllHooks(disable_streaming="tool_calling"), tapped, tools=tools) == whole
    assert await used(SyncHooks(), tapped) == ["stream", "stream"]


async def test_streams_of_models_that_shall_not_stream_are_one_chunk():
    for kwargs in ({"disable_streaming": True}, {"streaming": False}):
        model = AllHooks(**kwargs)
        (chunk,) = model.stream("hi")
        assert (chunk.content, chunk.chunk_position) == (TEXT, "last")
        assert [each.content async for each in model.astream("hi")] == [TEXT]
    assert [each.content for each in AllHooks().stream("hi", stream=False)] == [*WORDS, "", ""]


def test_stream_is_no_argument_of_hooks_and_holds_for_every_prompt():
    given = []

    class Asked(AllHooks):
        def _generate(self, messages, stop=None, run_manager=None, **kwargs):
            given.append(kwargs)
            return super()._generate(messages, stop, run_manager)

        def _stream(self, messages, stop=None, run_manager=None, **kwargs):
            given.append(kwargs)
            return super()._stream(messages, stop, run_manager)

    model = Asked()
    model.generate([["a"], ["b"]], stream=True, temperature=1)
    assert [each for each in model.called if "closed" not in each] == ["stream"] * 2
    model.invoke("a", stream=False)
    list(model.stream("a", stream=True))
    assert given == [{"temperature": 1}, {"temperature": 1}, {}, {}]


def test_a_stream_without_chunks():
    class Silent(OnlyStreams):
        def _stream(self, messages, stop=None, run_manager=None, **kwargs):
            yield from ()

    (chunk,) = Silent().stream("hi")
    assert (chunk.content, chunk.chunk_position) == ("", "last")
    with pytest.raises(ValueError, match="the stream of Silent gave no chunk"):
        Silent().invoke("hi")


def test_hooks_get_what_they_ask_for():
    got = []

    class Narrow(OnlyGenerates):
        def _generate(self, messages, stop=None):
            got.append(stop)
            return super()._generate(messages)

    class Loose(OnlyGenerates):
        def _generate(self, messages, stop=None, **kwargs):
            got.append(kwargs)
            return super()._generate(messages)

    config = {"callbacks": [Listener()]}
    Narrow().invoke("hi", config, stop=["."])
    Loose().invoke("hi", config, temperature=0)
    assert got == [["."], {"temperature": 0}]


async def test_sync_hooks_report_to_the_run_in_async_code_too():
    class Reporting(OnlyGenerates):
        def _generate(self, messages, stop=None, run_manager=None, **kwargs):
            if run_manager is not None:
                run_manager.on_llm_new_token("by hand")
            return super()._generate(messages)

    listener = Listener()
    Reporting().invoke("hi", {"callbacks": [listener]})
    await Reporting().ainvoke("hi", {"callbacks": [listener]})
    await Reporting().ainvoke("hi")
    assert listener.names == ["start", "token", "end"] * 2
