"""`Command`: where it leads, what it writes, how it leaves a sub-graph, how it starts a run."""

from typing import Any

from typing_extensions import TypedDict

from tests.parity.building import END, START, Trail, marker, trail_graph
from tests.parity.running import invoked, streamed, streamed_unordered


class Child(TypedDict):
    word: str


def _jump(lg, goto, edges=(), names=("x", "y", "z"), update=None):
    builder = trail_graph(lg, names, [(START, "node"), *edges])
    builder.add_node("node", lambda state: lg.types.Command(update=update, goto=goto), destinations=tuple(names))
    return builder.compile()


def goto_names(lg):
    values: list[Any] = ["x", ["y", "x"], ("x", "y"), ["x", "x"], END, [END, "x"], []]
    return [invoked(_jump(lg, value), {"trail": []}) for value in values]


def goto_sends(lg):
    send = lg.types.Send
    values: list[Any] = [send("x", {}), [send("x", {}), "y", send("x", {})]]
    return [invoked(_jump(lg, value), {"trail": []}) for value in values]


def goto_adds_to_static_edges(lg):
    return [
        invoked(_jump(lg, "x", [("node", "y")]), {"trail": []}),
        invoked(_jump(lg, "x", [("node", "x")]), {"trail": []}),
        invoked(_jump(lg, END, [("node", "x")]), {"trail": []}),
    ]


def goto_and_update(lg):
    graph = _jump(lg, "x", update={"trail": ["node"], "number": 1})
    return streamed(graph, {"trail": []}, ["updates", "values"])


def goto_an_unknown_node(lg):
    return invoked(_jump(lg, "nowhere"), {"trail": []})


def goto_the_start(lg):
    return invoked(_jump(lg, START), {"trail": []})


def goto_without_declared_destinations(lg):
    builder = trail_graph(lg, ["x"], [(START, "node")])
    builder.add_node("node", lambda state: lg.types.Command(goto="x"))
    return invoked(builder.compile(), {"trail": []})


def goto_in_a_loop(lg):
    def turn(state: Trail):
        goto = "node" if len(state["trail"]) < 3 else END
        return lg.types.Command(update={"trail": ["turn"]}, goto=goto)

    builder = lg.graph.StateGraph(Trail)
    builder.add_node("node", turn, destinations=("node", END))
    builder.add_edge(START, "node")
    return invoked(builder.compile(), {"trail": []})


def an_unknown_key_in_an_update(lg):
    return invoked(_jump(lg, "x", update={"nowhere": 1, "number": 2}), {"trail": []})


def _family(lg, command, as_node=True):
    child = lg.graph.StateGraph(Trail)
    child.add_node("inner", lambda state: command)
    child.add_node("after", marker("after"))
    child.add_edge(START, "inner")
    child.add_edge("inner", "after")
    compiled = child.compile()
    parent = trail_graph(lg, ["x", "y"], [(START, "child"), ("child", "y")])
    parent.add_node(
        "child",
        compiled if as_node else (lambda state: compiled.invoke({"trail": ["call"]})),
        destinations=("x",),
    )
    return parent.compile()


def _to_parent(lg, **fields):
    return lg.types.Command(graph=lg.types.Command.PARENT, **fields)


def to_the_parent(lg):
    return [
        invoked(_family(lg, _to_parent(lg, **fields), as_node), {"trail": ["in"]})
        for as_node in (True, False)
        for fields in (
            {"goto": "x", "update": {"trail": ["p"], "number": 3}},
            {"update": {"trail": ["p"]}},
            {"goto": END},
        )
    ]


def to_the_parent_as_a_send(lg):
    command = _to_parent(lg, goto=[lg.types.Send("x", {})])
    return invoked(_family(lg, command), {"trail": ["in"]})


def to_the_parent_in_updates(lg):
    command = _to_parent(lg, goto="x", update={"trail": ["p"]})
    return streamed_unordered(_family(lg, command), {"trail": ["in"]}, "updates", subgraphs=True)


def to_the_parent_in_tasks(lg):
    command = _to_parent(lg, update={"trail": ["p"]})
    return streamed_unordered(_family(lg, command), {"trail": []}, "tasks", subgraphs=True)


def to_the_parent_beside_a_local_command(lg):
    commands = [_to_parent(lg, goto="x"), lg.types.Command(update={"trail": ["local"]})]
    return invoked(_family(lg, commands), {"trail": ["in"]})


def to_the_parent_is_one_level_up(lg):
    inner = lg.graph.StateGraph(Trail)
    inner.add_node("leave", lambda state: _to_parent(lg, goto="mid", update={"trail": ["leave"]}))
    inner.add_edge(START, "leave")
    middle = trail_graph(lg, ["mid"], [(START, "inner")])
    middle.add_node("inner", inner.compile(), destinations=("mid",))
    outer = lg.graph.StateGraph(Trail)
    outer.add_node("middle", middle.compile())
    outer.add_edge(START, "middle")
    return invoked(outer.compile(), {"trail": ["in"]})


def to_the_parent_with_keys_of_the_parent_only(lg):
    child = lg.graph.StateGraph(Child)
    child.add_node("leave", lambda state: _to_parent(lg, goto="x", update={"number": 4}))
    child.add_edge(START, "leave")
    parent = trail_graph(lg, ["x"], [(START, "child")])
    compiled = child.compile()
    parent.add_node("child", lambda state: compiled.invoke({"word": "w"}), destinations=("x",))
    return invoked(parent.compile(), {"trail": []})


def two_commands_to_the_parent_in_one_superstep(lg):
    child = lg.graph.StateGraph(Trail)
    for name in ("one", "two"):
        child.add_node(name, lambda state, name=name: _to_parent(lg, update={"trail": [name]}))
        child.add_edge(START, name)
    parent = lg.graph.StateGraph(Trail)
    parent.add_node("child", child.compile())
    parent.add_edge(START, "child")
    answers = [parent.compile().invoke({"trail": []})["trail"] for _ in range(5)]
    return "both" if answers == [["one", "two"]] * 5 else "only one"


def as_input(lg):
    graph = trail_graph(lg, ["x", "y"], [(START, "x"), ("x", "y")]).compile()
    command, send = lg.types.Command, lg.types.Send
    return [
        invoked(graph, command(goto="y")),
        invoked(graph, command(goto=["x", "y"])),
        invoked(graph, command(goto=send("y", {"trail": ["sent"]}))),
    ]


def as_input_with_an_update(lg):
    graph = trail_graph(lg, ["x", "y"], [(START, "x"), ("x", "y")]).compile()
    command = lg.types.Command
    return [
        invoked(graph, command(update={"trail": ["u"]})),
        invoked(graph, command(update={"trail": ["u"]}, goto="y")),
    ]


def as_input_to_an_unknown_node(lg):
    graph = trail_graph(lg, ["x"], [(START, "x")]).compile()
    return invoked(graph, lg.types.Command(goto="nowhere"))


def as_input_with_an_answer_but_no_saver(lg):
    graph = trail_graph(lg, ["x"], [(START, "x")]).compile()
    return invoked(graph, lg.types.Command(resume=1))


def as_input_for_a_parent(lg):
    graph = trail_graph(lg, ["x"], [(START, "x")]).compile()
    return invoked(graph, _to_parent(lg, goto="x"))


def equality_and_text(lg):
    command, send = lg.types.Command, lg.types.Send
    return [
        repr(command(goto="x", update={"key": 1})),
        repr(command()),
        repr(send("x", 1)),
        command(goto="x") == command(goto="x"),
        send("x", {"key": 1}) == send("x", {"key": 1}),
        send("x", 1) == send("x", 2),
        command.PARENT,
    ]
