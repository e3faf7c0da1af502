"""What a handler can hear, and what it can leave out."""

import inspect
from typing import Any
from uuid import uuid4

import pytest

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from stepgraph.callbacks.base import EVENTS
from stepgraph.runnables import RunnableLambda
from tests.callbacks.ears import COLOURS, awaited, ear, manager_of, run


def test_every_event_is_a_method_that_takes_what_others_know_it_to_take():
    methods = {name for name in dir(BaseCallbackHandler) if name.startswith("on_")}
    assert methods == set(EVENTS)
    for event in EVENTS:
        parameters = inspect.signature(getattr(BaseCallbackHandler, event)).parameters
        assert "run_id" in parameters
        assert parameters["kwargs"].kind is inspect.Parameter.VAR_KEYWORD


@pytest.mark.parametrize("attribute", sorted({*EVENTS.values()} - {""}))
def test_a_handler_leaves_nothing_out_unless_it_says_so(attribute: str):
    assert getattr(BaseCallbackHandler, attribute) is False
    assert getattr(AsyncCallbackHandler, attribute) is False


async def all_events(manager: Any) -> None:
    """Report one event of each sort."""
    [model] = await awaited(manager.on_llm_start({}, ["hi"]))
    await awaited(model.on_llm_new_token("h"))
    await awaited(model.on_llm_end("answer"))
    [chat] = await awaited(manager.on_chat_model_start({}, [["hi"]]))
    await awaited(chat.on_llm_error(ValueError()))
    chain = await awaited(manager.on_chain_start({}, "in"))
    await awaited(chain.on_text("text"))
    await awaited(chain.on_retry("state"))
    await awaited(chain.on_agent_action("action"))
    await awaited(chain.on_agent_finish("finish"))
    await awaited(chain.on_chain_end("out"))
    await awaited((await awaited(manager.on_chain_start({}, "in"))).on_chain_error(ValueError()))
    tool = await awaited(manager.on_tool_start({}, "in"))
    await awaited(tool.on_tool_end("out"))
    await awaited((await awaited(manager.on_tool_start({}, "in"))).on_tool_error(ValueError()))
    retriever = await awaited(manager.on_retriever_start({}, "query"))
    await awaited(retriever.on_retriever_end([]))
    await awaited((await awaited(manager.on_retriever_start({}, "query"))).on_retriever_error(ValueError()))
    await awaited(manager.on_custom_event("mine", 1, run_id=uuid4()))


@pytest.mark.parametrize("kind", ["sync", "inline", "async"])
@pytest.mark.parametrize("door", COLOURS)
async def test_every_event_reaches_every_kind_of_handler(door: str, kind: str):
    handler = ear(kind)
    await all_events(manager_of(door, handler))
    assert set(handler.events) == set(EVENTS)
    assert [each.facts["run_id"] for each in handler.heard if each.facts.get("run_id") is None] == []


@pytest.mark.parametrize("attribute", sorted({*EVENTS.values()} - {""}))
@pytest.mark.parametrize("door", COLOURS)
async def test_what_a_handler_ignores_does_not_reach_it(door: str, attribute: str):
    handler = ear("inline")
    setattr(handler, attribute, True)
    await all_events(manager_of(door, handler))
    missing = {event for event, ignored in EVENTS.items() if ignored == attribute}
    assert handler.events.count("on_llm_start") == (0 if attribute == "ignore_llm" else 1)
    assert set(handler.events) == set(EVENTS) - missing


@pytest.mark.parametrize("door", COLOURS)
async def test_a_handler_needs_no_base_class(door: str):
    class Mine:
        def __init__(self) -> None:
            self.heard: list[Any] = []

        def on_chain_start(self, serialized, inputs, **facts):
            self.heard.append(inputs)

    handler = Mine()
    await all_events(manager_of(door, handler))
    assert handler.heard == ["in", "in"]


@pytest.mark.parametrize("door", COLOURS)
async def test_async_handlers_may_await_what_they_override(door: str):
    heard: list[Any] = []

    class Mine(AsyncCallbackHandler):
        raise_error = True

        async def on_chain_start(self, serialized, inputs, **facts):
            assert await super().on_chain_start(serialized, inputs, **facts) is None
            heard.append(inputs)

        async def on_chain_end(self, outputs, **facts):
            assert await super().on_chain_end(outputs, **facts) is None
            heard.append(outputs)

    await run(RunnableLambda(lambda x: x + 1), door, 1, {"callbacks": [Mine()]})
    assert heard == [1, 2]


@pytest.mark.parametrize("event", EVENTS)
def test_the_methods_of_both_kinds_take_the_same(event: str):
    method = getattr(AsyncCallbackHandler, event)
    assert inspect.iscoroutinefunction(method)
    assert inspect.signature(method) == inspect.signature(getattr(BaseCallbackHandler, event))
    assert not inspect.iscoroutinefunction(getattr(BaseCallbackHandler, event))
