"""Plans: what a put stores, decided without a database."""

from __future__ import annotations

from typing import Any

import pytest

from stepgraph.checkpoint.base import Delta
from stepgraph.checkpoint.records.codec import Codec
from stepgraph.checkpoint.records.delta import apply
from stepgraph.checkpoint.records.lineage import Lineage
from stepgraph.checkpoint.records.plan import DEPTH, INLINE, PutPlan, moves_head, plan_put
from stepgraph.checkpoint.records.rows import STRIDE, CheckpointRow, Head
from stepgraph.errors import CorruptCheckpointError, SerializationError, ThreadConflictError
from stepgraph.serde.msgpack import MsgpackSerializer
from tests.checkpoint.driving import checkpoint

LARGE = "x" * 300


class Thread:
    """A thread that is planned and never stored."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.versions: dict[str, int] = {}
        self.lineage: Lineage | None = None
        self.last: CheckpointRow | None = None
        self.seq = 0

    def plan(self, changes: dict[str, Any], deltas: dict[str, Delta] | None = None, **seen: int) -> PutPlan:
        self.seq += 1
        self.values |= changes
        self.versions |= dict.fromkeys(changes, self.seq)
        made = checkpoint(self.values, self.versions, seen)
        codec = Codec(MsgpackSerializer(), "t", "", made["id"])
        return plan_put(codec, made, {}, dict.fromkeys(changes, self.seq), deltas, self.lineage)

    def step(self, changes: dict[str, Any], deltas: dict[str, Delta] | None = None, **seen: int) -> PutPlan:
        plan = self.plan(changes, deltas, **seen)
        self.last = plan.placed(self.seq - 1)
        self.lineage = plan.lineage_of(self.last, self.seq)
        return plan


def test_the_first_stands_for_itself() -> None:
    plan = Thread().step({"small": 1, "large": LARGE}, node=1)
    assert plan.lineage is None
    assert plan.row.parent_seq is None
    assert plan.row.manifest is None
    assert plan.row.body.seen == {"node": 1}
    small, large = plan.row.body.entries["small"], plan.row.body.entries["large"]
    assert small.data is not None
    assert small.chain is None
    assert large.data is None
    assert large.chain is not None
    assert [blob.channel for blob in plan.blobs] == ["large"]


def test_a_follower_holds_what_changed() -> None:
    thread = Thread()
    thread.step({f"k{number}": number for number in range(100)}, a=1, b=1)
    plan = thread.step({"k1": 0}, a=2, b=1)
    assert list(plan.row.body.entries) == ["k1"]
    assert plan.row.body.seen == {"a": 2}
    assert plan.row.parent_seq == 1
    assert plan.blobs == []


def test_what_stands_inline_is_small() -> None:
    thread = Thread()
    fits = thread.step({"a": "x" * (INLINE - 10)})
    larger = thread.step({"a": "x" * INLINE})
    assert (len(fits.blobs), len(larger.blobs)) == (0, 1)


def test_manifests_come_regularly_and_with_forks() -> None:
    thread = Thread()
    carried = []
    for number in range(1, 50):
        thread.step({"a": number, f"only{number}": 1})
        assert thread.last is not None
        carried.append(thread.last.manifest is not None)
    assert [index for index, manifest in enumerate(carried) if manifest] == [16, 32, 48]
    assert thread.last is not None
    manifest = thread.last.manifest
    assert manifest is not None
    assert manifest.traces["only1"].seq == 1
    assert not thread.last.body.entries.keys() & manifest.traces.keys()
    fork = thread.plan({"a": 0})
    assert fork.row.manifest is None
    assert fork.placed(fork.row.parent_seq).manifest is None
    forked = fork.placed(1000).manifest
    assert forked is not None
    assert forked.traces["only49"].seq == 49
    assert fork.lineage_of(fork.placed(1000), 1001).age == 0


def test_lineages_from_rows_are_those_that_were_followed() -> None:
    thread, rows = Thread(), []
    for number in range(1, 70):
        thread.step({f"k{number % 7}": LARGE if number % 5 else 1, "k": number}, **{f"n{number % 3}": number})
        assert thread.last is not None
        rows.insert(0, thread.last._replace(seq=number))
        chain = rows[: 1 + next(index for index, row in enumerate(rows) if row.ends_chain)]
        assert len(chain) <= STRIDE
        read, followed = Lineage.of(chain), thread.lineage
        assert followed is not None
        assert (read.id, read.seq, read.age, read.traces(), read.seen) == (
            followed.id,
            followed.seq,
            followed.age,
            followed.traces(),
            {**followed.seen},
        )


def test_a_list_that_grows_is_stored_in_full_again_only_for_its_depth() -> None:
    thread = Thread()
    log = [LARGE]
    thread.step({"log": log})
    full = []
    for number in range(2 * DEPTH + 5):
        log = [*log, LARGE]
        plan = thread.step({"log": log}, {"log": Delta(kept=len(log) - 1, added=[LARGE])})
        assert len(plan.blobs) == 1
        if plan.blobs[0].prev_seq is None:
            full.append(number)
    assert full == [DEPTH, 2 * DEPTH + 1]


def test_what_is_read_is_at_most_twice_the_value() -> None:
    thread = Thread()
    items = ["x" * 50] * 40
    thread.step({"l": items})
    since, full = 0, 0
    for number in range(200):
        items = [*items]
        items[number % 40] = "y" * 50
        plan = thread.step({"l": items}, {"l": Delta(kept=40, edits={number % 40: "y" * 50})})
        data = plan.blobs[0].data
        since, full = (0, len(data)) if plan.blobs[0].prev_seq is None else (since + len(data), full)
        assert since <= 2200
    assert full


@pytest.mark.parametrize(
    ("before", "after", "delta"),
    [
        ([LARGE], [LARGE, 1], Delta(kept=2, added=[1])),
        ([LARGE], [LARGE, 1], Delta(kept=1)),
        ([LARGE], [LARGE, 1], Delta(kept=-1, added=[1, 2, 3])),
        ([LARGE], [LARGE, 1], Delta(kept=1, edits={1: LARGE}, added=[1])),
        ([LARGE], [LARGE, 1], Delta(kept=1, edits={False: LARGE}, added=[1])),
        ((LARGE,), (LARGE, 1), Delta(kept=1, added=[1])),
        ({"a": LARGE}, [LARGE, 1], Delta(kept=1, added=[1])),
        ({"a": LARGE}, {"a": 1, "b": LARGE}, Delta()),
        ({"a": LARGE}, {"b": LARGE}, Delta(edits={"b": LARGE}, gone=["b"])),
        ({"a": LARGE}, {"a": LARGE}, Delta(edits={"b": 1})),
    ],
)
def test_a_hint_that_cannot_be_is_not_used(before: Any, after: Any, delta: Delta) -> None:
    thread = Thread()
    thread.step({"a": before})
    plan = thread.step({"a": after}, {"a": delta})
    assert [blob.prev_seq for blob in plan.blobs] == [None]


def test_a_small_value_has_no_deltas() -> None:
    thread = Thread()
    thread.step({"a": [1]})
    plan = thread.step({"a": [1, LARGE]}, {"a": Delta(kept=1, added=[LARGE])})
    assert [blob.prev_seq for blob in plan.blobs] == [None]


def test_what_cannot_be_kept_is_refused_with_its_channel() -> None:
    with pytest.raises(SerializationError, match="channel 'a'"):
        Thread().plan({"a": object()})


@pytest.mark.parametrize(
    ("expected", "on_conflict", "moves"),
    [("*", "reject", True), ("h", "reject", True), ("h", "fork", True), ("x", "fork", False), (None, "fork", False)],
)
def test_which_puts_move_the_head(expected: str | None, on_conflict: Any, moves: bool) -> None:
    assert moves_head(Head(1, 5, "h", 5), expected, on_conflict, "t", "") is moves


@pytest.mark.parametrize("on_conflict", ["reject", "queue"])
def test_which_are_refused(on_conflict: Any) -> None:
    with pytest.raises(ThreadConflictError):
        moves_head(Head(1, 5, "h", 5), "x", on_conflict, "t", "")


@pytest.mark.parametrize(
    ("value", "record"),
    [
        ([1], [2, [], [], []]),
        ([1], [-1, [], [], []]),
        ([1], [1, [[1, 2]], [], []]),
        ([1], [1, [[-1, 2]], [], []]),
        ([1], [1, [], 5, []]),
        ([1], [1, []]),
        ([1], None),
        ({"a": 1}, [0, [], [], ["b"]]),
        ({"a": 1}, [0, [[[], 1]], [], []]),
        ((1,), [1, [], [], []]),
        ("text", [1, [], [], []]),
    ],
)
def test_a_record_that_does_not_fit_is_corrupt(value: Any, record: Any) -> None:
    with pytest.raises(CorruptCheckpointError, match="does not fit"):
        apply(value, record)
