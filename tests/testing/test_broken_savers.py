"""The kit fails each broken saver on the rules that it breaks, and on no other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from stepgraph.checkpoint.base import ANY_HEAD, BaseCheckpointSaver
from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.testing.conformance import broken_rules, rules_of
from tests.testing import broken_reading, broken_threads, broken_writing
from tests.testing.broken_savers import BROKEN, Broken
from tests.testing.memory_suite import MemorySuite

PARTS = (broken_reading, broken_writing, broken_threads)  # importing them fills BROKEN

# Each takes as long as many others; a saver that breaks one of them is checked against it.
SLOW = {
    "test_copy",
    "test_crowd_both_colours",
    "test_crowd_event_loops",
    "test_crowd_namespaces",
    "test_crowd_threads",
    "test_deltas_after_a_gap",
    "test_deltas_appends",
    "test_deltas_branches",
    "test_deltas_dicts",
    "test_deltas_lists",
    "test_deltas_mixed",
    "test_list_at_once",
    "test_list_pages",
    "test_names_deleting",
    "test_names_places",
    "test_names_threads",
    "test_prune_keep_last",
    "test_reading_unchanged_channels",
    "test_retention_keep_last",
    "test_retention_max_age",
    "test_retention_none",
    "test_scale_head",
    "test_scale_page",
    "test_second_saver_reads",
    "test_second_saver_taking_turns",
    "test_turns_cancelled",
    "test_turns_first_come_first_served",
    "test_turns_waiting",
    "test_values_large",
}


class Suite(MemorySuite):
    bulk = 1_000

    def __init__(self, kind: type[Broken]) -> None:
        self.kind = kind
        self.patience = kind.patience

    @asynccontextmanager
    async def saver(self, **settings: Any) -> AsyncIterator[BaseCheckpointSaver]:
        yield self.kind(**settings)


def broken_by(kind: type[Broken], checked: set[str]) -> set[str]:
    rules = rules_of(Suite)
    broken = broken_rules(Suite(kind), colours=["async"], only=sorted(checked))
    found = {name.removesuffix("[async]"): error for name, error in broken.items()}
    for name, error in found.items():
        assert str(error).startswith(f"broken rule: {rules[name].text}\n")
    return set(found)


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
def test_broken_saver(kind: type[Broken]):
    expected = BROKEN[kind]
    others = set() if expected.spreads else rules_of(Suite).keys() - SLOW
    assert broken_by(kind, expected.rules | others) == expected.rules


def test_a_saver_that_is_not_broken():
    assert broken_by(Broken, set(rules_of(Suite))) == set()


class BrokenInSync(InMemorySaver):
    def put(self, *args, head=ANY_HEAD, **options):
        return super().put(*args, **options)


class SyncSuite(MemorySuite):
    @asynccontextmanager
    async def saver(self, **settings: Any) -> AsyncIterator[BaseCheckpointSaver]:
        yield BrokenInSync(**settings)


def test_each_colour_is_checked_by_itself():
    rules = ["test_head_none", "test_head_right", "test_head_one_winner"]
    assert set(broken_rules(SyncSuite(), only=rules)) == {"test_head_none[sync]", "test_head_one_winner[sync]"}
