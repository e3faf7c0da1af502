"""The collector keeps the records of runs that have ended."""

import pytest

from stepgraph.callbacks import RunCollectorCallbackHandler
from stepgraph.runnables import RunnableLambda
from tests.callbacks.ears import COLOURS, run


@pytest.mark.parametrize("door", COLOURS)
async def test_runs_at_the_root_are_kept_in_the_order_in_which_they_ended(door: str):
    collector = RunCollectorCallbackHandler()
    step = RunnableLambda(lambda x: x + 1, name="step")
    for whole in (step, step | step):
        await run(whole, door, 1, {"callbacks": [collector]})
    assert [(each.name, each.outputs) for each in collector.traced_runs] == [
        ("step", {"output": 2}),
        ("RunnableSequence", {"output": 3}),
    ]
    assert [len(each.child_runs) for each in collector.traced_runs] == [0, 2]


@pytest.mark.parametrize("door", COLOURS)
async def test_runs_that_failed_are_kept_too(door: str):
    collector = RunCollectorCallbackHandler()
    with pytest.raises(ZeroDivisionError):
        await run(RunnableLambda(lambda x: x // 0), door, 1, {"callbacks": [collector]})
    [failed] = collector.traced_runs
    assert failed.error is not None
    assert failed.error.startswith("ZeroDivisionError(")
