"""Machine: what a reader must know of where the figures come from. Nothing that names a host, a user or a path."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

__all__ = ["facts", "load"]


def facts(packages: Sequence[str]) -> dict[str, Any]:
    """Return facts for the JSON file, with the versions of those packages that are installed."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cpus": os.cpu_count(),
        "load_at_start": load(),
        "taken": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "versions": {name: found for name in packages if (found := _version(name))},
    }


def load() -> float | None:
    """Return how many processes wanted a CPU in the last minute, on average, where the system says."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
