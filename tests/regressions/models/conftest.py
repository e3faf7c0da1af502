"""The stand-in of the providers, which the environment names; see `tests.providers.standin`."""

import pytest

from tests.providers.both import found_in_the_environment
from tests.providers.standin import Standin
from tests.providers.standin.fixtures import standin, standin_of_session

__all__ = ["provider", "standin", "standin_of_session"]


@pytest.fixture
def provider(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Standin:
    found_in_the_environment(standin, monkeypatch)
    return standin
