"""Components of a user interface: shown in a stream, and kept in the state."""

from typing import Annotated, Any

import pytest
from typing_extensions import TypedDict

from stepgraph.graph import START, StateGraph
from stepgraph.graph.ui import delete_ui_message, push_ui_message, ui_message_reducer
from stepgraph.messages import AIMessage


class State(TypedDict):
    ui: Annotated[list[Any], ui_message_reducer]


def component(id: str, merge: bool = False, **props: Any) -> dict[str, Any]:
    return {"type": "ui", "id": id, "name": "chart", "props": props, "metadata": {"merge": merge}}


def graph_of(*nodes: Any) -> Any:
    return StateGraph(State).add_sequence(list(nodes)).add_edge(START, nodes[0].__name__).compile()


def show(state: State) -> None:
    push_ui_message("chart", {"a": 1}, id="1", metadata={"own": True}, message=AIMessage("x", id="m"))


async def change(state: State) -> None:
    push_ui_message("chart", {"b": 2}, id="1", merge=True)


def hide(state: State) -> None:
    delete_ui_message("1")


async def test_a_component_is_streamed_and_written_to_the_state():
    graph = graph_of(show, change)
    seen = [chunk async for chunk in graph.astream({"ui": []}, {"tags": ["t"]}, stream_mode="custom")]
    assert [chunk["props"] for chunk in seen] == [{"a": 1}, {"b": 2}]
    metadata = {"merge": False, "run_id": None, "tags": ["t"], "name": None, "own": True, "message_id": "m"}
    assert seen[0] == {"type": "ui", "id": "1", "name": "chart", "props": {"a": 1}, "metadata": metadata}
    (kept,) = (await graph.ainvoke({"ui": []}))["ui"]
    assert kept["props"] == {"a": 1, "b": 2}


def test_a_component_is_taken_away():
    graph = graph_of(show, hide)
    assert list(graph.stream({"ui": []}, stream_mode="custom"))[-1] == {"type": "remove-ui", "id": "1"}
    assert graph.invoke({"ui": []}) == {"ui": []}


def test_a_component_may_be_streamed_only_and_has_an_id_of_its_own():
    said = []

    def glimpse(state: State) -> None:
        said.extend(push_ui_message("chart", {}, state_key=None, message=each) for each in ({"id": "m"}, None))

    assert graph_of(glimpse).invoke({"ui": []}) == {"ui": []}
    assert len({each["id"] for each in said}) == 2
    assert [each["metadata"].get("message_id") for each in said] == ["m", None]


def test_outside_of_a_node_nothing_is_shown():
    for show_it in (lambda: push_ui_message("chart", {}), lambda: delete_ui_message("1")):
        with pytest.raises(RuntimeError, match="outside of a running node"):
            show_it()


def test_the_reducer_replaces_merges_and_removes():
    one, two = component("1", a=1), component("2", a=2)
    assert ui_message_reducer(one, two) == [one, two]
    assert ui_message_reducer([one, two], [component("1", b=1)]) == [component("1", b=1), two]
    assert ui_message_reducer([one], component("1", merge=True, b=1)) == [component("1", merge=True, a=1, b=1)]
    gone = {"type": "remove-ui", "id": "1"}
    assert ui_message_reducer([one, two], gone) == [two]
    assert ui_message_reducer([one], [gone, component("1", b=1)]) == [component("1", b=1)]
    assert ui_message_reducer([], [one, gone]) == []
    assert one == component("1", a=1)


def test_what_is_not_there_cannot_be_removed():
    with pytest.raises(ValueError, match="there is no component with id '3' to remove; ids are '1'"):
        ui_message_reducer([component("1")], {"type": "remove-ui", "id": "3"})
