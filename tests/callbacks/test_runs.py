"""Managers of runs: what goes to the runs below, and what does not."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from stepgraph.callbacks import (
    AsyncCallbackManager,
    AsyncCallbackManagerForChainRun,
    AsyncCallbackManagerForLLMRun,
    AsyncCallbackManagerForRetrieverRun,
    AsyncCallbackManagerForToolRun,
    AsyncParentRunManager,
    AsyncRunManager,
    BaseCallbackHandler,
    CallbackManager,
    CallbackManagerForChainRun,
    CallbackManagerForLLMRun,
    CallbackManagerForRetrieverRun,
    CallbackManagerForToolRun,
    ParentRunManager,
    RunManager,
)
from tests.callbacks.ears import COLOURS, awaited, ear, manager_of

KINDS_OF_RUNS = [
    (RunManager, AsyncRunManager),
    (ParentRunManager, AsyncParentRunManager),
    (CallbackManagerForLLMRun, AsyncCallbackManagerForLLMRun),
    (CallbackManagerForChainRun, AsyncCallbackManagerForChainRun),
    (CallbackManagerForToolRun, AsyncCallbackManagerForToolRun),
    (CallbackManagerForRetrieverRun, AsyncCallbackManagerForRetrieverRun),
]


@pytest.mark.parametrize("door", COLOURS)
async def test_a_child_has_what_is_inheritable(door: str):
    everywhere, here = BaseCallbackHandler(), BaseCallbackHandler()
    manager = manager_of(door, everywhere, tags=["a", "b"], inheritable_tags=["a"], metadata={"x": 1, "y": 2})
    manager.add_metadata({"z": 3})
    manager.add_handler(here, inherit=False)
    run = await awaited(manager.on_chain_start({}, "in"))
    child = run.get_child()
    assert type(child) is type(manager)
    assert child.parent_run_id == run.run_id
    assert child.handlers == child.inheritable_handlers == [everywhere]
    assert child.tags == child.inheritable_tags == ["a"]
    assert child.metadata == child.inheritable_metadata == {"z": 3}


@pytest.mark.parametrize("door", COLOURS)
async def test_the_tag_of_a_child_is_that_childs_alone(door: str):
    run = await awaited(manager_of(door, ear("inline"), inheritable_tags=["a"]).on_chain_start({}, "in"))
    child = run.get_child("step:1")
    assert (child.tags, child.inheritable_tags) == (["a", "step:1"], ["a"])
    grandchild = (await awaited(child.on_chain_start({}, "in"))).get_child()
    assert grandchild.tags == ["a"]
    assert run.get_child().tags == ["a"]


@pytest.mark.parametrize("door", COLOURS)
async def test_what_is_added_below_does_not_reach_above_or_beside(door: str):
    run = await awaited(manager_of(door, ear("inline"), inheritable_tags=["a"]).on_chain_start({}, "in"))
    one, other = run.get_child(), run.get_child()
    one.add_handler(BaseCallbackHandler())
    one.add_tags(["b"])
    one.add_metadata({"x": 1})
    one.remove_handler(one.handlers[0])
    for each in (other, run):
        assert len(each.inheritable_handlers) == 1
        assert (each.inheritable_tags, each.inheritable_metadata) == (["a"], {})


@pytest.mark.parametrize("door", COLOURS)
async def test_events_between_start_and_end_name_their_run(door: str):
    handler, above = ear("inline"), uuid4()
    manager = manager_of(door, handler, parent_run_id=above, tags=["a"])
    [run] = await awaited(manager.on_llm_start({}, ["hi"]))
    await awaited(run.on_llm_new_token("t", chunk="c"))
    await awaited(run.on_text("said", end="\n"))
    expected: dict[str, Any] = {"run_id": run.run_id, "parent_run_id": above, "tags": ["a"]}
    assert handler.of("on_llm_new_token").args == ("t",)
    assert handler.of("on_llm_new_token").facts == {**expected, "chunk": "c"}
    assert handler.of("on_text").facts == {**expected, "end": "\n"}


@pytest.mark.parametrize("kinds", KINDS_OF_RUNS, ids=lambda kinds: kinds[0].__name__)
def test_the_sync_twin_of_an_async_one_reports_of_the_same_run(kinds: Any):
    handler, above, run_id = ear("inline"), uuid4(), uuid4()
    manager = manager_of("ainvoke", handler, parent_run_id=above, tags=["a"], metadata={"x": 1})
    run = kinds[1](manager, run_id)
    twin = run.get_sync()
    assert type(twin) is kinds[0]
    assert vars(twin) == vars(run)
    twin.on_text("said")
    assert handler.of("on_text").facts == {"run_id": run_id, "parent_run_id": above, "tags": ["a"]}
    assert type(twin.get_child()) is CallbackManager
    assert type(run.get_child()) is AsyncCallbackManager


@pytest.mark.parametrize("kind", [kind for kinds in KINDS_OF_RUNS for kind in kinds], ids=lambda kind: kind.__name__)
async def test_one_that_reports_to_nobody(kind: Any):
    run = kind.get_noop_manager()
    assert type(run) is kind
    assert isinstance(run.run_id, UUID)
    assert run.run_id != kind.get_noop_manager().run_id
    child = run.get_child("a")
    assert (child.handlers, child.parent_run_id, child.tags) == ([], run.run_id, ["a"])
    await awaited(run.on_text("said"))
    await awaited(run.on_custom_event("mine", 1))


@pytest.mark.parametrize("kind", [kind for kinds in KINDS_OF_RUNS for kind in kinds], ids=lambda kind: kind.__name__)
def test_one_can_be_made_of_what_a_manager_would_hold(kind: Any):
    handler, below, run_id, above = ear("inline"), ear("inline"), uuid4(), uuid4()
    run = kind(
        run_id=run_id,
        handlers=[handler],
        inheritable_handlers=[below],
        parent_run_id=above,
        tags=["a"],
        inheritable_tags=["b"],
        metadata={"x": 1},
        inheritable_metadata=None,
    )
    child = run.get_child()
    assert (run.run_id, run.parent_run_id, run.handlers, run.tags, run.metadata) == (
        run_id,
        above,
        [handler],
        ["a"],
        {"x": 1},
    )
    assert (child.handlers, child.parent_run_id, child.tags, child.metadata) == ([below], run_id, ["b"], {})


def test_a_manager_and_what_it_would_hold_are_too_much():
    with pytest.raises(TypeError, match=r"expected a manager or 'tags', 'metadata', got both"):
        CallbackManagerForChainRun(CallbackManager([]), uuid4(), tags=["a"], metadata={})
    with pytest.raises(TypeError, match="handlers"):
        CallbackManagerForChainRun(run_id=uuid4())


@pytest.mark.parametrize("door", COLOURS)
async def test_an_event_of_the_users_own_belongs_to_the_run(door: str):
    handler, other = ear("inline"), uuid4()
    manager = manager_of(door, handler, tags=["a"], metadata={"x": 1})
    run = await awaited(manager.on_chain_start({}, "in"))
    await awaited(run.on_custom_event("mine", {"y": 2}))
    await awaited(run.on_custom_event("other", None, run_id=other))
    [mine, another] = handler.heard[1:]
    assert (mine.event, mine.args) == ("on_custom_event", ("mine", {"y": 2}))
    assert mine.facts == {"run_id": run.run_id, "tags": ["a"], "metadata": {"x": 1}}
    assert another.facts["run_id"] == other
