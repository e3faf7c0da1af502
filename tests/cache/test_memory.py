"""The bound of the cache in memory, and what it forgets by itself."""

import pytest

from stepgraph.cache.memory import InMemoryCache

NS = ("n",)


def key(name):
    return (NS, str(name))


def keys(cache, most=1000):
    return {int(name) for _, name in cache.get([key(number) for number in range(most)])}


def test_what_was_not_used_for_longest_goes(clock):
    cache = InMemoryCache(maxsize=3, clock=clock)
    for number in range(3):
        cache.set({key(number): (number, None)})
    cache.get([key(0)])
    cache.set({key(3): (3, None)})
    cache.set({key(2): ("again", None), key(4): (4, None)})
    assert keys(cache) == {2, 3, 4}


def test_what_has_expired_does_not_pile_up(clock):
    cache = InMemoryCache(clock=clock)
    for number in range(1000):
        cache.set({key(number): (number, 5)})
        clock.now += 1
        assert len(cache._entries._kept) < 20


def test_without_a_bound_everything_stays(clock):
    cache = InMemoryCache(clock=clock)
    cache.set({key(number): (number, None) for number in range(1000)})
    assert len(keys(cache)) == 1000


@pytest.mark.parametrize("maxsize", [0, -1])
def test_a_bound_is_at_least_one(maxsize):
    with pytest.raises(ValueError, match=f"maxsize is at least 1, or None for no bound; got {maxsize}"):
        InMemoryCache(maxsize=maxsize)
