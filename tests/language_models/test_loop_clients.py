"""LoopClients: one client for each event loop, closed in that loop by whatever ends first."""

from __future__ import annotations

import asyncio
import copy
import gc
import os
import threading
from typing import Any

import pytest

from stepgraph.language_models.loop_clients import LoopClients


class Client:
    """Writes down in which loop it was made and closed."""

    def __init__(self, made: list[Client]) -> None:
        self.loop = asyncio.get_running_loop()
        self.closed_in: Any = None
        self.is_closed = asyncio.Event()
        made.append(self)

    async def close(self) -> None:
        await asyncio.sleep(0)
        assert self.closed_in is None
        self.closed_in = asyncio.get_running_loop()
        self.is_closed.set()

    @property
    def is_closed_at_home(self) -> bool:
        return self.closed_in is self.loop


class SyncClient:
    def __init__(self, made: list[SyncClient]) -> None:
        self.closed = 0
        made.append(self)

    def close(self) -> None:
        self.closed += 1


def clients() -> tuple[LoopClients[SyncClient, Client], list[Client], list[SyncClient]]:
    made: list[Client] = []
    made_sync: list[SyncClient] = []
    return LoopClients(lambda: SyncClient(made_sync), lambda: Client(made)), made, made_sync


async def asked(held: LoopClients[Any, Client]) -> Client:
    first = held.here()
    await asyncio.sleep(0)
    assert held.here() is first
    return first


def test_a_loop_that_ends_closes_its_client():
    held, made, _ = clients()
    for number in range(3):
        assert asyncio.run(asked(held)) is made[number]
        assert made[number].is_closed_at_home
        assert held._entries == {}


def test_loops_at_once_have_clients_of_their_own():
    held, made, _ = clients()
    barrier = threading.Barrier(3)

    async def together() -> None:
        client = held.here()
        await asyncio.to_thread(barrier.wait)
        assert held.here() is client

    threads = [threading.Thread(target=lambda: asyncio.run(together())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({client.loop for client in made}) == 3
    assert all(client.is_closed_at_home for client in made)


async def test_aclose_waits_for_the_client_of_this_loop():
    held, made, made_sync = clients()
    held.here()
    held.sync()
    await held.aclose()
    assert made[0].is_closed_at_home
    assert made_sync[0].closed == 1
    assert held.here() is made[1]  # it can still be used
    await held.aclose()
    assert made[1].is_closed_at_home


async def test_close_is_heard_by_loops_that_run():
    held, made, _ = clients()
    held.here()
    held.close()
    await asyncio.wait_for(made[0].is_closed.wait(), 10)
    assert made[0].is_closed_at_home


def test_close_reaches_a_loop_in_another_thread():
    held, made, _ = clients()
    is_asked, is_closed = threading.Event(), threading.Event()

    async def waits() -> None:
        held.here()
        is_asked.set()
        await asyncio.to_thread(is_closed.wait, 10)

    thread = threading.Thread(target=lambda: asyncio.run(waits()))
    thread.start()
    is_asked.wait(10)
    held.close()
    is_closed.set()
    thread.join()
    assert made[0].is_closed_at_home


def test_close_between_two_runs_of_a_loop():
    held, made, _ = clients()
    loop = asyncio.new_event_loop()
    loop.run_until_complete(asked(held))
    assert made[0].closed_in is None
    held.close()
    assert made[0].is_closed_at_home
    loop.close()


async def test_a_client_is_closed_when_nobody_holds_it():
    held, made, made_sync = clients()
    held.here()
    held.sync()
    del held
    gc.collect()
    await asyncio.wait_for(made[0].is_closed.wait(), 10)
    assert made[0].is_closed_at_home
    assert made_sync[0].closed == 1


def test_a_loop_that_was_closed_with_no_word_is_forgotten():
    held, made, _ = clients()
    loop = asyncio.new_event_loop()
    loop.run_until_complete(asked(held))
    loop.close()
    assert asyncio.run(asked(held)) is made[1]
    assert held._entries == {}
    held.close()
    assert made[0].closed_in is None


def test_one_sync_client_for_all_threads():
    held, _, made = clients()
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(held.sync())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == made * 8
    held.close()
    assert made[0].closed == 1
    assert held.sync() is made[1]
    held.close()
    held.close()
    assert [client.closed for client in made] == [1, 1]


def test_outside_of_a_loop_there_is_no_client():
    held, _, _ = clients()
    with pytest.raises(RuntimeError, match="no running event loop"):
        held.here()


def test_copies_are_the_same_object():
    held, _, _ = clients()
    assert copy.copy(held) is copy.deepcopy(held) is held


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_makes_its_own(capfd: Any):
    held, _, made = clients()
    held.sync()
    loop = asyncio.new_event_loop()
    loop.run_until_complete(asked(held))
    child = os.fork()
    if child == 0:
        is_right = held.sync() is made[1] and made[0].closed == 0
        held.close()
        os._exit(0 if is_right and (made[0].closed, made[1].closed) == (0, 1) else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    held.close()
    loop.close()
    assert made[0].closed == 1


def test_a_client_is_closed_to_its_end_although_its_loop_ends():
    steps: list[str] = []

    class Slow:
        async def close(self) -> None:
            for number in range(3):
                await asyncio.sleep(0)
                steps.append(f"connection {number}")

    async def main() -> None:
        clients = LoopClients(Slow, Slow)
        clients.here()
        del clients  # what closes it is a task now, which `asyncio.run` cancels

    asyncio.run(main())
    assert steps == ["connection 0", "connection 1", "connection 2"]


async def test_closing_that_is_cancelled_is_cancelled_in_the_end():
    steps: list[str] = []

    class Slow:
        async def close(self) -> None:
            for number in range(3):
                await asyncio.sleep(0)
                steps.append(f"connection {number}")

    clients = LoopClients(Slow, Slow)
    clients.here()
    task = asyncio.ensure_future(clients.aclose())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert steps == ["connection 0", "connection 1", "connection 2"]


def test_clients_that_nobody_has_when_their_loop_ends_are_closed_without_a_complaint():
    """The one who lost them and the end of the loop come at the same time."""
    closed, complaints = [], []

    class Slow:
        async def close(self):
            for _ in range(3):
                await asyncio.sleep(0)
            closed.append(self)

    async def use(clients):
        clients.here()

    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _, told: complaints.append(told))
    clients = LoopClients(object, Slow)
    loop.run_until_complete(use(clients))
    del clients
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    assert len(closed) == 1
    assert complaints == []
