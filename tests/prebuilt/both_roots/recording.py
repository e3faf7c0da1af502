"""What programs with agents and tools answer under a root; run as a module, this records LangGraph's answers:

    python -m tests.prebuilt.both_roots.recording

in an environment that has LangGraph (`make bench-peers` makes one). Nothing else writes the file.
"""

from __future__ import annotations

import asyncio
import json
import warnings
from pathlib import Path
from typing import Any

from tests.prebuilt.both_roots.agents import AGENTS
from tests.prebuilt.both_roots.roots import LANGGRAPH, Roots
from tests.prebuilt.both_roots.tool_nodes import TOOL_NODES

ANSWERS = Path(__file__).with_name("answers.json")
PROGRAMS = {**AGENTS, **TOOL_NODES}


def answered(name: str, package: str) -> Any:
    """Return what a program answers, as JSON gives it back."""
    return json.loads(json.dumps(asyncio.run(PROGRAMS[name](Roots(package)))))


def record() -> None:
    """Write down what LangGraph answers, a line for each program."""
    warnings.simplefilter("ignore")  # agents have moved, it says
    lines = [f"{json.dumps(name)}: {json.dumps(answered(name, LANGGRAPH), sort_keys=True)}" for name in PROGRAMS]
    ANSWERS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    record()
