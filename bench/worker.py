"""The process behind `bench.side.Worker`: `python -m bench.worker langgraph` does what its standard input asks.

Standard output carries answers and nothing else; whatever an engine prints goes to standard error.
"""

from __future__ import annotations

import contextlib
import json
import sys
from dataclasses import asdict
from typing import Any

from bench.clock import Clock
from bench.engine import Engine, load
from bench.rows import named
from bench.side import Local

__all__ = ["main"]


def main(root: str) -> None:
    """Answer requests until the input ends; one row is kept ready at a time."""
    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr), Clock() as clock:
        engine: Engine | None = None
        row, side = "", None
        for line in sys.stdin:
            request = json.loads(line)
            try:
                engine = engine or load(root)
                if side is None or row != request["row"]:
                    row, side = request["row"], Local(clock, named(request["row"]).graph(engine))
                answer = {"value": _answer(side, request)}
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), file=answers, flush=True)


def _answer(side: Local, request: dict[str, Any]) -> Any:
    match request["do"]:
        case "outcome":
            return side.outcome()
        case "calibrate":
            return side.calibrate(request["seconds"])
        case "lap":
            return asdict(side.lap(request["calls"]))
        case unknown:
            raise ValueError(f"no such request: {unknown!r}")


if __name__ == "__main__":
    main(sys.argv[1])
