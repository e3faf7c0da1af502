"""Bytes are bound to the place where they are kept, and every value goes through the serializer."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from stepgraph.checkpoint.records.codec import Codec
from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.errors import DecryptionError
from tests.checkpoint.bound import BoundSerializer
from tests.checkpoint.conftest import OpenDoor
from tests.checkpoint.driving import Door, Line, config


async def fill(door: Door, secret: Any = "s3cret") -> Line:
    line = Line(door, "t")
    await line.step({"small": secret, "large": [f"{secret}" * 100]}, metadata={"note": secret})
    for _ in range(20):
        await line.append("large", f"{secret}{secret}")
        await line.step({"small": {"deep": [secret]}})
    await door.call("put_writes", line.at(line.head), [("a", secret)], "task", "p")
    return line


async def test_values_read_back_at_their_places(open_door: OpenDoor) -> None:
    async with open_door(serde=BoundSerializer()) as door:
        line = await fill(door)
        await line.check()
        found = await door.get(config("t"))
        assert found is not None
        assert found.pending_writes == [("task", "a", "s3cret")]


async def test_a_copy_is_bound_to_its_own_places(open_door: OpenDoor) -> None:
    async with open_door(serde=BoundSerializer()) as door:
        line = await fill(door)
        await door.call("prune", keep_last=5)
        line.past = dict(list(line.past.items())[-5:])
        await door.call("copy_thread", "t", "copy")
        await line.check()
        line.thread_id = "copy"
        await line.check()
        found = await door.get(config("copy"))
        assert found is not None
        assert found.pending_writes == [("task", "a", "s3cret")]


async def test_nothing_of_a_value_is_stored_in_the_clear(tmp_path: Any) -> None:
    path = tmp_path / "saver.sqlite"
    with SqliteSaver(path, serde=BoundSerializer()) as saver:
        await fill(Door(saver, is_async=False))
        raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"s3cret" not in raw
    assert b"s3cret" not in path.read_bytes()
    with SqliteSaver(tmp_path / "plain.sqlite") as saver:  # the test would see it
        await fill(Door(saver, is_async=False))
    assert b"s3cret" in (tmp_path / "plain.sqlite").read_bytes()


@pytest.mark.parametrize(
    "move",
    [
        "UPDATE stepgraph_blobs SET data = (SELECT data FROM stepgraph_blobs WHERE seq = 1) WHERE prev_seq IS NULL",
        "UPDATE stepgraph_lanes SET thread_id = 'u'",
        "UPDATE stepgraph_checkpoints SET metadata = (SELECT metadata FROM stepgraph_checkpoints WHERE seq = 1)",
        "UPDATE stepgraph_writes SET task_id = 'other'",
    ],
)
async def test_bytes_that_were_moved_do_not_read(tmp_path: Any, move: str) -> None:
    path = tmp_path / "saver.sqlite"
    with SqliteSaver(path, serde=BoundSerializer()) as saver:
        line = await fill(Door(saver, is_async=False))
        await line.step({"large": ["other" * 100]})
        saver.put_writes(line.at(line.head), [("a", 1)], "task", "p")
    connection = sqlite3.connect(path)
    connection.execute(move)
    connection.commit()
    connection.close()
    with SqliteSaver(path, serde=BoundSerializer()) as saver, pytest.raises(DecryptionError, match="cannot be read"):
        saver.get_tuple(config("u" if "thread_id" in move else "t"))


def test_no_two_places_are_the_same() -> None:
    places = set()

    class Noting(BoundSerializer):
        def dumps(self, value: Any, place: bytes = b"") -> bytes:
            places.add(place)
            return b""

    names = ["", "a", "1:a", "a1:b", "aa", "|"]
    for thread in names[1:]:
        for namespace in names:
            for checkpoint_id in names[1:]:
                codec = Codec(Noting(), thread, namespace, checkpoint_id)
                codec.dump_metadata({})
                for channel in names:
                    codec.dump(channel, 1)
                    for slot in (0, 1):
                        codec.dump_write("a", slot, channel, 1)
    assert len(places) == 5 * 6 * 5 * (1 + 6 * 3)
