"""What the tests of ChatAnthropic share: a model that asks the stand-in, in both colours."""

from __future__ import annotations

from typing import Any

import pytest

from stepgraph_anthropic import ChatAnthropic
from tests.providers.standin import Standin

MODEL = "claude-sonnet-5"

both_colours = pytest.mark.parametrize("colour", ["sync", "async"])


def claude(standin: Standin, **fields: Any) -> ChatAnthropic:
    usual = {"model": MODEL, "base_url": standin.anthropic_url, "api_key": standin.key, "max_retries": 0}
    return ChatAnthropic(**{**usual, **fields})
