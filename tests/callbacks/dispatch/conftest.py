"""What tests of dispatch have in common."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def warned(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.WARNING, logger="stepgraph.callbacks"):
        yield caplog
