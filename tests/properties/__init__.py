"""Property tests: drawn graphs against a reference interpreter, one graph under many schedules."""

import pytest

pytest.register_assert_rewrite("tests.properties.compare")
