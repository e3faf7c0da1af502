"""InContext: awaiting a coroutine in a context of its own, inside the task that we are in."""

import asyncio
import contextvars

import pytest

from stepgraph.execution.in_context import InContext
from tests.pregel.colours import PATIENCE, turns

variable = contextvars.ContextVar("variable", default="unset")


def context_with(value):
    context = contextvars.copy_context()
    context.run(variable.set, value)
    return context


async def test_every_step_is_made_in_the_context_and_in_the_same_task():
    async def body():
        seen = [(variable.get(), asyncio.current_task())]
        await asyncio.sleep(0)
        variable.set("changed")
        await asyncio.sleep(0)
        seen.append((variable.get(), asyncio.current_task()))
        return seen

    context, here = context_with("inside"), asyncio.current_task()
    assert await InContext(body(), context) == [("inside", here), ("changed", here)]
    assert variable.get() == "unset"
    assert context[variable] == "changed"


async def test_tasks_that_it_starts_see_the_context():
    async def found():
        await asyncio.sleep(0)
        return variable.get()

    async def body():
        return await asyncio.gather(found(), asyncio.create_task(found()), asyncio.wait_for(found(), PATIENCE))

    assert await InContext(body(), context_with("inside")) == ["inside"] * 3


async def test_errors_come_out():
    async def body():
        await asyncio.sleep(0)
        raise ValueError(variable.get())

    with pytest.raises(ValueError, match="inside"):
        await InContext(body(), context_with("inside"))


async def test_a_cancellation_reaches_the_coroutine_in_its_context():
    seen = []

    async def body():
        try:
            await asyncio.sleep(PATIENCE)
        finally:
            seen.append(variable.get())
            await asyncio.sleep(0)
            seen.append("cleaned up")

    async def awaits():
        await InContext(body(), context_with("inside"))

    task = asyncio.ensure_future(awaits())
    await turns(2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["inside", "cleaned up"]


async def test_a_coroutine_may_take_a_cancellation_and_go_on():
    async def body():
        try:
            await asyncio.sleep(PATIENCE)
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            return variable.get()

    async def awaits():
        return await InContext(body(), context_with("inside"))

    task = asyncio.ensure_future(awaits())
    await turns(2)
    task.cancel()
    assert await task == "inside"


async def test_side_by_side_they_keep_apart():
    async def body(value):
        variable.set(value)
        await turns(3)
        return variable.get()

    async def awaits(value):
        return await InContext(body(value), contextvars.copy_context())

    values = [str(number) for number in range(50)]
    assert await asyncio.gather(*map(awaits, values)) == values
