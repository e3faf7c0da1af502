"""Savers that give back something else than what was put, or list it wrongly."""

import asyncio
from typing import Any

from stepgraph.checkpoint.base import place_of
from tests.testing.broken_savers import Broken, Writing, breaks

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
