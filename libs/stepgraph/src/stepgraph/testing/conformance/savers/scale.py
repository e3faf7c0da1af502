"""Rules about size: work is bounded by what changed, not by how long a thread or how wide a state is.

Nothing is timed: a serializer counts the pieces and bytes that pass through it.
"""

from __future__ import annotations

from typing import ClassVar

from stepgraph.testing.conformance.rule import rule
from stepgraph.testing.conformance.sameness import expect
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal, head_config
from stepgraph.testing.conformance.serializers import CountingSerializer

__all__ = ["ScaleRules"]


class ScaleRules:
    """Long threads and wide states.

    Attributes:
        bulk: How many checkpoints a long thread has.
    """

    bulk: ClassVar[int] = 10_000

    @rule(needs="lean", serde=CountingSerializer)
    async def test_scale_head(self, saver: SaverDoor) -> None:
        """Reading the head of a thread of 10,000 checkpoints takes no more work than of one of 500."""
        short = await _head_work(saver, "short", 500)
        long = await _head_work(saver, "long", max(self.bulk, 1_000))
        expect(
            long[0] <= 2 * short[0] + 64 and long[1] <= 2 * short[1] + 65_536,
            f"the head of the short thread took {short[0]} pieces of {short[1]:,} bytes in all, that of the long one "
            f"{long[0]} of {long[1]:,}",
        )

    @rule(needs="lean", serde=CountingSerializer)
    async def test_scale_page(self, saver: SaverDoor) -> None:
        """A page of a long thread takes the work of a page."""
        counts: CountingSerializer = saver.settings["serde"]
        work = []
        for thread_id, length in (("short", 500), ("long", max(self.bulk, 1_000))):
            await _fill(saver, thread_id, length)
            before = counts.bytes_in
            found = await saver.list(head_config(thread_id), limit=10)
            expect(len(found) == 10, f"a page of limit=10 held {len(found)}")
            work.append(counts.bytes_in - before)
        expect(work[1] <= 2 * work[0] + 65_536, f"10 of 500 took {work[0]:,} bytes, 10 of the long one {work[1]:,}")

    @rule(needs="lean", serde=CountingSerializer)
    async def test_scale_wide_state(self, saver: SaverDoor) -> None:
        """Channels that did not change are not stored again."""
        counts: CountingSerializer = saver.settings["serde"]
        journal = Journal(saver)
        await journal.put({f"channel_{number}": "x" * 1_000 for number in range(1_000)})
        before = counts.bytes_out
        for turn in range(64):
            await journal.put({f"channel_{turn}": "y" * 1_000})
        made = counts.bytes_out - before
        expect(made < 16_000_000, f"64 puts that change 1 KB of 1 MB made {made:,} bytes; storing all makes 64,000,000")
        await journal.expect_head()


async def _fill(saver: SaverDoor, thread_id: str, length: int) -> None:
    journal = Journal(saver, thread_id)
    for turn in range(length):
        entry = await journal.put({f"channel_{turn % 10}": "x" * 200, "turn": turn})
        journal.entries = {entry.id: entry}  # a journal of everything would be what takes the memory


async def _head_work(saver: SaverDoor, thread_id: str, length: int) -> tuple[int, int]:
    """Return how many pieces, and bytes of them, are loaded to read the head of a thread of that length."""
    counts: CountingSerializer = saver.settings["serde"]
    await _fill(saver, thread_id, length)
    pieces, size = counts.loads_done, counts.bytes_in
    found = await saver.get_tuple(head_config(thread_id))
    expect(found is not None and found.checkpoint["channel_values"]["turn"] == length - 1, "the head reads wrong")
    return counts.loads_done - pieces, counts.bytes_in - size
