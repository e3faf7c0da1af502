"""Savers that get heads, turns, pending writes or failures wrong."""

import asyncio
from contextlib import asynccontextmanager, nullcontext

from stepgraph.checkpoint.base import ANY_HEAD, RESERVED, STATUS, place_of
from stepgraph.errors import SerializationError, ThreadConflictError
from tests.testing.broken_savers import Broken, Reading, breaks

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


@breaks("pending_done_stays", "pending_reserved_replaced")
class LetsLateRunsUndo(Broken):
    def put_writes(self, config, writes, task_id, task_path=""):
        if dict(writes).get(STATUS) == "failed":
            writes = [(channel, "refused" if channel == STATUS else value) for channel, value in writes]
        return super().put_writes(config, writes, task_id, task_path)


@breaks("pending_reserved_replaced", "pending_done_stays", "secrets_round_trip", "secrets_copied")
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
