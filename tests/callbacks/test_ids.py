"""Ids of runs."""

import multiprocessing
import sys
import threading
from time import time

import pytest

from stepgraph.callbacks.ids import new_run_id


def test_an_id_is_a_uuid_of_version_7_made_now():
    found = new_run_id()
    assert (found.version, found.variant) == (7, "specified in RFC 4122")
    assert abs((found.int >> 80) / 1000 - time()) < 60
    assert type(found)(str(found)) == found
    assert len({found, type(found)(int=found.int)}) == 1


def test_ids_sort_by_the_time_at_which_they_were_made():
    found = [new_run_id() for _ in range(10_000)]
    assert found == sorted(found)


def test_no_two_are_the_same_whichever_thread_makes_them():
    found: list[list[object]] = [[] for _ in range(8)]
    threads = [
        threading.Thread(target=lambda ids=ids: ids.extend(new_run_id() for _ in range(5_000)))  # type: ignore[misc]
        for ids in found
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each for ids in found for each in ids}) == 40_000


@pytest.mark.skipif(not hasattr(sys, "getswitchinterval") or sys.platform == "win32", reason="nothing forks")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # a process with threads forks
def test_a_forked_process_makes_ids_of_its_own():
    new_run_id()
    fork = multiprocessing.get_context("fork")
    with fork.Pool(2) as pool:
        there = pool.map(_ids, [200, 200], chunksize=1)
    ids = [*there[0], *there[1], *_ids(200)]
    parts = {str(each)[19:] for each in ids}  # what is not time and not the marks of the version
    assert len(set(ids)) == len(ids)
    assert len(parts) == len(ids)


def _ids(count: int) -> list[object]:
    return [new_run_id() for _ in range(count)]
