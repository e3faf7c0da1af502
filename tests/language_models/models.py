"""Chat models as authors write them: with one hook, with some, with all; and a handler that keeps what it heard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from pydantic import PrivateAttr

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from stepgraph.language_models import BaseChatModel
from stepgraph.messages import AIMessage, AIMessageChunk
from stepgraph.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

WORDS = ("one ", "two ", "three")
TEXT = "".join(WORDS)
USED = {"input_tokens": 1, "output_tokens": 3, "total_tokens": 4}


def answer() -> ChatResult:
    message = AIMessage(TEXT, usage_metadata=dict(USED))
    return ChatResult([ChatGeneration(message, {"finish_reason": "stop"})])


def chunks() -> Iterator[ChatGenerationChunk]:
    for word in WORDS:
        yield ChatGenerationChunk(AIMessageChunk(word))
    yield ChatGenerationChunk(AIMessageChunk("", usage_metadata=dict(USED)), {"finish_reason": "stop"})


class Counting(BaseChatModel):
    """Counts calls of its hooks."""

    streaming: bool = False

    _called: list[str] = PrivateAttr(default_factory=list)

    @property
    def called(self) -> list[str]:
        return self._called

    @property
    def _llm_type(self) -> str:
        return "counting"


class Generates:
    def _generate(self, messages, stop=None, run_manager=None, **kwargs) -> ChatResult:
        self._called.append("generate")
        return answer()


class Agenerates:
    async def _agenerate(self, messages, stop=None, run_manager=None, **kwargs) -> ChatResult:
        self._called.append("agenerate")
        return answer()


class Streams:
    def _stream(self, messages, stop=None, run_manager=None, **kwargs) -> Iterator[ChatGenerationChunk]:
        self._called.append("stream")
        try:
            yield from chunks()
        finally:
            self._called.append("stream closed")


class Astreams:
    async def _astream(self, messages, stop=None, run_manager=None, **kwargs) -> AsyncIterator[ChatGenerationChunk]:
        self._called.append("astream")
        try:
            for chunk in chunks():
                yield chunk
        finally:
            self._called.append("astream closed")


class OnlyGenerates(Generates, Counting):
    pass


class OnlyAgenerates(Agenerates, Counting):
    pass


class OnlyStreams(Streams, Counting):
    pass


class OnlyAstreams(Astreams, Counting):
    pass


class SyncHooks(Generates, Streams, Counting):
    pass


class AsyncHooks(Agenerates, Astreams, Counting):
    pass


class AllHooks(Generates, Agenerates, Streams, Astreams, Counting):
    pass


MODELS = {cls.__name__: cls for cls in (OnlyGenerates, OnlyStreams, SyncHooks, AllHooks)}
"""Those with hooks for both colours."""

ASYNC_MODELS = {**MODELS, **{cls.__name__: cls for cls in (OnlyAgenerates, OnlyAstreams, AsyncHooks)}}


class Listener(BaseCallbackHandler):
    """Keeps what it hears of models, as pairs."""

    run_inline = True
    raise_error = True

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.facts: list[dict[str, Any]] = []
        self.ids: list[Any] = []
        self.parents: list[Any] = []

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.heard]

    def on_chat_model_start(self, serialized, messages, *, run_id, parent_run_id=None, **facts):
        self.ids.append(run_id)
        self.parents.append(parent_run_id)
        self.facts.append({**facts, "serialized": serialized})
        self.heard.append(("start", messages))

    def on_llm_new_token(self, token, *, chunk=None, **_):
        self.heard.append(("token", token))

    def on_llm_end(self, response, **_):
        self.heard.append(("end", response))

    def on_llm_error(self, error, **facts):
        self.heard.append(("error", error))
        self.facts.append(facts)


class AsyncListener(AsyncCallbackHandler):
    """The same for async code."""

    raise_error = True

    def __init__(self) -> None:
        self.inner = Listener()

    heard = property(lambda self: self.inner.heard)
    names = property(lambda self: self.inner.names)
    facts = property(lambda self: self.inner.facts)
    ids = property(lambda self: self.inner.ids)
    parents = property(lambda self: self.inner.parents)

    async def on_chat_model_start(self, *args, **facts):
        self.inner.on_chat_model_start(*args, **facts)

    async def on_llm_new_token(self, *args, **facts):
        self.inner.on_llm_new_token(*args, **facts)

    async def on_llm_end(self, *args, **facts):
        self.inner.on_llm_end(*args, **facts)

    async def on_llm_error(self, *args, **facts):
        self.inner.on_llm_error(*args, **facts)


class WantsTokens(Listener):
    """Looks at chunks, so that models stream for it."""

    def tap_output_iter(self, run_id, output):
        return output

    def tap_output_aiter(self, run_id, output):
        return output
