"""A person approves a payment, however long that takes and whatever happens to the process meanwhile.

    python docs/examples/approval.py payments.sqlite start  INV-1 250     prepares a payment and asks
    python docs/examples/approval.py payments.sqlite list                 shows what waits
    python docs/examples/approval.py payments.sqlite answer INV-1 yes     goes on with it
    python docs/examples/approval.py                                      shows all of it, with a process that is killed

Each command is a process of its own; what they share is one SQLite file. The tutorial that belongs to it is
docs/tutorials/approval.md.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from typing_extensions import TypedDict

from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.graph import START, StateGraph
from stepgraph.types import Command, interrupt, step


class Payment(TypedDict, total=False):
    """What is known of a payment."""

    invoice: str
    amount: int
    reference: str
    approved: bool
    outcome: str


def prepare(state: Payment) -> Payment:
    """Book a reference: once, also if this node should be performed again."""
    reference = step("reference", lambda: f"ref-{state['invoice']}")
    print(f"prepared {state['invoice']} as {reference}")
    return {"reference": reference}


def approve(state: Payment) -> Payment:
    """Ask a person."""
    question = f"Pay {state['amount']} for {state['invoice']}?"
    return {"approved": interrupt(question, response_schema=bool)}


def pay(state: Payment) -> Payment:
    """Do what was decided."""
    outcome = f"paid {state['amount']}, {state['reference']}" if state["approved"] else "refused"
    print(f"{state['invoice']}: {outcome}")
    return {"outcome": outcome}


def build(saver: SqliteSaver) -> Any:
    """Return the graph: prepare, ask, pay."""
    builder = StateGraph(Payment).add_sequence([prepare, approve, pay]).add_edge(START, "prepare")
    return builder.compile(checkpointer=saver, name="payments")


def thread(invoice: str) -> Any:
    """Return the config of an invoice's thread."""
    return {"configurable": {"thread_id": invoice}}


def start(saver: SqliteSaver, invoice: str, amount: int) -> None:
    """Run until the graph waits; all of it is on disk before the question is shown."""
    output = build(saver).invoke(
        {"invoice": invoice, "amount": amount}, thread(invoice), durability="sync", version="v2"
    )
    for question in output.interrupts:
        print(f"waiting: {question.value}")


def show(saver: SqliteSaver) -> None:
    """Print what waits: the head of each thread, with its questions."""
    graph = build(saver)
    for invoice in sorted({str(found.config["configurable"]["thread_id"]) for found in saver.list(None)}):
        for question in graph.get_state(thread(invoice)).interrupts:
            print(f"{invoice}: {question.value}")


def answer(saver: SqliteSaver, invoice: str, approved: bool) -> None:
    """Go on with the answer."""
    build(saver).invoke(Command(resume=approved), thread(invoice), durability="sync")


def demonstrate() -> None:
    """Start a payment in a process that is killed while it waits, and finish it in others."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "payments.sqlite")
        command = [sys.executable, "-u", __file__, path]
        waiting = subprocess.run([*command, "start", "INV-1", "250", "--then-die"], check=False)
        print(f"the process that asked is gone, with status {waiting.returncode}", flush=True)
        subprocess.run([*command, "list"], check=True)
        subprocess.run([*command, "answer", "INV-1", "yes"], check=True)


def main() -> None:
    """Read the command line."""
    if len(sys.argv) == 1:
        demonstrate()
        return
    parser = argparse.ArgumentParser(description="Payments that a person approves.")
    parser.add_argument("path")
    commands = parser.add_subparsers(dest="command", required=True)
    starting = commands.add_parser("start")
    starting.add_argument("invoice")
    starting.add_argument("amount", type=int)
    starting.add_argument("--then-die", action="store_true", help="as if the machine had gone: no clean-up at all")
    commands.add_parser("list")
    answering = commands.add_parser("answer")
    answering.add_argument("invoice")
    answering.add_argument("decision", choices=["yes", "no"])
    options = parser.parse_args()
    with SqliteSaver.from_conn_string(options.path) as saver:
        if options.command == "start":
            start(saver, options.invoice, options.amount)
            if options.then_die:
                os.kill(os.getpid(), signal.SIGKILL)
        elif options.command == "list":
            show(saver)
        else:
            answer(saver, options.invoice, options.decision == "yes")


if __name__ == "__main__":
    main()
