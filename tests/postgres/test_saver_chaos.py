"""A server that is killed again and again under load: nothing that was acknowledged is lost, every error is typed."""

from __future__ import annotations

import asyncio
import threading

import pytest

from stepgraph.errors import SaverError, ThreadConflictError
from stepgraph_postgres import AsyncPostgresSaver, PoolSettings, PostgresSaver
from tests.postgres.driving import Counter, config, numbers
from tests.postgres.server import PostgresServer

KILLS = 3
STEPS = 15
"""How many steps each thread makes at least between two kills."""


class Load:
    """Threads that count up while the server dies; each notes what was acknowledged, and what went wrong otherwise."""

    def __init__(self, server: PostgresServer, count: int) -> None:
        self.server = server
        self.saver = AsyncPostgresSaver(PoolSettings(server.uri(), timeout=20.0))
        self.counters = [Counter(self.saver, f"t{n}") for n in range(count)]
        self.untyped: list[BaseException] = []
        self.failed = 0
        self.kills_left = KILLS

    def kill(self, progressed: int) -> None:
        if self.kills_left and progressed > (KILLS - self.kills_left + 1) * STEPS * len(self.counters):
            self.kills_left -= 1
            self.server.restart()

    @property
    def progress(self) -> int:
        return sum(counter.n for counter in self.counters)

    async def arun(self, counter: Counter) -> None:
        while self.kills_left:
            try:
                await counter.astep(writes=True)
            except SaverError:
                self.failed += 1
                await self._recover(counter)
            except BaseException as error:
                self.untyped.append(error)
                raise

    def run(self, counter: Counter) -> None:
        while self.kills_left:
            try:
                counter.step(writes=True)
            except SaverError:
                self.failed += 1
                asyncio.run(self._recover(counter))
            except BaseException as error:
                self.untyped.append(error)
                raise

    async def _recover(self, counter: Counter) -> None:
        """Look what became of a step whose outcome nobody could tell."""
        while True:
            try:
                found = await self.saver.aget_tuple(config(counter.thread_id))
            except SaverError:
                continue
            assert found is not None
            n = found.checkpoint["channel_values"]["n"]
            assert n in (counter.n, counter.n + 1)
            counter.head, counter.n = found.checkpoint["id"], n
            return

    def check(self) -> None:
        assert self.untyped == []
        with PostgresSaver.from_conn_string(self.server.uri()) as fresh:
            for counter in self.counters:
                assert numbers(fresh, counter.thread_id) == list(range(1, counter.n + 1))


async def test_async_load(private_server: PostgresServer) -> None:
    load = Load(private_server, 8)
    async with load.saver:
        await load.saver.setup()
        running = [asyncio.create_task(load.arun(counter)) for counter in load.counters]
        while load.kills_left and not load.untyped:
            await asyncio.sleep(0)
            load.kill(load.progress)
        await asyncio.gather(*running)
        await asyncio.to_thread(load.check)


def test_sync_load(private_server: PostgresServer) -> None:
    load = Load(private_server, 8)
    with PostgresSaver.from_conn_string(private_server.uri()) as first:
        first.setup()
    progressed = threading.Condition()

    def run(counter: Counter) -> None:
        took = counter.took

        def noted(saved: object) -> None:
            took(saved)
            with progressed:
                progressed.notify()

        counter.took = noted  # type: ignore[method-assign]
        load.run(counter)

    threads = [threading.Thread(target=run, args=(counter,)) for counter in load.counters]
    for thread in threads:
        thread.start()
    with progressed:
        while load.kills_left and not load.untyped:
            progressed.wait(timeout=20)
            load.kill(load.progress)
    for thread in threads:
        thread.join()
    load.check()
    load.saver.close()


async def test_a_put_whose_answer_is_lost_is_found_to_have_landed(private_server: PostgresServer) -> None:
    """The server commits and dies before it answers: the saver looks, finds the checkpoint, and reports it as saved."""
    async with AsyncPostgresSaver(private_server.uri()) as saver:
        await saver.setup()
        counter = Counter(saver, "t")
        await counter.astep()
        args, settings = counter.arguments(writes=True)
        await saver.aput(*args, **settings)  # what was committed, though nobody was told
        private_server.restart()
        counter.took(await saver.aput(*args, **settings))
        await counter.astep()
        assert await asyncio.to_thread(numbers, saver, "t") == [1, 2, 3]


async def test_a_put_of_somebody_else_is_no_success_of_ours(private_server: PostgresServer) -> None:
    async with AsyncPostgresSaver(private_server.uri()) as saver, AsyncPostgresSaver(private_server.uri()) as other:
        await saver.setup()
        ours = Counter(saver, "t")
        await ours.astep()
        theirs = Counter(other, "t")
        theirs.head, theirs.n = ours.head, ours.n
        await theirs.astep()
        private_server.restart()
        with pytest.raises(ThreadConflictError) as caught:
            await ours.astep()
        assert caught.value.head == theirs.head
