"""What of each kind of channel and value is there in the next run and in the checkpoints."""

import dataclasses
from typing import Annotated, Any

from typing_extensions import TypedDict

from tests.parity.building import START, Trail
from tests.parity.threads import Thread, in_both_colours, kept


def _kinds(lg):
    channels = lg.channels

    class Kinds(TypedDict):
        plain: int
        untracked: Annotated[int, channels.UntrackedValue(int)]
        ephemeral: Annotated[int, channels.EphemeralValue(int)]
        topic: Annotated[list[Any], channels.Topic(int)]
        piled: Annotated[list[Any], channels.Topic(int, accumulate=True)]
        anyone: Annotated[int, channels.AnyValue(int)]
        seen: list[Any]

    def write(state: Kinds) -> dict[str, Any]:
        seen = sorted(key for key in state if key != "seen")
        return {"plain": 1, "untracked": 2, "ephemeral": 3, "topic": [4], "piled": [5], "anyone": 6, "seen": seen}

    def look(state: Kinds) -> dict[str, Any]:
        return {"seen": [state["seen"], sorted(key for key in state if key != "seen")]}

    builder = lg.graph.StateGraph(Kinds).add_sequence([("write", write), ("look", look)])
    return kept(lg, builder.add_edge(START, "write"))


def over_two_runs(lg):
    def play(thread: Thread) -> Any:
        return [thread.invoke({"plain": 0}), thread.invoke({"plain": 0}), thread.story()]

    return in_both_colours(lambda: _kinds(lg), play)


def over_a_pause(lg):
    def play(thread: Thread) -> Any:
        paused = thread.invoke({"plain": 0}, interrupt_before=["look"])
        return [paused, thread.brief(), thread.invoke(None), thread.brief()]

    return in_both_colours(lambda: _kinds(lg), play)


def an_untracked_value_after_a_failure(lg):
    class Untracked(TypedDict):
        secret: Annotated[int, lg.channels.UntrackedValue(int)]
        seen: list[Any]

    def build() -> Any:
        calls: list[int] = []

        def write(state: Untracked) -> dict[str, Any]:
            return {"secret": 1}

        def look(state: Untracked) -> dict[str, Any]:
            calls.append(1)
            if len(calls) == 1:
                raise ValueError("once")
            return {"seen": sorted(state)}

        builder = lg.graph.StateGraph(Untracked).add_sequence([("write", write), ("look", look)])
        return kept(lg, builder.add_edge(START, "write"))

    def play(thread: Thread) -> Any:
        return [thread.invoke({"seen": []}), thread.brief(), thread.invoke(None), thread.story()]

    return in_both_colours(build, play)


def messages_over_runs(lg):
    messages = lg.messages

    def build() -> Any:
        def reply(state: Any) -> dict[str, Any]:
            return {
                "messages": [messages.AIMessage(f"reply {len(state['messages'])}", id=f"a{len(state['messages'])}")]
            }

        builder = lg.graph.StateGraph(lg.graph.MessagesState).add_node("reply", reply)
        return kept(lg, builder.add_edge(START, "reply"))

    def play(thread: Thread) -> Any:
        return [
            thread.invoke({"messages": [messages.HumanMessage("one", id="h1")]}),
            thread.invoke({"messages": [("user", "no id")]})["messages"][2]["content"],
            thread.update({"messages": [messages.RemoveMessage(id="h1")]}),
            thread.update({"messages": [messages.AIMessage("other", id="a1")]}, "reply"),
            [message["content"] for message in thread.brief()["values"]["messages"]],
            [len(step["values"].get("messages", [])) for step in thread.story()],
        ]

    return in_both_colours(build, play)


def a_message_keeps_the_id_it_was_given(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(lg.graph.MessagesState)
        builder.add_node("reply", lambda state: {"messages": [("ai", "reply")]})
        return kept(lg, builder.add_edge(START, "reply"))

    def play(thread: Thread) -> Any:
        thread.invoke({"messages": [("user", "one")]})
        before = [message.id for message in thread.snapshot().values["messages"]]
        thread.invoke({"messages": [("user", "two")]})
        after = [message.id for message in thread.snapshot().values["messages"]]
        return [None not in before, after[:2] == before, len(set(after))]

    return in_both_colours(build, play)


def values_of_python(lg):
    def play(thread: Thread) -> Any:
        value = {"tuple": (1, 2), "set": {1, 2}, "bytes": len(b"ab"), "keys": {1: "one"}, "nested": [(3,)]}
        thread.invoke({"number": value})
        return thread.snapshot().values["number"]

    def build() -> Any:
        builder = lg.graph.StateGraph(Trail).add_node("node", lambda state: {"trail": ["n"]})
        return kept(lg, builder.add_edge(START, "node"))

    return in_both_colours(build, play)


@dataclasses.dataclass
class Point:
    x: int
    y: int = 2


def a_dataclass_as_the_state(lg):
    def build() -> Any:
        builder = lg.graph.StateGraph(Point)
        builder.add_node("move", lambda state: {"x": state.x + state.y})
        return kept(lg, builder.add_edge(START, "move"))

    def play(thread: Thread) -> Any:
        return [thread.invoke({"x": 1}), thread.invoke({"y": 5}), thread.invoke(Point(10)), thread.story()]

    return in_both_colours(build, play)


def a_reducer_that_fails(lg):
    def add(left: int, right: int) -> int:
        if right > 1:
            raise ValueError("too much")
        return left + right

    class Fragile(TypedDict):
        sum: Annotated[int, add]

    def build() -> Any:
        builder = lg.graph.StateGraph(Fragile)
        builder.add_node("one", lambda state: {"sum": 1})
        builder.add_node("two", lambda state: {"sum": 2})
        return kept(lg, builder.add_edge(START, "one").add_edge("one", "two"))

    def play(thread: Thread) -> Any:
        return [thread.invoke({"sum": 0}), thread.brief(), thread.invoke(None), thread.invoke({"sum": 1})]

    return in_both_colours(build, play)


def a_dataclass_as_a_value(lg):
    class Holding(TypedDict):
        point: Point

    def build() -> Any:
        builder = lg.graph.StateGraph(Holding)
        builder.add_node("move", lambda state: {"point": Point(state["point"].x + 1)})
        return kept(lg, builder.add_edge(START, "move"))

    def play(thread: Thread) -> Any:
        return [thread.invoke({"point": Point(1)}), type(thread.snapshot().values["point"]).__name__, thread.invoke({})]

    return in_both_colours(build, play)


def an_untracked_value_in_the_argument_of_a_send(lg):
    class Untracked(TypedDict):
        secret: Annotated[int, lg.channels.UntrackedValue(int)]
        seen: Annotated[list[Any], lambda left, right: left + right]

    def build() -> Any:
        builder = lg.graph.StateGraph(Untracked)
        builder.add_node("worker", lambda state: {"seen": [sorted(state)]})
        target = lg.types.Send("worker", {"secret": 1, "seen": []})
        return kept(lg, builder.add_conditional_edges(START, lambda state: [target], ["worker"]))

    def play(thread: Thread) -> Any:
        first = thread.invoke({"seen": []})
        paused = thread.other("2")
        paused.invoke({"seen": []}, interrupt_before=["worker"])
        return [first, paused.invoke(None)]

    return in_both_colours(build, play)
