"""Models that fail, streams that are left early, cancelled callers: handlers hear of it, nothing stays open."""

import asyncio
import inspect

import pytest

from stepgraph.language_models import FakeListChatModel
from stepgraph.language_models.fake_chat_models import FakeListChatModelError
from stepgraph.messages import AIMessageChunk
from stepgraph.outputs import ChatGenerationChunk
from stepgraph.runnables import RunnableGenerator, RunnableParallel
from stepgraph.runnables.adapted import adapted
from tests.language_models.models import (
    TEXT,
    AllHooks,
    AsyncListener,
    Listener,
    OnlyGenerates,
    OnlyStreams,
    SyncHooks,
    WantsTokens,
)
from tests.pregel.colours import turns


class Breaks(AllHooks):
    """Fails, in streams after two words."""

    error: object = None

    def _fail(self):
        raise self.error or OSError("cut")

    def _generate(self, *args, **kwargs):
        self.called.append("generate")
        self._fail()

    async def _agenerate(self, *args, **kwargs):
        self.called.append("agenerate")
        self._fail()

    def _stream(self, *args, **kwargs):
        self.called.append("stream")
        for word in ("one ", "two "):
            yield ChatGenerationChunk(AIMessageChunk(word))
        self._fail()

    async def _astream(self, *args, **kwargs):
        self.called.append("astream")
        for word in ("one ", "two "):
            yield ChatGenerationChunk(AIMessageChunk(word))
        self._fail()


async def through_all_doors(model, listener):
    """Return what each door raised."""
    config = {"callbacks": [listener]}
    doors = [
        lambda: model.invoke("hi", config),
        lambda: list(model.stream("hi", config)),
        lambda: model.generate([["hi"]], callbacks=[listener]),
        lambda: model.ainvoke("hi", config),
        lambda: model.agenerate([["hi"]], callbacks=[listener]),
        lambda: drained(model.astream("hi", config)),
    ]
    raised = []
    for door in doors:
        try:
            found = door()
            if inspect.iscoroutine(found):
                await found
        except BaseException as error:
            raised.append(error)
    return raised


async def drained(chunks):
    return [chunk async for chunk in chunks]


class Base(BaseException):
    pass


@pytest.mark.parametrize("error", [OSError("cut"), Base("cut")], ids=["exception", "base"])
async def test_errors_leave_as_they_are_and_handlers_hear_of_them(error):
    listener = Listener()
    raised = await through_all_doors(Breaks(error=error), listener)
    assert [each is error for each in raised] == [True] * 6
    assert [each for each in listener.names if each != "token"] == ["start", "error"] * 6
    assert [what for name, what in listener.heard if name == "error"] == [error] * 6


@pytest.mark.parametrize("door", ["stream", "astream"])
async def test_handlers_are_told_what_came_before_the_error(door):
    listener = Listener()
    config = {"callbacks": [listener]}
    chunks = adapted(lambda given: Breaks().stream(given, config), "hi")
    with pytest.raises(OSError, match="cut"):
        await drained(chunks if door == "stream" else Breaks().astream("hi", config))
    assert listener.names == ["start", "token", "token", "error"]
    response = listener.facts[-1]["response"]
    assert response.generations[0][0].text == "one two "


async def test_agenerate_waits_for_all_and_raises_the_first_error():
    listener = AsyncListener()
    ended = []

    class Some(OnlyGenerates):
        async def _agenerate(self, messages, **kwargs):
            if messages[0].content == "bad":
                raise OSError("bad")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            ended.append(messages[0].content)
            return self._generate(messages)

    with pytest.raises(OSError, match="bad"):
        await Some().agenerate([["a"], ["bad"], ["b"]], callbacks=[listener])
    assert sorted(ended) == ["a", "b"]
    assert sorted(listener.names) == ["end", "end", "error", "start", "start", "start"]


def test_generate_stops_at_the_first_error():
    model = Breaks()
    with pytest.raises(OSError, match="cut"):
        model.generate([["a"], ["b"]])
    assert model.called == ["generate"]


# Left early.


@pytest.mark.parametrize("config", [False, True])
def test_a_stream_that_is_closed(config):
    listener = Listener()
    model = OnlyStreams()
    chunks = model.stream("hi", {"callbacks": [listener]} if config else None)
    next(chunks)
    assert model.called == ["stream"]
    chunks.close()
    assert model.called == ["stream", "stream closed"]
    if config:
        assert listener.names == ["start", "token", "end"]
        assert listener.heard[-1][1].generations[0][0].text == "one "


@pytest.mark.parametrize("config", [False, True])
@pytest.mark.parametrize("model", [AllHooks, SyncHooks])
async def test_an_async_stream_that_is_closed(model, config):
    listener = Listener()
    made = model()
    chunks = made.astream("hi", {"callbacks": [listener]} if config else None)
    await anext(chunks)
    await chunks.aclose()
    assert [each.removeprefix("a") for each in made.called] == ["stream", "stream closed"]
    if config:
        assert listener.names == ["start", "token", "end"]


async def test_a_stream_inside_a_chain_that_is_closed():
    model = AllHooks()
    chunks = (model | RunnableGenerator(_through)).astream("hi")
    await anext(chunks)
    await chunks.aclose()
    assert model.called == ["astream", "astream closed"]


async def _through(chunks):
    async for chunk in chunks:
        yield chunk


def test_a_stream_that_nobody_reads_asks_for_nothing():
    model = OnlyStreams()
    model.stream("hi", {"callbacks": [Listener()]})
    model.astream("hi")
    assert model.called == []


class Hangs(AllHooks):
    """Gives a word, and nothing more."""

    async def _astream(self, *args, **kwargs):
        self.called.append("astream")
        try:
            yield ChatGenerationChunk(AIMessageChunk("one "))
            await asyncio.Event().wait()
        finally:
            self.called.append("astream closed")

    async def _agenerate(self, *args, **kwargs):
        self.called.append("agenerate")
        try:
            await asyncio.Event().wait()
        finally:
            self.called.append("agenerate closed")


@pytest.mark.parametrize("door", ["ainvoke", "streamed", "astream", "agenerate", "abatch"])
async def test_who_is_cancelled_ends_the_request(door):
    listener = Listener() if door != "streamed" else WantsTokens()
    model, config = Hangs(), {"callbacks": [listener]}
    doors = {
        "ainvoke": lambda: model.ainvoke("hi", config),
        "streamed": lambda: model.ainvoke("hi", config),
        "astream": lambda: drained(model.astream("hi", config)),
        "agenerate": lambda: model.agenerate([["hi"]], callbacks=[listener]),
        "abatch": lambda: model.abatch(["hi"], config),
    }
    task = asyncio.ensure_future(doors[door]())
    while not model.called or ("stream" in door and "token" not in listener.names):
        await turns(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert model.called[-1].endswith("closed")
    assert listener.names[-1] == "error"
    assert isinstance(listener.heard[-1][1], asyncio.CancelledError)


async def test_a_failing_sibling_cancels_requests():
    model, failing = Hangs(), Breaks()

    async def fails(_):
        while not model.called:
            await turns(1)
        return await failing.ainvoke("hi")

    with pytest.raises(OSError, match="cut"):
        await RunnableParallel(a=model, b=fails).ainvoke("hi")
    assert model.called == ["agenerate", "agenerate closed"]


# Trying again, and other models.


async def test_retries_and_fallbacks():
    flaky = Breaks()
    assert (await flaky.with_fallbacks([AllHooks()]).ainvoke("hi")).content == TEXT
    assert flaky.with_fallbacks([AllHooks()]).invoke("hi").content == TEXT
    assert flaky.called == ["agenerate", "generate"]
    model = FakeListChatModel(responses=["abc"], error_on_chunk_number=1)
    with pytest.raises(FakeListChatModelError):
        list(model.stream("hi"))

    class Once(OnlyGenerates):
        def _generate(self, *args, **kwargs):
            self.called.append("generate")
            if len(self.called) < 3:
                raise OSError("not yet")
            return super()._generate(*args, **kwargs)

    model = Once()
    assert model.with_retry(wait_exponential_jitter=False).invoke("hi").content == TEXT
    assert len(model.called) == 4
    model = Once()
    assert (await model.with_retry(wait_exponential_jitter=False).ainvoke("hi")).content == TEXT


async def test_a_batch_may_return_errors():
    class Some(OnlyGenerates):
        def _generate(self, messages, **kwargs):
            if messages[0].content == "bad":
                raise OSError("bad")
            return super()._generate(messages)

    for answers in (
        Some().batch(["a", "bad"], return_exceptions=True),
        await Some().abatch(["a", "bad"], return_exceptions=True),
    ):
        assert answers[0].content == TEXT
        assert isinstance(answers[1], OSError)
