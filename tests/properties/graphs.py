"""Hypothesis strategies that draw programs, and the features by which one can tell what was drawn.

Every choice leans on small things first (one node, no further edges, a constant), so that a failing example shrinks to
the few nodes that matter. A program that the model finds too large is thrown away.

A strategy is made once for its arguments: making one anew for each draw takes longer than all else.
"""

from __future__ import annotations

from functools import cache

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


booleans = st.booleans()
one_in_four, one_in_five, one_in_six = (st.integers(0, last) for last in (3, 4, 5))
limits = st.sampled_from((6, 9, 3, 1))
kinds = st.sampled_from("uuuuuuuuuujjjjjjssnngggf")
failures = st.sampled_from(FAILURES)

one_of = cache(st.sampled_from)  # of a tuple


@cache
def values(keys: tuple[str, ...]) -> st.SearchStrategy:
    return st.one_of(st.integers(0, 2).map(Constant), st.sampled_from(keys).map(Size), st.just(Digest()))


@cache
def some_of(keys: tuple[str, ...]) -> st.SearchStrategy:
    # Keys with a reducer are drawn more often: two writes to one without end the run.
    likely = st.sampled_from([key for key in keys for _ in range(1 if KINDS[key] == "last" else 4)])
    return st.lists(likely, max_size=2, unique=True)


@cache
@st.composite
def writes(draw, keys: tuple[str, ...], *, always: tuple[str, ...] = ()) -> tuple[Write, ...]:
    some = draw(some_of(keys))
    return tuple(Write(key, draw(values(keys))) for key in dict.fromkeys((*always, *some)))


@cache
def options_among(keys: tuple[str, ...], names: tuple[str, ...]) -> st.SearchStrategy:
    sends = st.builds(Dispatch, st.sampled_from(names), writes(keys, always=("total",)))
    targets = st.one_of(st.sampled_from((*names, END)), sends)
    return st.lists(st.lists(targets, max_size=3).map(tuple), min_size=1, max_size=3)


@cache
@st.composite
def choices(draw, keys: tuple[str, ...], names: tuple[str, ...]) -> Choice:
    """One option is a fixed target; several are a counter in the state, or a Send list, or a way out."""
    options = draw(options_among(keys, names))
    way_out = [()] if draw(one_in_four) else []
    return Choice(draw(one_of(keys)), (*options, *way_out))


@cache
def updates(keys: tuple[str, ...]) -> st.SearchStrategy:
    return st.builds(Update, writes(keys))


@cache
def jumps(keys: tuple[str, ...], names: tuple[str, ...]) -> st.SearchStrategy:
    return st.builds(Jump, writes(keys), choices(keys, names))


@cache
def parts(keys: tuple[str, ...], names: tuple[str, ...]) -> st.SearchStrategy:
    return st.lists(st.one_of(updates(keys), jumps(keys, names)), max_size=2)


@cache
def routes(keys: tuple[str, ...], names: tuple[str, ...]) -> st.SearchStrategy:
    return st.one_of(st.just(()), st.lists(choices(keys, names), max_size=2).map(tuple))


@cache
def forward(names: tuple[str, ...]) -> st.SearchStrategy:
    edge = st.lists(one_of(names), min_size=2, max_size=2, unique=True).map(sorted).map(tuple)
    return st.lists(edge, max_size=2)


@cache
@st.composite
def actions(draw, keys: tuple[str, ...], names: tuple[str, ...], depth: int) -> object:
    kind = draw(kinds)
    if kind == "g" and depth < DEEPEST:
        return draw(graphs(depth + 1))
    if kind == "j":
        return draw(jumps(keys, names))
    if kind == "s":
        return Several((*draw(parts(keys, names)), draw(jumps(keys, names))))
    if kind == "n":
        return Nothing()
    if kind == "f":
        return draw(failures)
    return draw(updates(keys))


@cache
@st.composite
def graphs(draw, depth: int = 0) -> Graph:
    keys = ("total", *(key for key in ("log", "note", "mark") if draw(booleans)))
    names = tuple(NAMES[depth][: draw(how_many(depth))])

    nodes = tuple(
        Node(each, draw(actions(keys, names, depth)), draw(routes(keys, names)), defer=draw(one_in_five) == 4)
        for each in names
    )
    # A node without an edge of its own is reached by a goto, a Send or a route, or not at all. No
    # edge leads back to such a one, and no join leads there: the join might wait for itself.
    led_to = (names[0], *(each for each in names[1:] if draw(one_in_six) < 5))
    edges = [(START, names[0])]
    edges += [(draw(one_of((START, *names[:i]))), each) for i, each in enumerate(names) if each in led_to[1:]]
    joins = []
    if len(names) > 1:
        edges += draw(forward(names))
        joins = draw(some_joins(names, led_to))
    if draw(one_in_five) == 4:
        edges.append((draw(one_of(names)), draw(one_of((END, *led_to)))))  # this may close a cycle
    return Graph(keys, nodes, tuple(dict.fromkeys(edges)), tuple(joins), draw(routes(keys, names)))


@cache
def how_many(depth: int) -> st.SearchStrategy:
    return st.integers(1, len(NAMES[depth]))


@cache
def some_joins(names: tuple[str, ...], led_to: tuple[str, ...]) -> st.SearchStrategy:
    return st.lists(joins_between(names, led_to), max_size=2, unique=True)


@st.composite
def joins_between(draw, names: tuple[str, ...], led_to: tuple[str, ...]) -> Join:
    """Mostly forward, to the last of the nodes that may be led to; one of the sources at times."""
    sources = draw(some_sources(names))
    target = draw(one_of((led_to[-1], led_to[-1], *led_to)))
    return Join(tuple(sorted(sources)), target)


@cache
def some_sources(names: tuple[str, ...]) -> st.SearchStrategy:
    return st.lists(one_of(names), min_size=2, max_size=3, unique=True)


@st.composite
def programs(draw) -> Program:
    graph = draw(graphs())
    program = Program(
        graph,
        draw(writes(graph.keys, always=("total",))),
        draw(limits),
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
