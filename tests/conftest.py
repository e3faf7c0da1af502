"""What holds for the whole suite: garbage collectors do not walk what is there before a test, numpy may be missing.

Many tests collect garbage, to see whether they leave any. Each time the collector would walk all modules and all
tests, a fifth of a second; what is frozen it passes by. Nothing is frozen that a test in progress has made, and every
now and then, and at the end, all is thawed, so that garbage which older tests left is found too.
"""

import gc
from itertools import count

import pytest

_TESTS_BETWEEN = 1_000
_started = count()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    if next(_started) % _TESTS_BETWEEN == 0:
        gc.unfreeze()
        gc.collect()
        gc.freeze()


@pytest.fixture(params=["numpy", "plain"])
def arithmetic(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run with numpy, where it is installed, and without it."""
    if request.param == "numpy":
        pytest.importorskip("numpy")
    else:
        monkeypatch.setattr("stepgraph.vectors._numpy", lambda: None)


def pytest_sessionfinish() -> None:
    gc.unfreeze()  # pytest has a last look
