"""The n-th operation of a saver fails, for n = 1, 2, … until no fault is met any more.

It fails before it reaches the saver or after it succeeded there, once or for good. The error surfaces at once and as it
is, what was saved stays readable, and whoever comes back comes to the thread that nobody disturbed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stepgraph.checkpoint.base import BaseCheckpointSaver
from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.errors import SaverError
from stepgraph.testing import Fault, FaultySaver
from tests.reliability.colours import Hand
from tests.reliability.effort import THOROUGH, TIMEOUT
from tests.reliability.ledger import Notes, check
from tests.reliability.probe import Probe, ProbedSaver
from tests.reliability.workloads import CONFIG, WORKLOADS, Workload, history_of

pytestmark = pytest.mark.timeout(TIMEOUT)

MOST = 300  # operations; more of them would be a run that does not end

OpenSaver = Callable[[], BaseCheckpointSaver]


class InjectedError(SaverError):
    """What the faults raise."""


@pytest.fixture
def open_saver(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenSaver]:
    """Opens savers, each of an empty place of its own, closed when the next one is opened."""
    opened: list[Any] = []

    def close() -> None:
        while opened:
            opened.pop().close()

    def open_one() -> BaseCheckpointSaver:
        if request.param == "memory":
            return InMemorySaver()
        close()
        for path in tmp_path.iterdir():
            path.unlink()
        opened.append(SqliteSaver(tmp_path / "saver.sqlite"))
        return opened[0]

    yield open_one
    close()


class Case:
    """A workload in one colour and durability."""

    def __init__(self, workload: str, colour: str, durability: str) -> None:
        self.workload = workload
        self.hand = Hand(colour)
        self.durability = durability
        self.notes = Notes()

    def finish(self, saver: BaseCheckpointSaver) -> tuple[Any, list[Any]]:
        """Go on with the thread to its end; return the values and the history."""
        probe = Probe(self.notes)
        made: Workload = WORKLOADS[self.workload](ProbedSaver(saver, probe), probe, self.hand, self.durability)

        async def everything() -> tuple[Any, list[Any]]:
            state = await made.finish()
            past = [state async for state in self.hand.each(made.graph, "get_state_history", CONFIG)]
            return state.values, history_of(past)

        found: tuple[Any, list[Any]] = self.hand.run(everything())
        return found

    def attempt(self, saver: BaseCheckpointSaver) -> tuple[Any, InjectedError | None]:
        """Do the same; return what it comes to, or the fault that ended it."""
        try:
            return self.finish(saver), None
        except InjectedError as error:
            return None, error

    def fault(self, nth: int, **settings: Any) -> Fault:
        def error() -> InjectedError:
            self.notes.write("struck", f"operation {nth}")
            return InjectedError(f"operation {nth}")

        return Fault(nth, error=error, **settings)

    def check_nothing_begun_since(self) -> None:
        """No superstep began after the fault."""
        before = list(itertools.takewhile(lambda entry: entry.kind != "struck", self.notes.entries))
        begun = {entry.superstep for entry in before}
        late = [entry for entry in self.notes.entries if entry.kind == "begun" and entry.superstep not in begun]
        assert not late, self.notes.entries


FAULTS: dict[str, Any] = {
    "before": {"when": "before"},
    "after": {"when": "after"},
    "before-for-good": {"when": "before", "forever": True},
    "after-for-good": {"when": "after", "forever": True},
}
IN_A_FILE = list(WORKLOADS) if THOROUGH else ["parallel"]
WAYS = [
    *(("sync", kind) for kind in FAULTS),
    *((durability, kind) for durability in ("async", "exit") for kind in (FAULTS if THOROUGH else ["after"])),
]
PLACES = [*(("memory", workload) for workload in WORKLOADS), *(("sqlite", workload) for workload in IN_A_FILE)]


@pytest.mark.parametrize(("durability", "kind"), WAYS)
@pytest.mark.parametrize("colour", ["sync", "async"])
@pytest.mark.parametrize(("open_saver", "workload"), PLACES, indirect=["open_saver"])
def test_the_nth_operation_fails(open_saver: OpenSaver, workload: str, colour: str, durability: str, kind: str):
    undisturbed = Case(workload, colour, durability).finish(open_saver())
    for nth in itertools.count(1):
        assert nth < MOST
        case, saver = Case(workload, colour, durability), open_saver()
        faulty = FaultySaver(saver, case.fault(nth, **FAULTS[kind]))
        found, error = case.attempt(faulty)
        if error is None:
            assert not faulty.struck
            assert found == undisturbed
            return
        assert str(error) == f"operation {nth}"
        if durability == "sync":
            case.check_nothing_begun_since()
        values, history = case.finish(saver)
        assert values == undisturbed[0]
        if durability == "sync":
            check([entry for entry in case.notes.entries if entry.kind != "struck"])
        if durability != "exit":  # there, an early end is saved where it happens
            assert history == undisturbed[1]
