"""The database: transactions, both colours, several event loops, servers that go away."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from stepgraph.errors import SaverError
from stepgraph_postgres.database import Database
from stepgraph_postgres.settings import PoolSettings
from stepgraph_postgres.work import Batch, Job, Statement, Work
from tests.postgres.server import PostgresServer

Run = Callable[[Job[Any]], Awaitable[Any]]


@pytest.fixture
def uri(database_uri: str) -> str:
    with psycopg.connect(database_uri, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS numbers")
        connection.execute("CREATE TABLE numbers (n int PRIMARY KEY)")
    return database_uri


@pytest.fixture(params=["sync", "async"])
def colour(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[True, False], ids=["pipelined", "one by one"])
def database(request: pytest.FixtureRequest, uri: str) -> Iterator[Database]:
    database = Database(uri, pipelined=request.param)
    yield database
    database.close()


@pytest.fixture
async def run(database: Database, colour: str) -> Any:
    async def sync(job: Job[Any]) -> Any:
        return await asyncio.to_thread(database.run, job)

    yield sync if colour == "sync" else database.arun
    await database.aclose()


def insert(n: int) -> Statement:
    return Statement("INSERT INTO numbers VALUES (%s) RETURNING n", (n,))


ALL = Statement("SELECT n FROM numbers ORDER BY n")


def job(*batches: Batch, **settings: Any) -> Job[Any]:
    def work(_: bool) -> Work[Any]:
        got = []
        for batch in batches:
            got.append((yield batch))
        return got

    return Job("counting", work, **settings)


async def test_rows_come_back_by_statement(run: Run) -> None:
    assert await run(job(Batch([insert(1), insert(2), ALL], commits=True))) == [[[(1,)], [(2,)], [(1,), (2,)]]]


async def test_batches_of_one_transaction_land_together(run: Run) -> None:
    assert await run(job(Batch([insert(1)]), Batch([insert(2), ALL], commits=True))) == [
        [[(1,)]],
        [[(2,)], [(1,), (2,)]],
    ]


async def test_a_work_that_ends_inside_a_transaction_is_committed(run: Run) -> None:
    await run(job(Batch([insert(1)])))
    assert await run(job(Batch([ALL], commits=True), reading=True)) == [[[(1,)]]]


@pytest.mark.parametrize("alone", [True, False])
async def test_a_refused_statement_leaves_nothing_of_its_transaction(run: Run, alone: bool) -> None:
    bad = [Batch([insert(1), insert(1)], commits=True)] if alone else [Batch([insert(1)]), Batch([insert(1)])]
    with pytest.raises(SaverError, match=r"counting failed: UniqueViolation.*nothing was saved"):
        await run(job(*bad))
    assert await run(job(Batch([ALL], commits=True))) == [[[]]]


async def test_an_error_of_the_work_itself_rolls_back_and_leaves_as_it_is(run: Run) -> None:
    def work(_: bool) -> Work[None]:
        yield Batch([insert(1)])
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await run(Job("counting", work))
    assert await run(job(Batch([ALL], commits=True))) == [[[]]]


async def test_a_missing_table_names_setup(run: Run) -> None:
    with pytest.raises(SaverError, match=r"call `setup\(\)` once"):
        await run(job(Batch([Statement("SELECT * FROM nowhere")], commits=True), reading=True))


async def test_a_reading_job_sees_one_state(database: Database, run: Run, uri: str) -> None:
    def work(_: bool) -> Work[Any]:
        before = yield Batch([ALL])
        with psycopg.connect(uri) as other:
            other.execute("INSERT INTO numbers VALUES (9)")
        after = yield Batch([ALL], commits=True)
        return before, after

    assert await run(Job("reading", work, reading=True)) == ([[]], [[]])


async def test_jobs_run_side_by_side(database: Database, run: Run) -> None:
    """Two jobs that wait for each other can only end when neither holds what the other needs."""
    both = threading.Barrier(2, timeout=20)

    def work(n: int) -> Callable[[bool], Work[None]]:
        def steps(_: bool) -> Work[None]:
            yield Batch([insert(n)])
            meeting.set_result(None) if (started.append(n) or len(started)) == 2 and not meeting.done() else None
            yield Batch([ALL], commits=True)

        return steps

    started: list[int] = []
    meeting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    del both
    await asyncio.gather(run(Job("one", work(1))), run(Job("two", work(2))))
    assert sorted(started) == [1, 2]


def test_one_object_serves_event_loops_one_after_the_other(uri: str) -> None:
    database = Database(uri)
    for n in range(3):
        asyncio.run(database.arun(job(Batch([insert(n)], commits=True))))
    assert database.run(job(Batch([ALL], commits=True))) == [[[(0,), (1,), (2,)]]]
    database.close()


def test_one_object_serves_event_loops_at_once(uri: str) -> None:
    database = Database(uri)
    errors: list[BaseException] = []

    async def several(first: int) -> None:
        await asyncio.gather(*(database.arun(job(Batch([insert(n)], commits=True))) for n in range(first, first + 10)))

    def loop(first: int) -> None:
        try:
            asyncio.run(several(first))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=loop, args=(10 * k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(database.run(job(Batch([ALL], commits=True)))[0][0]) == 40
    database.close()


def test_a_pool_of_another_event_loop_is_refused(uri: str) -> None:
    async def first() -> tuple[Database, AsyncConnectionPool[Any]]:
        pool = AsyncConnectionPool(uri, open=False, min_size=1)
        await pool.open()
        database = Database(pool)
        await database.arun(job(Batch([insert(1)], commits=True)))
        await pool.close()
        return database, pool

    database, _ = asyncio.run(first())
    with pytest.raises(SaverError, match="give it a connection string"):
        asyncio.run(database.arun(job(Batch([ALL], commits=True))))
    with pytest.raises(SaverError, match="call the method's async twin"):
        database.run(job(Batch([ALL], commits=True)))


async def test_connections_and_pools_of_the_user_are_used_and_left_open(uri: str) -> None:
    with psycopg.connect(uri) as connection:  # not in autocommit mode
        database = Database(connection)
        database.run(job(Batch([insert(1)]), Batch([insert(2)], commits=True)))
        database.close()
        assert connection.autocommit is False
        assert not connection.closed
    with ConnectionPool(uri, min_size=1) as pool:
        database = Database(pool)
        await database.arun(job(Batch([insert(3)], commits=True)))
        database.close()
        assert not pool.closed
        found = database.run(job(Batch([ALL], commits=True)))
    async with await psycopg.AsyncConnection.connect(uri) as lent:
        assert await Database(lent).arun(job(Batch([ALL], commits=True))) == found == [[[(1,), (2,), (3,)]]]


async def test_a_closed_pool_says_what_to_do(uri: str) -> None:
    pool = ConnectionPool(uri, open=False)
    with pytest.raises(SaverError, match="the pool is closed: open it"):
        Database(pool).run(job(Batch([ALL], commits=True)))


async def test_no_server_is_a_saver_error(uri: str) -> None:
    database = Database(PoolSettings("postgresql://nobody@127.0.0.1:1/none", timeout=0.2))
    with pytest.raises(SaverError, match="is the server up"):
        await asyncio.to_thread(database.run, job(Batch([ALL], commits=True)))
    with pytest.raises(SaverError, match="is the server up"):
        await database.arun(job(Batch([ALL], commits=True)))
    await database.aclose()


async def test_a_restarted_server_is_found_again(private_server: PostgresServer, colour: str) -> None:
    database = Database(private_server.uri())
    one = job(Batch([Statement("SELECT 1")], commits=True), reading=True)
    runs = [lambda: asyncio.to_thread(database.run, one), lambda: database.arun(one)]
    run = runs[colour == "async"]
    assert await asyncio.gather(*(run() for _ in range(8))) == [[[[(1,)]]]] * 8
    private_server.restart()
    assert await asyncio.gather(*(run() for _ in range(8))) == [[[[(1,)]]]] * 8
    await database.aclose()


@pytest.mark.parametrize("repeatable", [True, False])
async def test_a_commit_in_doubt_is_repeated_only_where_that_does_no_harm(
    private_server: PostgresServer, colour: str, repeatable: bool
) -> None:
    """The server dies between the batch that is answered and the one that commits, so the commit is in doubt."""
    database = Database(private_server.uri())
    told: list[bool] = []

    def work(again: bool) -> Work[str]:
        told.append(again)
        yield Batch([Statement("SELECT 1")])
        if not again:
            private_server.restart()
        yield Batch([Statement("SELECT 2")], commits=True)
        return "done"

    doubtful = Job("saving", work, repeatable=repeatable)
    run = database.arun(doubtful) if colour == "async" else asyncio.to_thread(database.run, doubtful)
    if repeatable:
        assert await run == "done"
        assert told == [False, True]
    else:
        with pytest.raises(SaverError, match="read it back to see whether it was"):
            await run
        assert told == [False]
    await database.aclose()


async def test_a_cancelled_job_gives_its_connection_back(uri: str) -> None:
    database = Database(PoolSettings(uri, max_size=1))
    begun = asyncio.Event()

    def work(_: bool) -> Work[None]:
        yield Batch([insert(1)])
        begun.set()
        yield Batch([Statement("SELECT pg_sleep(60)")], commits=True)

    task = asyncio.create_task(database.arun(Job("sleeping", work)))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await database.arun(job(Batch([ALL], commits=True))) == [[[]]]
    await database.aclose()
