"""The oracles: each finds what it is there to find."""

from __future__ import annotations

import pytest

from tests.reliability.ledger import Entry, check
from tests.reliability.test_kills import check_chains

BEGUN = Entry("begun", "a", "task")


@pytest.mark.parametrize("why", [Entry("saved", "task"), Entry("shown", "a")])
def test_work_that_was_saved_or_shown_must_not_be_done_again(why: Entry):
    with pytest.raises(AssertionError, match="a was done again"):
        check([BEGUN, why, BEGUN])


def test_work_of_which_nobody_knows_may_be_done_again():
    check([BEGUN, Entry("ended", "a"), BEGUN, Entry("saved", "task"), Entry("saved", "task"), Entry("shown", "a")])


def test_checkpoints_of_a_chain_follow_one_another():
    check_chains([("", "1", None), ("", "2", "1"), ("below", "1", None), ("", "3", "2")])


@pytest.mark.parametrize(
    "wrong",
    [
        [("", "1", None), ("", "2", "1"), ("", "3", "1")],
        [("", "1", None), ("", "2", None)],
        [("", "2", "1"), ("", "3", "2")],
    ],
    ids=["a branch", "two beginnings", "a lost parent"],
)
def test_checkpoints_that_are_no_chain(wrong: list[tuple[str, str, str | None]]):
    with pytest.raises(AssertionError):
        check_chains(wrong)
