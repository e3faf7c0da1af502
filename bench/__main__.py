"""The command line: `python -m bench`. What it measures, and how, stands in the package's docstring."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench import contest, machine, plots, table
from bench.clock import Clock
from bench.engine import PEER, is_installed, load
from bench.profiler import profile
from bench.result import OURS, Result
from bench.row import Row
from bench.rows import selected
from bench.side import Worker

_RESULTS = Path(__file__).parent / "results"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; return 1 if stepgraph could not do the work of a row."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        rows = selected([name for name in options.rows.split(",") if name])
    except ValueError as error:
        parser.error(str(error))
    if options.plots and not is_installed("matplotlib"):
        parser.error("--plots needs matplotlib, which `make bench` installs")
    if options.hosting:
        if not is_installed("langchain_core"):
            parser.error("--hosting needs langchain-core, which `make bench-peers` installs")
        importlib.import_module("langchain_core.runnables.config")
    if options.profile:
        _profile(rows)
        return 0
    facts = machine.facts([OURS, PEER, "langchain-core"])
    effort = replace(contest.QUICK if options.quick else contest.FULL, cpu=options.cpu)
    results = _measured(rows, effort, peer=not options.no_peer and is_installed(PEER))
    print(table.render(results))
    path = options.json or _RESULTS / f"{_name(results, options)}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"machine": facts, "quick": options.quick, "cpu": options.cpu, "hosting": options.hosting}
    path.write_text(json.dumps({**document, "rows": [result.as_json() for result in results]}, indent=1))
    drawn = plots.draw(results, options.plots) if options.plots else []
    print("Written:", ", ".join(map(str, [_shown(path), *map(_shown, drawn)])))
    return 1 if any(OURS in result.failures for result in results) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure stepgraph beside plain Python, and LangGraph where it is installed.",
    )
    parser.add_argument("--rows", default="", metavar="A,B", help="only these rows; 'wide' and 'fan-out' name several")
    parser.add_argument("--cpu", action="store_true", help="count CPU time, not wall time: for a busy machine")
    parser.add_argument("--quick", action="store_true", help="a look, not a measurement: fewer and shorter rounds")
    parser.add_argument(
        "--json", type=Path, metavar="PATH", help="where the figures go (default: under bench/results/)"
    )
    parser.add_argument("--plots", type=Path, metavar="DIR", help="draw cost against width there; needs matplotlib")
    parser.add_argument("--no-peer", action="store_true", help="leave LangGraph out although it is installed")
    parser.add_argument(
        "--hosting", action="store_true", help="load langchain-core beside stepgraph, which then serves it"
    )
    parser.add_argument("--profile", action="store_true", help="instead, show where stepgraph's time goes in each row")
    return parser


def _measured(rows: Sequence[Row], effort: contest.Effort, *, peer: bool) -> list[Result]:
    """Measure row by row, saying on standard error which one is under way."""
    engine = load(OURS)
    results = []
    with Clock() as clock:
        worker = Worker(PEER) if peer else None
        try:
            for number, row in enumerate(rows, 1):
                print(f"[{number}/{len(rows)}] {row.name}", file=sys.stderr)
                results.append(contest.hold(row, engine, worker, clock, effort))
        finally:
            if worker is not None:
                worker.close()
    return results


def _profile(rows: Sequence[Row]) -> None:
    engine = load(OURS)
    with Clock() as clock:
        for row in rows:
            if not row.once:
                print(profile(row, engine, clock))


def _name(results: Sequence[Result], options: argparse.Namespace) -> str:
    """Return what tells these figures from those that were taken in another way."""
    ways = {
        "peers": any(PEER in result.sides for result in results),
        "quick": options.quick,
        "cpu": options.cpu,
        "hosting": options.hosting,
    }
    return "-".join(
        [f"python{sys.version_info[0]}.{sys.version_info[1]}", *(way for way, is_so in ways.items() if is_so)]
    )


def _shown(path: Path) -> Path:
    """Return a path as one would type it from here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


if __name__ == "__main__":
    sys.exit(main())
