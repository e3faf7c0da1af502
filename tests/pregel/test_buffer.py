"""Buffer: chunks from any thread to one consumer."""

import asyncio
import threading

import pytest

from stepgraph.pregel.buffer import Buffer


def test_chunks_come_out_in_order_and_none_after_closing():
    buffer = Buffer()
    for number in range(3):
        buffer.push(number)
    assert list(buffer.items) == [0, 1, 2]
    buffer.close()
    buffer.push(3)
    assert not buffer.items
    assert not buffer.full


def test_a_waiting_consumer_is_woken_by_each_push():
    buffer, woken = Buffer(), []
    buffer.wake = lambda: woken.append(len(buffer.items))
    buffer.push("a")
    buffer.push("b")
    assert woken == [1, 2]


def test_a_consumer_that_stops_waiting_while_somebody_pushes_breaks_nothing():
    """The consumer takes its `wake` away at any moment, also between a look at it and a call of it."""

    class Moody(Buffer):
        looks = 0

        @property
        def wake(self):
            self.looks += 1
            return (lambda: None) if self.looks % 2 else None

        @wake.setter
        def wake(self, value):
            pass

    buffer = Moody()
    for number in range(4):
        buffer.push(number)
    assert len(buffer.items) == 4


async def test_who_waits_for_space_looks_again_once_the_consumer_popped():
    buffer = Buffer(2)
    buffer.push(1)
    buffer.push(2)
    assert buffer.full
    first, second = buffer.space(), buffer.space()
    assert buffer.crowded
    buffer.items.popleft()
    assert not first.done()
    buffer.admit()
    assert first.done()
    assert second.done()
    assert not buffer.crowded


async def test_who_waits_while_the_consumer_pops_the_last_chunk_is_not_forgotten():
    """A node on the loop of another thread looks, the consumer pops and finds nobody held, and the node waits."""

    class Late(Buffer):
        def space(self):
            if self.items:
                self.items.popleft()
                if self.crowded:
                    self.admit()
            return super().space()

    buffer = Late(1)
    buffer.push(1)
    await asyncio.wait_for(buffer.drained(), 1)


async def test_closing_lets_everyone_go():
    buffer = Buffer(1)
    buffer.push(1)
    waiting, cancelled = buffer.space(), buffer.space()
    cancelled.cancel()
    buffer.close()
    assert waiting.done()


@pytest.mark.parametrize("pops", [True, False])
def test_a_thread_that_offers_to_a_full_buffer_blocks_until_there_is_room(pops):
    buffer, offered = Buffer(1), threading.Event()
    buffer.push(1)

    def offer():
        buffer.offer(2)
        offered.set()

    threading.Thread(target=offer, daemon=True).start()
    assert not offered.wait(0.02)
    if pops:
        buffer.items.popleft()
        buffer.admit()
    else:
        buffer.close()
    assert offered.wait(5)
    assert list(buffer.items) == ([2] if pops else [])


async def test_the_thread_of_the_consumers_loop_never_blocks():
    buffer = Buffer(1)
    buffer.adopt()
    for number in range(3):
        buffer.offer(number)
    assert len(buffer.items) == 3
    await asyncio.sleep(0)
