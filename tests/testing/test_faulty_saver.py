"""FaultySaver and RecordingSaver: what they disturb, count and remember, in both colours."""

import asyncio
import threading

import pytest

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.errors import SaverError, ThreadConflictError
from stepgraph.testing import Fault, FaultySaver, Flag, RecordingSaver, Stall
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal
from tests.testing.memory_suite import MemorySuite


@pytest.fixture(params=["async", "sync"])
def colour(request: pytest.FixtureRequest) -> str:
    return request.param


def journal_of(saver, colour: str) -> Journal:
    return Journal(SaverDoor(saver, colour))


class TestWithoutFaults(MemorySuite):
    """Both wrappers, one around the other, change nothing."""

    bulk = 1_000

    def saver(self, **settings):
        return self.wrapped(super().saver(**settings))

    class wrapped:
        def __init__(self, inner):
            self.inner = inner

        async def __aenter__(self):
            return RecordingSaver(FaultySaver(await self.inner.__aenter__()))

        async def __aexit__(self, *error):
            return await self.inner.__aexit__(*error)


async def test_a_fault_before_leaves_nothing(colour: str):
    saver = FaultySaver(InMemorySaver(), fail=Fault(nth=2, only=("put",)))
    journal = journal_of(saver, colour)
    await journal.put({"a": 1})
    with pytest.raises(SaverError):
        await journal.attempt({"a": 2})
    await journal.put({"a": 3})
    await journal.expect_reads()
    assert saver.counts["put"] == 3
    assert [fault.nth for fault in saver.struck] == [2]


async def test_a_fault_after_has_done_the_work(colour: str):
    saver = FaultySaver(InMemorySaver(), fail=Fault(nth=1, when="after", only=("put",)))
    journal = journal_of(saver, colour)
    with pytest.raises(SaverError):
        await journal.attempt({"a": 1}, head=None)
    with pytest.raises(ThreadConflictError):
        await journal.attempt({"a": 1}, head=None)
    assert len(await journal.saver.list(None)) == 1


async def test_a_fault_for_good(colour: str):
    saver = FaultySaver(InMemorySaver(), fail=Fault(nth=2, forever=True, error=lambda: ConnectionError("gone")))
    journal = journal_of(saver, colour)
    await journal.put({"a": 1})
    for attempt in (journal.attempt({"a": 2}), journal.saver.get_tuple(journal.config()), journal.saver.list(None)):
        with pytest.raises(ConnectionError, match="gone"):
            await attempt
    assert saver.operations == 4
    assert len(saver.struck) == 3


async def test_a_fault_in_a_list_and_a_turn(colour: str):
    saver = FaultySaver(InMemorySaver(on_conflict="queue"), fail=[Fault(only=("list",)), Fault(only=("turn",))])
    door = SaverDoor(saver, colour)
    with pytest.raises(SaverError):
        await door.list(None)
    with pytest.raises(SaverError):
        async with door.turn("1"):
            pass
    assert await door.list(None) == []
    async with door.turn("1"):
        pass


async def test_every_operation_has_its_number(colour: str):
    saver = FaultySaver(InMemorySaver(), fail=Fault(nth=50))
    journal = journal_of(saver, colour)
    ended = await asyncio.gather(*(journal.attempt({"a": n}) for n in range(100)), return_exceptions=True)
    assert [type(each) for each in ended if not isinstance(each, str)] == [SaverError]
    assert saver.operations == 100


async def test_a_stall_holds_until_it_is_released(colour: str):
    stall = Stall(nth=1, only=("put",))
    saver = FaultySaver(InMemorySaver(), fail=stall)
    journal = journal_of(saver, colour)
    put = asyncio.create_task(journal.put({"a": 1}))
    await stall.reached.await_set()
    assert await journal.saver.list(None) == []
    assert not put.done()
    stall.release.set()
    await put
    await journal.expect_reads()


async def test_a_stall_can_be_cancelled():
    stall = Stall(when="after")
    saver = FaultySaver(InMemorySaver(), fail=stall)
    put = asyncio.create_task(journal_of(saver, "async").put({"a": 1}))
    await stall.reached.await_set()
    put.cancel()
    with pytest.raises(asyncio.CancelledError):
        await put
    assert len(list(saver.list(None))) == 1
    stall.release.set()


def test_counting_begins_at_one():
    with pytest.raises(ValueError, match="counted from 1"):
        FaultySaver(InMemorySaver(), fail=Fault(nth=0))


async def test_twins_share_counts(colour: str):
    saver = FaultySaver(InMemorySaver(), fail=Fault(nth=2, only=("put",)))
    journal = journal_of(saver, colour)
    await journal.put({"a": 1})
    twin = journal_of(saver.with_allowed([FaultySaver]), colour)
    with pytest.raises(SaverError):
        await twin.attempt({"a": 2})
    assert saver.counts["put"] == 2


async def test_a_recording_has_order_arguments_and_outcomes(colour: str):
    saver = RecordingSaver(InMemorySaver())
    journal = journal_of(saver, colour)
    entry = await journal.put({"a": 1}, head=None)
    await journal.write(entry.id, [("a", 2)], "task", "path")
    with pytest.raises(ThreadConflictError):
        await journal.attempt({"a": 1}, head=None)
    assert saver.names == ["put", "put_writes", "put"]
    assert [each.state for each in saver.operations] == ["returned", "returned", "raised"]
    assert saver.operations[0].arguments["checkpoint"]["id"] == entry.id
    assert saver.operations[0].result["configurable"]["checkpoint_id"] == entry.id
    assert saver.operations[1].arguments["task_path"] == "path"
    assert isinstance(saver.operations[2].error, ThreadConflictError)


async def test_a_recording_shows_what_is_under_way():
    stall = Stall()
    saver = RecordingSaver(FaultySaver(InMemorySaver(), fail=stall))
    put = asyncio.create_task(journal_of(saver, "async").put({"a": 1}))
    await stall.reached.await_set()
    assert [each.state for each in saver.operations] == ["begun"]
    stall.release.set()
    await put
    assert [each.state for each in saver.operations] == ["returned"]


async def test_a_flag_wakes_both_colours():
    flag = Flag()
    assert not flag.is_set()
    assert not flag.wait(0)
    woken: list[bool] = []
    thread = threading.Thread(target=lambda: woken.append(flag.wait(30)))
    thread.start()
    waiting = [asyncio.create_task(flag.await_set()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    threading.Thread(target=flag.set).start()
    await asyncio.gather(*waiting[1:])
    await flag.await_set()
    await asyncio.to_thread(thread.join)
    assert woken == [True]
