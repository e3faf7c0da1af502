import pytest

from tests.pregel.colours import Colour


@pytest.fixture(params=["sync", "async", "threads"])
def colour(request: pytest.FixtureRequest) -> Colour:
    """Sync nodes in a sync run, async nodes in an async run, sync nodes in an async run."""
    return Colour(request.param)
