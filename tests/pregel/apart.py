"""Tests that run in a process of their own: a hang there fails the test instead of blocking all of them."""

import asyncio
import importlib
import inspect
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 10


def apart(body: Any) -> Any:
    """Make a test of `body`, a function of either colour whose arguments can be written as JSON."""

    def test(**arguments: Any) -> None:
        module = f"tests.pregel.{Path(inspect.getfile(body)).stem}"
        command = [sys.executable, "-m", "tests.pregel.apart", module, body.__name__, json.dumps(arguments)]
        paths = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": paths},
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it hangs: nothing came of it in {PATIENCE} seconds") from None
        assert done.returncode == 0, done.stderr

    test.__name__ = body.__name__
    test.__module__ = body.__module__
    test.__doc__ = body.__doc__
    test.pytestmark = getattr(body, "pytestmark", [])  # type: ignore[attr-defined]
    test.__signature__ = inspect.signature(body)  # type: ignore[attr-defined]
    test.body = body  # type: ignore[attr-defined]
    return test


def _main(module: str, name: str, arguments: str) -> None:
    body = getattr(importlib.import_module(module), name).body
    warnings.simplefilter("error")
    result = body(**json.loads(arguments))
    if inspect.iscoroutine(result):
        asyncio.run(result)
    os._exit(0)  # whatever threads still wait


if __name__ == "__main__":
    _main(*sys.argv[1:])
