"""Programs written for LangChain's model and OpenAI's Responses API ask for the same and get the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from stepgraph import messages
from stepgraph.tools import tool
from stepgraph_openai import ChatOpenAI
from tests.openai import responses_programs
from tests.providers.standin import Standin

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "responses_golden.json").read_text("utf-8"))
OTHERWISE = {
    "sent: back_parts, store False",  # parts of one message stay parts of one
    "sum: free",  # calls of custom tools are among the standard blocks too
    "whole: free",
}


@pytest.mark.filterwarnings("ignore:.*needs a name")
def test_programs_bring_what_they_brought(standin: Standin) -> None:
    found = responses_programs.run(standin, ChatOpenAI, messages, tool)
    assert found.keys() == GOLDEN.keys()
    assert {key for key, value in found.items() if value != GOLDEN[key]} == OTHERWISE
