"""The one cradle of a test session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.reliability.cradle import Cradle


@pytest.fixture(scope="session")
def cradle() -> Iterator[Cradle]:
    made = Cradle()
    yield made
    made.close()
