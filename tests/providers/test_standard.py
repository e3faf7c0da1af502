"""Answers as standard blocks are LangChain's, and such answers go back to any provider, whoever gave them.

Where LangChain's requests are refused, nothing is compared but that these are not.
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from stepgraph import messages
from stepgraph.tools import tool
from stepgraph_anthropic import ChatAnthropic
from stepgraph_openai import ChatOpenAI
from tests.providers import standard_programs
from tests.providers.standin import Standin

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "standard_golden.json").read_text("utf-8"))
OTHERWISE = {
    # A text and a call that have the same number stay two blocks.
    *("sum: chat: calls", "chat: calls, sum, to blocks"),
    # A call goes back once, a refusal goes back, and so does a list of tools that has none.
    *("chat: call, whole, to items", "chat: calls, whole, to items", "chat: refused, sum, to items"),
    *("responses: remote, sum, to items", "responses: remote, whole, to items"),
    # Another provider's citations are not OpenAI's.
    *("anthropic: cited, sum, to items", "anthropic: cited, whole, to items"),
    # Calls of custom tools are among the blocks too, and what comes of them goes back as what it is.
    *("chunks: responses: free", "sum: responses: free", "whole: responses: free"),
    *("responses: free, sum, to items", "responses: free, whole, to items"),
    # No chunk holds a text that is none.
    *("chunks: anthropic: limited", "chunks: anthropic: text"),
}


@pytest.fixture
def brought(standin: Standin) -> Callable[..., dict[str, Any]]:
    return partial(standard_programs.run, standin, ChatOpenAI, ChatAnthropic, messages, tool)


def test_programs_bring_what_they_brought(brought: Callable[..., dict[str, Any]]) -> None:
    found = brought()
    assert found.keys() == GOLDEN.keys()
    assert not [key for key, value in found.items() if isinstance(value, str)]
    refused = {key for key, value in GOLDEN.items() if isinstance(value, str)}
    assert {key for key, value in found.items() if value != GOLDEN[key]} - refused == OTHERWISE


def test_what_goes_back_is_what_would_go_back_in_the_form_of_its_provider(
    brought: Callable[..., dict[str, Any]],
) -> None:
    said, theirs = brought(), brought(version=None)
    sent = [key for key in said if ", to " in key and not isinstance(theirs[key], str)]
    otherwise = {key for key in sent if said[key] != theirs[key]}
    assert otherwise == {
        # An answer without a word is none, and a refusal is one.
        *("chat: nothing, sum, to items", "chat: nothing, whole, to items"),
        *("chat: refused, sum, to items", "chat: refused, whole, to items"),
        "responses: refused, whole, to chat",  # without the id of another API
    }
