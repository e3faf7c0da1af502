"""`add_messages` and `MessagesState`: short forms, ids, replacing, removing; the `messages` mode."""

from typing import Annotated, Any

from typing_extensions import TypedDict

from tests.parity.building import START, one_node
from tests.parity.canonical import spoken_namespace
from tests.parity.running import invoked, outcome, streamed


def _told(messages: Any) -> list[Any]:
    """Return type, content and id of each; an id that was made up is a `*`."""
    return [[one.type, one.content, one.id if one.id and len(one.id) < 10 else "*"] for one in messages]


def _added(lg, left, right, **options):
    return outcome(lambda: _told(lg.graph.add_messages(left, right, **options)))


def _said(lg):
    human, ai = lg.messages.HumanMessage, lg.messages.AIMessage
    return [human("one", id="1"), ai("two", id="2")]


def short_forms(lg):
    forms: list[Any] = [
        "hello",
        ("user", "hi"),
        [("ai", "hi"), ("system", "s"), ("assistant", "a"), ("human", "h")],
        {"role": "user", "content": "d"},
        [{"role": "assistant", "content": "d", "id": "x"}, {"type": "human", "content": "h"}],
        [],
    ]
    return [_added(lg, [], form) for form in forms]


def single_messages(lg):
    one, two = _said(lg)
    return [_added(lg, [one], two), _added(lg, one, two)]


def same_id_replaces(lg):
    ai = lg.messages.AIMessage
    return [
        _added(lg, _said(lg), [ai("new", id="1")]),
        _added(lg, _said(lg), [ai("x", id="3"), ai("y", id="3")]),
    ]


def removing(lg):
    remove, human = lg.messages.RemoveMessage, lg.messages.HumanMessage
    return [
        _added(lg, _said(lg), [remove(id="1")]),
        _added(lg, _said(lg), [remove(id="9")]),
        _added(lg, _said(lg), [remove(id="1"), human("again", id="1")]),
        _added(lg, _said(lg), [human("new", id="3"), remove(id="3")]),
    ]


def removing_all(lg):
    remove, human = lg.messages.RemoveMessage, lg.messages.HumanMessage
    everything = lg.graph.message.REMOVE_ALL_MESSAGES
    return [
        everything,
        _added(lg, _said(lg), [remove(id=everything)]),
        _added(lg, _said(lg), [human("lost", id="3"), remove(id=everything), human("kept", id="4")]),
        _added(
            lg,
            _said(lg),
            [remove(id=everything), human("a", id="3"), remove(id=everything), human("b", id="4")],
        ),
    ]


def ids_are_given_once(lg):
    human = lg.messages.HumanMessage
    left = lg.graph.add_messages([], [human("a"), human("b")])
    again = lg.graph.add_messages(left, [human("c")])
    return [
        len({message.id for message in again}) == 3,
        [message.id for message in again[:2]] == [message.id for message in left],
        len(left),
    ]


def what_is_no_message(lg):
    answers = [_added(lg, [], value) for value in ([{"foo": 1}], [("nobody", "x")])]
    return [*answers, "error" in _added(lg, [], [5])]


def chunks_become_messages(lg):
    chunk = lg.messages.AIMessageChunk(content="c", id="1")
    return [type(one).__name__ for one in lg.graph.add_messages([], [chunk])]


def one_side_missing(lg):
    add = lg.graph.add_messages
    return [
        outcome(lambda: _told(add(_said(lg), None))),
        outcome(lambda: _told(add(None, _said(lg)))),
        callable(add()),
    ]


def a_format(lg):
    add = lg.graph.add_messages(format="langchain-openai")
    answer = outcome(lambda: [[one.type, one.content] for one in add([], _said(lg))])
    return [answer, _added(lg, [], _said(lg), format="unknown")]


def messages_state(lg):
    state = lg.graph.MessagesState

    class More(state):
        extra: int

    def answer(state: Any) -> dict[str, Any]:
        return {"messages": [("ai", "yo")], "extra": len(state["messages"])}

    def play(input):
        result = one_node(lg, answer, More).invoke(input)
        return [_told(result["messages"]), result["extra"]]

    return [play({"messages": "hi"}), play({"messages": {"role": "user", "content": "q"}}), play({})]


def what_updates_show(lg):
    graph = one_node(lg, lambda state: {"messages": ("ai", "yo")}, lg.graph.MessagesState)
    return streamed(graph, {"messages": []}, "updates")


def an_annotated_list(lg):
    schema = TypedDict("schema", {"talk": Annotated[list, lg.graph.add_messages]})  # noqa: UP013
    graph = one_node(lg, lambda state: {"talk": lg.messages.AIMessage("a", id="2")}, schema)
    return invoked(graph, {"talk": [lg.messages.HumanMessage("q", id="1")]})


def _shown(graph, input, **options):
    """Return message, metadata of every chunk of the `messages` mode, without what a tracer adds."""
    chunks = []
    for chunk in graph.stream(input, stream_mode="messages", **options):
        namespace, (message, metadata) = chunk if options.get("subgraphs") else ((), chunk)
        kept = {key: value for key, value in metadata.items() if not key.startswith(("ls_", "lc_"))}
        kept["langgraph_checkpoint_ns"] = spoken_namespace(kept["langgraph_checkpoint_ns"].split("|"))
        chunks.append([spoken_namespace(namespace), _told([message]), kept])
    return outcome(lambda: chunks)


def mode_messages(lg):
    ai = lg.messages.AIMessage
    builder = lg.graph.StateGraph(lg.graph.MessagesState)
    builder.add_node("one", lambda state: {"messages": [ai("first", id="1")]})
    builder.add_node("two", lambda state: {"messages": ai("second", id="2")}, metadata={"kind": "k"})
    builder.add_node("same", lambda state: {"messages": state["messages"]})
    builder.add_edge(START, "one")
    builder.add_edge("one", "two")
    builder.add_edge("two", "same")
    graph = builder.compile()
    return _shown(graph, {"messages": [lg.messages.HumanMessage("q", id="0")]}, config={"metadata": {"u": 1}})


def mode_messages_gives_ids(lg):
    graph = one_node(lg, lambda state: {"messages": [lg.messages.AIMessage("a")]}, lg.graph.MessagesState)
    (message, _), *rest = list(graph.stream({"messages": []}, stream_mode="messages"))
    return [bool(message.id), len(rest)]


def mode_messages_of_a_command(lg):
    node_result = lg.types.Command(update={"messages": [lg.messages.AIMessage("a", id="1")]})
    graph = one_node(lg, lambda state: node_result, lg.graph.MessagesState)
    return _shown(graph, {"messages": []})


def mode_messages_of_other_keys(lg):
    schema = TypedDict("schema", {"one": Any, "many": list, "text": str})  # noqa: UP013
    ai = lg.messages.AIMessage
    graph = one_node(lg, lambda state: {"one": ai("a", id="1"), "many": [ai("b", id="2")], "text": "t"}, schema)
    return _shown(graph, {"text": ""})


def mode_messages_of_a_sub_graph(lg):
    ai = lg.messages.AIMessage
    child = one_node(lg, lambda state: {"messages": [ai("inner", id="1")]}, lg.graph.MessagesState)
    builder = lg.graph.StateGraph(lg.graph.MessagesState)
    builder.add_node("child", child)
    builder.add_edge(START, "child")
    graph = builder.compile()
    return [[chunk[:2] for chunk in _shown(graph, {"messages": []}, subgraphs=whether)] for whether in (False, True)]


def mode_messages_beside_updates(lg):
    ai = lg.messages.AIMessage
    graph = one_node(lg, lambda state: {"messages": [ai("a", id="1")]}, lg.graph.MessagesState)
    return [mode for mode, _ in graph.stream({"messages": []}, stream_mode=["messages", "updates", "values"])]
