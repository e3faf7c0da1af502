"""The sync driver: performs a run in the caller's thread, and what runs side by side in the engine's threads.

A thread cannot be cancelled. When a task fails, or the consumer goes away, tasks that have not begun are dropped and
those that run are left to end by themselves; nobody waits for them and what they write is ignored.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import ExitStack
from typing import Any

from typing_extensions import Self

from stepgraph.execution.lent import SlotLent
from stepgraph.execution.pool import POOL
from stepgraph.execution.tasks import running_loop
from stepgraph.kernel.task import Task
from stepgraph.pregel.buffer import Buffer
from stepgraph.pregel.caching import Keyed, found_in, keys_of, to_keep
from stepgraph.pregel.reporting import report
from stepgraph.pregel.run import Run
from stepgraph.pregel.saving import SyncSaving
from stepgraph.pregel.sync_group import Group
from stepgraph.pregel.sync_perform import perform

__all__ = ["drive"]


def drive(run: Run, buffer: Buffer) -> Generator[Any, None, None]:
    """Perform `run` and yield its chunks; closing the generator drops what has not begun."""
    chunks = _driven(run, buffer)
    return report(run, chunks) if run.config.get("callbacks") else chunks


def _driven(run: Run, buffer: Buffer) -> Generator[Any, None, None]:
    if (run.parent is None and not run.loan.is_of_somebody) or running_loop() is None:
        yield from _supersteps(run, buffer)
        return
    with ExitStack() as stack:  # an async node called us: its loop stands still, and nobody on it can give way
        run.keep_slot()
        for above in run.stream.buffers:
            stack.enter_context(above.overflowing())
        yield from _supersteps(run, buffer)


def _supersteps(run: Run, buffer: Buffer) -> Generator[Any, None, None]:  # noqa: C901, PLR0912 - one loop, told from top to bottom
    items = buffer.items
    saving = None if run.journal is None else SyncSaving(run.journal)
    alone = run.limiter is None and not run.stream.live and (saving is None or not saving.behind)
    with SlotLent(run.loan), _Whole(run, buffer, saving) as whole:
        while (tasks := run.plan()) is not None:
            while items:
                yield items.popleft()
            if run.graph.cache is not None:
                tasks = whole.without_cached(tasks)
            if tasks:
                _give_way(run, buffer)
                if alone and run.width == 1:
                    failure = _perform_here(run, tasks[0])
                else:
                    group = whole.group = Group(run, tasks, buffer, saving)
                    group.start()
                    while group.progress():
                        while items:
                            yield items.popleft()
                            if buffer.crowded:
                                buffer.admit()
                    failure = group.failure
                while items:
                    yield items.popleft()
                if whole.keyed:
                    whole.keep_cached()
                if failure is not None:
                    raise failure
            run.settle()
            if saving is not None:
                saving.flush()
            run.show()
            while items:
                yield items.popleft()
        while items:
            yield items.popleft()
        run.conclude()


class _Whole:
    """What a run is given before it begins, and that it leaves nothing waiting and nothing unsaved, however it ends."""

    def __init__(self, run: Run, buffer: Buffer, saving: SyncSaving | None) -> None:
        self.group: Group | None = None
        self.keyed: Keyed = {}
        self._run = run
        self._buffer = buffer
        self._saving = saving

    def __enter__(self) -> Self:
        if self._saving is not None:
            try:
                self._saving.open()
            except BaseException:
                self._saving.give_up()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        self._buffer.close()
        if self.group is not None:
            self.group.cancel()
        if self._saving is not None:
            self._run.leave()
            self._saving.close()

    def without_cached(self, tasks: Sequence[Task]) -> Sequence[Task]:
        """Give tasks what the cache has for them; return the others."""
        cache = self._run.graph.cache
        self.keyed = keys_of(self._run, tasks)
        if cache is None or not self.keyed:
            return tasks
        return found_in(self._run, self.keyed, cache.get([*self.keyed]), tasks)

    def keep_cached(self) -> None:
        """Let the cache have what was performed."""
        cache = self._run.graph.cache
        if cache is not None:
            cache.set(to_keep(self.keyed))


def _give_way(run: Run, own: Buffer) -> None:
    """Wait until the consumers of the runs above have read what there is."""
    for above in run.stream.buffers:
        if above is not own:
            with POOL.waiting():
                above.wait_drained()


def _perform_here(run: Run, task: Task) -> BaseException | None:
    """Perform a task in the caller's thread; return the error to raise."""
    scope, context = run.scope(task)
    try:
        context.run(perform, run, task, scope)
    except BaseException as error:
        return run.failed(task, error)
    run.finished(task)
    return None
