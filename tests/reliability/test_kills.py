"""kill -9 at every boundary, once, twice and three times in a row, and somebody else who takes over each time.

What a saver has confirmed is never done again, what it has not is; in the end the thread is the one of a run that
nobody disturbed, checkpoint for checkpoint, and the database is whole.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.postgres.tables import empty_saver_tables
from tests.reliability.cradle import Cradle
from tests.reliability.effort import THOROUGH, TIMEOUT, some
from tests.reliability.ledger import check, entries
from tests.reliability.life import Life
from tests.reliability.workloads import WORKLOADS

pytestmark = pytest.mark.timeout(TIMEOUT)

COLOURS = ["sync", "async"]
each_colour = pytest.mark.parametrize("colour", COLOURS)
each_workload = pytest.mark.parametrize("workload", list(WORKLOADS))


class Undisturbed:
    """What a workload comes to when nobody disturbs it."""

    def __init__(
        self, cradle: Cradle, folder: Path, workload: str, colour: str, durability: str, uri: str = ""
    ) -> None:
        self.cradle = cradle
        self.uri = uri
        self.folder = folder
        self.workload = workload
        self.colour = colour
        self.durability = durability
        self.report = self.lives(())

    def lives(self, strikes: Sequence[int]) -> dict[str, Any]:
        """Live one life after the other, each struck at its point, and a last one to the end; return its report."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        if self.uri:
            empty_saver_tables(self.uri)
        for strike in [*strikes, 0, 0]:
            life = Life(str(self.folder), self.workload, self.colour, self.durability, strike, uri=self.uri)
            ended, report = self.cradle.live(life)
            if ended == "exited" and not self._met_the_dead(report):
                break
            self._check_file()
        assert "error" not in report, report["trace"]
        return report

    def _met_the_dead(self, report: dict[str, Any]) -> bool:
        """Return whether a server has finished what a process asked for just before it was killed, behind the back of
        the one that took over; which is told so, and tries again."""
        return bool(self.uri) and report.get("error") == "ThreadConflictError"

    def check(self, strikes: Sequence[int]) -> None:
        report = self.lives(strikes)
        assert report["values"] == self.report["values"]
        check_chains(report["checkpoints"])
        written = list(entries(self.folder / "ledger"))
        lost = {entry.name for entry in written if entry.kind == "kept"} - {id for _, id, _ in report["checkpoints"]}
        assert not lost
        if self.durability != "exit":  # there, an early end is saved where it happens
            assert report["history"] == self.report["history"]
        if self.durability == "sync":
            check(written)
        self._check_file()

    def _check_file(self) -> None:
        path = self.folder / "saver.sqlite"
        if path.exists():
            connection = sqlite3.connect(path)
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            connection.close()


def check_chains(checkpoints: Sequence[tuple[str, str, str | None]]) -> None:
    """In each namespace, the checkpoints follow one another, one by one."""
    for namespace in {namespace for namespace, _, _ in checkpoints}:
        parents = {id: parent for there, id, parent in checkpoints if there == namespace}
        assert Counter(parents.values()) == Counter([*sorted(parents)[:-1], None]), (namespace, parents)


def at_random(points: int, times: int, count: int, name: str) -> Iterator[list[int]]:
    """Yield points to be struck at, several in a row; the later ones fall into the recovery."""
    dice = random.Random(name)
    for _ in range(count):
        yield [dice.randint(1, points), *(dice.randint(1, points // 2) for _ in range(times - 1))]


@each_colour
@each_workload
def test_killed_at_each_point(cradle: Cradle, tmp_path: Path, workload: str, colour: str):
    undisturbed = Undisturbed(cradle, tmp_path / "thread", workload, colour, "sync")
    points = len(undisturbed.report["points"])
    assert points > 50
    for strike in some(range(1, points + 1), 6):
        undisturbed.check([strike])


@each_colour
@each_workload
def test_killed_again_while_it_recovers(cradle: Cradle, tmp_path: Path, workload: str, colour: str):
    undisturbed = Undisturbed(cradle, tmp_path / "thread", workload, colour, "sync")
    points = len(undisturbed.report["points"])
    for times in (2, 3):
        for strikes in at_random(points, times, 100 if THOROUGH else 1, f"{workload} {colour}"):
            undisturbed.check(strikes)


@each_colour
@pytest.mark.parametrize("durability", ["async", "exit"])
@pytest.mark.parametrize("workload", list(WORKLOADS) if THOROUGH else ["parallel", "ask"])
def test_killed_with_saves_behind_the_run(cradle: Cradle, tmp_path: Path, workload: str, durability: str, colour: str):
    undisturbed = Undisturbed(cradle, tmp_path / "thread", workload, colour, durability)
    points = len(undisturbed.report["points"])
    for strike in some(range(1, points + 1), 4):
        undisturbed.check([strike])
    for strikes in at_random(points, 2, 30 if THOROUGH else 1, f"{workload} {colour} {durability}"):
        undisturbed.check(strikes)


@each_colour
@pytest.mark.parametrize("workload", list(WORKLOADS) if THOROUGH else ["parallel", "ask", "steps"])
def test_killed_with_a_thread_in_postgres(
    cradle: Cradle, postgres_uri: str, tmp_path: Path, workload: str, colour: str
):
    undisturbed = Undisturbed(cradle, tmp_path / "thread", workload, colour, "sync", postgres_uri)
    points = len(undisturbed.report["points"])
    assert "in a transaction, before INSERT" in undisturbed.report["points"]
    for strike in some(range(1, points + 1), 4):
        undisturbed.check([strike])
    for times in (2, 3):
        for strikes in at_random(points, times, 50 if THOROUGH else 1, f"postgres {workload} {colour}"):
            undisturbed.check(strikes)


@each_colour
def test_the_points_are_where_they_should_be(cradle: Cradle, tmp_path: Path, colour: str):
    """A sweep over points that are not crossed would find nothing."""
    crossed: set[str] = set()
    for workload in WORKLOADS:
        crossed.update(Undisturbed(cradle, tmp_path / workload, workload, colour, "sync").report["points"])
    assert crossed >= {
        *(f"{when} {name}" for when in ("before", "after") for name in ("get_tuple", "put", "put_writes", "a")),
        *("before a chunk is taken", "after a chunk is taken", "before an answer", "in step charge", "in a"),
        *("before update_state", "after update_state", "after put, before anybody knows"),
        *(f"in a transaction, before {change}" for change in ("BEGIN", "INSERT", "UPDATE", "COMMIT")),
    }
