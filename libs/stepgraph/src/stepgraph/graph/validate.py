"""validate: finds what cannot work in a graph's wiring, all of it, before anything runs.

Reachability follows what the graph declares: edges, joins, path maps, return hints and `destinations`. A command that
declares nothing may lead anywhere, so a node that only such a one could reach is a warning, never an error. A join
that by all that is declared waits for what comes after it is an error; declare the command that starts it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from stepgraph.constants import END, START
from stepgraph.errors import listed, nearest
from stepgraph.graph.parts import BranchSpec, StateNodeSpec

__all__ = ["Wiring"]


@dataclass(frozen=True)
class Wiring:
    """The nodes of a graph and everything that connects them.

    Attributes:
        nodes: Nodes by name.
        edges: Pairs of source and target.
        joins: Pairs of the sources that are waited for and the target.
        branches: Conditional edges by source and name.
    """

    nodes: Mapping[str, StateNodeSpec]
    edges: Collection[tuple[str, str]]
    joins: Collection[tuple[tuple[str, ...], str]]
    branches: Mapping[str, Mapping[str, BranchSpec]]

    def problems(self) -> list[str]:
        """Return a sentence for each thing that cannot work."""
        found = [*self._unknown_names(), *self._no_entry()]
        return found or self._dead_joins()

    def unreachable(self) -> list[str]:
        """Return the nodes that nothing declared leads to."""
        reached = self._reached(frozenset())
        return [name for name in self.nodes if name not in reached]

    def _unknown_names(self) -> Iterable[str]:
        for source, target in sorted(self.edges):
            yield from self._check(source, START, f"the edge {source!r} -> {target!r} starts")
            yield from self._check(target, END, f"the edge {source!r} -> {target!r} ends")
        for sources, target in sorted(self.joins):
            for source in sources:
                yield from self._check(source, None, f"the join {list(sources)} -> {target!r} starts")
            yield from self._check(target, END, f"the join {list(sources)} -> {target!r} ends")
        for source, branches in self.branches.items():
            for name, branch in branches.items():
                yield from self._check(source, START, f"the conditional edge {name!r} from {source!r} starts")
                for target in (branch.ends or {}).values():
                    yield from self._check(target, END, f"the conditional edge {name!r} from {source!r} leads")
        for name, node in self.nodes.items():
            for target in node.ends:
                yield from self._check(target, END, f"a Command of node {name!r} leads")

    def _check(self, name: str, also: str | None, what: str) -> Iterable[str]:
        if name not in self.nodes and name != also:
            yield (
                f"{what} at {name!r}, which is not a node{nearest(name, self.nodes)}; nodes are "
                f"{listed(sorted(self.nodes))}"
            )

    def _no_entry(self) -> Iterable[str]:
        if START not in self.branches and all(source != START for source, _ in self.edges):
            yield "no edge leads from START, so nothing would ever run; call add_edge(START, …) or set_entry_point(…)"

    def _dead_joins(self) -> list[str]:
        """Return the joins that wait for themselves.

        A node that nothing leads to may be reached by an undeclared command; with all of those taken as reached,
        a join that still cannot fire waits for something that only comes after it.
        """
        led_to = {target for _, target in self.edges} | {target for _, target in self.joins}
        for source in self._everything():
            led_to.update(self._declared_from(source) or ())
        reached = self._reached(frozenset(name for name in self.nodes if name not in led_to))
        problems = []
        for sources, target in sorted(self.joins):
            missing = [source for source in sources if source not in reached]
            if missing:
                problems.append(
                    f"the join {list(sources)} -> {target!r} can never fire: {listed(missing)} can run only after it; "
                    "if a Command leads there, name it in destinations= or in a return hint"
                )
        return problems

    def _everything(self) -> Sequence[str]:
        return [START, *self.nodes]

    def _declared_from(self, source: str) -> set[str] | None:
        """Return where a node's branches and commands lead, `None` where a branch may lead anywhere."""
        found = set(self.nodes[source].ends) if source in self.nodes else set()
        for branch in self.branches.get(source, {}).values():
            if branch.ends is None:
                return None
            found.update(branch.ends.values())
        return found

    def _reached(self, given: frozenset[str]) -> set[str]:
        """Return every node that can run when START and `given` can."""
        reached = {START, *given}
        frontier = list(reached)
        targets: dict[str, set[str]] = {}
        for source, target in self.edges:
            targets.setdefault(source, set()).add(target)
        while frontier:
            source = frontier.pop()
            declared = self._declared_from(source)
            following = set(self.nodes) if declared is None else declared | targets.get(source, set())
            following |= {target for sources, target in self.joins if source in sources and reached.issuperset(sources)}
            frontier.extend(following - reached)
            reached |= following
        return reached
