"""Saving: performs what a journal decided, before the run goes on, while it goes on, or when it leaves.

The same in both colours: `flush` is called wherever something may have become due; `close` once, at the end, whatever
ended the run. With `durability="async"` a worker saves in the background, at most `BACKLOG` saves behind the run.
What fails surfaces at the next `flush`, and at once where tasks run side by side (`notify`).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, Final

from stepgraph.ambient import task_scope
from stepgraph.checkpoint.base import CheckpointTuple
from stepgraph.config import RunnableConfig
from stepgraph.execution.pool import POOL
from stepgraph.kernel.task import Status, Task
from stepgraph.pregel.journal import Journal
from stepgraph.pregel.run import Run
from stepgraph.pregel.saves import Save

__all__ = ["BACKLOG", "AsyncSaving", "SyncSaving"]

BACKLOG: Final = 32
"""How many saves may wait for the saver before a run with `durability="async"` waits too."""


class _Saving:
    """What both colours share.

    Args:
        journal: What decides.

    Attributes:
        error: What failed in the background.
        notify: What to call, from any thread, when that happens.
        behind: Whether saves are made in the background.
    """

    def __init__(self, journal: Journal) -> None:
        self.error: BaseException | None = None
        self.notify: Callable[[], None] | None = None
        self._journal = journal
        self._at_once = journal.at_once or (journal.durability == "async" and journal.saver.immediate)
        self.behind: bool = not self._at_once and journal.durability == "async"
        journal.saving = self

    @property
    def _takes_turn(self) -> bool:
        """Whether the run waits for its turn: not within one that has the thread already."""
        scope = task_scope()
        while scope is not None:
            above = scope.run.journal
            if above is not None and above.thread_id == self._journal.thread_id:
                return False
            scope = scope.run.parent
        return True

    def _fail(self, error: BaseException) -> None:
        self.error = error
        if self.notify is not None:
            self.notify()

    def _check(self) -> None:
        if self.error is not None:
            raise self.error


class AsyncSaving(_Saving):
    """Saves on an event loop."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._turn: Any = None
        self._loop = asyncio.get_running_loop()
        self._worker: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Wait for the run's turn, and load where it begins."""
        journal = self._journal
        if self._takes_turn:
            turn = journal.saver.aturn(journal.thread_id)
            await turn.__aenter__()
            self._turn = turn
        place, head = journal.places()
        found = await journal.saver.aget_tuple(place)
        if journal.bound is not None and found is not None and not journal.remembers(found):
            head, found = place, await self._remembered(place)
        journal.loaded(found, None if head is None else await journal.saver.aget_tuple(head))

    async def _remembered(self, place: RunnableConfig) -> CheckpointTuple | None:
        async for found in self._journal.saver.alist(place):
            if self._journal.remembers(found):
                return found
        return None

    async def flush(self) -> None:
        """Save what is due, as the durability says."""
        self._check()
        if self._at_once:
            await self._drain()
            if self._worker is not None:
                await self._settle()
        elif self.behind and self._journal.due:
            self._start()
            if len(self._journal.due) > BACKLOG:
                await self._settle()

    async def save(self, save: Save) -> None:
        """Save this, as the durability says; where it says at once, this very save is done afterwards."""
        if self._at_once:
            await save.aperform(self._journal.saver)
        else:
            self._journal.due.append(save)
            await self.flush()

    async def keep(self, run: Run, task: Task) -> None:
        """Save what a task wrote that ended before its siblings."""
        if task.status is Status.DONE:
            await self.save(self._journal.ended(task, run.machine))
            task.saved = True

    def save_step(self, save: Save) -> None:
        """Save what a step returned: a thread waits for it, the event loop's own thread cannot."""
        try:
            here = asyncio.get_running_loop()
        except RuntimeError:
            asyncio.run_coroutine_threadsafe(self.save(save), self._loop).result()
            return
        self._journal.due.append(save)
        if here is self._loop and (self._at_once or self.behind):
            self._start()  # the next await of the node lets it go

    async def close(self) -> None:
        """Save everything that is due, however often the caller is cancelled meanwhile, and end the turn.

        Raises:
            BaseException: What failed, now or in the background.
        """
        try:
            await self._settle()
        finally:
            await self.give_up()

    async def give_up(self) -> None:
        """End the turn."""
        turn, self._turn = self._turn, None
        if turn is not None:
            await turn.__aexit__(None, None, None)

    def _start(self) -> None:
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())

    async def _settle(self) -> None:
        """Wait until nothing is due."""
        interrupted: asyncio.CancelledError | None = None
        while self.error is None and (self._journal.due or not (self._worker is None or self._worker.done())):
            self._start()
            assert self._worker is not None
            try:
                await asyncio.wait([self._worker])
            except asyncio.CancelledError as error:
                interrupted = error
        self._check()
        if interrupted is not None:
            raise interrupted

    async def _drain(self) -> None:
        due = self._journal.due
        while due:
            await due.popleft().aperform(self._journal.saver)

    async def _work(self) -> None:
        try:
            await self._drain()
        except BaseException as error:
            self._fail(error)


class SyncSaving(_Saving):
    """Saves in the caller's thread, or in one beside it."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._turn: Any = None
        self._changed = threading.Condition()
        self._working = False
        self._keeping = 0
        self._closed = False

    def open(self) -> None:
        """Wait for the run's turn, and load where it begins."""
        journal = self._journal
        if self._takes_turn:
            turn = journal.saver.turn(journal.thread_id)
            turn.__enter__()
            self._turn = turn
        place, head = journal.places()
        found = journal.saver.get_tuple(place)
        if journal.bound is not None and found is not None and not journal.remembers(found):
            head, found = place, next(filter(journal.remembers, journal.saver.list(place)), None)
        journal.loaded(found, None if head is None else journal.saver.get_tuple(head))

    def flush(self) -> None:
        """Save what is due, as the durability says."""
        self._check()
        if self._at_once:
            self._drain()
        elif self.behind and self._journal.due:
            with self._changed:
                if not self._working:
                    self._working = True
                    POOL.submit(self._work)
                while len(self._journal.due) > BACKLOG and self.error is None:
                    self._changed.wait()

    def save(self, save: Save) -> None:
        """Save this, as the durability says; where it says at once, this very save is done afterwards."""
        if self._at_once:
            save.perform(self._journal.saver)
        else:
            self._journal.due.append(save)
            self.flush()

    def keep(self, run: Run, task: Task) -> None:
        """Save what a task wrote that ended before its siblings; a task that outlives its run keeps nothing."""
        if task.status is Status.DONE and self._begins():
            try:
                self.save(self._journal.ended(task, run.machine))
                task.saved = True
            finally:
                self._ends()

    def save_step(self, save: Save) -> None:
        """Save what a step returned."""
        if self._begins():
            try:
                self.save(save)
            finally:
                self._ends()

    def _begins(self) -> bool:
        """Count a save that a task makes in its thread; return whether the run is still there to wait for it."""
        with self._changed:
            self._keeping += not self._closed
            return not self._closed

    def _ends(self) -> None:
        with self._changed:
            self._keeping -= 1
            self._changed.notify_all()

    def close(self) -> None:
        """Save everything that is due, and end the turn.

        Raises:
            BaseException: What failed, now or in the background.
        """
        try:
            with self._changed:
                self._closed = True
                while self._working or self._keeping:
                    self._changed.wait()
            self._check()
            self._drain()
        finally:
            self.give_up()

    def give_up(self) -> None:
        """End the turn."""
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.__exit__(None, None, None)

    def _drain(self) -> None:
        due, saver = self._journal.due, self._journal.saver
        while True:
            try:
                save = due.popleft()
            except IndexError:
                return
            save.perform(saver)

    def _work(self) -> None:
        due, saver = self._journal.due, self._journal.saver
        while True:
            with self._changed:
                self._changed.notify_all()
                if not due or self.error is not None:
                    self._working = False
                    return
            try:
                due.popleft().perform(saver)
            except BaseException as error:
                self._fail(error)
