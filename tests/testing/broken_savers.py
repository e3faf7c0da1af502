"""Savers that break one rule each, to see that the kit notices: around a saver in memory that keeps to all of them."""

import asyncio
import copy
from contextlib import asynccontextmanager, nullcontext
from typing import Any, NamedTuple

from stepgraph.checkpoint.base import ANY_HEAD, RESERVED, CheckpointTuple, config_of, place_of
from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.errors import CheckpointError, CorruptCheckpointError, SerializationError, ThreadConflictError
from stepgraph.serde.msgpack import MsgpackSerializer
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


# Values.


@breaks(
    "values_metadata",
    "values_isolated_from_the_reader",
    "values_isolated_from_the_writer",
    "list_filter",
    "atomic_unkept_metadata",
    "secrets_round_trip",
    "secrets_copied",
)
class ForgetsOwnMetadata(Writing):
    def spoil(self, config, checkpoint, metadata):
        known = {key: metadata[key] for key in ("source", "step", "run_id", "parents")}
        return config, checkpoint, known


@breaks("values_fields")
class InventsUpdatedChannels(Writing):
    def spoil(self, config, checkpoint, metadata):
        return config, {**checkpoint, "updated_channels": checkpoint["updated_channels"] or []}, metadata


@breaks("values_returned_config", "values_fields")
class ReturnsTheConfigItGot(Broken):
    def put(self, config, *args, **options):
        super().put(config, *args, **options)
        return config


@breaks("values_isolated_from_the_reader")
class SharesWhatItRead(Broken):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.read: dict[str, Any] = {}

    def get_tuple(self, config):
        found = super().get_tuple(config)
        if found is None:
            return None
        key = repr(found)
        return self.read.setdefault(found.checkpoint["id"], (key, found))[1] if self.first(found, key) else found

    def first(self, found, key):
        return found.checkpoint["id"] not in self.read or self.read[found.checkpoint["id"]][0] == key


@breaks("values_with_allowed", "values_through_the_serializer", "names_places", "secrets_in_the_open")
class IgnoresItsSerializer(Broken):
    def __init__(self, serde=None, **settings):
        super().__init__(**settings)

    def with_allowed(self, types):
        return self


# Reading.


@breaks("reading_missing_thread")
class HasADefaultThread(Broken):
    def get_tuple(self, config):
        return super().get_tuple(config) if config.get("configurable", {}).get("thread_id") else None


@breaks("reading_channels_go_away", "values_none", "deltas_after_a_gap", spreads=True)
class NeverForgetsAChannel(Writing):
    def spoil(self, config, checkpoint, metadata):
        parent = place_of(config)[2]
        before = self.saver.get(config) if parent else None
        values = {**(before["channel_values"] if before else {}), **checkpoint["channel_values"]}
        return config, {**checkpoint, "channel_values": values}, metadata


# Deltas.


@breaks("deltas_lists", "deltas_mixed", "deltas_branches", "deltas_empty", spreads=True)
class NeverCutsAList(Broken):
    def put(self, config, checkpoint, metadata, new_versions, *, deltas=None, **options):
        if deltas and place_of(config)[2]:
            values = dict(checkpoint["channel_values"])
            before = self.saver.get(config)["channel_values"]
            for channel, delta in deltas.items():
                if isinstance(values[channel], list):
                    items = [delta.edits.get(at, item) for at, item in enumerate(before.get(channel, []))]
                    values[channel] = [*items, *delta.added]
            checkpoint = {**checkpoint, "channel_values": values}
        return super().put(config, checkpoint, metadata, new_versions, **options)


@breaks("deltas_branches", "copy", "second_saver_reads", spreads=True)
class BuildsDeltasOnTheNewest(Broken):
    def put(self, config, checkpoint, metadata, new_versions, *, deltas=None, **options):
        thread_id, ns, _ = place_of(config)
        if deltas:
            newest = self.saver.get({"configurable": {"thread_id": thread_id, "checkpoint_ns": ns}})
            before = newest["channel_values"] if newest else {}
            values = dict(checkpoint["channel_values"])
            for channel, delta in deltas.items():
                if isinstance(values[channel], list) and isinstance(before.get(channel), list):
                    kept = [delta.edits.get(at, item) for at, item in enumerate(before[channel][: delta.kept])]
                    values[channel] = [*kept, *delta.added]
            checkpoint = {**checkpoint, "channel_values": values}
        return super().put(config, checkpoint, metadata, new_versions, **options)


@breaks("scale_appends")
class IgnoresDeltas(Broken):
    def put(self, *args, deltas=None, **options):
        return super().put(*args, **options)


@breaks("scale_wide_state")
class StoresEverythingAgain(Broken):
    def put(self, config, checkpoint, metadata, new_versions, **options):
        return super().put(config, checkpoint, metadata, checkpoint["channel_versions"], **options)


# Listing.


@breaks("list_before_and_limit")
class TakesLimitZeroForNone(Broken):
    def list(self, config, *, limit=None, **options):
        return super().list(config, limit=limit or None, **options)


@breaks("list_filter")
class LimitsBeforeItFilters(Broken):
    def list(self, config, *, filter=None, limit=None, **options):
        for item in super().list(config, limit=limit, **options):
            if all(item.metadata.get(key, self) == value for key, value in (filter or {}).items()):
                yield item


@breaks("list_filter")
class FiltersByAnyKey(Broken):
    def list(self, config, *, filter=None, limit=None, **options):
        left = limit
        for item in super().list(config, **options):
            if left == 0:
                return
            if not filter or any(item.metadata.get(key, self) == value for key, value in filter.items()):
                left = None if left is None else left - 1
                yield item


@breaks("list_scope")
class ListsTheRootOnly(Broken):
    def list(self, config, **options):
        if config is not None:
            config = {"configurable": {"checkpoint_ns": "", **config["configurable"]}}
        return super().list(config, **options)


@breaks("list_before_and_limit", "list_pages")
class CountsBeforeIn(Broken):
    def list(self, config, *, before=None, limit=None, **options):
        if before is not None and limit != 0:
            yield super().get_tuple({"configurable": {**config["configurable"], **before["configurable"]}})
        yield from super().list(config, before=before, limit=limit, **options)


@breaks("list_writing_inside_the_loop")
class LocksWhileItLists(Broken):
    patience = 3.0

    def __init__(self, **settings):
        super().__init__(**settings)
        self.free = asyncio.Event()
        self.free.set()

    async def alist(self, config, **options):
        self.free.clear()
        try:
            for item in self.saver.list(config, **options):
                yield item
        finally:
            self.free.set()

    async def aput(self, *args, **options):
        while not self.free.is_set():
            await self.free.wait()
        return self.put(*args, **options)


@breaks("list_order_is_that_of_saving")
class OrdersById(Broken):
    def list(self, config, **options):
        found = list(super().list(config, **options))
        places = [index for index, item in enumerate(found)]
        by_ns: dict[str, list[int]] = {}
        for index in places:
            by_ns.setdefault(repr(place_of(found[index].config)[:2]), []).append(index)
        for of_ns in by_ns.values():
            ordered = sorted((found[index] for index in of_ns), key=lambda item: item.checkpoint["id"], reverse=True)
            for index, item in zip(of_ns, ordered, strict=True):
                found[index] = item
        return iter(found)


# Heads.


@breaks(
    "head_none",
    "head_stale",
    "head_of_nothing",
    "head_refused_writes",
    "head_one_winner",
    "turns_refuse_stale_puts",
    "fork",
    "prune_head_behind_branches",
    "second_saver_one_winner",
)
class ChecksNoHead(Broken):
    def put(self, *args, head=ANY_HEAD, **options):
        return super().put(*args, **options)


@breaks("head_one_winner", "second_saver_one_winner")
class ChecksTheHeadAndThenActs(Broken):
    async def aput(self, config, *args, head=ANY_HEAD, **options):
        thread_id, ns, _ = place_of(config)
        newest = self.saver.get_tuple({"configurable": {"thread_id": thread_id, "checkpoint_ns": ns}})
        found = newest.checkpoint["id"] if newest else None
        if head not in (ANY_HEAD, found) and self.on_conflict != "fork":
            raise ThreadConflictError(thread_id, ns, head, found)
        if self.on_conflict != "fork":
            await asyncio.sleep(0)
            head = ANY_HEAD
        return self.put(config, *args, head=head, **options)


@breaks("head_none", "head_stale", "head_of_nothing")
class MixesUpTheFieldsOfConflicts(Broken):
    def put(self, *args, **options):
        try:
            return super().put(*args, **options)
        except ThreadConflictError as error:
            raise ThreadConflictError(error.thread_id, error.checkpoint_ns, error.head, error.expected) from error


@breaks("head_refused_writes")
class SavesWritesOfRefusedPuts(Broken):
    def put(self, config, *args, writes=(), **options):
        try:
            return super().put(config, *args, writes=writes, **options)
        except ThreadConflictError:
            for task_id, pairs, path in writes:
                self.saver.put_writes(config, pairs, task_id, path)
            raise


@breaks("fork", "prune_head_behind_branches")
class MovesTheHeadToForks(Broken):
    def put(self, *args, head=ANY_HEAD, **options):
        return super().put(*args, head=ANY_HEAD if self.on_conflict == "fork" else head, **options)


@breaks("fork", "fork_crowd", "prune_head_behind_branches")
class NeverForks(Broken):
    def __init__(self, on_conflict="reject", **settings):
        super().__init__(on_conflict="reject" if on_conflict == "fork" else on_conflict, **settings)


@breaks("turns_serialise", "turns_waiting")
class TakesNoTurns(Broken):
    def turn(self, thread_id):
        return nullcontext()

    def aturn(self, thread_id):
        return nullcontext()


@breaks("turns_other_threads")
class HasOneTurnForAll(Broken):
    patience = 3.0

    def turn(self, thread_id):
        return super().turn("all")

    def aturn(self, thread_id):
        return super().aturn("all")


@breaks("turns_first_come_first_served")
class ServesTheLastFirst(Broken):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.held: dict[str, list[asyncio.Future[None]]] = {}

    def aturn(self, thread_id):
        return self.queue(thread_id) if self.on_conflict == "queue" else nullcontext()

    @asynccontextmanager
    async def queue(self, thread_id):
        waiting = self.held.get(thread_id)
        if waiting is None:
            self.held[thread_id] = []
        else:
            future = asyncio.get_running_loop().create_future()
            waiting.append(future)
            try:
                await future
            except asyncio.CancelledError:
                if future in waiting:
                    waiting.remove(future)
                raise
        try:
            yield
        finally:
            if self.held[thread_id]:
                self.held[thread_id].pop().set_result(None)
            else:
                del self.held[thread_id]


# Pending writes.


@breaks("pending_plain_replaced", "pending_reserved_replaced")
class AddsToPlainWrites(Broken):
    def put_writes(self, config, writes, task_id, task_path=""):
        found = self.saver.get_tuple(config) if config["configurable"].get("checkpoint_id") else None
        before = [(c, v) for task, c, v in (found.pending_writes if found else []) if task == task_id]
        named = {channel for channel, _ in writes}
        plain = [(c, v) for c, v in before if c not in RESERVED and c not in named]
        super().put_writes(config, [*plain, *writes], task_id, task_path)


@breaks("pending_reserved_replaced", "secrets_round_trip", "secrets_copied")
class ForgetsWritesOfFailedTasks(Reading):
    def spoil(self, found):
        reserved = {task for task, channel, _ in found.pending_writes or [] if channel == "__error__"}
        kept = [w for w in found.pending_writes or [] if w[1] in RESERVED or w[0] not in reserved]
        return found._replace(pending_writes=kept)


@breaks("pending_order", "pending_at_once")
class OrdersWritesByTask(Reading):
    def spoil(self, found):
        return found._replace(pending_writes=sorted(found.pending_writes or [], key=lambda write: write[0]))


@breaks("pending_in_a_put", "atomic_unkept_writes_in_a_put", "secrets_round_trip", "secrets_copied")
class LosesWritesInAPut(Broken):
    def put(self, *args, writes=(), **options):
        return super().put(*args, **options)


@breaks("pending_listed", "pending_round_trip", "crowd_across_colours", spreads=True)
class ListsNoWrites(Broken):
    def list(self, config, **options):
        return (item._replace(pending_writes=[]) for item in super().list(config, **options))


# Failing.


@breaks("atomic_unkept_writes_in_a_put")
class SavesTheCheckpointBeforeItsWrites(Broken):
    def put(self, config, *args, writes=(), **options):
        saved = super().put(config, *args, **options)
        for task_id, pairs, path in writes:
            self.saver.put_writes(config, pairs, task_id, path)
        return saved


@breaks("atomic_unkept_value", "atomic_unkept_value_in_the_first_put", "atomic_going_on", "values_with_allowed")
class SavesWhatItCan(Broken):
    def put(self, config, checkpoint, metadata, new_versions, **options):
        try:
            return super().put(config, checkpoint, metadata, new_versions, **options)
        except SerializationError as error:
            if "channel" in str(error):
                values = {k: v for k, v in checkpoint["channel_values"].items() if isinstance(v, int | str)}
                less = {**checkpoint, "channel_values": values}
                super().put(config, less, metadata, new_versions, **{**options, "deltas": None})
            raise


@breaks("atomic_channel_is_named")
class NamesNoChannel(Broken):
    def put(self, *args, **options):
        try:
            return super().put(*args, **options)
        except SerializationError as error:
            raise SerializationError("something cannot be kept") from error


@breaks(
    "atomic_unkept_value", "atomic_unkept_value_in_the_first_put", "atomic_channel_is_named",
    "atomic_unkept_metadata", "atomic_unkept_writes_in_a_put", "atomic_unkept_pending_write",
    "atomic_going_on", "values_with_allowed",
)  # fmt: skip
class RaisesWhateverComes(Broken):
    def put(self, *args, **options):
        try:
            return super().put(*args, **options)
        except SerializationError as error:
            raise TypeError(str(error)) from error

    def put_writes(self, *args, **options):
        try:
            super().put_writes(*args, **options)
        except SerializationError as error:
            raise TypeError(str(error)) from error


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
