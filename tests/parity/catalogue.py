"""All programs by name, `topic.program`."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import warnings
from collections.abc import Callable
from typing import Any

from tests.parity import programs
from tests.parity.roots import Root
from tests.parity.running import outcome

Program = Callable[[Root], Any]


def catalogue() -> dict[str, Program]:
    """Return every program, sorted by name."""
    found: dict[str, Program] = {}
    for module_info in pkgutil.iter_modules(programs.__path__):
        module = importlib.import_module(f"{programs.__name__}.{module_info.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__
            takes_root = list(inspect.signature(function).parameters) == ["lg"]
            if own and takes_root and not name.startswith("_"):
                found[f"{module_info.name}.{name}"] = function
    return dict(sorted(found.items()))


def play(program: Program, root: Root) -> Any:
    """Return the canonical result of `program` under `root`; its warnings are not part of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return outcome(lambda: program(root))
