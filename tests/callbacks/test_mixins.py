"""The classes that handlers may derive from in place of `BaseCallbackHandler`."""

import inspect
from typing import Any

import pytest

from stepgraph.callbacks import (
    BaseCallbackHandler,
    CallbackManagerMixin,
    ChainManagerMixin,
    LLMManagerMixin,
    RetrieverManagerMixin,
    RunManagerMixin,
    ToolManagerMixin,
)
from stepgraph.callbacks.base import EVENTS
from stepgraph.runnables import RunnableLambda
from tests.callbacks.ears import COLOURS, awaited, manager_of, run

MIXINS = [
    LLMManagerMixin,
    ChainManagerMixin,
    ToolManagerMixin,
    RetrieverManagerMixin,
    CallbackManagerMixin,
    RunManagerMixin,
]


def test_together_they_are_what_a_handler_hears():
    events = [name for mixin in MIXINS for name in vars(mixin) if name.startswith("on_")]
    assert sorted(events) == sorted(EVENTS)
    assert BaseCallbackHandler.__bases__ == tuple(MIXINS)
    assert all(inspect.getdoc(getattr(BaseCallbackHandler, event)) for event in EVENTS)


@pytest.mark.parametrize("door", COLOURS)
async def test_who_derives_from_one_of_them_is_a_handler(door: str):
    heard: list[Any] = []

    class Models(LLMManagerMixin):
        def on_llm_end(self, response, **facts):
            heard.append(response)

    [model] = await awaited(manager_of(door, Models()).on_llm_start({}, ["hi"]))
    await awaited(model.on_llm_new_token("h"))
    await awaited(model.on_llm_end("ho"))
    assert heard == ["ho"]
    assert await run(RunnableLambda(lambda x: x), door, 1, {"callbacks": [Models()]}) == 1


@pytest.mark.parametrize("door", COLOURS)
async def test_several_make_a_handler_of_several_kinds(door: str):
    heard: list[Any] = []

    class Chains(CallbackManagerMixin, ChainManagerMixin):
        def on_chain_start(self, serialized, inputs, **facts):
            heard.append(inputs)
            super().on_chain_start(serialized, inputs, **facts)

        async def on_chain_end(self, outputs, **facts):
            heard.append(outputs)

    await run(RunnableLambda(lambda x: x + 1), door, 1, {"callbacks": [Chains()]})
    assert heard == [1, 2]


@pytest.mark.parametrize("mixin", MIXINS)
def test_alone_none_of_them_hears_anything(mixin: Any, caplog: pytest.LogCaptureFixture):
    assert RunnableLambda(lambda x: x).invoke(1, {"callbacks": [mixin()]}) == 1
    assert caplog.records == []
