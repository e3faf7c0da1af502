"""The superstep semantics, written down as plainly as possible.

`run` walks a graph description and says what a run of it must show. It is slow, synchronous and looks at everything in
every superstep; the engine is none of these, and must agree with it. It is not a second engine: it knows only what the
descriptions can say.

In order, a superstep
  plans     which nodes are wanted (each once, however many edges ask for it), and which Sends are waiting;
  performs  the tasks, all of which see the state as it was at the start;
  applies   their writes: nodes that were pulled first, by name, then Sends, in the order in which they were sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.properties.description import (
    END,
    KINDS,
    START,
    Boom,
    Choice,
    Dispatch,
    Fail,
    Graph,
    Join,
    Jump,
    Node,
    Nothing,
    Program,
    Several,
    State,
    Target,
    Update,
    chosen,
    payload,
)
from tests.properties.outcome import Outcome, Superstep, Task

EMPTY = {"sum": 0, "append": []}

# A drawn program may multiply its tasks without end. Past these sizes it teaches nothing more.
MOST_TASKS, LONGEST_LIST = 60, 500


class TooLarge(Exception):
    """The program is not worth running."""


class Failed(Exception):
    """A superstep failed; `kinds` are the names of the error classes that may come out."""

    def __init__(self, *kinds: str) -> None:
        self.kinds = frozenset(kinds)


@dataclass
class Answer:
    """What one task did: the dicts it wrote, in order, and where it wants to go (a Send is a task to be)."""

    name: str
    updates: list[dict[str, Any]]
    targets: list[str | Task]

    @property
    def chunk(self) -> dict[str, Any]:
        """Its chunk of the `updates` stream: one dict, or single writes where a key was written twice."""
        writes = writes_of([self])
        if len(dict(writes)) < len(writes):
            return {self.name: [{key: value} for key, value in writes]}
        return {self.name: dict(writes) or None}


def run(program: Program) -> Outcome:
    return Interpreter(program.graph, program.limit).run(payload("input", program.input, {}))


def writes_of(answers: list[Answer]) -> list[tuple[str, Any]]:
    return [write for answer in answers for update in answer.updates for write in update.items()]


def applied(state: State, writes: list[tuple[str, Any]]) -> dict[str, Any]:
    fresh, written = dict(state), set()
    for key, value in writes:
        if KINDS[key] == "last":
            if key in written:
                raise Failed("InvalidUpdateError")
            fresh[key] = value
        else:
            fresh[key] = fresh[key] + value
        written.add(key)
    return fresh


class Interpreter:
    """One run of one graph: what is wanted next, and how full each barrier is."""

    def __init__(self, graph: Graph, limit: int) -> None:
        self.graph = graph
        self.limit = limit
        self.nodes = {node.name: node for node in graph.nodes}
        self.wanted: set[str] = set()
        self.sends: list[Task] = []
        self.arrived: dict[Join, set[str]] = {join: set() for join in graph.joins}
        self.state = {key: EMPTY[KINDS[key]] for key in graph.keys if KINDS[key] in EMPTY}
        self.outcome = Outcome()
        self.tasks_run = 0

    def run(self, given: Mapping[str, Any]) -> Outcome:
        try:
            self.start(given)
            while self.superstep():
                pass
            self.outcome.half_filled += sum(1 for arrived in self.arrived.values() if arrived)
        except Failed as failed:
            self.outcome.errors = failed.kinds
        self.outcome.state = self.state
        return self.outcome

    def start(self, given: Mapping[str, Any]) -> None:
        known = {key: value for key, value in given.items() if key in self.graph.keys}
        answer = Answer(START, [known], [])
        self.state = applied(self.state, writes_of([answer]))
        answer.targets += self.routed(START, self.graph.entry, self.state)
        self.follow(answer)
        if known:
            self.outcome.first_values.append(self.state)

    def superstep(self) -> bool:
        """Runs one superstep; False when there is nothing left to run."""
        superstep = self.plan()
        if not superstep.tasks:
            return False
        if len(self.outcome.supersteps) == self.limit:
            raise Failed("GraphRecursionError")
        self.outcome.supersteps.append(superstep)
        superstep.failed = True  # until the writes have landed
        answers = self.perform(superstep)
        self.state = applied(self.state, writes_of(answers))
        superstep.failed = False
        if writes_of(answers):
            superstep.values.append(self.state)
        for answer in answers:
            self.follow(answer)
        self.check_size()
        return True

    def plan(self) -> Superstep:
        full = [join for join in self.graph.joins if self.arrived[join] == set(join.sources)]
        wanted = sorted(self.wanted | {join.target for join in full})
        now = [name for name in wanted if not self.nodes[name].defer]
        released = bool(wanted) and not now and not self.sends
        if released:
            now = wanted
        fired = [join for join in full if join.target in now]
        for join in fired:
            self.arrived[join] = set()
        self.wanted -= set(now)
        tasks = [Task(name, self.state, sent=False) for name in now] + self.sends
        self.sends = []
        return Superstep(tasks, fired, released)

    def perform(self, superstep: Superstep) -> list[Answer]:
        """All tasks of a superstep. Several may fail: which error is seen first is up to the clock."""
        answers, kinds = [], set()
        for task in superstep.tasks:
            node = self.nodes[task.name]
            try:
                answer = self.act(node, task.given)
                superstep.updates.append(answer.chunk)
                if node.routes:  # a router sees the state of the superstep's start, with its own node's writes
                    answer.targets += self.routed(node.name, node.routes, applied(self.state, writes_of([answer])))
                answers.append(answer)
            except Failed as failed:
                kinds |= failed.kinds
        if kinds:
            raise Failed(*kinds)
        return answers

    def act(self, node: Node, given: State) -> Answer:
        answer = Answer(node.name, [], [])
        match node.action:
            case Nothing():
                pass
            case Fail():
                raise Failed(Boom.__name__)
            case Graph() as inner:
                answer.updates.append(self.nested(inner, given))
            case Update() | Jump() as part:
                self.act_part(answer, part, given)
            case Several(parts):
                for part in parts:
                    self.act_part(answer, part, given)
        return answer

    def act_part(self, answer: Answer, part: Update | Jump, given: State) -> None:
        update = payload(answer.name, part.writes, given)
        if not update.keys() <= set(self.graph.keys):
            raise Failed("InvalidUpdateError")
        answer.updates.append(update)
        if isinstance(part, Jump):
            answer.targets += self.routed(answer.name, (part.goto,), given)

    def nested(self, inner: Graph, given: State) -> dict[str, Any]:
        """A sub-graph answers with its whole state, less the keys that this graph does not have."""
        interpreter = Interpreter(inner, self.limit)
        outcome = interpreter.run(given)
        self.tasks_run += interpreter.tasks_run
        if outcome.errors:
            raise Failed(*outcome.errors)
        self.outcome.half_filled += outcome.half_filled
        return {key: value for key, value in outcome.state.items() if key in self.graph.keys}

    def routed(self, author: str, choices: tuple[Choice, ...], seen: State) -> list[str | Task]:
        return [self.target(author, target, seen) for choice in choices for target in chosen(choice, seen)]

    def target(self, author: str, target: Target, seen: State) -> str | Task:
        name = target.node if isinstance(target, Dispatch) else target
        if name not in self.nodes and target != END:
            raise Failed("InvalidUpdateError")
        if isinstance(target, Dispatch):
            return Task(name, payload(author, target.argument, seen), sent=True)
        return name

    def follow(self, answer: Answer) -> None:
        for target in answer.targets + [end for start, end in self.graph.edges if start == answer.name]:
            if isinstance(target, Task):
                self.sends.append(target)
            elif target != END:
                self.wanted.add(target)
        for join in self.graph.joins:
            if answer.name in join.sources:
                self.arrived[join].add(answer.name)

    def check_size(self) -> None:
        self.tasks_run += len(self.outcome.supersteps[-1].tasks)
        longest = max((len(value) for value in self.state.values() if isinstance(value, list)), default=0)
        if self.tasks_run + len(self.sends) > MOST_TASKS or longest > LONGEST_LIST:
            raise TooLarge
