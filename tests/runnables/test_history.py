"""RunnableWithMessageHistory: what a runnable gets of a conversation, and what is remembered."""

import asyncio

import pytest

from stepgraph.callbacks import BaseCallbackHandler
from stepgraph.chat_history import BaseChatMessageHistory, InMemoryChatMessageHistory
from stepgraph.errors import NotADictError
from stepgraph.messages import AIMessage, AIMessageChunk, HumanMessage
from stepgraph.runnables import ConfigurableFieldSpec, RunnableGenerator, RunnableLambda
from stepgraph.runnables.history import RunnableWithMessageHistory

ADA = {"configurable": {"session_id": "ada"}}
BOB = {"configurable": {"session_id": "bob"}}


def joined(messages):
    return " ".join(message.content for message in messages)


answering = RunnableLambda(lambda messages: AIMessage(f"[{joined(messages)}]"))


class Sessions(dict):
    def __call__(self, session_id):
        return self.setdefault(session_id, InMemoryChatMessageHistory())

    def said(self, session_id):
        return [(message.type, message.content) for message in self[session_id].messages]


@pytest.fixture
def sessions():
    return Sessions()


@pytest.fixture(params=["sync", "async"])
def run(request):
    """Runs a runnable in one colour."""

    async def run(runnable, input, config):
        if request.param == "sync":
            return await asyncio.to_thread(runnable.invoke, input, config)
        return await runnable.ainvoke(input, config)

    return run


@pytest.mark.parametrize("second", ["two", HumanMessage("two"), [HumanMessage("two")], {"input": "two"}, {"x": "two"}])
async def test_messages_alone(sessions, run, second):
    runnable = RunnableWithMessageHistory(answering, sessions)
    assert (await run(runnable, "one", ADA)).content == "[one]"
    assert (await run(runnable, second, ADA)).content == "[one [one] two]"
    assert (await run(runnable, "other", BOB)).content == "[other]"
    assert sessions.said("ada") == [("human", "one"), ("ai", "[one]"), ("human", "two"), ("ai", "[one [one] two]")]


async def test_a_dict_with_its_messages_under_a_key(sessions, run):
    inner = RunnableLambda(lambda given: {"answer": joined(given["q"]), "lang": given["lang"]})
    runnable = RunnableWithMessageHistory(inner, sessions, input_messages_key="q", output_messages_key="answer")
    assert await run(runnable, {"q": "one", "lang": "en"}, ADA) == {"answer": "one", "lang": "en"}
    assert (await run(runnable, {"q": "two", "lang": "en"}, ADA))["answer"] == "one one two"
    assert sessions.said("ada")[2:] == [("human", "two"), ("ai", "one one two")]


async def test_the_past_under_a_key_of_its_own(sessions, run):
    inner = RunnableLambda(lambda given: f"{given['q']} after {len(given['past'])}")
    runnable = RunnableWithMessageHistory(inner, sessions, input_messages_key="q", history_messages_key="past")
    assert await run(runnable, {"q": "one"}, ADA) == "one after 0"
    assert await run(runnable, {"q": "two"}, ADA) == "two after 2"


async def test_several_values_name_a_conversation(sessions, run):
    runnable = RunnableWithMessageHistory(
        answering,
        lambda *, user, room: sessions((user, room)),
        history_factory_config=[ConfigurableFieldSpec("user", str), ConfigurableFieldSpec("room", str)],
    )
    await run(runnable, "hi", {"configurable": {"user": "u", "room": "r", "more": 1}})
    assert sessions.said(("u", "r")) == [("human", "hi"), ("ai", "[hi]")]
    assert [spec.id for spec in runnable.config_specs] == ["room", "user"]


async def test_one_conversation_needs_no_config(run):
    history = InMemoryChatMessageHistory()
    runnable = RunnableWithMessageHistory(answering, lambda: history)
    await run(runnable, "one", None)
    assert (await run(runnable, "two", None)).content == "[one [one] two]"


async def test_an_async_factory(sessions):
    async def of_session(session_id):
        await asyncio.sleep(0)
        return sessions(session_id)

    runnable = RunnableWithMessageHistory(answering, of_session)
    assert (await runnable.ainvoke("one", ADA)).content == "[one]"
    assert [chunk.content async for chunk in runnable.astream("two", ADA)] == ["[one [one] two]"]
    with pytest.raises(RuntimeError, match="get_session_history of RunnableWithMessageHistory is a coroutine function"):
        runnable.invoke("one", ADA)


class Tokens:
    """Streams an answer."""

    def of(self, chunks):
        for _ in chunks:
            for token in ("to", "ken"):
                yield AIMessageChunk(token, id="1")

    async def aof(self, chunks):
        async for _ in chunks:
            for token in ("to", "ken"):
                yield AIMessageChunk(token, id="1")


async def test_streams_are_remembered_as_one_message(sessions):
    runnable = RunnableWithMessageHistory(RunnableGenerator(Tokens().of, Tokens().aof), sessions)
    assert [chunk.content for chunk in runnable.stream("hi", ADA)] == ["to", "ken"]
    assert [chunk.content async for chunk in runnable.astream("hi", BOB)] == ["to", "ken"]
    for session in ("ada", "bob"):
        assert sessions.said(session) == [("human", "hi"), ("ai", "token")]
        assert type(sessions[session].messages[1]) is AIMessage


async def test_what_fails_or_is_closed_early_is_not_remembered(sessions):
    def fail(messages):
        raise LookupError

    with pytest.raises(LookupError):
        RunnableWithMessageHistory(RunnableLambda(fail), sessions).invoke("hi", ADA)
    stream = RunnableWithMessageHistory(RunnableGenerator(Tokens().of, Tokens().aof), sessions).astream("hi", ADA)
    async for _ in stream:
        break
    await stream.aclose()
    assert sessions["ada"].messages == []


async def test_the_config_around_names_the_conversation_too(sessions):
    runnable = RunnableWithMessageHistory(answering, sessions)

    async def outer(text):
        return await runnable.ainvoke(text)

    assert (await RunnableLambda(outer).ainvoke("hi", ADA)).content == "[hi]"
    assert (await (RunnableLambda(str.upper) | runnable).ainvoke("x", BOB)).content == "[X]"
    assert set(sessions) == {"ada", "bob"}


async def test_a_history_may_lack_async_methods():
    class Plain:
        def __init__(self):
            self.messages = []

        def add_messages(self, messages):
            self.messages += messages

    history = Plain()
    await RunnableWithMessageHistory(answering, lambda: history).ainvoke("hi")
    assert len(history.messages) == 2


async def test_async_code_uses_the_async_methods():
    class AsyncAlone(BaseChatMessageHistory):
        def __init__(self):
            self.kept = []

        @property
        def messages(self):
            raise AssertionError("read in async code")

        async def aget_messages(self):
            return self.kept

        async def aadd_messages(self, messages):
            self.kept += messages

        def clear(self):
            pass

    history = AsyncAlone()
    runnable = RunnableWithMessageHistory(answering, lambda: history)
    await runnable.ainvoke("hi")
    assert [chunk.content async for chunk in runnable.astream("ho")] == ["[hi [hi] ho]"]
    assert len(history.kept) == 4


def test_runs_stand_below_its_own(sessions):
    class Heard(BaseCallbackHandler):
        def on_chain_start(self, serialized, inputs, *, parent_run_id=None, **kwargs):
            heard.append((kwargs["name"], parent_run_id is None))

    heard = []
    inner = RunnableLambda(lambda messages: "x", name="inner")
    RunnableWithMessageHistory(inner, sessions).invoke("hi", {**ADA, "callbacks": [Heard()]})
    assert heard == [("RunnableWithMessageHistory", True), ("inner", False)]


def answers(value):
    return RunnableLambda(lambda _: value)


@pytest.mark.parametrize(
    ("output", "remembered"),
    [
        ("text", ["text"]),
        ([AIMessage("a"), AIMessage("b")], ["a", "b"]),
        ({"output": "text", "more": 1}, ["text"]),
        ({"only": AIMessage("a")}, ["a"]),
        ({"generations": [[{"message": AIMessage("a")}]]}, ["a"]),
    ],
)
def test_outputs(sessions, output, remembered):
    assert RunnableWithMessageHistory(answers(output), sessions).invoke("hi", ADA) == output
    assert [message.content for message in sessions["ada"].messages[1:]] == remembered


@pytest.mark.parametrize(
    ("make", "input", "config", "error", "message"),
    [
        ({}, "x", None, ValueError, r"Missing keys \['session_id'\] in config\['configurable'\]"),
        ({}, "x", {"configurable": {"thread": 1}}, ValueError, "pass a config such as {'configurable': {'session_id'"),
        ({}, 3, ADA, ValueError, "expected text, a message or a list of messages as the input, got 3"),
        (
            {},
            {"a": "1", "b": "2"},
            ADA,
            ValueError,
            "under 'input' in the input, which has the keys .*input_messages_key",
        ),
        ({"input_messages_key": "q"}, "x", ADA, NotADictError, "so its input is a dict; got str"),
    ],
)
async def test_bad_input(sessions, make, input, config, error, message):
    runnable = RunnableWithMessageHistory(answering, sessions, **make)
    with pytest.raises(error, match=message):
        runnable.invoke(input, config)
    with pytest.raises(error, match=message):
        await runnable.ainvoke(input, config)


def test_bad_outputs_and_factories(sessions):
    with pytest.raises(ValueError, match="as the output, got 3"):
        RunnableWithMessageHistory(answers(3), sessions).invoke("x", ADA)
    two = [ConfigurableFieldSpec("user"), ConfigurableFieldSpec("room")]
    runnable = RunnableWithMessageHistory(answering, lambda name: None, history_factory_config=two)
    with pytest.raises(ValueError, match=r"Expected keys \['room', 'user'\] do not match parameter names \['name'\]"):
        runnable.invoke("x", {"configurable": {"user": 1, "room": 2}})


def test_schemas(sessions):
    runnable = RunnableWithMessageHistory(answering, sessions, input_messages_key="q")
    assert list(runnable.get_input_jsonschema()["properties"]) == ["q"]
    assert RunnableWithMessageHistory(answering, sessions).get_input_jsonschema()["type"] == "array"
