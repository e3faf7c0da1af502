"""A timestamp is the time in UTC, as `datetime` reads and writes it."""

from datetime import datetime, timedelta, timezone

from stepgraph.checkpoint.timestamps import timestamp


def test_a_timestamp_is_the_time():
    before = datetime.now(timezone.utc)
    read = [datetime.fromisoformat(timestamp()) for _ in range(1_000)]
    after = datetime.now(timezone.utc)
    assert read == sorted(read)
    assert before - timedelta(microseconds=1) <= read[0] <= read[-1] <= after
    assert all(moment.utcoffset() == timedelta(0) for moment in read)


def test_timestamps_have_one_length_so_that_they_sort_as_text():
    assert {len(timestamp()) for _ in range(2_000)} == {32}
