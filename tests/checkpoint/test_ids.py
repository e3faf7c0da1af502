from __future__ import annotations

import os
import re
import threading
import uuid

import pytest

from stepgraph.checkpoint import ids
from stepgraph.checkpoint.ids import new_checkpoint_id


def test_ids_look_like_version_7() -> None:
    made = new_checkpoint_id()
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", made)
    assert (uuid.UUID(made).version, uuid.UUID(made).variant) == (7, uuid.RFC_4122)


def test_each_is_greater_than_the_one_before() -> None:
    made = [new_checkpoint_id() for _ in range(20_000)]
    assert made == sorted(set(made))


def test_they_hold_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    source = ids._Source()
    monkeypatch.setattr(ids, "time_ns", lambda: 1_800_000_000_123_456_789)
    assert int(source.next().replace("-", "")[:12], 16) == 1_800_000_000_123


def test_a_clock_that_goes_back_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    source = ids._Source()
    times = iter([5_000_000_000, 4_000_000_000, 5_000_000_000, 6_000_000_000, 1])
    monkeypatch.setattr(ids, "time_ns", lambda: next(times))
    made = [source.next() for _ in range(5)]
    assert made == sorted(set(made))


def test_threads_never_get_the_same() -> None:
    made: list[list[str]] = [[] for _ in range(8)]

    def run(mine: list[str]) -> None:
        mine.extend(new_checkpoint_id() for _ in range(2_000))

    threads = [threading.Thread(target=run, args=(mine,)) for mine in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(mine == sorted(mine) for mine in made)
    assert len({one for mine in made for one in mine}) == 16_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_of_the_process_goes_on_with_others() -> None:
    source = ids._Source()
    before = source.next()
    source.after_fork()  # what a child calls first
    child = source.next()
    other = ids._Source()
    other._millisecond = source._millisecond - 1
    assert before < child
    source.after_fork()
    assert child < source.next()
