"""Events that programs hand to handlers themselves."""

from typing import Any

import pytest

from stepgraph.callbacks import BaseCallbackHandler, ahandle_event, handle_event
from stepgraph.messages import HumanMessage
from tests.callbacks.ears import COLOURS, KINDS, ear


async def handed(door: str, handlers: list[Any], *args: Any, **kwargs: Any) -> None:
    if door == "ainvoke":
        await ahandle_event(handlers, *args, **kwargs)
    else:
        handle_event(handlers, *args, **kwargs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("door", COLOURS)
async def test_an_event_is_handed_over(door: str, kind: str):
    handler, deaf = ear(kind), ear(kind)
    deaf.ignore_agent = True
    await handed(door, [handler, deaf], "on_tool_start", "ignore_agent", {}, "in", run_id=1)
    await handed(door, [handler], "on_text", None, "said", run_id=1)
    assert handler.events == ["on_tool_start", "on_text"]
    assert (handler.heard[0].args, handler.heard[0].facts) == (({}, "in"), {"run_id": 1})
    assert deaf.events == []


@pytest.mark.parametrize("door", COLOURS)
async def test_messages_become_text_for_who_only_knows_text(door: str):
    heard: list[Any] = []

    class Plain(BaseCallbackHandler):
        def on_llm_start(self, serialized, prompts, **facts):
            heard.append(prompts)

    messages = [[HumanMessage("a")], [HumanMessage("b")]]
    await handed(door, [Plain()], "on_chat_model_start", "ignore_chat_model", {}, messages, run_id=1)
    assert heard == [["Human: a", "Human: b"]]


@pytest.mark.parametrize("door", COLOURS)
async def test_an_event_that_only_some_handlers_know(door: str):
    heard: list[Any] = []

    class Knows(BaseCallbackHandler):
        def on_stream_event(self, event, **facts):
            heard.append(event)

    await handed(door, [Knows(), BaseCallbackHandler()], "on_stream_event", "ignore_llm", "e", run_id=1)
    assert heard == ["e"]
