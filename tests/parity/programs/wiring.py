"""What is refused while a graph is built or compiled, and what is not; names that must be importable."""

import operator
from typing import Annotated, Any

from typing_extensions import TypedDict

from tests.parity.building import END, START, Trail, marker, one_node, trail_graph
from tests.parity.running import invoked, outcome


def _built(act):
    """Return "built", or the error of `act`."""
    return outcome(lambda: act() and "built")


def names_of_nodes(lg):
    def add(*names):
        builder = lg.graph.StateGraph(Trail)
        for name in names:
            builder.add_node(name, marker("x"))
        return builder

    attempts = [("a", "a"), (START,), (END,), ("a|b",), ("a:b",), ("trail",), ("number",), ("with space",)]
    return [_built(lambda names=names: add(*names)) for names in attempts]  # type: ignore[misc]


def what_is_no_node(lg):
    def add(*arguments):
        return lg.graph.StateGraph(Trail).add_node(*arguments)

    attempts: list[Any] = [("a", 5), ("a", "b"), (5,)]
    answers = [_built(lambda arguments=arguments: add(*arguments)) for arguments in attempts]  # type: ignore[misc]
    return [*answers, "error" in _built(lambda: add("a")), "error" in _built(lambda: add("a", None))]


def edges_at_the_ends(lg):
    def edge(start, end):
        return trail_graph(lg, ["a"], [(start, end)])

    return [_built(lambda: edge(END, "a")), _built(lambda: edge("a", START)), _built(lambda: edge(START, "a"))]


def edges_to_nowhere(lg):
    def compile_with(*edges):
        return trail_graph(lg, ["a"], edges).compile()

    return [
        _built(lambda: compile_with((START, "a"), ("a", "nowhere"))),
        _built(lambda: compile_with((START, "a"), ("nowhere", "a"))),
        _built(lambda: compile_with((START, "nowhere"))),
    ]


def an_edge_before_its_nodes(lg):
    builder = lg.graph.StateGraph(Trail)
    builder.add_edge(START, "a")
    builder.add_edge("a", "b")
    builder.add_node("a", marker("a"))
    builder.add_node("b", marker("b"))
    return invoked(builder.compile(), {"trail": []})


def no_entry(lg):
    return [
        _built(lambda: trail_graph(lg, ["a"], []).compile()),
        _built(lambda: trail_graph(lg, [], []).compile()),
        _built(lambda: trail_graph(lg, ["a", "b"], [("a", "b")]).compile()),
    ]


def an_unreachable_node(lg):
    return invoked(trail_graph(lg, ["a", "b"], [(START, "a")]).compile(), {"trail": []})


def a_graph_without_a_finish(lg):
    return invoked(trail_graph(lg, ["a"], [(START, "a")]).compile(), {"trail": []})


def compiling_twice(lg):
    builder = trail_graph(lg, ["a"], [(START, "a")])
    one, two = builder.compile(), builder.compile()
    return [invoked(one, {"trail": []}), invoked(two, {"trail": []})]


def adding_after_compiling(lg):
    builder = trail_graph(lg, ["a"], [(START, "a")])
    graph = builder.compile()
    builder.add_node("b", marker("b"))
    builder.add_edge("a", "b")
    return [invoked(graph, {"trail": []}), invoked(builder.compile(), {"trail": []})]


def everything_returns_the_builder(lg):
    builder = lg.graph.StateGraph(Trail)
    steps = [
        builder.add_node("a", marker("a")),
        builder.add_edge(START, "a"),
        builder.add_conditional_edges("a", lambda state: END, [END]),
        builder.add_sequence([("b", marker("b")), ("c", marker("c"))]),
        builder.set_finish_point("c"),
        builder.add_edge("a", "b"),
        builder.validate(),
    ]
    return [step is builder for step in steps]


def what_a_builder_shows(lg):
    builder = trail_graph(lg, ["a", "b", "c"], [(START, "a"), ("a", "b"), (["a", "b"], "c")])
    return [
        list(builder.nodes),
        outcome(lambda: builder.edges),
        outcome(lambda: builder.waiting_edges),
        sorted(builder.channels),
    ]


def what_a_compiled_graph_shows(lg):
    graph = trail_graph(lg, ["a", "b"], [(START, "a"), ("a", "b")]).compile(name="shown")
    return [
        graph.name,
        list(graph.nodes),
        graph.stream_mode,
        [name for name in graph.channels if name in ("trail", "number")],
        type(graph.builder).__name__,
        isinstance(graph, lg.pregel.Pregel),
    ]


def conflicting_lambda_reducers(lg):
    left = TypedDict("left", {"key": Annotated[list, lambda old, new: old]})  # noqa: UP013
    right = TypedDict("right", {"key": Annotated[list, lambda old, new: new]})  # noqa: UP013
    return _built(lambda: lg.graph.StateGraph(left, input_schema=right))


def the_same_reducer_twice(lg):
    left = TypedDict("left", {"key": Annotated[list, operator.add]})  # noqa: UP013
    right = TypedDict("right", {"key": Annotated[list, operator.add]})  # noqa: UP013
    return _built(lambda: lg.graph.StateGraph(left, input_schema=right))


def json_schemas(lg):
    graph = one_node(lg, marker("a"))
    return [sorted(schema["properties"]) for schema in (graph.get_input_jsonschema(), graph.get_output_jsonschema())]


def defaults_for_nodes(lg):
    policy = lg.types.RetryPolicy(initial_interval=0.001, jitter=False, retry_on=LookupError)
    attempts: list[int] = []

    def flaky(state: Trail) -> dict[str, Any]:
        attempts.append(1)
        if len(attempts) < 3:
            raise LookupError("again")
        return {"trail": [len(attempts)]}

    builder = lg.graph.StateGraph(Trail)
    builder.add_node("flaky", flaky)
    builder.add_edge(START, "flaky")
    builder.set_node_defaults(retry_policy=policy)
    return outcome(lambda: builder.compile().invoke({"trail": []}))


def errors_of_the_engine(lg):
    errors = lg.errors
    return [
        issubclass(errors.GraphRecursionError, RecursionError),
        issubclass(errors.ParentCommand, errors.GraphBubbleUp),
        issubclass(errors.InvalidUpdateError, Exception),
        issubclass(errors.EmptyInputError, Exception),
        issubclass(errors.EmptyChannelError, Exception),
        [code.value for code in errors.ErrorCode if "_GRAPH_" in f"_{code.value}"],
    ]


PATHS = """
graph: START END StateGraph MessagesState add_messages
graph.state: StateGraph CompiledStateGraph
graph.message: add_messages MessagesState REMOVE_ALL_MESSAGES
types: Command Send Overwrite RetryPolicy StreamMode StreamWriter All
constants: START END TAG_HIDDEN TAG_NOSTREAM
channels: LastValue LastValueAfterFinish AnyValue EphemeralValue UntrackedValue Topic
channels: BinaryOperatorAggregate NamedBarrierValue NamedBarrierValueAfterFinish BaseChannel
channels.base: BaseChannel
channels.last_value: LastValue
channels.topic: Topic
channels.binop: BinaryOperatorAggregate
channels.ephemeral_value: EphemeralValue
channels.named_barrier_value: NamedBarrierValue
config: get_config get_store get_stream_writer
runtime: Runtime get_runtime
errors: EmptyChannelError EmptyInputError GraphBubbleUp GraphRecursionError InvalidUpdateError
errors: NodeCancelledError ParentCommand ErrorCode
managed: IsLastStep RemainingSteps
managed.is_last_step: IsLastStep RemainingSteps
pregel: Pregel NodeBuilder
"""


def importable_names(lg):
    def found(path, name):
        module: Any = lg
        for part in path.split("."):
            module = getattr(module, part)
        return hasattr(module, name)

    lines = [line.partition(": ") for line in PATHS.strip().splitlines()]
    wanted = [(path, name) for path, _, names in lines for name in names.split()]
    return [
        f"{path}.{name}"
        for path, name in wanted
        if outcome(lambda path=path, name=name: found(path, name)) is not True  # type: ignore[misc]
    ]
