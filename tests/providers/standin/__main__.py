"""The stand-in as a process: `python -m tests.providers.standin --port 0` prints its address and serves."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from tests.providers.standin.server import Standin


def main() -> None:
    """Serve until the process is told to end, or until whoever started it is gone."""
    parser = argparse.ArgumentParser(prog="python -m tests.providers.standin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="a free one when 0")
    parser.add_argument("--while-stdin", action="store_true", help="end when the standard input does")
    options = parser.parse_args()
    ended = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: ended.set())
    with Standin(options.port) as standin:
        print(standin.url, flush=True)
        if options.while_stdin:
            sys.stdin.read()
        else:
            while not ended.wait(1.0):
                pass


if __name__ == "__main__":
    main()
