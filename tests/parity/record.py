"""Record what LangGraph answers, into golden.json.

Run from the repository's root, in an environment that has langgraph 1.2.22 (`make bench-peers` makes one):
`python -m tests.parity.record`. Nothing else writes the file.
"""

from __future__ import annotations

import importlib.metadata
import json
import logging
from pathlib import Path

from tests.parity.catalogue import catalogue, play
from tests.parity.roots import LANGGRAPH, Root

GOLDEN = Path(__file__).with_name("golden.json")
RECORDED = "1.2.22"


def main() -> None:
    """Run every program under LangGraph, twice, and keep what it answered."""
    installed = importlib.metadata.version(LANGGRAPH)
    if installed != RECORDED:
        raise SystemExit(f"langgraph {RECORDED} is the peer, {installed} is installed")
    logging.disable(logging.WARNING)
    answers = {}
    for name, program in catalogue().items():
        answers[name] = play(program, Root(LANGGRAPH))
        if play(program, Root(LANGGRAPH)) != answers[name]:
            raise SystemExit(f"{name} answers differently each time")
    lines = ",\n".join(
        f"  {json.dumps(name)}: {json.dumps(answer, ensure_ascii=False)}" for name, answer in answers.items()
    )
    GOLDEN.write_text("{\n" + lines + "\n}\n", encoding="utf-8")
    print(f"{len(answers)} programs recorded")


if __name__ == "__main__":
    main()
