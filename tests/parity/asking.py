"""Small graphs that ask a question: in a node, in a graph that is a node, in a graph that a node calls."""

from __future__ import annotations

from typing import Any

from tests.parity.building import START, Trail, marker
from tests.parity.threads import kept


def asking(lg: Any, node: Any = None, **options: Any) -> Any:
    """Return a graph that runs `node` between the markers `before` and `then`; without one, it asks a question."""
    builder = lg.graph.StateGraph(Trail)
    builder.add_sequence([marker("before"), ("node", node or question(lg)), marker("then")])
    return kept(lg, builder.add_edge(START, "before"), **options)


def question(lg: Any, text: Any = "question") -> Any:
    """Return a node that asks and appends the answer."""

    def ask(state: Trail) -> dict[str, Any]:
        return {"trail": [lg.types.interrupt(text)]}

    return ask


def asking_child(lg: Any, checkpointer: Any = None, **options: Any) -> Any:
    """Return a graph that runs `inner` and asks in `ask`, to be a node or to be called."""
    builder = lg.graph.StateGraph(Trail).add_node("inner", marker("inner")).add_node("ask", question(lg))
    return builder.add_edge(START, "inner").add_edge("inner", "ask").compile(checkpointer=checkpointer, **options)


def around(lg: Any, child: Any, **options: Any) -> Any:
    """Return a graph that runs the node `child` between the markers `before` and `after`."""
    builder = lg.graph.StateGraph(Trail).add_node("before", marker("before")).add_node("after", marker("after"))
    builder.add_node("child", child)
    return kept(lg, builder.add_edge(START, "before").add_edge("before", "child").add_edge("child", "after"), **options)


def calling(lg: Any, child: Any) -> Any:
    """Return a node that calls the graph `child` with an input of its own."""

    def call(state: Trail) -> dict[str, Any]:
        return {"trail": [child.invoke({"trail": ["call"]})["trail"]]}

    return call


def asked_and_answered(lg: Any, thread: Any) -> Any:
    """Run up to a question, answer it; return what was answered and what is there afterwards."""
    return [
        thread.invoke({"trail": ["in"]}),
        thread.brief(),
        thread.invoke(lg.types.Command(resume="yes")),
        thread.story(),
    ]
