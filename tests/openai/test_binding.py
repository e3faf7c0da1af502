"""Tools, and the choice among them."""

import json
from typing import Any

import pytest

from stepgraph.tools import tool
from tests.chat_models.contract import Make, Sum, add
from tests.providers.standin import Answer, Standin


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        ("add", {"type": "function", "function": {"name": "add"}}),
        ("any", "required"),
        ("required", "required"),
        (True, "required"),
        ("auto", "auto"),
        ("none", "none"),
        ({"type": "function", "function": {"name": "add"}}, {"type": "function", "function": {"name": "add"}}),
        (None, None),
        (False, None),
    ],
)
def test_choices_of_tools(make: Make, choice: Any, sent: Any) -> None:
    assert make().bind_tools([add], tool_choice=choice).kwargs.get("tool_choice") == sent


def test_tools_are_sent(make: Make, standin: Standin) -> None:
    @tool(extras={"defer_loading": True})
    def look(what: str) -> str:
        """Look."""
        return what

    bound = make().bind_tools([look, add], strict=True, parallel_tool_calls=False)
    first, second = bound.kwargs["tools"]
    assert first["defer_loading"] is True
    assert (second["function"]["name"], second["function"]["strict"]) == ("add", True)
    make().bind_tools([add], parallel_tool_calls=False, tool_choice="add").invoke("Hi")
    assert standin.last.body["parallel_tool_calls"] is False
    make().bind_tools([], parallel_tool_calls=False).invoke("Hi")  # which OpenAI would refuse
    with pytest.raises(ValueError, match="'ad' names none of the tools"):
        make().bind_tools([add], tool_choice="ad")
    with pytest.raises(ValueError, match="tool_choice is a name"):
        make().bind_tools([add], tool_choice=3)


def test_a_form_beside_tools(make: Make, standin: Standin) -> None:
    bound = make(Answer('{"a": 1, "b": 2}')).bind_tools([add], response_format=Sum)
    assert json.loads(bound.invoke("Hi").text) == {"a": 1, "b": 2}
    assert standin.last.body["response_format"]["json_schema"]["name"] == "Sum"
    assert standin.last.body["tools"][0]["function"]["strict"] is True
