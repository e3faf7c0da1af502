"""models: what chat models and their chunks cost beside langchain-core's, with no provider in the way.

- `model-parser`: a token of 3,000 from a chat model that makes its chunks on the spot, through `StrOutputParser`, to
  the consumer of `astream`. The plain side yields as many objects from one generator and takes their texts in another.
- `model-parser-handler`: the same with an async handler that counts the tokens. How many it heard is part of the
  outcome.
- `model-ainvoke`: a call of a chat model that answers at once; the plain side builds the answer.
- `merge-1000`, `merge-pairs-1000`: a chunk of 1,000 that are added up, all at once and one after another; the plain
  side joins their texts.
"""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from bench.composers import root_of
from bench.engine import Engine
from bench.row import Job, Row

__all__ = ["ROWS"]

TOKENS: Final = 3_000
CALLS: Final = 200
CHUNKS: Final = 1_000


class _Library(NamedTuple):
    """The names that the rows need, which are the same in both libraries."""

    model: Any
    message: Any
    chunk: Any
    generation: Any
    generation_chunk: Any
    result: Any
    parser: Any
    handler: Any


def _library_of(engine: Engine) -> _Library:
    root = root_of(engine)
    messages, outputs = (importlib.import_module(f"{root}.{name}") for name in ("messages", "outputs"))
    return _Library(
        importlib.import_module(f"{root}.language_models").BaseChatModel,
        messages.AIMessage,
        messages.AIMessageChunk,
        outputs.ChatGeneration,
        outputs.ChatGenerationChunk,
        outputs.ChatResult,
        importlib.import_module(f"{root}.output_parsers").StrOutputParser,
        importlib.import_module(f"{root}.callbacks").AsyncCallbackHandler,
    )


def _model_of(library: _Library) -> Any:
    """Return a chat model that streams an alphabet, and answers "yes"."""

    class Alphabet(library.model):
        @property
        def _llm_type(self) -> str:
            return "alphabet"

        def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> Any:
            return library.result(generations=[library.generation(message=library.message(content="yes"))])

        async def _agenerate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> Any:
            return self._generate(messages)

        async def _astream(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> Any:
            for number in range(TOKENS):
                yield library.generation_chunk(message=library.chunk(content="abcdefghij"[number % 10]))

    return Alphabet()


# Streams.


async def _length(stream: AsyncIterator[str]) -> int:
    length = 0
    async for text in stream:
        length += len(text)
    return length


def _parsed(engine: Engine) -> Job:
    library = _library_of(engine)
    chain = _model_of(library) | library.parser()

    async def job() -> Any:
        return await _length(chain.astream("Say the alphabet."))

    return job


def _parsed_heard(engine: Engine) -> Job:
    library = _library_of(engine)
    chain = _model_of(library) | library.parser()

    class Counting(library.handler):
        heard = 0

        async def on_llm_new_token(self, token: str, **facts: Any) -> None:
            self.heard += len(token)

    handler = Counting()

    async def job() -> Any:
        handler.heard = 0
        return [await _length(chain.astream("Say the alphabet.", {"callbacks": [handler]})), handler.heard]

    return job


@dataclass(slots=True)
class _Token:
    text: str


async def _tokens() -> AsyncIterator[_Token]:
    for number in range(TOKENS):
        yield _Token("abcdefghij"[number % 10])


async def _texts(tokens: AsyncIterator[_Token]) -> AsyncIterator[str]:
    async for token in tokens:
        yield token.text


def _plain_parsed() -> Job:
    async def job() -> Any:
        return await _length(_texts(_tokens()))

    return job


def _plain_heard() -> Job:
    async def told(tokens: AsyncIterator[_Token], heard: list[int]) -> AsyncIterator[_Token]:
        async def hear(text: str) -> None:
            heard[0] += len(text)

        async for token in tokens:
            await hear(token.text)
            yield token

    async def job() -> Any:
        heard = [0]
        return [await _length(_texts(told(_tokens(), heard))), heard[0]]

    return job


# Calls.


def _called(engine: Engine) -> Job:
    library = _library_of(engine)
    model = _model_of(library)

    async def job() -> Any:
        return [(await model.ainvoke("Is it so?")).content for _ in range(CALLS)]

    return job


def _plain_called() -> Job:
    async def answer(question: str) -> dict[str, str]:
        return {"role": "assistant", "content": "yes"}

    async def job() -> Any:
        return [(await answer("Is it so?"))["content"] for _ in range(CALLS)]

    return job


# Merging.


def _chunks(library: _Library) -> list[Any]:
    return [library.chunk(content=f"word {number} ", id="1") for number in range(CHUNKS)]


def _merged(engine: Engine) -> Job:
    first, *others = _chunks(_library_of(engine))

    def job() -> Any:
        return len((first + others).content)

    return job


def _merged_in_pairs(engine: Engine) -> Job:
    first, *others = _chunks(_library_of(engine))

    def job() -> Any:
        total = first
        for chunk in others:
            total = total + chunk
        return len(total.content)

    return job


def _plain_merged() -> Job:
    texts = [f"word {number} " for number in range(CHUNKS)]

    def job() -> Any:
        return len("".join(texts))

    return job


def _plain_merged_in_pairs() -> Job:
    texts = [f"word {number} " for number in range(CHUNKS)]

    def job() -> Any:
        total = ""
        for text in texts:
            total = total + text
        return len(total)

    return job


ROWS = (
    Row("model-parser", "chat model and StrOutputParser, astream", "token", TOKENS, _parsed, _plain_parsed),
    Row("model-parser-handler", "the same, async handler", "token", TOKENS, _parsed_heard, _plain_heard),
    Row("model-ainvoke", "chat model that answers at once, ainvoke", "call", CALLS, _called, _plain_called),
    Row("merge-1000", "1,000 message chunks added up at once", "chunk", CHUNKS, _merged, _plain_merged),
    Row("merge-pairs-1000", "… one after another", "chunk", CHUNKS, _merged_in_pairs, _plain_merged_in_pairs),
)
