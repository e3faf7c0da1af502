"""Savers that mix up names and threads, delete too much or too little, or trust what they should not."""

import asyncio
import copy
from typing import Any

from stepgraph.checkpoint.base import config_of, place_of
from stepgraph.errors import CheckpointError, CorruptCheckpointError
from stepgraph.serde.msgpack import MsgpackSerializer
from tests.testing.broken_savers import Broken, Writing, breaks

# Names.


class Renaming(Broken):
    """Calls threads and namespaces something else."""

    def rename(self, thread_id: str, ns: str) -> tuple[str, str]:
        raise NotImplementedError

    def _renamed(self, config):
        if config is None or not config.get("configurable", {}).get("thread_id"):
            return config
        inner = dict(config["configurable"])
        inner["thread_id"], inner["checkpoint_ns"] = self.rename(*place_of(config)[:2])
        return {"configurable": inner}

    def get_tuple(self, config):
        found = super().get_tuple(self._renamed(config))
        if found is None:
            return None
        thread_id, ns, _ = place_of(config)
        parent = found.parent_config and config_of(thread_id, ns, place_of(found.parent_config)[2] or "")
        return found._replace(config=config_of(thread_id, ns, found.checkpoint["id"]), parent_config=parent)

    def list(self, config, **options):
        if config is None or "checkpoint_ns" not in config["configurable"]:
            yield from super().list(config, **options)
            return
        thread_id, ns, _ = place_of(config)
        for item in super().list(self._renamed(config), **options):
            parent = item.parent_config and config_of(thread_id, ns, place_of(item.parent_config)[2] or "")
            yield item._replace(config=config_of(thread_id, ns, item.checkpoint["id"]), parent_config=parent)

    def put(self, config, checkpoint, *args, **options):
        super().put(self._renamed(config), checkpoint, *args, **options)
        return config_of(*place_of(config)[:2], checkpoint["id"])

    def put_writes(self, config, *args, **options):
        super().put_writes(self._renamed(config), *args, **options)

    def delete_thread(self, thread_id):
        super().delete_thread(self.rename(thread_id, "")[0])


@breaks("names_threads", "names_deleting")
class FoldsCase(Renaming):
    def rename(self, thread_id, ns):
        return thread_id.lower(), ns


@breaks("names_nul")
class CutsNamesAtNul(Renaming):
    def rename(self, thread_id, ns):
        return thread_id.split("\0")[0], ns.split("\0")[0]


@breaks("names_pairs", "names_places")
class JoinsThreadAndNamespace(Renaming):
    def rename(self, thread_id, ns):
        first, *rest = f"{thread_id}|{ns}".split("|") if ns else [thread_id]
        return (first, "|".join(rest)) if rest else (thread_id, "")


@breaks("names_deleting", "damage")
class DeletesByPrefix(Broken):
    def delete_thread(self, thread_id):
        names = {place_of(item.config)[0] for item in self.saver.list(None)}
        for name in names:
            if name.startswith(thread_id):
                super().delete_thread(name)
        super().delete_thread(thread_id)


@breaks("names_places")
class DumpsWithoutPlace(Broken):
    def __init__(self, serde=None, **settings):
        super().__init__(serde=None if serde is None else Placeless(serde), **settings)


class Placeless:
    def __init__(self, inner):
        self.inner = inner

    def dumps(self, value, place=b""):
        return self.inner.dumps(value)

    def loads(self, data, place=b""):
        return self.inner.loads(data)

    def with_allowed(self, types):
        return Placeless(self.inner.with_allowed(types))


# Whole threads.


@breaks("thread_deleted", "damage")
class DeletesTheRootOnly(Broken):
    def delete_thread(self, thread_id):
        kept = [
            item for item in self.saver.list({"configurable": {"thread_id": thread_id}}) if place_of(item.config)[1]
        ]
        super().delete_thread(thread_id)
        for item in reversed(kept):
            versions = item.checkpoint["channel_versions"]
            thread, ns, _ = place_of(item.config)
            config = item.parent_config or {"configurable": {"thread_id": thread, "checkpoint_ns": ns}}
            self.saver.put(config, item.checkpoint, item.metadata, versions)


@breaks("copy_to_a_used_thread")
class CopiesOverWhatIsThere(Broken):
    def copy_thread(self, source_thread_id, target_thread_id):
        if source_thread_id != target_thread_id:
            super().delete_thread(target_thread_id)
            super().copy_thread(source_thread_id, target_thread_id)


@breaks("copy", "copy_apart", "secrets_copied")
class CopiesNoWrites(Broken):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.copies: set[str] = set()

    def copy_thread(self, source_thread_id, target_thread_id):
        super().copy_thread(source_thread_id, target_thread_id)
        self.copies.add(target_thread_id)

    def get_tuple(self, config):
        found = super().get_tuple(config)
        copied = found is not None and place_of(config)[0] in self.copies
        return found._replace(pending_writes=[]) if found is not None and copied else found

    def list(self, config, **options):
        for item in super().list(config, **options):
            yield item._replace(pending_writes=[]) if place_of(item.config)[0] in self.copies else item


@breaks("runs_deleted", "runs_head_falls_back", "runs_all_deleted")
class CountsRunsNotCheckpoints(Broken):
    def delete_for_runs(self, run_ids):
        super().delete_for_runs(run_ids)
        return len(run_ids)


# Retention.


@breaks("prune_max_age")
class PrunesOldHeads(Broken):
    def prune(self, thread_ids=None, *, max_age=None, **options):
        count = super().prune(thread_ids, max_age=max_age, **options)
        for thread_id in thread_ids or []:
            left = list(self.saver.list({"configurable": {"thread_id": thread_id}}))
            if max_age is not None and len(left) == 1:
                super().delete_thread(thread_id)
        return count


@breaks("prune_keep_last")
class KeepsLastOfTheThread(Broken):
    def prune(self, thread_ids=None, *, keep_last=None, **options):
        if keep_last is not None and keep_last > 1:
            threads = thread_ids or {place_of(item.config)[0] for item in self.saver.list(None)}
            spaces = {
                place_of(item.config)[:2] for item in self.saver.list(None) if place_of(item.config)[0] in threads
            }
            keep_last = max(1, keep_last // max(1, len(spaces)))
        return super().prune(thread_ids, keep_last=keep_last, **options)


@breaks("prune_thread_ids")
class TakesNoThreadsForAll(Broken):
    def prune(self, thread_ids=None, **options):
        return super().prune(thread_ids or None, **options)


@breaks("prune_wrong_settings")
class TakesAnySetting(Broken):
    def prune(self, thread_ids=None, *, keep_last=None, max_age=None, **options):
        keep_last = None if keep_last is not None and keep_last < 1 else keep_last
        max_age = None if isinstance(max_age, int | float) and max_age < 0 else max_age
        if keep_last is None and max_age is None and not options:
            return super().prune(thread_ids)
        return super().prune(thread_ids, keep_last=keep_last, max_age=max_age, **options)


@breaks("retention_keep_last", "retention_max_age")
class KeepsEverything(Broken):
    def __init__(self, keep_last=None, max_age=None, **settings):
        super().__init__(**settings)


@breaks("retention_none")
class ForgetsOldThreads(Broken):
    def __init__(self, **settings):
        super().__init__(**{"max_age": 365 * 86_400.0, **settings})


# Crowds, secrets, damage, second savers.


@breaks("crowd_event_loops")
class BelongsToOneLoop(Broken):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.loop = asyncio.get_running_loop()

    async def aput(self, *args, **options):
        if asyncio.get_running_loop() is not self.loop:
            raise RuntimeError("attached to a different loop")
        return self.put(*args, **options)


@breaks("crowd_readers_and_a_writer")
class WritesInTwoSteps(Broken):
    async def aput(self, config, checkpoint, metadata, new_versions, **options):
        self.half = {**checkpoint, "channel_values": {**checkpoint["channel_values"], "b": None}}
        try:
            if checkpoint["channel_values"].keys() >= {"a", "b", "big"}:
                await asyncio.sleep(0)
            return self.put(config, checkpoint, metadata, new_versions, **options)
        finally:
            self.half = None

    half: Any = None

    async def aget_tuple(self, config):
        found = self.get_tuple(config)
        if found is not None and self.half is not None and "big" in self.half["channel_values"]:
            return found._replace(checkpoint=self.half)
        return found


@breaks("secrets_in_the_open")
class DumpsMetadataInTheOpen(Broken):
    def __init__(self, serde=None, **settings):
        super().__init__(serde=None if serde is None else OpenMetadata(serde), **settings)


class OpenMetadata:
    def __init__(self, inner):
        self.inner = inner
        self.plain = MsgpackSerializer()

    def dumps(self, value, place=b""):
        if isinstance(value, dict) and "source" in value:
            return b"P" + self.plain.dumps(value, place)
        return b"I" + self.inner.dumps(value, place)

    def loads(self, data, place=b""):
        return (self.plain if data[:1] == b"P" else self.inner).loads(data[1:], place)

    def with_allowed(self, types):
        return OpenMetadata(self.inner.with_allowed(types))


@breaks("damage")
class TakesDamageForAbsence(Broken):
    def get_tuple(self, config):
        try:
            return super().get_tuple(config)
        except CorruptCheckpointError:
            return None


@breaks("newer_version")
class ReadsNewerVersions(Writing):
    def spoil(self, config, checkpoint, metadata):
        return config, {**checkpoint, "v": 1}, metadata


@breaks("newer_version")
class SkipsWhatItCannotRead(Broken):
    def list(self, config, **options):
        found = super().list(config, **options)
        try:
            yield from found
        except CorruptCheckpointError:
            raise
        except CheckpointError:
            return


@breaks("second_saver_taking_turns")
class TrustsWhatItRead(Broken):
    """Reads a head once, and again only after a put of its own."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.heads: dict[Any, Any] = {}

    def put(self, *args, **options):
        self.heads.clear()
        return super().put(*args, **options)

    def put_writes(self, *args, **options):
        self.heads.clear()
        super().put_writes(*args, **options)

    def delete_thread(self, thread_id):
        self.heads.clear()
        super().delete_thread(thread_id)

    def copy_thread(self, source_thread_id, target_thread_id):
        self.heads.clear()
        super().copy_thread(source_thread_id, target_thread_id)

    def delete_for_runs(self, run_ids):
        self.heads.clear()
        return super().delete_for_runs(run_ids)

    def prune(self, thread_ids=None, **options):
        self.heads.clear()
        return super().prune(thread_ids, **options)

    def get_tuple(self, config):
        thread_id, ns, checkpoint_id = place_of(config)
        if checkpoint_id is not None:
            return super().get_tuple(config)
        if (thread_id, ns) not in self.heads:
            self.heads[thread_id, ns] = super().get_tuple(config)
        return copy.deepcopy(self.heads[thread_id, ns])
