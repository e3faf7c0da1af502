"""What was decoded before is decoded no more, and never shared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest
from typing_extensions import TypedDict

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.checkpoint.records import remembered
from stepgraph.checkpoint.records.remembered import Remembered, copied
from stepgraph.checkpoint.records.rows import BlobRow
from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.graph import START, StateGraph, add_messages
from stepgraph.messages import AIMessage, HumanMessage, ToolMessage

PLACE = ("thread", "", "messages")


class Chat(TypedDict):
    messages: Annotated[list[Any], add_messages]


def blob(identity: str, text: str) -> BlobRow:
    return BlobRow("messages", None, text.encode(), identity)


def decode(row: BlobRow) -> list[str]:
    return row.data.decode().split(",")


class Counting:
    def __init__(self) -> None:
        self.loaded: list[str] = []

    def load(self, row: BlobRow) -> list[str]:
        self.loaded.append(row.id)
        return decode(row)


LONG = ",".join(f"item {number}" for number in range(1000))


def extend(value: list[str], more: list[str]) -> list[str]:
    value.extend(more)
    return value


def test_only_what_is_new_is_decoded():
    memory, counting = Remembered(), Counting()
    chain = [blob("1", LONG), blob("2", "a,b")]
    first = memory.value(PLACE, chain, counting.load, extend)
    second = memory.value(PLACE, [*chain, blob("3", "c")], counting.load, extend)
    assert counting.loaded == ["1", "2", "3"]
    assert second == [*first, "c"]
    assert first == [*decode(chain[0]), "a", "b"]


def test_what_callers_do_with_a_value_stays_with_them():
    memory, counting = Remembered(), Counting()
    chain = [blob("1", LONG)]
    for _ in range(3):
        found = memory.value(PLACE, chain, counting.load, extend)
        assert found == decode(chain[0])
        found.clear()
    assert counting.loaded == ["1"]


@pytest.mark.parametrize(
    "other",
    [[blob("1", LONG + "!")], [blob("9", LONG)], [blob("1", LONG), blob("8", "x")]],
    ids=["other bytes", "another checkpoint", "another branch"],
)
def test_other_bytes_are_decoded(other: list[BlobRow]):
    memory = Remembered()
    memory.value(PLACE, [blob("1", LONG), blob("2", "a")], decode, extend)
    expected = [item for row in other for item in decode(row)]
    assert memory.value(PLACE, other, decode, extend) == expected


def test_short_values_and_what_cannot_be_copied_are_decoded_each_time():
    memory, counting = Remembered(), Counting()
    for _ in range(2):
        memory.value(PLACE, [blob("1", "a,b")], counting.load, extend)
        memory.value(PLACE, [blob("2", LONG)], lambda row: [object(), *counting.load(row)], extend)
    assert counting.loaded == ["1", "2", "1", "2"]


def test_what_was_read_longest_ago_makes_room(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(remembered, "_MOST", 3 * len(LONG))
    memory, counting = Remembered(), Counting()
    for name in ("1", "2", "3", "4", "2", "1"):
        memory.value((name, "", ""), [blob(name, LONG)], counting.load, extend)
    assert counting.loaded == ["1", "2", "3", "4", "1"]


def test_a_copy_shares_nothing_that_can_be_changed():
    call = {"name": "f", "args": {"deep": [1]}, "id": "1"}
    value = [
        AIMessage("hi", id="1", tool_calls=[call]),
        ToolMessage([{"type": "text", "text": "x"}], tool_call_id="1", artifact=(1, [2])),
        {"a": {"b": []}},
    ]
    copy = copied(value)
    assert copy == value
    copy[0].tool_calls[0]["args"]["deep"].append(2)
    copy[0].additional_kwargs["x"] = copy[0].response_metadata["x"] = 1
    copy[1].content.append("more")
    copy[1].artifact[1].append(3)
    copy[2]["a"]["b"].append(1)
    assert value == [
        AIMessage("hi", id="1", tool_calls=[{"name": "f", "args": {"deep": [1]}, "id": "1"}]),
        ToolMessage([{"type": "text", "text": "x"}], tool_call_id="1", artifact=(1, [2])),
        {"a": {"b": []}},
    ]


class OwnMessage(AIMessage):
    pass


@pytest.mark.parametrize(
    "value", [{1, 2}, OwnMessage("x"), {(1, 2): 3}, [object()]], ids=["set", "subclass", "key", "object"]
)
def test_what_cannot_be_copied(value: Any):
    with pytest.raises(TypeError, match=r"cannot be copied|keys of other types"):
        copied(value)


def chat(saver: Any) -> Any:
    graph = StateGraph(Chat).add_node("answer", lambda state: {"messages": [AIMessage("y" * 50)]})
    return graph.add_edge(START, "answer").compile(checkpointer=saver)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_thread_is_what_was_saved_whatever_callers_edit(kind: str, tmp_path: Path):
    saver: Any = InMemorySaver() if kind == "memory" else SqliteSaver(tmp_path / "chat.sqlite")
    graph = chat(saver)
    config = {"configurable": {"thread_id": "1"}}
    graph.invoke({"messages": [HumanMessage("x" * 50, id=f"h{n}") for n in range(100)]}, config)
    for turn in range(5):
        found = graph.invoke({"messages": [HumanMessage(f"turn {turn}")]}, config)["messages"]
        state = graph.get_state(config).values["messages"]
        assert found == state
        found[0].content = state[1].content = "edited"
        state[2].additional_kwargs["edited"] = True
        del found[3:]
    final = graph.get_state(config).values["messages"]
    assert [message.content for message in final[:100]] == ["x" * 50] * 100
    assert final[2].additional_kwargs == {}
    assert len(final) == 100 + 1 + 5 * 2


def test_another_process_may_have_gone_on(tmp_path: Path):
    """A second saver of the file stands for it: neither knows what the other has decoded."""
    one, two = (chat(SqliteSaver(tmp_path / "chat.sqlite")) for _ in range(2))
    config = {"configurable": {"thread_id": "1"}}
    one.invoke({"messages": [HumanMessage("x" * 50) for _ in range(200)]}, config)
    for graph, other in ((one, two), (two, one)) * 3:
        before = other.get_state(config).values["messages"]
        after = graph.invoke({"messages": [HumanMessage("more")]}, config)["messages"]
        assert other.get_state(config).values["messages"] == after
        assert after[: len(before)] == before
        assert len(after) == len(before) + 2
