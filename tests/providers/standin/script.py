"""What the stand-in is told to answer: plain data, one item for each request, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


class Awaited(Protocol):
    """What a test sets to let an answer go on: a `stepgraph.testing.Flag`, or what looks like one."""

    async def await_set(self) -> None:
        """Wait until it is set."""


# Seconds to wait, or a flag that the test sets.
Pause = float | Awaited


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, counted as one would say it; each protocol words them in its own way.

    Attributes:
        input: All tokens of the request, those from the cache and those written to it included.
        output: All tokens of the answer, those of the reasoning included.
        cached: How many of `input` were read from the cache.
        cache_written: How many of `input` were written to it (Anthropic alone reports them).
        reasoning: How many of `output` were reasoning (OpenAI alone reports them).
    """

    input: int = 10
    output: int = 5
    cached: int = 0
    cache_written: int = 0
    reasoning: int = 0


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a tool.

    Attributes:
        name: The tool.
        args: Its arguments; a string is sent as it is, so that it may be malformed.
        id: Made up when missing.
        fragments: How a stream cuts the arguments; a few characters each when missing.
    """

    name: str
    args: Mapping[str, Any] | str = field(default_factory=dict)
    id: str | None = None
    fragments: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection ends before the answer does.

    Attributes:
        after: How many events of the stream arrive whole.
        inside: Whether half of the next event arrives too. An answer that is no stream always ends half way.
        clean: Whether the stream ends as if it were complete, only without its last events (as behind some proxies).
        reset: Whether the connection is reset rather than closed.
    """

    after: int = 0
    inside: bool = False
    clean: bool = False
    reset: bool = False


@dataclass(frozen=True, slots=True)
class StreamError:
    """The stream says after some events that something went wrong, and ends; no stream: the request fails with 529.

    Attributes:
        after: How many events arrive before.
        kind: The type of the error, in the words of the protocol.
        message: What it says.
    """

    after: int = 1
    kind: str = "overloaded_error"
    message: str = "Overloaded"


@dataclass(slots=True)
class Answer:
    """A model's answer. What is scripted is sent as it stands: no limit, stop word or schema of the request changes it.

    Attributes:
        text: What the model says.
        tool_calls: What it calls; a stream sends them one after the other.
        pieces: How a stream cuts the text (`text` is then not needed); words when missing.
        thinking: What it thinks first (Anthropic; OpenAI's responses, where parts of a summary are split by a blank
            line).
        signature: The signature of the thinking.
        refusal: What it says instead of an answer. OpenAI: the refusal; Anthropic: the text of a `refusal` stop.
        items: What stands before the text, in the words of OpenAI's responses: what its own tools did, for example.
        annotations: What is said of the text (OpenAI's responses).
        finish: The finish or stop reason in the protocol's own word; follows from the rest when missing. OpenAI's
            responses: `failed`, or why they are incomplete.
        usage: The tokens; counted when missing.
        before: Waited for before the first byte.
        between: Waited for between two events of the stream.
        at: Waited for before the event of that number, from 0; the headers are sent by then.
        ends: How the stream ends, if not well.
        headers: More headers of the response.
    """

    text: str = ""
    tool_calls: Sequence[ToolCall] = ()
    pieces: Sequence[str] | None = None
    thinking: str | None = None
    signature: str = "c2lnbmF0dXJl"
    refusal: str | None = None
    items: Sequence[Mapping[str, Any]] = ()
    annotations: Sequence[Mapping[str, Any]] = ()
    finish: str | None = None
    usage: Usage | None = None
    before: Pause = 0.0
    between: Pause = 0.0
    at: Mapping[int, Pause] = field(default_factory=dict)
    ends: Cut | StreamError | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.pieces is not None and not self.text:
            self.text = "".join(self.pieces)
        if self.pieces is not None and "".join(self.pieces) != self.text:
            raise ValueError("Answer: the pieces are not the text")

    @property
    def hurries(self) -> bool:
        """Whether nothing is waited for once the first byte is sent."""
        return not self.between and not self.at and self.ends is None


@dataclass(slots=True)
class Verbatim:
    """An answer in the protocol's own words, whatever they are.

    Attributes:
        body: The answer that is no stream; sent as JSON unless it is bytes.
        events: The events of the stream: dicts (their `type` names an Anthropic event) or the bytes of an event.
        before, between, at, ends, headers: As for an `Answer`.
    """

    body: Any = None
    events: Sequence[Mapping[str, Any] | bytes] = ()
    before: Pause = 0.0
    between: Pause = 0.0
    at: Mapping[int, Pause] = field(default_factory=dict)
    ends: Cut | StreamError | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    hurries = Answer.hurries


@dataclass(slots=True)
class Vectors:
    """An answer to a request for embeddings: a vector for each input."""

    vectors: Sequence[Sequence[float]]
    before: Pause = 0.0


@dataclass(slots=True)
class Failure:
    """The request fails.

    Attributes:
        status: The HTTP status; the protocol's usual error body goes with it.
        message: What the error says.
        kind: The type of the error; the usual one of the status when missing.
        code: The code of the error (OpenAI).
        retry_after: Seconds, sent as `retry-after` and `retry-after-ms`.
        body: A body in place of the protocol's, such as a proxy's page.
        headers: More headers of the response.
        before: Waited for before the answer.
    """

    status: int
    message: str | None = None
    kind: str | None = None
    code: str | None = None
    retry_after: float | None = None
    body: bytes | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    before: Pause = 0.0


@dataclass(slots=True)
class Drop:
    """The connection ends before a byte of the answer, by a close or by a reset."""

    before: Pause = 0.0
    reset: bool = False
