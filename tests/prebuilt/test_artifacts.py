"""Artifacts of tools in a graph that saves: what the tool says that it returns is kept as it is."""

from dataclasses import dataclass

import pytest
from pydantic import BaseModel

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.errors import SerializationError
from stepgraph.messages import AIMessage
from stepgraph.prebuilt import create_react_agent
from stepgraph.testing import ScriptedChatModel
from stepgraph.tools import tool


class Offer(BaseModel):
    price: int


@dataclass
class Place:
    name: str


@tool(response_format="content_and_artifact")
def search(place: str) -> tuple[str, list[Offer] | Place]:
    """Search."""
    return "found", [Offer(price=1)] if place == "Bonn" else Place(place)


@tool(response_format="content_and_artifact")
def silent(place: str):
    """Search, and do not say what is found."""
    return "found", Place(place)


THREAD = {"configurable": {"thread_id": "1"}}


def agent(used, saver, place="Bonn"):
    ask = AIMessage("", tool_calls=[{"name": used.name, "args": {"place": place}, "id": "1"}])
    return create_react_agent(ScriptedChatModel([ask, "done"]), [used], checkpointer=saver)


@pytest.mark.parametrize(("place", "artifact"), [("Bonn", [Offer(price=1)]), ("Rome", Place("Rome"))])
def test_what_a_tool_is_annotated_with_is_kept(tmp_path, place, artifact):
    with SqliteSaver(tmp_path / "threads.db") as saver:
        agent(search, saver, place).invoke({"messages": "hi"}, THREAD)
    with SqliteSaver(tmp_path / "threads.db") as saver:
        found = agent(search, saver).get_state(THREAD).values["messages"][2]
    assert found.artifact == artifact


def test_other_classes_are_refused_with_their_place():
    with pytest.raises(SerializationError, match=r"Place at \[2\]\[0\]\.artifact.*annotate the state with Place"):
        agent(silent, InMemorySaver()).invoke({"messages": "hi"}, THREAD)
