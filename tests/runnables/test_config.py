"""Configs: how what is given merges with what is around, and what goes on to runs inside."""

import asyncio
from uuid import UUID, uuid4

import pytest

from stepgraph.callbacks import BaseCallbackHandler, CallbackManager
from stepgraph.config import RunnableConfig, get_config, merge_configs
from stepgraph.runnables import RunnableLambda, RunnableParallel, RunnablePassthrough
from tests.runnables.doors import ASYNC, SYNC, listed, run
from tests.runnables.recording import RECORDERS, Recorder

AROUND = {"tags": ["a", "b"], "metadata": {"x": 1, "y": 1}, "configurable": {"user": "ada", "model": "m"}}
GIVEN = {"tags": ["b", "c"], "metadata": {"y": 2, "z": 2}, "configurable": {"model": "n"}}
BOTH = {"tags": ["a", "b", "c"], "metadata": {"x": 1, "y": 2, "z": 2}, "configurable": {"user": "ada", "model": "n"}}


def seen(input):
    config = get_config()
    return {key: config.get(key) for key in ("tags", "metadata", "configurable")}


SEEN = RunnableLambda(seen)


def nested(**given):
    """Return a runnable of both colours that runs another one with a config of its own."""

    async def anested(input):
        return await SEEN.ainvoke(input, given)

    return RunnableLambda(lambda input: SEEN.invoke(input, given), anested)


# Merging.


@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize("door", [*SYNC, *ASYNC])
async def test_what_is_given_merges_with_what_is_around(door, heard):
    handler = Recorder(inline=True)
    config = {**AROUND, "callbacks": [handler]} if heard else AROUND
    (found,) = await run(door, nested(**GIVEN), ["x"], config)
    found = found[0] if isinstance(found, list) else found
    assert {**found, "tags": sorted(found["tags"])} == BOTH
    if heard:
        assert sorted(handler.heard.run("seen").tags) == ["a", "b", "c"]
        assert handler.heard.run("seen").metadata == BOTH["metadata"]


@pytest.mark.parametrize("door", [*SYNC, *ASYNC])
async def test_what_is_bound_merges_with_what_is_given_and_around(door):
    bound = SEEN.with_config(tags=["c"], metadata={"y": 2}).with_config(metadata={"z": 2}, configurable={"model": "n"})
    (found,) = await run(door, bound, ["x"], AROUND)
    found = found[0] if isinstance(found, list) else found
    # The caller's configs come last, as they do everywhere.
    assert {**found, "tags": sorted(found["tags"])} == {
        "tags": ["a", "b", "c"],
        "metadata": {"x": 1, "y": 1, "z": 2},
        "configurable": {"user": "ada", "model": "m"},
    }


@pytest.mark.parametrize("heard", [False, True])
async def test_what_is_bound_to_a_step_counts_less_than_what_its_caller_was_given(heard):
    """Whether somebody listens makes no difference."""
    config = {**AROUND, "callbacks": [Recorder(inline=True)]} if heard else AROUND
    inner = SEEN.with_config(**GIVEN)
    expected = {**BOTH, "metadata": {"x": 1, "y": 1, "z": 2}, "configurable": {"user": "ada", "model": "m"}}
    for made in (
        inner,
        inner | RunnablePassthrough(),
        RunnablePassthrough() | inner,
        inner.with_retry(),
        inner.with_fallbacks([inner]),
        RunnableLambda(lambda _: inner),
        RunnableParallel(a=inner, b=inner).pick("a"),
        RunnableLambda(lambda x: [x]) | inner.map() | RunnableLambda(lambda found: found[0]),
    ):
        found = [made.invoke("x", config), await made.ainvoke("x", config), *made.batch(["x"], config)]
        found += [*made.stream("x", config), *await listed(made.astream("x", config))]
        assert [{**each, "tags": sorted(each["tags"])} for each in found] == [expected] * 5, made


@pytest.mark.parametrize("heard", [False, True])
async def test_what_is_bound_counts_over_what_is_around_where_a_function_calls_it(heard):
    config = {**AROUND, "callbacks": [Recorder(inline=True)]} if heard else AROUND
    inner = SEEN.with_config(**GIVEN)
    made = RunnableLambda(lambda input: inner.invoke(input), lambda input: inner.ainvoke(input))
    assert made.invoke("x", config) == BOTH
    assert await made.ainvoke("x", config) == BOTH


def test_configs_are_left_as_they_were():
    config = {**AROUND, "callbacks": [BaseCallbackHandler()], "run_name": "named", "run_id": uuid4()}
    copy = {key: value.copy() if hasattr(value, "copy") else value for key, value in config.items()}
    made = RunnableParallel(a=nested(**GIVEN), b=RunnablePassthrough())
    made.invoke("x", config)
    made.batch(["x"], config)
    list(made.stream("x", config))
    assert config == copy


def test_merge_configs():
    first, second = Recorder(), Recorder()
    assert merge_configs() == {}
    assert merge_configs(None, {}) == {}
    assert merge_configs(AROUND, GIVEN) == BOTH
    assert merge_configs({"run_name": "a"}, {"run_name": "b"}, {"run_name": None}) == {"run_name": "b"}
    assert merge_configs({"callbacks": [first]}, {"callbacks": [second, first]}) == {"callbacks": [first, second]}
    manager = merge_configs({"callbacks": [first]}, {"callbacks": CallbackManager([second], [second])})["callbacks"]
    assert manager.inheritable_handlers == [second, first]
    manager = merge_configs({"callbacks": manager}, {"callbacks": [second, first]})["callbacks"]
    assert manager.inheritable_handlers == [second, first]


# Handlers.


@pytest.mark.parametrize("kind", RECORDERS)
async def test_handlers_are_united_each_once(kind):
    outer, inner = RECORDERS[kind](), RECORDERS[kind]()
    for callbacks in ([inner], [inner, outer], [outer, inner, inner]):
        outer.heard.__init__(), inner.heard.__init__()
        await (
            nested(callbacks=callbacks, run_name="inner")
            .with_config(run_name="outer")
            .ainvoke("x", {"callbacks": [outer]})
        )
        assert outer.heard.names == ["outer", "inner"]
        assert inner.heard.names == ["inner"]
        assert outer.heard.run("inner").parent == outer.heard.run("outer").id == inner.heard.run("inner").parent
        outer.heard.check()


@pytest.mark.parametrize("door", ["invoke", "ainvoke", "stream", "astream", "abatch"])
async def test_a_handler_given_twice_hears_everything_once(door):
    handler = Recorder(inline=True)
    made = (SEEN | RunnablePassthrough()).with_config(callbacks=[handler])
    await run(door, made, ["x"], {"callbacks": [handler, handler]})
    assert sorted(handler.heard.names) == ["RunnablePassthrough", "RunnableSequence", "seen"]
    handler.heard.check()


async def _passes_config(input, config):
    return await SEEN.ainvoke(input, config)


async def _passes_a_copy(input, config):
    return await SEEN.ainvoke(input, {**config})


async def _passes_it_by_annotation(input, given: RunnableConfig):
    return await SEEN.ainvoke(input, given)


async def _passes_it_in_a_task(input, config):
    return await asyncio.create_task(SEEN.ainvoke(input, config=config))


async def _passes_it_to_a_thread(input, config):
    return await asyncio.to_thread(SEEN.invoke, input, config)


async def _passes_callbacks(input, config):
    return await SEEN.ainvoke(input, {"callbacks": config["callbacks"]})


async def _passes_what_it_found(input):
    return await SEEN.ainvoke(input, get_config())


async def _passes_it_merged(input, config):
    return await SEEN.ainvoke(input, merge_configs(config, {"tags": ["a"]}))


async def _passes_it_to_a_batch(input, config):
    return (await SEEN.abatch([input], config))[0]


async def _passes_it_to_each_of_a_batch(input, config):
    return (await SEEN.abatch([input], [config]))[0]


async def _passes_it_to_a_stream(input, config):
    return (await listed(SEEN.astream(input, config)))[0]


async def _passes_nothing(input):
    return await SEEN.ainvoke(input)


PASSING = [
    _passes_config,
    _passes_a_copy,
    _passes_it_by_annotation,
    _passes_it_in_a_task,
    _passes_it_to_a_thread,
    _passes_callbacks,
    _passes_what_it_found,
    _passes_it_merged,
    _passes_it_to_a_batch,
    _passes_it_to_each_of_a_batch,
    _passes_it_to_a_stream,
    _passes_nothing,
]


@pytest.mark.parametrize("door", ASYNC)
@pytest.mark.parametrize("passes", PASSING)
async def test_passing_a_config_on_by_hand_duplicates_nothing(passes, door):
    handler = Recorder(inline=True)
    config = {**AROUND, "callbacks": [handler], "run_name": "outer"}
    (found,) = await run(door, RunnableLambda(passes), ["x"], config)
    found = found[0] if isinstance(found, list) else found
    assert found["metadata"] == AROUND["metadata"]
    assert found["configurable"] == AROUND["configurable"]
    assert sorted(found["tags"]) == ["a", "b"]
    heard = handler.heard
    heard.check()
    assert heard.names == ["outer", "seen"]
    assert heard.run("seen").parent == heard.run("outer").id
    assert sorted(heard.run("seen").tags) == ["a", "b"]
    assert heard.run("seen").metadata == AROUND["metadata"]


async def test_tags_that_a_step_gets_for_its_place_go_no_further():
    handler = Recorder(inline=True)
    inner = RunnableLambda(_passes_nothing)
    await (RunnablePassthrough() | {"key": inner, "other": RunnablePassthrough()}).ainvoke(
        "x", {"callbacks": [handler], "tags": ["t"]}
    )
    heard = handler.heard
    assert {run.name: sorted(run.tags) for run in heard.runs.values()} == {
        "RunnableSequence": ["t"],
        "RunnablePassthrough": ["map:key:other", "t"],
        "RunnableParallel<key,other>": ["seq:step:2", "t"],
        "_passes_nothing": ["map:key:key", "t"],
        "seen": ["t"],
    }


# What is for the root alone.


@pytest.mark.parametrize("kind", RECORDERS)
@pytest.mark.parametrize("door", ["invoke", "ainvoke", "stream", "astream", "transform", "atransform"])
async def test_run_name_and_run_id_are_for_the_root_alone(door, kind):
    handler, identity = RECORDERS[kind](), uuid4()
    config = {"callbacks": [handler], "run_name": "mine", "run_id": identity}
    await run(door, SEEN | nested(), ["x"], config)
    (root,) = handler.heard.roots
    assert (root.name, root.id) == ("mine", identity)
    assert handler.heard.names.count("mine") == 1
    assert len(handler.heard.runs) == 4


async def test_a_run_id_may_be_text():
    handler, identity = Recorder(inline=True), uuid4()
    await SEEN.ainvoke("x", {"callbacks": [handler], "run_id": str(identity)})
    assert handler.heard.roots[0].id == identity


async def test_run_ids_are_drawn_in_the_order_of_time():
    handler = Recorder(inline=True)
    await (SEEN | nested()).abatch(["x"] * 5, {"callbacks": [handler]})
    ids = list(handler.heard.runs)
    assert len(set(ids)) == len(ids)
    assert all(isinstance(each, UUID) and each.version == 7 for each in ids)


async def test_a_bound_run_name_is_for_one_run():
    handler = Recorder(inline=True)
    await (SEEN.with_config(run_name="first") | nested().with_config(run_name="second")).ainvoke(
        "x", {"callbacks": [handler]}
    )
    assert handler.heard.names == ["RunnableSequence", "first", "second", "seen"]


@pytest.mark.parametrize("door", ["batch", "abatch", "batch_as_completed", "abatch_as_completed"])
async def test_of_several_inputs_the_first_gets_the_run_id(door):
    handler, identity = Recorder(inline=True), uuid4()
    config = {"callbacks": [handler], "run_id": identity, "run_name": "mine"}
    with pytest.warns(RuntimeWarning, match="run_id"):
        await run(door, RunnablePassthrough(), ["x", "y"], config)
    assert {run_.id for run_ in handler.heard.runs.values() if run_.inputs == "x"} == {identity}
    assert handler.heard.names == ["mine", "mine"]
    await run(door, RunnablePassthrough(), ["x"], {"run_id": identity})
