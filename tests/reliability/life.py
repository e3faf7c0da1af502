"""Life: what a child process does with a workload's thread, from what it finds to the end, or to its own end."""

from __future__ import annotations

import json
import signal
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.reliability.colours import Hand
from tests.reliability.ledger import Ledger
from tests.reliability.places import opened
from tests.reliability.probe import Probe, ProbedSaver
from tests.reliability.workloads import CONFIG, WORKLOADS, history_of


@dataclass(frozen=True)
class Life:
    """Everything there is to know about one.

    Attributes:
        folder: Where the database file, the ledger and the report are.
        workload: Which graph it runs.
        colour: `"sync"` or `"async"`.
        durability: When the graph saves.
        strike: At which point it ends, from 1; 0 for none.
        with_signal: How.
        only: The point that counts; every one by default.
        report: The name of the file with what came of it.
        uri: The Postgres database with the thread; by default it is in a file of the folder.
    """

    folder: str
    workload: str
    colour: str
    durability: str = "sync"
    strike: int = 0
    with_signal: int = int(signal.SIGKILL)
    only: str | None = None
    report: str = "report"
    uri: str = ""

    def live(self) -> None:
        """Live it in this process, which is good for nothing else afterwards."""
        folder = Path(self.folder)
        try:
            report = self._live(folder)
        except BaseException as error:
            report = {"error": type(error).__name__, "trace": traceback.format_exc()}
        (folder / self.report).write_text(json.dumps(report))

    def _live(self, folder: Path) -> dict[str, Any]:
        probe = Probe(Ledger(folder / "ledger"), self.strike, self.with_signal, self.only)
        saver, hand = opened(folder, self.uri, probe), Hand(self.colour)
        workload = WORKLOADS[self.workload](ProbedSaver(saver, probe), probe, hand, self.durability)

        async def everything() -> tuple[Any, list[Any]]:
            state = await workload.finish()
            points.extend(probe.points)  # what comes now is only looking
            return state, [past async for past in hand.each(workload.graph, "get_state_history", CONFIG)]

        points: list[str] = []
        state, past = hand.run(everything())
        return {
            "points": points,
            "values": repr(state.values),
            "history": history_of(past),
            "checkpoints": checkpoints_of(list(saver.list(None))),
        }


def checkpoints_of(found: Sequence[Any]) -> list[tuple[str, str, str | None]]:
    """Return namespace, id and parent of each checkpoint."""
    return [
        (
            item.config["configurable"]["checkpoint_ns"],
            item.checkpoint["id"],
            None if item.parent_config is None else item.parent_config["configurable"]["checkpoint_id"],
        )
        for item in found
    ]
