"""How long the property tests may look: `STEPGRAPH_PROPERTIES=thorough` for the long look."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

THOROUGH = os.environ.get("STEPGRAPH_PROPERTIES") == "thorough"
SEEDS = 50_000 if THOROUGH else 2_000
TIMEOUT = 0 if THOROUGH else 120  # seconds for one test; 0 for no limit

drawn = settings(
    max_examples=10_000 if THOROUGH else 300,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
