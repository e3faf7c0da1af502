"""What `runnables.config` and `runnables.utils` have for those who come over."""

import asyncio

import pytest

from stepgraph.runnables import RunnableLambda, aadd, add
from stepgraph.runnables.config import (
    ContextThreadPoolExecutor,
    get_async_callback_manager_for_config,
    get_callback_manager_for_config,
    get_executor_for_config,
    set_config_context,
    var_child_runnable_config,
)
from stepgraph.runnables.utils import gather_with_concurrency
from tests.runnables.recording import Recorder

tags = RunnableLambda(lambda input, config: config["tags"])


def test_the_config_around_us_can_be_read_and_set():
    assert var_child_runnable_config.get() is None
    token = var_child_runnable_config.set({"tags": ["a"]})
    assert var_child_runnable_config.get()["tags"] == tags.invoke(1) == ["a"]
    var_child_runnable_config.reset(token)
    assert tags.invoke(1) == []


def test_a_context_can_have_a_config():
    with set_config_context({"tags": ["a"]}) as context:
        assert context.run(tags.invoke, 1) == ["a"]
    assert tags.invoke(1) == []


def test_threads_see_the_context_of_whoever_starts_them():
    token = var_child_runnable_config.set({"tags": ["a"]})
    try:
        with get_executor_for_config({"max_concurrency": 2}) as executor:
            assert executor.submit(tags.invoke, 1).result() == ["a"]
            assert list(executor.map(tags.invoke, [1, 2])) == [["a"], ["a"]]
        with ContextThreadPoolExecutor() as executor:
            assert list(executor.map(lambda a, b: a + b, [1, 2], [3, 4])) == [4, 6]
    finally:
        var_child_runnable_config.reset(token)


def test_managers_have_what_a_config_says():
    handler = Recorder()
    for make in (get_callback_manager_for_config, get_async_callback_manager_for_config):
        manager = make({"callbacks": [handler], "tags": ["t"], "metadata": {"m": 1}})
        assert (manager.handlers, manager.inheritable_tags, manager.inheritable_metadata) == (
            [handler],
            ["t"],
            {"m": 1},
        )


async def test_chunks_are_added_up():
    async def chunks():
        yield "a"
        yield "b"

    assert add(["a", "b"]) == await aadd(chunks()) == "ab"


async def test_coroutines_are_gathered_within_a_bound(most_at_once):
    work, most = most_at_once
    assert await gather_with_concurrency(2, *(work(number) for number in range(5))) == list(range(5))
    assert most() == 2
    assert await gather_with_concurrency(None, *(work(number) for number in range(5))) == list(range(5))
    assert most() == 5


async def test_the_first_failure_ends_the_others():
    async def fail():
        raise ValueError("no")

    waiting = asyncio.get_running_loop().create_future()

    async def wait():
        await waiting

    with pytest.raises(ValueError, match="no"):
        await gather_with_concurrency(5, wait(), fail())
    assert waiting.cancelled()
