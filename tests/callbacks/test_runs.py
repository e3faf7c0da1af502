"""Managers of runs: what goes to the runs below, and what does not."""

from typing import Any
from uuid import uuid4

import pytest

from stepgraph.callbacks import BaseCallbackHandler
from tests.callbacks.ears import COLOURS, awaited, ear, manager_of


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
