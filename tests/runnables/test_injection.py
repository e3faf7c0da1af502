"""What functions get besides their input, in the colour that they are written in."""

from typing import Any

import pytest

from stepgraph.callbacks import BaseCallbackHandler
from stepgraph.runnables import RunnableGenerator, RunnableLambda


class Ear(BaseCallbackHandler):
    run_inline = True

    def __init__(self):
        self.heard: list[str] = []

    def on_text(self, text, **facts):
        self.heard.append(text)


def told(input, run_manager):
    run_manager.on_text("hello")
    return type(run_manager).__name__


async def told_later(input, run_manager):
    await run_manager.on_text("hello")
    return type(run_manager).__name__


def each_told(chunks, run_manager):
    for chunk in chunks:
        yield told(chunk, run_manager)


SYNC, ASYNC = "CallbackManagerForChainRun", "AsyncCallbackManagerForChainRun"


@pytest.mark.parametrize("runnable", [RunnableLambda(told), RunnableGenerator(each_told)])
@pytest.mark.parametrize("heard", [True, False])
async def test_a_sync_function_reports_in_sync_code_wherever_it_is_called(runnable: Any, heard: bool):
    ear = Ear()
    config: Any = {"callbacks": [ear]} if heard else None
    assert runnable.invoke(1, config) == await runnable.ainvoke(1, config) == SYNC
    assert ear.heard == ["hello"] * (2 if heard else 0)


@pytest.mark.parametrize("heard", [True, False])
async def test_an_async_function_awaits_its_reports(heard: bool):
    ear = Ear()
    assert await RunnableLambda(told_later).ainvoke(1, {"callbacks": [ear]} if heard else None) == ASYNC
    assert ear.heard == ["hello"] * heard
