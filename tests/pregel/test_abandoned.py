"""A thread cannot be cancelled, but a chat model that it streams from stops at its next token once nobody reads it."""

import threading

import pytest
from pydantic import ConfigDict

from stepgraph.errors import TaskAbandoned
from stepgraph.graph import MessagesState
from stepgraph.language_models import BaseChatModel
from stepgraph.messages import AIMessageChunk
from stepgraph.outputs import ChatGenerationChunk, ChatResult
from stepgraph.pregel import stream_message
from tests.pregel.states import chain, fan

PATIENCE = 5
"""Seconds after which a test fails; none waits as long when all is well."""


class Tokens(BaseChatModel):
    """A model that gives one token, and the others when it is let go on; it says how its stream ended."""

    go_on: threading.Event
    ended: threading.Event
    seen: list

    model_config = ConfigDict(arbitrary_types_allowed=True)

    @property
    def _llm_type(self) -> str:
        return "tokens"

    def _generate(self, messages, stop=None, run_manager=None, **kwargs) -> ChatResult:
        raise AssertionError("it is streamed")

    def _stream(self, messages, stop=None, run_manager=None, **kwargs):
        try:
            yield ChatGenerationChunk(message=AIMessageChunk("first"))
            assert self.go_on.wait(PATIENCE)
            for number in range(3):
                self.seen.append(number)
                yield ChatGenerationChunk(message=AIMessageChunk(f" {number}"))
            self.seen.append("end")
        finally:
            self.ended.set()

    def finish(self) -> list:
        """Let it go on; return what it did until it ended."""
        self.go_on.set()
        assert self.ended.wait(PATIENCE)
        return self.seen


@pytest.fixture
def tokens():
    return Tokens(go_on=threading.Event(), ended=threading.Event(), seen=[])


GIVEN = {"messages": [("user", "hi")]}


def talk(model):
    return chain(("model", lambda state: {"messages": [model.invoke(state["messages"])]}), state=MessagesState)


def begin_and_close(graph, **options):
    stream = graph.stream(GIVEN, stream_mode="messages", **options)
    next(stream)
    stream.close()


def test_a_stream_that_is_closed_ends_the_models(tokens):
    begin_and_close(talk(tokens))
    assert tokens.finish() == [0]


async def test_an_async_stream_that_is_closed_ends_the_model_of_a_sync_node(tokens):
    stream = talk(tokens).astream(GIVEN, stream_mode="messages")
    await stream.__anext__()
    await stream.aclose()
    assert tokens.finish() == [0]


def test_inside_a_sub_graph(tokens):
    begin_and_close(chain(("inner", talk(tokens)), state=MessagesState), subgraphs=True)
    assert tokens.finish() == [0]


def test_inside_a_run_of_a_node(tokens):
    inner = talk(tokens)
    begin_and_close(chain(("calls", lambda state: inner.invoke(state)), state=MessagesState), subgraphs=True)
    assert tokens.finish() == [0]


def test_no_fallback_takes_over_and_nothing_is_tried_again(tokens):
    spare = Tokens(go_on=tokens.go_on, ended=threading.Event(), seen=[])
    begin_and_close(talk(tokens.with_retry(wait_exponential_jitter=False).with_fallbacks([spare])))
    assert tokens.finish() == [0]
    assert not spare.ended.is_set()


def test_a_task_that_failed_beside_it_ends_it(tokens):
    begun = threading.Event()

    def fails(state):
        assert begun.wait(PATIENCE)
        raise RuntimeError("no")

    graph = fan(
        ("model", lambda state: {"messages": [tokens.invoke(state["messages"])]}), ("fails", fails), state=MessagesState
    )
    stream = graph.stream(GIVEN, stream_mode="messages")
    next(stream)
    begun.set()
    with pytest.raises(RuntimeError, match="no"):
        next(stream)
    assert tokens.finish() == [0]


def test_what_outlives_its_node_goes_on(tokens):
    def node(state, config):
        thread = threading.Thread(target=lambda: tokens.invoke(state["messages"], config))
        thread.start()
        return {"messages": []}

    list(chain(("node", node), state=MessagesState).stream(GIVEN, stream_mode="messages"))
    assert tokens.finish() == [0, 1, 2, "end"]


def test_without_the_messages_mode_a_node_that_is_left_runs_to_its_end():
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def node(state):
        begun.set()
        assert go_on.wait(PATIENCE)
        if not stream_message(AIMessageChunk("text", id="1")):
            ended.set()

    stream = fan(("node", node), ("quick", lambda _: None), state=MessagesState).stream(GIVEN, stream_mode="updates")
    next(stream)
    assert begun.wait(PATIENCE)
    stream.close()
    go_on.set()
    assert ended.wait(PATIENCE)


def test_the_door_for_models_of_other_makes():
    go_on, ended, found = threading.Event(), threading.Event(), []

    def node(state):
        stream_message(AIMessageChunk("one", id="1"))
        assert go_on.wait(PATIENCE)
        try:
            stream_message(AIMessageChunk("two", id="1"))
        except TaskAbandoned as error:
            found.append(str(error))
        ended.set()

    begin_and_close(chain(("node", node), state=MessagesState))
    go_on.set()
    assert ended.wait(PATIENCE)
    assert found == ["the graph's stream was closed, or a task beside this one failed"]
