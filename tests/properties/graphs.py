"""Hypothesis strategies that draw programs, and the features by which one can tell what was drawn.

Every choice leans on small things first (one node, no further edges, a constant), so that a failing example shrinks to
the few nodes that matter. A program that the model finds too large is thrown away.
"""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st

from tests.properties import model
from tests.properties.description import (
    END,
    KINDS,
    START,
    Choice,
    Constant,
    Digest,
    Dispatch,
    Fail,
    Graph,
    Join,
    Jump,
    Node,
    Nothing,
    Program,
    Several,
    Size,
    Update,
    Write,
)
from tests.properties.outcome import Outcome

NAMES = ("abcde", "klm", "xy")  # by depth: an entry of a log says which graph wrote it
DEEPEST = len(NAMES) - 1

FAILURES = (
    Fail(),
    Fail(),
    Fail(),
    Update((Write("stray", Constant(0)),)),
    Jump((), Choice("total", (("nowhere",),))),
    Jump((), Choice("total", ((Dispatch("nowhere", ()),),))),
)


def values(keys: tuple[str, ...]) -> st.SearchStrategy:
    return st.one_of(st.integers(0, 2).map(Constant), st.sampled_from(keys).map(Size), st.just(Digest()))


@st.composite
def writes(draw, keys: tuple[str, ...], *, always: tuple[str, ...] = ()) -> tuple[Write, ...]:
    # Keys with a reducer are drawn more often: two writes to one without end the run.
    likely = st.sampled_from([key for key in keys for _ in range(1 if KINDS[key] == "last" else 4)])
    some = draw(st.lists(likely, max_size=2, unique=True))
    return tuple(Write(key, draw(values(keys))) for key in dict.fromkeys((*always, *some)))


@st.composite
def choices(draw, keys: tuple[str, ...], names: tuple[str, ...]) -> Choice:
    """One option is a fixed target; several are a counter in the state, or a Send list, or a way out."""
    sends = st.builds(Dispatch, st.sampled_from(names), writes(keys, always=("total",)))
    targets = st.one_of(st.sampled_from((*names, END)), sends)
    options = draw(st.lists(st.lists(targets, max_size=3).map(tuple), min_size=1, max_size=3))
    way_out = [()] if draw(st.integers(0, 3)) else []
    return Choice(draw(st.sampled_from(keys)), (*options, *way_out))


@st.composite
def actions(draw, keys: tuple[str, ...], names: tuple[str, ...], depth: int) -> object:
    update = st.builds(Update, writes(keys))
    jump = st.builds(Jump, writes(keys), choices(keys, names))
    kind = draw(st.sampled_from("uuuuuuuuuujjjjjjssnngggf"))
    if kind == "g" and depth < DEEPEST:
        return draw(graphs(depth + 1))
    if kind == "j":
        return draw(jump)
    if kind == "s":
        parts = draw(st.lists(st.one_of(update, jump), max_size=2))
        return Several((*parts, draw(jump)))
    if kind == "n":
        return Nothing()
    if kind == "f":
        return draw(st.sampled_from(FAILURES))
    return draw(update)


@st.composite
def graphs(draw, depth: int = 0) -> Graph:
    keys = ("total", *(key for key in ("log", "note", "mark") if draw(st.booleans())))
    names = tuple(NAMES[depth][: draw(st.integers(1, len(NAMES[depth])))])
    name = st.sampled_from(names)
    routes = st.one_of(st.just(()), st.lists(choices(keys, names), max_size=2).map(tuple))

    nodes = tuple(
        Node(each, draw(actions(keys, names, depth)), draw(routes), defer=draw(st.integers(0, 4)) == 4)
        for each in names
    )
    # A node without an edge of its own is reached by a goto, a Send or a route, or not at all. No
    # edge leads back to such a one, and no join leads there: the join might wait for itself.
    led_to = [names[0], *(each for each in names[1:] if draw(st.integers(0, 5)) < 5)]
    edges = [(START, names[0])]
    edges += [(draw(st.sampled_from((START, *names[:i]))), each) for i, each in enumerate(names) if each in led_to[1:]]
    joins = []
    if len(names) > 1:
        forward = st.lists(name, min_size=2, max_size=2, unique=True).map(sorted).map(tuple)
        edges += draw(st.lists(forward, max_size=2))
        joins = draw(st.lists(joins_between(names, led_to), max_size=2, unique=True))
    if draw(st.integers(0, 4)) == 4:
        edges.append((draw(name), draw(st.sampled_from((END, *led_to)))))  # this may close a cycle
    return Graph(keys, nodes, tuple(dict.fromkeys(edges)), tuple(joins), draw(routes))


@st.composite
def joins_between(draw, names: tuple[str, ...], led_to: list[str]) -> Join:
    """Mostly forward, to the last of the nodes that may be led to; one of the sources at times."""
    sources = draw(st.lists(st.sampled_from(names), min_size=2, max_size=3, unique=True))
    target = draw(st.sampled_from((led_to[-1], led_to[-1], *led_to)))
    return Join(tuple(sorted(sources)), target)


@st.composite
def programs(draw) -> Program:
    graph = draw(graphs())
    program = Program(
        graph,
        draw(writes(graph.keys, always=("total",))),
        draw(st.sampled_from((6, 9, 3, 1))),
    )
    try:
        model.run(program)
    except model.TooLarge:
        assume(False)
    return program


def features(program: Program, outcome: Outcome) -> set[str]:
    """What happened in a run, by name."""
    supersteps = outcome.supersteps
    pulled = [task.name for superstep in supersteps for task in superstep.tasks if not task.sent]
    sent = [task.name for superstep in supersteps for task in superstep.tasks if task.sent]
    actions = {node.name: node.action for node in program.graph.nodes}
    nested = [action for action in map(actions.get, pulled + sent) if isinstance(action, Graph)]
    found = {
        "cycle": len(set(pulled)) < len(pulled),
        "fan-out": any(len(superstep.tasks) > 2 for superstep in supersteps),
        "join": any(superstep.fired for superstep in supersteps),
        "half-filled join": outcome.half_filled > 0,
        "send": bool(sent),
        "many sends": any(sum(task.sent for task in superstep.tasks) > 1 for superstep in supersteps),
        "send to a sub-graph": any(isinstance(actions[name], Graph) for name in sent),
        "command": any(isinstance(actions[name], (Jump, Several)) for name in pulled + sent),
        "route": any(node.routes for node in program.graph.nodes if node.name in pulled + sent),
        "deferred": any(superstep.released for superstep in supersteps),
        "nested": bool(nested),
        "nested twice": any(isinstance(node.action, Graph) for inner in nested for node in inner.nodes),
        "nothing written": any(not superstep.values and not superstep.failed for superstep in supersteps),
        "long": len(supersteps) > 3,
        "finished": not outcome.errors,
    }
    return {name for name, present in found.items() if present} | outcome.errors
