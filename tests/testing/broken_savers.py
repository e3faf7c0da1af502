"""Savers that break one rule each, to see that the kit notices: around a saver in memory that keeps to all of them."""

from typing import Any, NamedTuple

from stepgraph.checkpoint.base import CheckpointTuple
from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.testing import WrappedSaver


class Expected(NamedTuple):
    """The rules that a saver breaks, and whether others fail with them, because they look at the same thing."""

    rules: set[str]
    spreads: bool


BROKEN: dict[type["Broken"], Expected] = {}


def breaks(*rules: str, spreads: bool = False):
    def register(broken):
        BROKEN[broken] = Expected({f"test_{rule}" for rule in rules}, spreads)
        return broken

    return register


class Broken(WrappedSaver):
    """Its async methods are its sync ones, so that a subclass breaks both at once."""

    patience = 60.0

    def __init__(self, **settings: Any) -> None:
        super().__init__(InMemorySaver(**settings))

    async def aget_tuple(self, config):
        return self.get_tuple(config)

    async def alist(self, config, **options):
        for item in self.list(config, **options):
            yield item

    async def aput(self, *args, **options):
        return self.put(*args, **options)

    async def aput_writes(self, config, writes, task_id, task_path=""):
        self.put_writes(config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id):
        self.delete_thread(thread_id)

    async def acopy_thread(self, source_thread_id, target_thread_id):
        self.copy_thread(source_thread_id, target_thread_id)

    async def adelete_for_runs(self, run_ids):
        return self.delete_for_runs(run_ids)

    async def aprune(self, thread_ids=None, **options):
        return self.prune(thread_ids, **options)


class Reading(Broken):
    """Spoils what is read."""

    def spoil(self, found: CheckpointTuple) -> CheckpointTuple:
        raise NotImplementedError

    def get_tuple(self, config):
        found = super().get_tuple(config)
        return None if found is None else self.spoil(found)

    def list(self, config, **options):
        return map(self.spoil, super().list(config, **options))


class Writing(Broken):
    """Spoils what is put."""

    def spoil(self, config: Any, checkpoint: Any, metadata: Any) -> tuple[Any, Any, Any]:
        raise NotImplementedError

    def put(self, config, checkpoint, metadata, new_versions, **options):
        return super().put(*self.spoil(config, checkpoint, metadata), new_versions, **options)
