"""What guides of asynchronous programming promise of runnables, and examples as they stand in such guides."""

import asyncio
import contextvars
import inspect
import threading
import time
import warnings

import pytest

from stepgraph import runnables
from stepgraph.callbacks import AsyncCallbackHandler
from stepgraph.errors import BlockedLoopWarning, SyncEntryError, SyncEntryWarning
from stepgraph.runnables import (
    Runnable,
    RunnableGenerator,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
    chain,
)
from tests.pregel.colours import PATIENCE, turns
from tests.pregel.leftovers import nothing_left
from tests.runnables.doors import ASYNC, listed


def _is_runnable(thing):
    return isinstance(thing, type) and issubclass(thing, Runnable)


# Examples, word by word.


async def test_basic_async_execution(capsys):
    async_runnable = RunnableLambda(lambda x: x.upper())

    async def run():
        result = await async_runnable.ainvoke("async execution")
        print(result)

    await run()
    assert capsys.readouterr().out == "ASYNC EXECUTION\n"


async def test_async_execution_with_runnable_sequence(capsys):
    chain = (
        RunnableLambda(lambda x: x.strip())
        | RunnableLambda(lambda x: x.lower())
    )  # fmt: skip

    async def run():
        result = await chain.ainvoke("  ASYNC PIPELINE ")
        print(result)

    await run()
    assert capsys.readouterr().out == "async pipeline\n"


async def test_async_with_runnable_parallel(capsys):
    parallel = RunnableParallel(
        upper=RunnableLambda(lambda x: x.upper()),
        length=RunnableLambda(lambda x: len(x))
    )  # fmt: skip

    async def run():
        result = await parallel.ainvoke("async parallel")
        print(result)

    await run()
    assert capsys.readouterr().out == "{'upper': 'ASYNC PARALLEL', 'length': 14}\n"


def test_scripts_run_a_chain_as_often_as_they_like():
    made = RunnableLambda(lambda x: x.strip()) | RunnableLambda(str.lower, _alower) | {"a": RunnablePassthrough()}

    async def main():
        return await made.ainvoke("  A ")

    assert [asyncio.run(main()) for _ in range(3)] == [{"a": "a"}] * 3


async def _alower(text):
    return text.lower()


async def test_any_runnable_can_be_awaited():
    class OnlySync(Runnable[str, str]):
        def invoke(self, input, config=None, **kwargs):
            with pytest.raises(RuntimeError):
                asyncio.get_running_loop()
            return f"{input} in {threading.current_thread().name}"

    some_runnable, some_input = OnlySync(), "x"
    assert (await some_runnable.ainvoke(some_input)).startswith("x in stepgraph-")


@pytest.mark.parametrize(
    "kind", sorted({each for each in vars(runnables).values() if _is_runnable(each)}, key=lambda each: each.__name__)
)
def test_every_method_has_a_twin_with_the_same_parameters(kind):
    for name in ("invoke", "batch", "batch_as_completed", "stream", "transform"):
        method, twin = getattr(kind, name), getattr(kind, f"a{name}")
        own, other = (list(inspect.signature(each).parameters.values()) for each in (method, twin))
        assert [(each.name, each.kind, each.default) for each in own] == [
            (each.name, each.kind, each.default) for each in other
        ]
        returned = inspect.iscoroutinefunction(twin) or "Async" in str(twin.__annotations__["return"])
        assert returned or name == "invoke", twin  # `ainvoke` makes a coroutine that has the runnable's name


# What the guides claim.


async def test_the_loop_stays_responsive_during_a_slow_sync_step():
    """While a sync step waits, other tasks run: it goes on when one of them says so."""
    go_on = threading.Event()

    async def ticker():
        await turns(20)
        go_on.set()

    made = RunnableLambda(str.strip) | RunnableLambda(lambda text: go_on.wait(PATIENCE) and text.lower())
    ticking = asyncio.ensure_future(ticker())
    assert await made.ainvoke("  A ") == "a"
    await ticking


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_branches_run_side_by_side(colour):
    """Each waits for the other."""
    both, here = threading.Barrier(2), [asyncio.Event(), asyncio.Event()]

    def branch(number):
        async def awaits(input):
            here[number].set()
            await asyncio.wait_for(here[1 - number].wait(), PATIENCE)
            return number

        return awaits if colour == "async" else lambda input: both.wait(PATIENCE) * 0 + number

    made = RunnableParallel(b=branch(0), a=branch(1))
    result = await made.ainvoke("x")
    assert list(result.items()) == [("b", 0), ("a", 1)]
    chunks = await listed(made.astream("x"))
    assert sorted(map(str, chunks)) == ["{'a': 1}", "{'b': 0}"]
    if colour == "sync":
        assert await asyncio.to_thread(made.invoke, "x") == result


@pytest.mark.parametrize("door", ASYNC)
async def test_async_code_uses_no_thread(door, monkeypatch):
    def refused(*args, **kwargs):
        raise AssertionError("a thread was used")

    async def step(text):
        await asyncio.sleep(0)
        return text

    async def each(chunks):
        async for chunk in chunks:
            yield chunk

    async def step_of_dict(found):
        return await step(found)

    @chain
    async def nested(text):
        return await RunnableLambda(step).ainvoke(text)

    class Hears(AsyncCallbackHandler):
        async def on_chain_start(self, *args, **kwargs):
            await asyncio.sleep(0)

    made = (
        RunnableLambda(step)
        | nested
        | RunnableGenerator(each)
        | {"a": step, "b": RunnablePassthrough().with_retry(), "c": RunnableLambda(step).with_fallbacks([nested])}
    ).assign(d=RunnableLambda(step_of_dict))
    monkeypatch.setattr("stepgraph.execution.pool.Pool.submit", refused)
    monkeypatch.setattr("threading.Thread.start", refused)
    for config in (None, {"max_concurrency": 2}, {"callbacks": [Hears()]}):
        await ASYNC[door](made, ["x", "y"], config)


async def test_a_cheap_function_may_be_run_where_it_is_called():
    here = threading.get_ident()
    inline = RunnableLambda(lambda _: threading.get_ident(), run_inline=True)
    threaded = RunnableLambda(lambda _: threading.get_ident())
    assert await inline.ainvoke("x") == here
    assert await threaded.ainvoke("x") != here

    def items(_):
        yield threading.get_ident()

    assert await listed(RunnableLambda(items, run_inline=True).astream("x")) == [here]
    assert await listed(RunnableLambda(items).astream("x")) != [here]


async def test_sync_functions_of_a_batch_run_side_by_side_and_see_context_variables():
    variable = contextvars.ContextVar("variable")
    variable.set("set")
    all_here = threading.Barrier(4)

    def waits(number):
        all_here.wait(PATIENCE)
        return number, variable.get()

    assert await RunnableLambda(waits).abatch(range(4)) == [(number, "set") for number in range(4)]


@pytest.mark.parametrize("door", ASYNC)
async def test_every_async_method_works_out_of_the_box(door):
    """With a custom runnable that is sync only, its streaming included."""

    class Custom(Runnable[str, str]):
        def invoke(self, input, config=None, **kwargs):
            return input.upper()

        def stream(self, input, config=None, **kwargs):
            yield from input.upper()

    streamed = [["A", "B"]] if door in ("astream", "atransform") else ["AB"]
    assert await ASYNC[door](Custom(), ["ab"], None) == streamed
    assert await ASYNC[door](Custom() | RunnablePassthrough(), ["ab"], {"tags": ["t"]}) == streamed


async def test_closing_the_async_stream_of_a_sync_runnable_closes_its_generator():
    closed = threading.Event()

    class Custom(Runnable[str, str]):
        def invoke(self, input, config=None, **kwargs):
            return input

        def stream(self, input, config=None, **kwargs):
            try:
                yield from input
            finally:
                closed.set()

    async with nothing_left():
        chunks = Custom().astream("ab")
        assert await chunks.__anext__() == "a"
        await chunks.aclose()
    assert closed.is_set()


# Mistakes that guides warn of.


@pytest.mark.parametrize("door", ["invoke", "stream", "batch", "batch_as_completed"])
@pytest.mark.parametrize("made", [RunnableLambda(str.upper, name="mine"), RunnablePassthrough() | str.upper])
async def test_a_sync_call_on_a_running_loop_is_reported(made, door, loop_guard):
    def call():
        result = getattr(made, door)(["x"] if "batch" in door else "x")
        return result if isinstance(result, (str, list)) else list(result)

    call()  # nobody has asked
    loop_guard("warn", blocked_after=60)
    with pytest.warns(SyncEntryWarning, match=f"'{made.get_name()}'.*running event loop.*(await|async for)") as told:
        call()
    assert [warning.filename for warning in told] == [__file__]
    loop_guard("raise", blocked_after=60)
    with pytest.raises(SyncEntryError, match=f"'{made.get_name()}'"):
        call()
    loop_guard("off")
    call()


@pytest.mark.parametrize("door", ["invoke", "stream", "batch"])
async def test_a_sync_call_in_a_thread_is_not_reported(door, loop_guard):
    loop_guard("raise", blocked_after=60)
    made = RunnableLambda(
        lambda text: [RunnableLambda(str.upper).invoke(text), *RunnableLambda(str.upper).batch([text])]
    )
    assert await made.ainvoke("x") == ["X", "X"]

    def call():
        found = getattr(RunnableParallel(a=made), door)(["x"] if door == "batch" else "x")
        return [found] if door == "invoke" else list(found)

    assert await asyncio.to_thread(call) == [{"a": ["X", "X"]}]


async def test_code_that_blocks_the_loop_is_reported_with_its_name(loop_guard):
    told = threading.Event()

    def blocks(text):
        # Blocks until the report is there; only somebody else's thread can make it.
        deadline = time.monotonic() + PATIENCE
        while not told.is_set() and time.monotonic() < deadline:
            time.sleep(0.001)
        return text

    loop_guard("warn", blocked_after=0.02)
    with warnings.catch_warnings():
        warnings.simplefilter("always", BlockedLoopWarning)
        found, show = [], warnings.showwarning

        def note(message, category, *args, **kwargs):
            if category is BlockedLoopWarning:
                found.append(str(message))
                told.set()
            else:
                show(message, category, *args, **kwargs)

        warnings.showwarning = note
        try:
            await turns(5)
            assert await (RunnablePassthrough() | RunnableLambda(blocks, run_inline=True)).ainvoke("x") == "x"
        finally:
            warnings.showwarning = show
    assert "the event loop has stood still for" in found[0]
    assert "'blocks'" in found[0]
    assert "time.sleep(0.001)" in found[0]


def test_a_forgotten_await_is_named():
    with pytest.warns(RuntimeWarning, match="coroutine 'mine.*' was never awaited"):
        RunnableLambda(_alower, name="mine").ainvoke("x")


async def test_a_sync_function_that_returns_a_coroutine_is_awaited():
    assert await RunnableLambda(lambda x: _alower(x)).ainvoke("A") == "a"
