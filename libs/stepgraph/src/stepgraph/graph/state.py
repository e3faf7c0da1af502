"""StateGraph: the builder through which users describe nodes and edges over a shared state."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, Literal, cast

from typing_extensions import Self, TypeVar

from stepgraph.cache.base import BaseCache
from stepgraph.channels import BaseChannel, LastValue
from stepgraph.config import RunnableConfig
from stepgraph.constants import END, START
from stepgraph.errors import InvalidGraphError, UnreachableNodeWarning, listed, nearest
from stepgraph.graph.compile import Blueprint
from stepgraph.graph.compiled import CompiledStateGraph
from stepgraph.graph.parts import BranchSpec, GraphParts, NodeDefaults, StateNodeSpec, destinations_in, first_annotation
from stepgraph.graph.schema import Schema, check_state_type
from stepgraph.graph.validate import Wiring
from stepgraph.kernel.breakpoints import Breakpoints
from stepgraph.pregel import Pregel
from stepgraph.pregel.action import action_of, name_of
from stepgraph.pregel.definition import Checkpointer
from stepgraph.signatures import resolved_hints
from stepgraph.types import CachePolicy, RetryPolicy

__all__ = ["CompiledStateGraph", "StateGraph"]

StateT = TypeVar("StateT", default=Any)
ContextT = TypeVar("ContextT", default=None)
InputT = TypeVar("InputT", default=StateT)
OutputT = TypeVar("OutputT", default=StateT)

_RESERVED = {START, END, "__root__", "__input__", "__interrupt__", "__metadata__"}


class StateGraph(GraphParts, Generic[StateT, ContextT, InputT, OutputT]):
    """A graph whose nodes read a shared state and return updates to it.

    Each key of the state is a channel: the last value counts, or with `Annotated[T, reducer]` every write is folded
    in, or with `Annotated[T, Channel]` that channel's rule holds. A state without keys, such as
    `Annotated[list, operator.add]`, is one channel.

    Args:
        state_schema: The state, as a TypedDict, a dataclass, a pydantic model or a plain type.
        context_schema: The type of the `context=` that callers pass and nodes find in their `Runtime`.
        input_schema: The keys that callers may give, all of the state's by default.
        output_schema: The keys that `invoke` returns, all of the state's by default.

    Example:
        >>> from typing import TypedDict
        >>> class State(TypedDict):
        ...     topic: str
        ...     joke: str
        >>> def tell(state: State):
        ...     return {"joke": f"Have you heard of {state['topic']}?"}
        >>> graph = StateGraph(State).add_node(tell).add_edge(START, "tell").compile()
        >>> graph.invoke({"topic": "cats"})
        {'topic': 'cats', 'joke': 'Have you heard of cats?'}
    """

    def __init__(
        self,
        state_schema: type[StateT],
        context_schema: type[ContextT] | None = None,
        *,
        input_schema: type[InputT] | None = None,
        output_schema: type[OutputT] | None = None,
    ) -> None:
        super().__init__(state_schema, input_schema or state_schema, output_schema or state_schema, context_schema)
        for schema in (self.state_schema, self.input_schema, self.output_schema):
            self._register(schema)
        for role, schema in (("input", input_schema), ("output", output_schema)):
            managed = self.schemas[schema].managed if schema is not None and schema is not state_schema else {}
            if managed:
                raise ValueError(f"the {role} schema has keys that the engine computes, {listed(managed)}; drop them")

    def add_node(
        self,
        node: str | Any,
        action: Any = None,
        *,
        defer: bool = False,
        metadata: Mapping[str, Any] | None = None,
        input_schema: type[Any] | None = None,
        retry_policy: RetryPolicy | Sequence[RetryPolicy] | None = None,
        cache_policy: CachePolicy | None = None,
        destinations: Mapping[str, str] | Sequence[str] | None = None,
    ) -> Self:
        """Add a node.

        A node is a function of the state, of either colour, a generator function (whose items are combined), a
        compiled graph, or any object with `invoke` or `ainvoke`. It returns a dict of the keys to write, `None`, a
        `Command`, a list of these with a `Command` among them, or an instance of the state's class. Besides the
        state it may have parameters `config`, `writer`, `store`, `runtime` and `previous`, which are filled.

        Args:
            node: The node's name, or the action, whose own name is taken.
            action: What the node does, after a name.
            defer: Whether to wait until nothing else is left to run.
            metadata: Facts for streams, tracers and drawings.
            input_schema: The part of the state to read; by default what the first parameter's annotation names.
            retry_policy: When to try again; of several policies the first that matches an error decides.
            cache_policy: When not to run for an input that it had before; needs `compile(cache=…)`.
            destinations: Nodes that the node's commands may lead to, where its return hint does not say so.

        Raises:
            ValueError: The name is taken or reserved.
            TypeError: The action cannot be called, or has a parameter that nothing can fill.
        """
        if isinstance(node, str):
            if action is None:
                raise TypeError(f"add_node({node!r}) needs an action: add_node({node!r}, function)")
            name = node
        else:
            action, name = node, _inferred_name(node, action)
        self._check_name(name)
        schema = input_schema or first_annotation(action) or self.state_schema
        spec = StateNodeSpec(
            action,
            action_of(action, name=name),
            metadata=dict(metadata or {}),
            input_schema=schema,
            retry_policy=None if retry_policy is None else _policies(retry_policy),
            cache_policy=cache_policy,
            ends=_labelled(destinations) if destinations else destinations_in(resolved_hints(action).get("return")),
            defer=defer,
            is_graph=isinstance(action, Pregel),
        )
        self._register(schema)
        self.nodes[name] = spec
        return self

    def add_edge(self, start_key: str | Sequence[str], end_key: str) -> Self:
        """Run `end_key` after `start_key`; after a list of nodes, once all of them have run.

        Raises:
            ValueError: The edge starts at END or ends at START.
        """
        if not isinstance(end_key, str):
            raise TypeError(f"an edge ends at one node, got {end_key!r}; call add_edge() once for each of them")
        starts = [start_key] if isinstance(start_key, str) else list(start_key)
        if END in starts:
            raise ValueError(f"an edge cannot start at END; {end_key!r} would never run")
        if end_key == START:
            raise ValueError(f"an edge cannot end at START; lead {listed(starts)} to the node that comes first instead")
        if isinstance(start_key, str):
            self.edges.add((start_key, end_key))
            return self
        if not starts:
            raise ValueError(f"a join to {end_key!r} needs at least one node to wait for, got an empty list")
        if START in starts:
            raise ValueError(f"START cannot be waited for; add_edge(START, {end_key!r}) leads there directly")
        self.waiting_edges.add((tuple(starts), end_key))
        return self

    def add_conditional_edges(
        self,
        source: str,
        path: Callable[..., Any] | Any,
        path_map: Mapping[Hashable, str] | Sequence[str] | None = None,
    ) -> Self:
        """Let a function of the state say where to go after `source`.

        The router sees the state with the writes of `source` in it. It returns a node's name, a `Send`, END, or a
        list of them.

        Args:
            source: The node after which to ask.
            path: The router, of either colour.
            path_map: Nodes by what the router returns, or the list of nodes that it may return. Without it, a return
                hint `Literal["a", "b"]` says the same; with neither the router may return any node.

        Raises:
            ValueError: `source` has a router of that name already.
            TypeError: The router cannot be called.
        """
        name = name_of(path) or "condition"
        taken = self.branches.get(source, {})
        if name == "<lambda>":
            name = "condition" if "condition" not in taken else f"condition_{len(taken) + 1}"
        if name in taken:
            raise ValueError(f"node {source!r} already has a router {name!r}; give the second function another name")
        branch = BranchSpec.of(path, path_map, name)
        if branch.input_schema is not None:
            self._register(branch.input_schema)
        self.branches[source] = {**taken, name: branch}
        return self

    def add_sequence(self, nodes: Sequence[Any | tuple[str, Any]]) -> Self:
        """Add nodes, or pairs of name and action, and an edge from each to the next.

        Raises:
            ValueError: The sequence is empty, or a name is taken.
        """
        if not nodes:
            raise ValueError("add_sequence() needs at least one node, got none")
        previous: str | None = None
        for node in nodes:
            before = set(self.nodes)
            self.add_node(*node) if isinstance(node, tuple) else self.add_node(node)
            (name,) = set(self.nodes) - before
            if previous is not None:
                self.add_edge(previous, name)
            previous = name
        return self

    def set_entry_point(self, key: str) -> Self:
        """Start at a node: `add_edge(START, key)`."""
        return self.add_edge(START, key)

    def set_conditional_entry_point(
        self, path: Callable[..., Any] | Any, path_map: Mapping[Hashable, str] | Sequence[str] | None = None
    ) -> Self:
        """Let a function of the input say where to start."""
        return self.add_conditional_edges(START, path, path_map)

    def set_finish_point(self, key: str) -> Self:
        """End after a node: `add_edge(key, END)`."""
        return self.add_edge(key, END)

    def set_node_defaults(
        self,
        *,
        retry_policy: RetryPolicy | Sequence[RetryPolicy] | None = None,
        cache_policy: CachePolicy | None = None,
    ) -> Self:
        """Set what nodes get that do not say otherwise, whenever they are added; sub-graphs keep their own."""
        if retry_policy is not None:
            self.defaults: NodeDefaults = replace(self.defaults, retry_policy=_policies(retry_policy))
        if cache_policy is not None:
            self.defaults = replace(self.defaults, cache_policy=cache_policy)
        return self

    def validate(self) -> Self:
        """Check the wiring.

        Raises:
            InvalidGraphError: Something cannot work; all problems are listed.
        """
        self._checked("StateGraph")
        return self

    def compile(
        self,
        checkpointer: Checkpointer = None,
        *,
        cache: BaseCache[Any] | None = None,
        store: Any = None,
        interrupt_before: Breakpoints | None = None,
        interrupt_after: Breakpoints | None = None,
        debug: bool = False,
        name: str | None = None,
        config: RunnableConfig | None = None,
        unknown_keys: Literal["error", "ignore"] = "error",
        renamed: Mapping[str, str | None] | None = None,
    ) -> CompiledStateGraph[StateT, ContextT, InputT, OutputT]:
        """Check the wiring and make a graph that can be run; the builder can go on and be compiled again.

        Args:
            checkpointer: Keeps the state of each thread, so that a run can stop, go on and be looked into later;
                `True` gives a sub-graph a memory of its own in the saver of the graph above, `False` none at all.
            cache: Keeps what nodes with a `cache_policy` wrote.
            store: What `get_store()` returns inside nodes.
            interrupt_before: Nodes before which each run stops; `"*"` for every node.
            interrupt_after: Nodes after which each run stops.
            debug: Whether nodes that edit their input in place are reported.
            name: What messages and tracers call the graph, and a node that is made of it.
            config: Merged under the config of every call.
            unknown_keys: Whether a key in an input or an update that no schema declares is an error, or ignored.
            renamed: For threads that an older graph saved: new names of nodes and keys by old ones, `None` for what
                was removed on purpose.

        Raises:
            InvalidGraphError: Something cannot work; all problems are listed.
            ValueError: A breakpoint names a node that is not there.
            TypeError: `checkpointer` is no saver.

        Warns:
            UnreachableNodeWarning: Nothing that is declared leads to a node.
        """
        name = name or "StateGraph"
        wiring = self._checked(name)
        for node in wiring.unreachable():
            warnings.warn(
                UnreachableNodeWarning(
                    f"nothing that graph {name!r} declares leads to node {node!r}; add an edge, or name it in a path "
                    "map, in destinations= or in the return hint Command[Literal[…]] of the node that leads there"
                ),
                stacklevel=2,
            )
        return CompiledStateGraph(
            self,
            Blueprint(self, unknown_keys),
            checkpointer=checkpointer,
            cache=cache,
            store=store,
            interrupt_before=self._breakpoints("interrupt_before", interrupt_before),
            interrupt_after=self._breakpoints("interrupt_after", interrupt_after),
            debug=debug,
            name=name,
            config=config,
            renamed=renamed,
        )

    def _breakpoints(self, what: str, names: Breakpoints | None) -> Breakpoints:
        if names is None or names == "*":
            return names or ()
        for name in names:
            if name not in self.nodes:
                raise ValueError(
                    f"{what} names {name!r}, which is not a node{nearest(name, self.nodes)}; nodes are "
                    f"{listed(self.nodes)}"
                )
        return tuple(names)

    def _checked(self, name: str) -> Wiring:
        wiring = Wiring(self.nodes, self.edges, self.waiting_edges, self.branches)
        problems = wiring.problems()
        if problems:
            raise InvalidGraphError(name, problems)
        return wiring

    def _check_name(self, name: str) -> None:
        if name in self.nodes:
            raise ValueError(f"node {name!r} is there already; give this one another name")
        if name in _RESERVED:
            raise ValueError(f"{name!r} is reserved; give the node another name")
        for character in "|:":
            if character in name:
                raise ValueError(f"{character!r} separates the parts of namespaces and cannot be in a name: {name!r}")

    def _register(self, schema_class: Any) -> None:
        """Add the keys of a schema to the graph's channels."""
        check_state_type(schema_class)
        if schema_class in self.schemas:
            return
        schema = Schema.of(schema_class)
        added: dict[str, BaseChannel[Any, Any]] = {}
        for key, channel in schema.channels.items():
            known = self.channels.get(key)
            if known is None or (isinstance(known, LastValue) and not self._is_state_key(key)):
                added[key] = channel
            elif not isinstance(channel, LastValue) and channel != known:
                raise ValueError(
                    f"key {key!r} has two rules: {_described(known)} from an earlier schema and {_described(channel)} "
                    f"from {getattr(schema_class, '__name__', schema_class)!r}; annotate it with the same one"
                )
        self.channels.update(added)
        self.managed.update(schema.managed)
        self.schemas[schema_class] = schema

    def _is_state_key(self, key: str) -> bool:
        state = self.schemas.get(self.state_schema)
        return state is not None and key in state.channels


def _described(channel: BaseChannel[Any, Any]) -> str:
    operator = getattr(channel, "operator", None)
    return f"the reducer {name_of(operator)!r}" if operator is not None else type(channel).__name__


def _inferred_name(node: Any, action: Any) -> str:
    if action is not None:
        raise TypeError(f"add_node() takes a name and an action, or an action alone; got {node!r} and {action!r}")
    if not callable(node) and not hasattr(node, "invoke") and not hasattr(node, "ainvoke"):
        raise TypeError(f"a node is a function or an object with invoke() or ainvoke(), got {type(node).__name__}")
    return cast("str", name_of(node))


def _labelled(destinations: Mapping[str, str] | Sequence[str]) -> dict[str, str]:
    if isinstance(destinations, Mapping):
        return dict(destinations)
    return {name: name for name in destinations}


def _policies(policy: RetryPolicy | Sequence[RetryPolicy]) -> tuple[RetryPolicy, ...]:
    return (policy,) if isinstance(policy, RetryPolicy) else tuple(policy)
