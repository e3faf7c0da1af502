"""`astream_events`: which events come, what they hold, and who else hears of the run.

Events are compared with langchain-core's in `test_run_tree_parity.py`. Where these deviate, it is for a reason:

- The input of a run stands in its start event as soon as it is known; for the first step of a streamed sequence it is.
- Where the outermost run is filtered out, its input does not turn up in the first event that is left.
- An input that is `0` or `""` stays what it is.
- `map()` has events.
- The run waits for a slow consumer, and what `parent_ids` are made of is forgotten as runs end.
"""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from stepgraph.callbacks import AsyncCallbackHandler, AsyncCallbackManager, BaseCallbackHandler, CallbackManager
from stepgraph.callbacks.custom import adispatch_custom_event
from stepgraph.runnables import RunnableLambda
from stepgraph.runnables.event_handler import Choice, EventHandler
from tests.runnables.event_lists import events_of, kinds, one_more


async def test_event_as_a_whole():
    run_id = "11111111-1111-1111-1111-111111111111"
    runnable = RunnableLambda(one_more).with_config(tags=["a"], metadata={"b": 1}, run_name="plus")
    start, chunk, end = await events_of(runnable, 1, {"run_id": run_id})
    common = {"name": "plus", "run_id": run_id, "parent_ids": [], "tags": ["a"], "metadata": {"b": 1}}
    assert start == {"event": "on_chain_start", **common, "data": {"input": 1}}
    assert chunk == {"event": "on_chain_stream", **common, "data": {"chunk": 2}}
    assert end == {"event": "on_chain_end", **common, "data": {"output": 2}}


async def test_run_id_may_be_a_uuid():
    run_id = UUID(int=7)
    events = await events_of(RunnableLambda(one_more), 1, {"run_id": run_id})
    assert {event["run_id"] for event in events} == {str(run_id)}


async def test_parents_outermost_first():
    inner = RunnableLambda(one_more, name="inner")

    async def middle(number: int) -> int:
        return await inner.ainvoke(number)

    async def outer(number: int) -> int:
        return await RunnableLambda(middle).ainvoke(number)

    events = await events_of(RunnableLambda(outer), 1)
    ids = {event["name"]: event["run_id"] for event in events}
    above = {event["name"]: event["parent_ids"] for event in events}
    assert above == {"outer": [], "middle": [ids["outer"]], "inner": [ids["outer"], ids["middle"]]}


async def test_falsy_inputs_stay():
    async def outer(number: int) -> int:
        return await RunnableLambda(one_more, name="inner").ainvoke(number)

    events = await events_of(RunnableLambda(outer), 0)
    assert [event["data"] for event in events if event["name"] == "inner"] == [
        {"input": 0},
        {"output": 1, "input": 0},
    ]


async def test_events_are_the_consumers_own():
    """What a consumer does to an event, no handler and no other run sees."""
    seen: list[Any] = []

    class Sees(BaseCallbackHandler):
        run_inline = True

        def on_chain_end(self, outputs: Any, *, tags: Any, **kwargs: Any) -> None:
            seen.append(list(tags))

    runnable = RunnableLambda(one_more).with_config(tags=["a"], callbacks=[Sees()])
    async for event in runnable.astream_events(1):
        event["tags"].append("mine")
        event["parent_ids"].append("mine")
    assert seen == [["a"]]


async def test_custom_events_have_parents():
    async def tell(number: int) -> int:
        await adispatch_custom_event("progress", number)
        return number

    events = await events_of(RunnableLambda(one_more) | RunnableLambda(tell), 1, {"metadata": {"a": 1}})
    (told,) = [event for event in events if event["event"] == "on_custom_event"]
    (teller,) = {event["run_id"] for event in events if event["name"] == "tell"}
    assert told == {
        "event": "on_custom_event",
        "name": "progress",
        "run_id": teller,
        "parent_ids": [events[0]["run_id"]],
        "tags": [],
        "metadata": {"a": 1},
        "data": 2,
    }


async def test_what_begins_after_its_parent_has_ended_knows_who_is_above():
    tasks: list[Any] = []

    async def late(go: asyncio.Event) -> None:
        await go.wait()
        await RunnableLambda(one_more, name="late").ainvoke(1)

    async def starts(number: int) -> int:
        tasks.append(asyncio.create_task(late(ended)))
        return number

    async def waits(number: int) -> int:
        ended.set()
        await tasks[0]
        return number

    ended = asyncio.Event()

    async def outer(number: int) -> int:
        await RunnableLambda(starts).ainvoke(number)
        return await RunnableLambda(waits).ainvoke(number)

    events = await events_of(RunnableLambda(outer), 1)
    ids = {event["name"]: event["run_id"] for event in events}
    assert {tuple(event["parent_ids"]) for event in events if event["name"] == "late"} == {
        (ids["outer"], ids["starts"])
    }


# Filters.


async def filtered(**wishes: list[str]) -> set[str]:
    async def tell(number: int) -> int:
        await adispatch_custom_event("told", number)
        return number

    steps = RunnableLambda(one_more).with_config(tags=["x"]) | RunnableLambda(tell).with_config(tags=["y"])
    parser: Any = RunnableLambda(one_more, name="parse")
    parser.run_type = "parser"
    return {event["name"] for event in await events_of(steps | parser, 1, **wishes)}


FILTERS: dict[str, tuple[dict[str, list[str]], set[str]]] = {
    "none": ({}, {"RunnableSequence", "one_more", "tell", "told", "parse"}),
    "a name": ({"include_names": ["tell"]}, {"tell"}),
    "a custom event's name": ({"include_names": ["told"]}, {"told"}),
    "a custom event's name as its type": ({"include_types": ["told"]}, {"told"}),
    "a type": ({"include_types": ["parser"]}, {"parse"}),
    "a tag": ({"include_tags": ["x"]}, {"one_more"}),
    "a name or a tag": ({"include_names": ["tell"], "include_tags": ["x"]}, {"tell", "one_more"}),
    "a type but no tag": ({"include_types": ["chain"], "exclude_tags": ["x", "y"]}, {"RunnableSequence"}),
    "no names": ({"exclude_names": ["one_more", "told"]}, {"RunnableSequence", "tell", "parse"}),
    "no type": ({"exclude_types": ["chain"]}, {"told", "parse"}),
    "an empty wish": ({"include_names": []}, set()),
}


@pytest.mark.parametrize("wish", FILTERS)
async def test_filters(wish: str):
    wishes, names = FILTERS[wish]
    assert await filtered(**wishes) == names


async def test_a_filtered_run_keeps_its_input():
    async def outer(number: int) -> int:
        return await RunnableLambda(one_more).ainvoke(number + 1)

    events = await events_of(RunnableLambda(outer), 1, include_names=["one_more"])
    assert [event["data"] for event in events] == [{"input": 2}, {"output": 3, "input": 2}]


@pytest.mark.parametrize("version", ["v1", "v3"])
def test_other_versions(version: Any):
    with pytest.raises(ValueError, match=r"version='v2'"):
        RunnableLambda(one_more).astream_events(1, version=version)


def test_filter_that_is_no_list():
    with pytest.raises(ValueError, match=r"write \['tell'\]"):
        RunnableLambda(one_more).astream_events(1, include_names="tell")


def test_config_is_looked_at():
    with pytest.raises(ValueError, match="tagz"):
        RunnableLambda(one_more).astream_events(1, {"tagz": []})  # type: ignore[typeddict-unknown-key]


# Other handlers.


class Names(AsyncCallbackHandler):
    def __init__(self) -> None:
        self.heard: list[str] = []

    async def on_chain_start(self, serialized: Any, inputs: Any, **kwargs: Any) -> None:
        self.heard.append(kwargs["name"])


@pytest.mark.parametrize("form", ["list", "manager", "sync manager"])
async def test_handlers_of_the_config_hear_too(form: str):
    names = Names()
    callbacks: Any = [names]
    if form != "list":
        callbacks = (AsyncCallbackManager if form == "manager" else CallbackManager).of([names])
    events = await events_of(RunnableLambda(one_more) | RunnableLambda(one_more), 1, {"callbacks": callbacks})
    assert sorted(names.heard) == ["RunnableSequence", "one_more", "one_more"]
    assert len({event["run_id"] for event in events}) == 3
    if form != "list":
        assert callbacks.handlers == [names]


async def test_events_inside_a_run():
    """Who iterates events in a run has its handlers hear them too, and the run above is in `parent_ids`."""
    names, inner = Names(), RunnableLambda(one_more, name="inner")
    found: list[Any] = []

    async def outer(number: int) -> int:
        found.extend(await events_of(inner, number))
        return number

    above = await events_of(RunnableLambda(outer), 1, {"callbacks": [names]})
    assert names.heard == ["outer", "inner"]
    assert kinds(above) == [
        "chain_start outer",
        "chain_start inner",
        "chain_stream inner",
        "chain_end inner",
        "chain_stream outer",
        "chain_end outer",
    ]
    assert [event["parent_ids"] for event in found] == [[above[0]["run_id"]]] * 3


# What is kept.


def test_runs_that_have_ended_are_forgotten():
    handler = EventHandler(lambda event: None, Choice((None, None, None), (None, None, None)), UUID(int=0), None)
    for number in range(2000):
        handler.on_chain_start(None, number, run_id=UUID(int=number), name="each")
        handler.on_chain_end(number, run_id=UUID(int=number))
    assert len(handler._runs) == 0
    assert len(handler._lineages) < 500
