"""The pytest fixtures: `standin` is empty at the start of every test, and clients find it past every proxy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.providers.standin.server import Standin


@pytest.fixture(scope="session")
def standin_of_session() -> Iterator[Standin]:
    with Standin() as running:
        yield running


@pytest.fixture
def standin(standin_of_session: Standin, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    standin_of_session.reset()
    yield standin_of_session
    faults = list(standin_of_session.faults)
    standin_of_session.reset()
    if faults:
        raise faults[0]
