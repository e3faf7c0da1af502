"""A stand-in for providers of models: HTTP on loopback, OpenAI's and Anthropic's protocols, in a thread of its own.

OpenAI's are its chat completions, its responses and its embeddings, on Azure's paths as well, Anthropic's its messages.

It checks requests as the providers do, answers from a script or else from the request itself, records what it was
asked, and breaks off in every way a network can. It needs nothing but the standard library. The fixture `standin`
gives one that is empty.

    def test_a_retry(standin):
        standin.answers += [Failure(429, retry_after=0.01), Answer("Hello", usage=Usage(input=3, output=1))]
        client = OpenAI(base_url=standin.openai_url, api_key=standin.key)
        ...
        assert [request.status for request in standin.requests] == [429, 200]
        assert standin.last.body["messages"][-1]["content"] == "Hi"

The script, one item for each request that passes the checks:

    Answer("some text")                                 pieces=["so", "me text"] says how a stream cuts it
    Answer(tool_calls=[ToolCall("add", {"a": 1})])      args as a str are sent as they are; fragments=[...]
    Answer(thinking="...", signature="...")             Anthropic; refusal="..." for both; finish="length" overrides
    Answer("...", items=[{...}], annotations=[{...}])   OpenAI's responses; thinking="..." is a summary there
    [Answer("one"), Answer("two")]                      the choices of `n`
    Answer("a b", before=0.1, between=flag, at={3: flag})    seconds, or a `stepgraph.testing.Flag` that a test sets
    Answer("a b c", ends=Cut(after=2, inside=True))     ends in the middle of the third event; clean=, reset=
    Answer("a b c", ends=StreamError(after=2))          an `error` event inside the stream
    Failure(500), Failure(429, retry_after=0.01), Failure(529), Failure(502, body="<html>")
    Drop(), Drop(reset=True)                            no answer at all
    Vectors([[0.1, 0.2]])                               for embeddings
    Verbatim(body={...}, events=[{...}, b"data: x\\n\\n"])    anything, in the protocol's own words
    lambda request: Answer(request.body["model"])       sees the request; None leaves it to the fallback

Without a script it repeats what the user said last, calls the tool that `tool_choice` forces (the first, for
`required` and `any`) with arguments made from its schema, fills the schema of `response_format`, `text.format` or
`output_config`, and obeys limits and stop words; `standin.answer_with(function of an Ask)` says otherwise. The models
`tokens-1000` and `tokens-1000-every-5ms` say so many words. Vectors are made of words, so that texts that share words
are near.

What it saw: `requests` (`path`, `headers` without the key, `key_header`, `key_ok`, `body`, `status`, `outcome`,
`events`), `last`, `active`, `most_active`, `connections`, `open_connections` (those kept for later included),
`most_connections`, `closed_early` (`request`, `events`, `when`), `counts()`. Waits: `wait_for(lambda: ...)`,
`wait_until_idle(1.0)`, `wait_until_closed(1.0)`; in coroutines `await_for`, `await_until_idle`, `await_until_closed`.

A stream without pauses is written at once, so its client cannot be seen to leave early: `between` or `at` hold it.
`standin.rules` holds what it takes for right: `key` ("test-key"), `models` (add your own), `deployments` (names on
Azure, and their models; each model is deployed under its own name, too), `roles_alternate`.
`standin.environment()` are the variables that lead SDKs here. Benchmarks use `with standin_process() as url:`, or
`python -m tests.providers.standin --port 0`; `GET /standin` then says the counts.
"""

from tests.providers.standin.endpoint import KEY
from tests.providers.standin.ledger import REDACTED, ClosedEarly, Request
from tests.providers.standin.process import standin_process
from tests.providers.standin.replies import Ask
from tests.providers.standin.script import (
    Answer,
    Cut,
    Drop,
    Failure,
    StreamError,
    ToolCall,
    Usage,
    Vectors,
    Verbatim,
)
from tests.providers.standin.server import Standin

__all__ = [
    "KEY",
    "REDACTED",
    "Answer",
    "Ask",
    "ClosedEarly",
    "Cut",
    "Drop",
    "Failure",
    "Request",
    "Standin",
    "StreamError",
    "ToolCall",
    "Usage",
    "Vectors",
    "Verbatim",
    "standin_process",
]
