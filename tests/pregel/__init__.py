"""Tests of the runtime: drivers, streams, cancellation, ambient context, concurrency."""

import pytest

pytest.register_assert_rewrite("tests.pregel.leaves")
