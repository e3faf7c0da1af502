"""What is wrong is said where it is written, with what to write instead."""

import asyncio
import gc
import re
import warnings

import pytest

from stepgraph.callbacks import BaseCallbackHandler
from stepgraph.runnables import (
    ConfigurableField,
    RouterRunnable,
    Runnable,
    RunnableBranch,
    RunnableGenerator,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
    RunnablePick,
    RunnableSequence,
    coerce_to_runnable,
)
from tests.runnables.doors import ASYNC, SYNC, listed, run


async def aupper(text):
    return text.upper()


async def aletters(text):
    for letter in text:
        yield letter


upper = RunnableLambda(str.upper)
passing = RunnablePassthrough()


def says(*parts):
    """Return a pattern of texts in this order."""
    return "(?s)" + ".*".join(map(re.escape, parts))


# Operands.


@pytest.mark.parametrize("operand", [1, "text", None, 1.5, object(), b"bytes", {"a": 1}, {"a": {"b": None}}])
def test_an_operand_that_is_no_runnable(operand):
    for compose in (
        lambda: upper | operand,
        lambda: operand | upper,
        lambda: upper.pipe(operand),
        lambda: RunnableSequence(upper, operand),
        lambda: RunnableParallel(a=operand),
        lambda: RunnableBranch((operand, upper), upper),
        lambda: RunnableBranch((upper, upper), operand),
        lambda: passing.assign(a=operand),
        lambda: RouterRunnable({"a": operand}),
        lambda: upper.with_fallbacks([operand]),
        lambda: coerce_to_runnable(operand),
    ):
        with pytest.raises(TypeError, match=says("expected a runnable, a function, or a dict of these, got ")):
            compose()


@pytest.mark.parametrize("operand", [[upper], (upper, upper)])
def test_a_list_in_place_of_a_dict(operand):
    with pytest.raises(TypeError, match=says("give each a name: {'name': …}")):
        upper | operand


@pytest.mark.parametrize("operand", [1, "text", None])
def test_a_function_that_cannot_be_called(operand):
    with pytest.raises(TypeError, match=says("RunnableLambda takes a function, got", type(operand).__name__)):
        RunnableLambda(operand)
    with pytest.raises(TypeError, match=says("RunnableLambda takes a function")):
        RunnableLambda(str.upper, afunc=operand or 0)


def test_a_coroutine_as_an_operand():
    coroutine = aupper("x")
    with pytest.raises(TypeError, match=says("it is a coroutine: pass the function itself, without calling it")):
        upper | coroutine
    coroutine.close()


def test_the_call_of_a_runnable_as_an_operand():
    coroutine = upper.ainvoke("x")
    with pytest.raises(TypeError, match=says("it is a coroutine: pass the function itself, without calling it")):
        upper | coroutine
    coroutine.close()


def test_a_generator_that_is_none():
    with pytest.raises(TypeError, match=says("RunnableGenerator takes a function that yields", "use RunnableLambda")):
        RunnableGenerator(str.upper)
    with pytest.raises(TypeError, match=says("RunnableGenerator takes a function that yields", "as atransform")):
        RunnableGenerator(lambda chunks: (yield from chunks), aupper)


def test_combinators_that_are_incomplete():
    with pytest.raises(ValueError, match=says("a sequence has at least 2 steps, got 1")):
        RunnableSequence(upper)
    with pytest.raises(ValueError, match=says("a branch has at least one pair and a default, got 1 arguments")):
        RunnableBranch(upper)
    with pytest.raises(TypeError, match=says("the last argument of RunnableBranch is the default")):
        RunnableBranch((upper, upper), (upper, upper))
    with pytest.raises(TypeError, match=says("a branch is a pair of a condition and a runnable, got ")):
        RunnableBranch(upper, upper)
    with pytest.raises(TypeError, match=says("RunnableParallel takes a dict of runnables, got list")):
        RunnableParallel([upper])
    with pytest.raises(TypeError, match=says("fallbacks are a list of runnables, got RunnableLambda")):
        upper.with_fallbacks(upper)
    with pytest.raises(ValueError, match=says("at least 1 attempt, got 0")):
        upper.with_retry(stop_after_attempt=0)
    with pytest.raises(ValueError, match=says("initial", "got ['inital']")):
        upper.with_retry(exponential_jitter_params={"inital": 1})


def test_configurable_fields_that_do_not_exist():
    class Model(Runnable):
        temperature = 0

        def __init__(self):
            self.temperature = 0

        def invoke(self, input, config=None):
            return input

    with pytest.raises(ValueError, match=says("has no attribute 'temprature'", "'temperature'")):
        Model().configurable_fields(temprature=ConfigurableField(id="t"))
    with pytest.raises(TypeError, match=says("ConfigurableField(id=…)")):
        Model().configurable_fields(temperature="t")
    with pytest.raises(TypeError, match=says("ConfigurableField(id=…)")):
        Model().configurable_alternatives("which", other=Model())
    chosen = Model().configurable_alternatives(ConfigurableField(id="which"), other=Model())
    with pytest.raises(ValueError, match=says("'which'", "'othre'", "'other'")):
        chosen.invoke("x", {"configurable": {"which": "othre"}})


# Configs.


@pytest.mark.parametrize("door", [*SYNC, *ASYNC])
@pytest.mark.parametrize("runnable", [upper, upper | upper, RunnableParallel(a=upper), upper.bind()])
@pytest.mark.parametrize(
    ("config", "error", "message"),
    [
        ("text", TypeError, ["config must be a dict", "got str"]),
        (1, TypeError, ["config must be a dict", "got int"]),
        ({"tag": ["t"]}, ValueError, ["config has no key 'tag'", "'tags'", "'configurable'"]),
        ({"thread_id": "1"}, ValueError, ["no key 'thread_id'", "go under 'configurable'"]),
        ({"tags": "t"}, TypeError, ["config['tags'] must be a list of strings, got str"]),
        ({"metadata": ["t"]}, TypeError, ["config['metadata'] must be a dict, got list"]),
        ({"configurable": "t"}, TypeError, ["config['configurable'] must be a dict, got str"]),
        ({"max_concurrency": 0}, ValueError, ["max_concurrency", "at least 1, got 0"]),
        ({"max_concurrency": "2"}, ValueError, ["max_concurrency", "got '2'"]),
        ({"recursion_limit": 0}, ValueError, ["recursion_limit", "at least 1, got 0"]),
        ({"callbacks": 1}, TypeError, ["config['callbacks'] must be a list of handlers, or a manager, got int"]),
        (
            {"callbacks": [BaseCallbackHandler]},
            TypeError,
            ["got the class BaseCallbackHandler", "BaseCallbackHandler()"],
        ),
        ({"callbacks": BaseCallbackHandler()}, TypeError, ["config['callbacks'] must be a list of handlers"]),
    ],
)
async def test_a_config_that_no_run_can_use(config, error, message, runnable, door):
    with pytest.raises(error, match=says(*message)):
        await run(door, runnable, ["x", "y"], config)


@pytest.mark.parametrize("config", ["text", b"text", {"tag": []}, [{"tag": []}, {}]])
@pytest.mark.parametrize("door", ["batch", "abatch", "batch_as_completed", "abatch_as_completed"])
async def test_a_config_of_a_batch_that_no_run_can_use(config, door):
    with pytest.raises((TypeError, ValueError), match="config"):
        await run(door, upper, ["x", "y"], config)


@pytest.mark.parametrize(
    ("config", "error", "message"),
    [
        ({"tag": ["t"]}, ValueError, ["config has no key 'tag'", "'tags'"]),
        ({"tags": "t"}, TypeError, ["config['tags'] must be a list"]),
        ({"max_concurrency": 0}, ValueError, ["at least 1, got 0"]),
    ],
)
def test_a_bound_config_is_looked_at_when_it_is_bound(config, error, message):
    with pytest.raises(error, match=says(*message)):
        upper.with_config(config)
    with pytest.raises(error, match=says(*message)):
        upper.with_config(**config)


# Inputs.


@pytest.mark.parametrize("inputs", ["text", b"text", {"a": 1}, 1, None, iter("ab")])
@pytest.mark.parametrize("door", ["batch", "abatch", "batch_as_completed", "abatch_as_completed"])
async def test_a_batch_of_what_is_no_list(inputs, door):
    async def call():
        made = getattr(upper, door)(inputs)
        if door == "abatch":
            return await made
        return await listed(made) if door == "abatch_as_completed" else list(made)

    with pytest.raises(TypeError, match=says("expected a list of inputs, got", "for one input use invoke()")):
        await call()


@pytest.mark.parametrize("door", [*SYNC, *ASYNC])
async def test_inputs_that_combinators_cannot_use(door):
    for made, input, error, message in [
        (passing.assign(a=upper), "x", TypeError, ["RunnableAssign<a>", "takes a dict, got str"]),
        (RunnablePick("a"), "x", TypeError, ["RunnablePick<a>", "takes a dict, got str"]),
        (upper.map(), "x", TypeError, ["map() takes a list of inputs, got str"]),
        (upper.map(), {"x": 1}, TypeError, ["map() takes a list of inputs, got dict"]),
        (RouterRunnable({"upper": upper}), "x", TypeError, ["a router takes {'key': …, 'input': …}", "'x'"]),
        (
            RouterRunnable({"upper": upper, "lower": upper}),
            {"key": "uper", "input": "x"},
            ValueError,
            ["a router has no runnable 'uper'", "'upper'", "'lower'"],
        ),
        (
            RunnableLambda(lambda x: 1 / 0).with_fallbacks([passing], exception_key="error"),
            "x",
            TypeError,
            ["exception_key='error'", "must be a dict, got str"],
        ),
    ]:
        with pytest.raises(error, match=says(*message)):
            await run(door, made, [input])


# Colours.


@pytest.mark.parametrize("door", SYNC)
def test_async_code_in_a_sync_call(door):
    for made, name in [
        (RunnableLambda(aupper), "aupper"),
        (RunnableLambda(aletters), "aletters"),
        (RunnableGenerator(aletters), "aletters"),
        (RunnableLambda(lambda text: aupper(text), name="returns"), "returns"),
        (RunnableLambda(str.upper) | aupper, "aupper"),
        (RunnableParallel(a=passing, b=aupper), "aupper"),
    ]:
        with pytest.raises(TypeError, match=says(repr(name), "await", "ainvoke")):
            SYNC[door](made, ["x"], None)


@pytest.mark.parametrize("door", SYNC)
async def test_async_code_in_a_sync_call_on_a_loop_does_not_deadlock(door):
    with pytest.raises(TypeError, match=says("'aupper'", "ainvoke")):
        SYNC[door](upper | aupper, ["x", "y"], {"max_concurrency": 1})


@pytest.mark.parametrize("door", SYNC)
def test_a_subclass_with_only_ainvoke_in_a_sync_call(door):
    class Model(Runnable):
        async def ainvoke(self, input, config=None):
            return input

    with pytest.raises(NotImplementedError, match=says("Model must define invoke(), or be run with ainvoke()")):
        SYNC[door](Model(), ["x"], None)


async def test_a_subclass_with_neither():
    with pytest.raises(NotImplementedError, match="must define invoke"):
        await type("Model", (Runnable,), {})().ainvoke("x")


@pytest.mark.parametrize(
    "made", [upper, upper | passing, RunnableParallel(a=upper), RunnableLambda(aupper, name="mine")]
)
@pytest.mark.parametrize("door", ["ainvoke", "abatch"])
def test_a_missing_await_is_named(made, door):
    """Python says that the coroutine was never awaited; the name in that is the runnable's."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        getattr(made, door)("x" if door == "ainvoke" else ["x"])
        gc.collect()
    (warning,) = told
    assert warning.category is RuntimeWarning
    assert "was never awaited" in str(warning.message)
    if door == "ainvoke":
        assert made.get_name().partition("<")[0] in str(warning.message)
    else:
        assert door in str(warning.message)


async def test_what_was_not_awaited_as_an_input():
    def shout(text):
        return text.upper()

    coroutine = aupper("x")
    with pytest.raises(AttributeError) as failed:
        await RunnableLambda(shout).ainvoke(coroutine)
    coroutine.close()
    assert "write `await` before it" in "".join(getattr(failed.value, "__notes__", ["write `await` before it"]))


async def test_asyncio_run_on_a_running_loop():
    async def main():
        return await upper.ainvoke("x")

    coroutine = main()
    with pytest.raises(RuntimeError, match=re.escape("asyncio.run() cannot be called from a running event loop")):
        asyncio.run(coroutine)
    coroutine.close()
