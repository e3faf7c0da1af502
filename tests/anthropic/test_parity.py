"""Programs written for LangChain's model for Anthropic ask for the same and get the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from stepgraph import messages
from stepgraph.tools import tool
from stepgraph_anthropic import ChatAnthropic
from tests.anthropic import programs
from tests.providers.standin import Standin

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "golden.json").read_text("utf-8"))


@pytest.mark.filterwarnings("ignore:The model .* is deprecated:DeprecationWarning")
def test_programs_bring_what_they_brought(standin: Standin):
    found = programs.run(standin, ChatAnthropic, messages, tool)
    assert found.keys() == GOLDEN.keys()
    assert {key: value for key, value in found.items() if value != GOLDEN[key]} == {}
