"""Text models as authors write them, and a handler that keeps what it heard of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from pydantic import PrivateAttr

from stepgraph.language_models import LLM, BaseLLM
from stepgraph.outputs import Generation, GenerationChunk, LLMResult
from tests.language_models.models import Listener

PIECES = ("one ", "two ", "three")
TEXT = "".join(PIECES)


class TextListener(Listener):
    """Keeps what it hears of text models, as pairs."""

    def on_llm_start(self, serialized, prompts, **facts):
        self.on_chat_model_start(serialized, prompts, **facts)


class Counted(BaseLLM):
    """Counts calls of its hooks."""

    _called: list[Any] = PrivateAttr(default_factory=list)

    @property
    def called(self) -> list[Any]:
        return self._called

    @property
    def _llm_type(self) -> str:
        return "counted"


class Calls:
    def _call(self, prompt, stop=None, run_manager=None, **kwargs) -> str:
        self._called.append("call")
        return TEXT


class Acalls:
    async def _acall(self, prompt, stop=None, run_manager=None, **kwargs) -> str:
        self._called.append("acall")
        return TEXT


class Streams:
    def _stream(self, prompt, stop=None, run_manager=None, **kwargs) -> Iterator[GenerationChunk]:
        self._called.append("stream")
        try:
            for piece in PIECES:
                if run_manager is not None:
                    run_manager.on_llm_new_token(piece)
                yield GenerationChunk(piece)
        finally:
            self._called.append("stream closed")


class Astreams:
    async def _astream(self, prompt, stop=None, run_manager=None, **kwargs) -> AsyncIterator[GenerationChunk]:
        self._called.append("astream")
        try:
            for piece in PIECES:
                if run_manager is not None:
                    await run_manager.on_llm_new_token(piece)
                yield GenerationChunk(piece)
        finally:
            self._called.append("astream closed")


class OnlyCalls(Calls, Counted, LLM):
    pass


class OnlyAcalls(Acalls, Counted, LLM):
    pass


class SyncHooks(Calls, Streams, Counted, LLM):
    pass


class AsyncHooks(Acalls, Astreams, Counted, LLM):
    pass


class AllHooks(Calls, Acalls, Streams, Astreams, Counted, LLM):
    pass


class AtOnce(Counted):
    """Takes several prompts at once, and says how often it was asked."""

    def _generate(self, prompts, stop=None, run_manager=None, **kwargs) -> LLMResult:
        self._called.append(prompts)
        return LLMResult([[Generation(f"{each}?", {"n": len(self._called)})] for each in prompts])


MODELS = {cls.__name__: cls for cls in (OnlyCalls, SyncHooks, AllHooks)}
"""Those with hooks for both colours."""

ASYNC_MODELS = {**MODELS, **{cls.__name__: cls for cls in (OnlyAcalls, AsyncHooks)}}
