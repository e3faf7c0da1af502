import pytest

from stepgraph.execution import pool_size, set_pool_size
from stepgraph.execution.guard import set_loop_guard


@pytest.fixture
def pool_of():
    """Sets how many threads there are, until the test is over."""
    before = pool_size()
    yield set_pool_size
    set_pool_size(before)


@pytest.fixture
def loop_guard():
    """Sets what the guard of event loops looks for, until the test is over."""
    yield set_loop_guard
    set_loop_guard("off")
