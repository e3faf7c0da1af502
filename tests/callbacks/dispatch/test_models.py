"""Events of models: tokens, and messages for handlers that only know text."""

from typing import Any

import pytest

from stepgraph.messages import HumanMessage
from tests.callbacks.ears import COLOURS, KINDS, awaited, ear, manager_of


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("door", COLOURS)
async def test_tokens_come_in_order(door: str, kind: str):
    handler = ear(kind)
    [model] = await awaited(manager_of(door, handler).on_llm_start({}, ["hi"]))
    for number in range(20):
        await awaited(model.on_llm_new_token(str(number)))
    tokens = [each.args[0] for each in handler.heard if each.event == "on_llm_new_token"]
    assert tokens == [str(number) for number in range(20)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("door", COLOURS)
async def test_a_handler_may_say_that_it_does_not_know_chat_models(door: str, kind: str):
    handler = ear(kind)

    def refuse(*args: Any, **facts: Any) -> None:
        raise NotImplementedError

    async def refuse_async(*args: Any, **facts: Any) -> None:
        raise NotImplementedError

    handler.on_chat_model_start = refuse_async if kind == "async" else refuse  # type: ignore[method-assign]
    await awaited(manager_of(door, handler).on_chat_model_start({}, [[HumanMessage("hi")]]))
    assert handler.events == ["on_llm_start"]
    assert handler.heard[0].args == ({}, ["Human: hi"])
