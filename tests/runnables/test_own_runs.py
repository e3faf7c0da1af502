"""Runnables of the user's own report their runs through `_call_with_config` and its kin."""

import pytest

from stepgraph.runnables import Runnable, RunnableLambda
from tests.runnables.recording import Recorder

inner = RunnableLambda(str, name="inner")


class Mine(Runnable):
    run_type = "tool"

    def _compute(self, input, run_manager, config):
        return inner.invoke(input, {"callbacks": run_manager.get_child()}) + "".join(config["tags"])

    async def _acompute(self, input, run_manager, config):
        return await inner.ainvoke(input, {"callbacks": run_manager.get_child()}) + "".join(config["tags"])

    def _twice(self, chunks, run_manager):
        for chunk in chunks:
            yield chunk * 2

    async def _atwice(self, chunks, config):
        async for chunk in chunks:
            yield chunk * 2

    def invoke(self, input, config=None, **kwargs):
        return self._call_with_config(self._compute, input, config, **kwargs)

    async def ainvoke(self, input, config=None, **kwargs):
        return await self._acall_with_config(self._acompute, input, config, **kwargs)

    def transform(self, input, config=None, **kwargs):
        yield from self._transform_stream_with_config(input, self._twice, config, **kwargs)

    async def atransform(self, input, config=None, **kwargs):
        async for chunk in self._atransform_stream_with_config(input, self._atwice, config, **kwargs):
            yield chunk


class Failing(Runnable):
    def _fail(self, input):
        raise ValueError("no")

    def invoke(self, input, config=None, **kwargs):
        return self._call_with_config(self._fail, input, config, run_type="retriever")


@pytest.fixture
def recorder():
    return Recorder()


def test_a_call_is_a_run_of_the_runnable(recorder):
    assert Mine().invoke(1, {"callbacks": [recorder], "tags": ["!"]}) == "1!"
    (root,) = recorder.heard.roots
    assert (root.name, [run.name for run in recorder.heard.below(root)]) == ("Mine", ["inner"])


async def test_so_it_is_in_async_code(recorder):
    assert await Mine().ainvoke(1, {"callbacks": [recorder], "tags": ["!"]}) == "1!"
    (root,) = recorder.heard.roots
    assert (root.name, [run.name for run in recorder.heard.below(root)]) == ("Mine", ["inner"])


async def test_nobody_need_listen():
    assert Mine().invoke(1) == await Mine().ainvoke(1) == "1"


async def test_streams_are_runs_too(recorder):
    config = {"callbacks": [recorder]}
    assert list(Mine().transform(iter("ab"), config)) == ["aa", "bb"]
    assert [chunk async for chunk in Mine().astream("a", config)] == ["aa"]
    assert [run.name for run in recorder.heard.roots] == ["Mine", "Mine"]
    assert [run.outputs for run in recorder.heard.roots] == ["aabb", "aa"]


def test_errors_are_reported(recorder):
    with pytest.raises(ValueError, match="no"):
        Failing().invoke(1, {"callbacks": [recorder]})
    (root,) = recorder.heard.roots
    assert isinstance(root.error, ValueError)
