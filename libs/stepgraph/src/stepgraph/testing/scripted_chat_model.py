"""ScriptedChatModel: a chat model that answers as a test says, streams, calls tools, fails, and remembers its calls.

It goes through all that a provider's model goes through: chunks, fragments of tool calls, callbacks, caches. What it
was asked is in `calls`; copies, and what `bind_tools` returns, go on in the same script.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from pydantic import Field, PrivateAttr  # noqa: TID253 - who imports this module wants it

from stepgraph.execution.tasks import needed_loop
from stepgraph.language_models import BaseChatModel
from stepgraph.messages import AIMessage, AIMessageChunk, ToolCallChunk, UsageMetadata
from stepgraph.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from stepgraph.runnables import Runnable
from stepgraph.tools import convert_to_openai_tool

__all__ = ["Broken", "ModelRequest", "Reply", "ScriptedChatModel", "calling"]

Reply: TypeAlias = Any
"""What a scripted model answers: text, an `AIMessage`, an exception to raise, a `Broken` answer, or a function of the
messages that returns one of these."""


@dataclass(frozen=True)
class Broken:
    """An answer that breaks off: its text is streamed, then the error is raised. Who wants it whole gets the error.

    Attributes:
        text: What comes before.
        error: What is raised.
    """

    text: str
    error: BaseException


@dataclass(frozen=True)
class ModelRequest:
    """What a model was asked.

    Attributes:
        messages: The messages.
        tools: The tools that were bound, as JSON schemas.
        tool_choice: Which of them it had to call.
        stop: Texts at which the answer was to end.
        kwargs: What else it was called with.
    """

    messages: list[Any]
    tools: list[dict[str, Any]] = field(default_factory=list)
    tool_choice: Any = None
    stop: list[str] | None = None
    kwargs: dict[str, Any] = field(default_factory=dict)


class _Script:
    """The replies and the requests so far; any thread may ask for the next one."""

    def __init__(self) -> None:
        self.requests: list[ModelRequest] = []
        self._lock = threading.Lock()

    def __deepcopy__(self, memo: Any) -> _Script:
        return self  # a deep copy of a model goes on in the same script, as any copy does

    def __getstate__(self) -> list[ModelRequest]:
        return self.requests  # what comes out of a pickle goes on from here, by itself

    def __setstate__(self, requests: list[ModelRequest]) -> None:
        self.requests = requests
        self._lock = threading.Lock()

    def next(self, replies: Sequence[Reply], repeats: bool, request: ModelRequest) -> tuple[int, Reply]:
        with self._lock:
            number = len(self.requests)
            self.requests.append(request)
        if number >= len(replies) and not (repeats and replies):
            raise AssertionError(
                f"the script of the model has {len(replies)} {'reply' if len(replies) == 1 else 'replies'}, and this "
                f"is call number {number + 1}; add a reply, or set repeats=True"
            )
        return number, replies[number % len(replies)]


class ScriptedChatModel(BaseChatModel):
    """A chat model that answers as its script says.

    Args:
        replies: What it answers, call by call.

    Attributes:
        replies: The same.
        repeats: Whether the script starts again where it ends.
        pieces: What a text is streamed in: `"words"`, `"letters"`, or as it is, `"whole"`.
        delay: How many seconds pass before an answer.
        pace: How many seconds pass before each chunk.
        usage: Whether answers say what they have used: a token for each word.
        model: What the model is called.
    """

    replies: list[Any] = Field(exclude=True)
    repeats: bool = Field(default=False, exclude=True)
    pieces: Literal["words", "letters", "whole"] = Field(default="words", exclude=True)
    delay: float = Field(default=0.0, exclude=True)
    pace: float = Field(default=0.0, exclude=True)
    usage: bool = Field(default=False, exclude=True)
    model: str = "scripted"

    _script: _Script = PrivateAttr(default_factory=_Script)

    def __init__(self, replies: Sequence[Reply] = (), **kwargs: Any) -> None:
        if isinstance(replies, (str, AIMessage)):
            raise TypeError(f"replies are a list, one for each call, got {replies!r}; write [{replies!r}]")
        super().__init__(**{"replies": list(replies), **kwargs})

    @property
    def calls(self) -> list[ModelRequest]:
        """What the model was asked so far."""
        return self._script.requests

    @property
    def _llm_type(self) -> str:
        return "scripted-chat-model"

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | dict[str, Any] | bool | None = None, **kwargs: Any
    ) -> Runnable[Any, AIMessage]:
        """Return the model with tools, which are recorded; it calls those that its script says."""
        described = [convert_to_openai_tool(tool) for tool in tools]
        given = {} if tool_choice is None else {"tool_choice": tool_choice}
        return self.bind(tools=described, **given, **kwargs)

    # Hooks.

    def _generate(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        message = self._whole(messages, stop, kwargs)
        _pass(self.delay)
        return ChatResult([ChatGeneration(message)])

    async def _agenerate(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        needed_loop()
        message = self._whole(messages, stop, kwargs)
        await asyncio.sleep(self.delay)
        return ChatResult([ChatGeneration(message)])

    def _stream(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        chunks = self._chunks_of(messages, stop, kwargs)
        _pass(self.delay)
        for chunk in chunks:
            _pass(self.pace)
            yield ChatGenerationChunk(chunk)

    async def _astream(
        self, messages: list[Any], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        needed_loop()
        chunks = self._chunks_of(messages, stop, kwargs)
        await asyncio.sleep(self.delay)
        for chunk in chunks:
            if self.pace:
                await asyncio.sleep(self.pace)
            yield ChatGenerationChunk(chunk)

    # The script.

    def _next(self, messages: list[Any], stop: list[str] | None, kwargs: dict[str, Any]) -> AIMessage | Broken:
        rest = {**kwargs}
        tools, choice = rest.pop("tools", []), rest.pop("tool_choice", None)
        request = ModelRequest(list(messages), tools, choice, stop, rest)
        number, reply = self._script.next(self.replies, self.repeats, request)
        if callable(reply) and not isinstance(reply, type):
            reply = reply(messages)
        if isinstance(reply, type) and issubclass(reply, BaseException):
            reply = reply()
        if isinstance(reply, BaseException):
            raise reply
        if isinstance(reply, Broken):
            return reply
        if not isinstance(reply, (str, AIMessage)):
            raise TypeError(
                "a reply of a scripted model is text, an AIMessage, an exception, a Broken answer, or a function of "
                f"the messages that returns one of these, got {type(reply).__name__}: {reply!r}"
            )
        message = AIMessage(reply) if isinstance(reply, str) else reply.model_copy()
        for place, call in enumerate(message.tool_calls):
            if call.get("id") is None:
                call = {**call, "id": f"call_{number + 1}_{place + 1}"}
                message.tool_calls = [*message.tool_calls[:place], call, *message.tool_calls[place + 1 :]]
        for text in stop or ():
            if isinstance(message.content, str):
                message.content = message.content.partition(text)[0]
        if self.usage and message.usage_metadata is None:
            message.usage_metadata = _used(messages, message)
        message.response_metadata = {"model_name": self.model, **message.response_metadata}
        return message

    def _whole(self, messages: list[Any], stop: list[str] | None, kwargs: dict[str, Any]) -> AIMessage:
        reply = self._next(messages, stop, kwargs)
        if isinstance(reply, Broken):
            raise reply.error
        return reply

    def _chunks_of(
        self, messages: list[Any], stop: list[str] | None, kwargs: dict[str, Any]
    ) -> Iterator[AIMessageChunk]:
        reply = self._next(messages, stop, kwargs)
        if isinstance(reply, Broken):
            return self._broken(reply)
        return self._cut(reply)

    def _broken(self, reply: Broken) -> Iterator[AIMessageChunk]:
        for piece in self._pieces(reply.text):
            yield AIMessageChunk(piece)
        raise reply.error

    def _cut(self, message: AIMessage) -> Iterator[AIMessageChunk]:
        contents = self._pieces(message.content) if isinstance(message.content, str) else [[b] for b in message.content]
        for content in contents:
            yield AIMessageChunk(content, id=message.id)
        calls: list[Any] = [(call, json.dumps(call["args"])) for call in message.tool_calls]
        calls += [(call, call["args"] or "") for call in message.invalid_tool_calls]
        for index, (call, text) in enumerate(calls):
            for fragment in _fragments(index, call, text):
                yield AIMessageChunk("", id=message.id, tool_call_chunks=[fragment])
        yield AIMessageChunk(
            "",
            id=message.id,
            name=message.name,
            additional_kwargs=message.additional_kwargs,
            response_metadata=message.response_metadata,
            usage_metadata=message.usage_metadata,
            chunk_position="last",
        )

    def _pieces(self, text: str) -> list[str]:
        if self.pieces == "letters":
            return list(text)
        return [text] if self.pieces == "whole" else re.findall(r"\S+\s*|\s+", text)


def calling(*tools: str, **args: Any) -> AIMessage:
    """Return an answer that calls a tool with arguments, or several without any.

    Args:
        *tools: The names of the tools.
        **args: The arguments of the only one.

    Raises:
        ValueError: There are arguments, and not one tool.
    """
    if args and len(tools) != 1:
        raise ValueError(f"arguments are for one tool, got {len(tools)}; give an AIMessage with tool_calls instead")
    return AIMessage("", tool_calls=[{"name": name, "args": args, "id": None, "type": "tool_call"} for name in tools])


def _fragments(index: int, call: Any, text: str) -> Iterator[ToolCallChunk]:
    """Yield a call as providers stream it: its name and id first, then its arguments in two pieces."""
    yield {"name": call["name"], "args": "", "id": call["id"], "index": index, "type": "tool_call_chunk"}
    for piece in (text[: len(text) // 2], text[len(text) // 2 :]):
        yield {"name": None, "args": piece, "id": None, "index": index, "type": "tool_call_chunk"}


def _used(messages: Sequence[Any], answer: AIMessage) -> UsageMetadata:
    read = sum(len(str(message.text).split()) for message in messages)
    written = len(str(answer.text).split())
    return {"input_tokens": read, "output_tokens": written, "total_tokens": read + written}


def _pass(seconds: float) -> None:
    if seconds:
        time.sleep(seconds)
