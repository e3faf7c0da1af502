"""Many items in portions."""

import pytest

from stepgraph.batches import abatch_iterate, batch_iterate


async def numbers(count):
    for number in range(count):
        yield number


def test_items_come_in_lists_of_a_size():
    assert list(batch_iterate(2, range(5))) == [[0, 1], [2, 3], [4]]
    assert list(batch_iterate(2, range(4))) == [[0, 1], [2, 3]]
    assert list(batch_iterate(2, [])) == []
    assert list(batch_iterate(None, range(3))) == [[0, 1, 2]]


async def test_what_is_awaited_does_so_too():
    assert [batch async for batch in abatch_iterate(2, numbers(5))] == [[0, 1], [2, 3], [4]]
    assert [batch async for batch in abatch_iterate(2, numbers(4))] == [[0, 1], [2, 3]]
    assert [batch async for batch in abatch_iterate(2, numbers(0))] == []


@pytest.mark.parametrize("size", [0, -1])
async def test_a_size_that_would_lose_items_is_refused(size):
    with pytest.raises(ValueError, match=f"at least one item, got the size {size}"):
        list(batch_iterate(size, range(3)))
    with pytest.raises(ValueError, match=f"at least one item, got the size {size}"):
        [batch async for batch in abatch_iterate(size, numbers(3))]
