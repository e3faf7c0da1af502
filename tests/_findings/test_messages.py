"""Short forms of messages that fail with Python's own error."""

from dataclasses import dataclass
from typing import Any

import pytest

from stepgraph import add_messages
from stepgraph.messages import HumanMessage, convert_to_messages


@pytest.mark.parametrize(
    ("form", "missing"),
    [
        ({"role": "remove"}, "id"),
        ({"role": "tool", "content": "x"}, "tool_call_id"),
        (("tool", "x"), "tool_call_id"),
    ],
    ids=str,
)
def test_a_message_that_lacks_a_field_says_which(form: Any, missing: str):
    """KeyError: 'id' and TypeError: ToolMessage.__init__() …; the docstring promises ValueError."""
    with pytest.raises(ValueError, match=missing):
        convert_to_messages([form])


def test_a_field_of_another_role_is_ignored():
    """TypeError: HumanMessage.__init__() got an unexpected keyword argument 'tool_calls'."""
    assert convert_to_messages([{"role": "user", "content": "x", "tool_calls": []}]) == [HumanMessage("x")]


@dataclass(frozen=True)
class Frozen:
    content: str
    id: str | None = None
    type: str = "human"


def test_a_message_that_cannot_take_an_id_is_kept_as_it_is():
    """FrozenInstanceError; the messages stream (`with_id`) copes with such a message."""
    assert add_messages([], [Frozen("x")]) == [Frozen("x")]
