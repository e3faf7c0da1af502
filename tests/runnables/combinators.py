"""The table of combinators: how each is made, what it makes of two inputs, and in which chunks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict

from stepgraph.graph import START, StateGraph
from stepgraph.runnables import (
    ConfigurableField,
    RouterRunnable,
    Runnable,
    RunnableBranch,
    RunnableGenerator,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
    RunnablePick,
    chain,
    coerce_to_runnable,
)
from tests.runnables.doors import pieces


@dataclass(frozen=True)
class Combinator:
    """A row of the table.

    Attributes:
        make: Makes the runnable, a new one each time.
        outputs: Pairs of an input and what it becomes.
        chunks: Makes the chunks of a stream, of an output; one chunk by default.
        transformed: The same for `transform`, where the input comes in pieces.
        kwargs: What the doors are given.
        sync: Whether it can be run by sync doors.
        runs: How many runs are heard of one call, at the least.
        by_key: Whether chunks of different keys come in any order.
        heard: The inputs of the roots as handlers hear of them, where these are others.
    """

    make: Callable[[], Any]
    outputs: tuple[tuple[Any, Any], ...] = (("ab", "AB"), ("xyz", "XYZ"))
    chunks: Callable[[Any], list[Any]] = lambda output: [output]
    transformed: Callable[[Any], list[Any]] | None = None
    sync: bool = True
    runs: int = 1
    by_key: bool = False
    heard: tuple[Any, ...] | None = None

    def expected(self, door: str) -> list[Any]:
        outputs = [output for _, output in self.outputs]
        if "transform" in door and self.transformed is not None:
            return [self.transformed(output) for output in outputs]
        if "transform" in door or "stream" in door:
            return [self.chunks(output) for output in outputs]
        return outputs


def ordered(chunks: list[Any], by_key: bool) -> Any:
    """Return chunks in a form that can be compared: by key, where the order of different keys is open."""
    if not by_key:
        return chunks
    assert all(len(chunk) == 1 for chunk in chunks)
    keys = sorted({key for chunk in chunks for key in chunk})
    return {key: [chunk[key] for chunk in chunks if key in chunk] for key in keys}


def keyed(output: dict[str, Any]) -> list[Any]:
    """Return a dict in chunks of a key each."""
    return [{key: value} for key, value in output.items()]


def letters_of(output: dict[str, Any]) -> list[Any]:
    """Return a dict in chunks of a key and a letter each."""
    return [{key: letter} for key, value in output.items() for letter in value]


# What is combined.


def upper(text: str) -> str:
    return text.upper()


async def aupper(text: str) -> str:
    return text.upper()


def times(text: str, count: int = 1) -> str:
    return text * count


def letters(text: str) -> Any:
    yield from text.upper()


async def aletters(text: str) -> Any:
    for letter in text.upper():
        yield letter


def each_upper(chunks: Any) -> Any:
    for chunk in chunks:
        for letter in chunk:
            yield letter.upper()


async def aeach_upper(chunks: Any) -> Any:
    async for chunk in chunks:
        for letter in chunk:
            yield letter.upper()


@chain
def shout(text: str) -> str:
    return RunnableLambda(upper).invoke(text)


@chain
async def ashout(text: str) -> str:
    return await RunnableLambda(aupper).ainvoke(text)


class OnlyInvoke(Runnable[str, str]):
    def __init__(self, count: int = 1) -> None:
        self.count = count

    def invoke(self, input, config=None, **kwargs):
        return input.upper() * self.count


class OnlyAinvoke(Runnable[str, str]):
    async def ainvoke(self, input, config=None, **kwargs):
        return input.upper()


class OnlyTransform(Runnable[str, str]):
    """What streams in both colours, and is invoked by adding up."""

    def invoke(self, input, config=None, **kwargs):
        return "".join(self.stream(input, config, **kwargs))

    def stream(self, input, config=None, **kwargs):
        yield from self.transform(iter((input,)), config, **kwargs)

    def transform(self, input, config=None, **kwargs):
        yield from each_upper(input)


class Foreign:
    """What is no runnable of ours but looks like one."""

    def invoke(self, input, config=None, **kwargs):
        return input.upper()

    async def ainvoke(self, input, config=None, **kwargs):
        return input.upper()


class OfText(TypedDict, total=False):
    text: str
    loud: str


def graph() -> Any:
    async def speak_async(state):
        return {"loud": state["text"].upper()}

    speak = RunnableLambda(lambda state: {"loud": state["text"].upper()}, speak_async)
    return StateGraph(OfText).add_node("speak", speak).add_edge(START, "speak").compile()


def flaky() -> Any:
    """Return a runnable that fails once for every input."""
    seen: set[str] = set()

    def upper_at_last(text):
        if text not in seen:
            seen.add(text)
            raise ConnectionError(text)
        return text.upper()

    async def aupper_at_last(text):
        return upper_at_last(text)

    return RunnableLambda(upper_at_last, aupper_at_last)


def broken(text: str) -> str:
    raise ConnectionError(text)


PARALLEL = (("ab", {"a": "AB", "b": "abab"}), ("xyz", {"a": "XYZ", "b": "xyzxyz"}))
DOUBLE = RunnableLambda(lambda text: text * 2, name="double")
DICTS = (({"text": "ab"}, {"text": "ab", "loud": "AB"}), ({"text": "c"}, {"text": "c", "loud": "C"}))
LISTS = ((["a", "b"], ["A", "B"]), (["x"], ["X"]))
COUNT = ConfigurableField(id="count")
STREAMED = {"chunks": pieces}

COMBINATORS: dict[str, Combinator] = {
    "lambda": Combinator(lambda: RunnableLambda(upper)),
    "lambda async": Combinator(lambda: RunnableLambda(aupper), sync=False),
    "lambda of both colours": Combinator(lambda: RunnableLambda(upper, aupper)),
    "lambda inline": Combinator(lambda: RunnableLambda(upper, run_inline=True)),
    "lambda generator": Combinator(lambda: RunnableLambda(letters), **STREAMED),
    "lambda generator inline": Combinator(lambda: RunnableLambda(letters, run_inline=True), **STREAMED),
    "lambda async generator": Combinator(lambda: RunnableLambda(aletters), sync=False, **STREAMED),
    "lambda that returns a runnable": Combinator(
        lambda: RunnableLambda(lambda text: RunnableLambda(letters)), runs=2, **STREAMED
    ),
    "lambda that returns a coroutine": Combinator(lambda: RunnableLambda(lambda text: aupper(text)), sync=False),
    "lambda, async, that returns a runnable": Combinator(
        lambda: RunnableLambda(lambda text: DOUBLE | upper, _returns_a_runnable),
        (("a", "AA"), ("bc", "BCBC")),
        runs=4,
    ),
    "sequence": Combinator(
        lambda: RunnableLambda(str.strip, aupper_stripped) | upper, ((" a ", "A"), ("b", "B")), runs=3
    ),
    "sequence that streams": Combinator(
        lambda: RunnableLambda(letters) | RunnableGenerator(each_upper, aeach_upper), runs=3, **STREAMED
    ),
    "sequence of sync generators": Combinator(lambda: RunnableGenerator(each_upper) | each_upper, runs=3, **STREAMED),
    "sequence of both colours": Combinator(
        lambda: RunnableGenerator(each_upper, aeach_upper) | RunnableGenerator(each_upper), runs=3, **STREAMED
    ),
    "sequence by pipe": Combinator(lambda: RunnableLambda(upper).pipe(str.lower, upper, name="piped"), runs=4),
    "sequence that begins with a function": Combinator(lambda: upper | RunnablePassthrough(), runs=3),
    "sequence that ends with a dict": Combinator(
        lambda: RunnableLambda(upper) | {"loud": RunnablePassthrough()},
        (("a", {"loud": "A"}), ("b", {"loud": "B"})),
        runs=4,
    ),
    "parallel": Combinator(lambda: RunnableParallel(a=upper, b=DOUBLE), PARALLEL, keyed, runs=3, by_key=True),
    "parallel that streams": Combinator(
        lambda: RunnableParallel({"a": RunnableGenerator(each_upper, aeach_upper), "b": RunnablePassthrough()}),
        (("ab", {"a": "AB", "b": "ab"}), ("xyz", {"a": "XYZ", "b": "xyz"})),
        lambda output: [{"a": letter} for letter in output["a"]] + [{"b": output["b"]}],
        letters_of,
        runs=3,
        by_key=True,
    ),
    "parallel of async functions": Combinator(
        lambda: RunnableParallel(a=aupper, b=DOUBLE), PARALLEL, keyed, sync=False, runs=3, by_key=True
    ),
    "parallel of one": Combinator(
        lambda: RunnableParallel(a=upper), (("a", {"a": "A"}), ("b", {"a": "B"})), keyed, runs=2
    ),
    "parallel in a sequence in a parallel": Combinator(
        lambda: RunnableParallel(a=RunnableParallel(c=upper) | RunnablePick("c"), b=DOUBLE),
        PARALLEL,
        keyed,
        runs=6,
        by_key=True,
    ),
    "passthrough": Combinator(RunnablePassthrough, (("ab", "ab"), ("xyz", "xyz")), transformed=pieces),
    "passthrough with a function": Combinator(
        lambda: RunnablePassthrough(lambda text: len(text)), (("ab", "ab"), ("xyz", "xyz")), transformed=pieces
    ),
    "assign": Combinator(
        lambda: RunnablePassthrough.assign(loud=lambda input: input["text"].upper()), DICTS, keyed, runs=3, by_key=True
    ),
    "runnable.assign": Combinator(
        lambda: RunnableParallel(text=RunnablePassthrough()).assign(loud=lambda input: input["text"].upper()),
        (("ab", {"text": "ab", "loud": "AB"}), ("c", {"text": "c", "loud": "C"})),
        keyed,
        lambda output: [*({"text": letter} for letter in output["text"]), {"loud": output["loud"]}],
        runs=6,
        by_key=True,
    ),
    "pick one": Combinator(lambda: RunnableParallel(a=upper, b=DOUBLE).pick("b"), (("a", "aa"), ("b", "bb")), runs=5),
    "pick some": Combinator(
        lambda: RunnableParallel(a=upper, b=DOUBLE, c=upper).pick(["a", "b"]), PARALLEL, keyed, runs=6, by_key=True
    ),
    "branch": Combinator(
        lambda: RunnableBranch(
            (lambda text: text == "no", broken), (lambda text: len(text) < 3, RunnableGenerator(each_upper)), DOUBLE
        ),
        (("ab", "AB"), ("xyz", "xyzxyz")),
        lambda output: ["A", "B"] if output == "AB" else [output],
        runs=4,
    ),
    "generator": Combinator(lambda: RunnableGenerator(each_upper), **STREAMED),
    "generator async": Combinator(lambda: RunnableGenerator(aeach_upper), sync=False, **STREAMED),
    "generator of both colours": Combinator(lambda: RunnableGenerator(each_upper, aeach_upper), **STREAMED),
    "each": Combinator(lambda: RunnableLambda(upper).map(), LISTS, runs=2),
    "each async": Combinator(lambda: RunnableLambda(aupper).map(), LISTS, sync=False, runs=2),
    "bind": Combinator(lambda: RunnableLambda(times).bind(count=2), (("a", "aa"), ("b", "bb"))),
    "with_config": Combinator(lambda: RunnableLambda(letters).with_config(tags=["t"]), **STREAMED),
    "with_types": Combinator(lambda: RunnableLambda(upper).with_types(input_type=str, output_type=str)),
    "retry": Combinator(lambda: flaky().with_retry(wait_exponential_jitter=False), runs=3),
    "retry of what streams": Combinator(
        lambda: (flaky() | RunnableGenerator(each_upper, aeach_upper)).with_retry(wait_exponential_jitter=False),
        runs=6,
        **STREAMED,
    ),
    "fallbacks": Combinator(
        lambda: RunnableLambda(broken).with_fallbacks([RunnableLambda(letters)]), runs=3, **STREAMED
    ),
    "router": Combinator(
        lambda: RouterRunnable({"upper": RunnableLambda(letters), "double": DOUBLE}),
        (({"key": "upper", "input": "ab"}, "AB"), ({"key": "double", "input": "x"}, "xx")),
        lambda output: ["A", "B"] if output == "AB" else [output],
        heard=("ab", "x"),
    ),
    "configurable fields": Combinator(lambda: OnlyInvoke().configurable_fields(count=COUNT), runs=0),
    "configurable alternatives": Combinator(
        lambda: RunnableLambda(letters).configurable_alternatives(ConfigurableField(id="which"), double=DOUBLE),
        **STREAMED,
    ),
    "listeners": Combinator(lambda: RunnableLambda(upper).with_listeners(on_end=lambda run: None)),
    "alisteners": Combinator(lambda: RunnableLambda(aupper).with_alisteners(on_end=_listens), sync=False),
    "chain": Combinator(lambda: shout, runs=2),
    "chain async": Combinator(lambda: ashout, sync=False, runs=2),
    "chain generator": Combinator(lambda: chain(letters), **STREAMED),
    "only invoke": Combinator(OnlyInvoke, runs=0),
    "only ainvoke": Combinator(OnlyAinvoke, sync=False, runs=0),
    "only transform": Combinator(OnlyTransform, runs=0, **STREAMED),
    "only invoke, in a sequence": Combinator(lambda: OnlyInvoke() | RunnablePassthrough(), runs=2),
    "only ainvoke, in a parallel": Combinator(
        lambda: RunnableParallel(a=OnlyAinvoke(), b=DOUBLE), PARALLEL, keyed, sync=False, runs=2, by_key=True
    ),
    "foreign": Combinator(lambda: coerce_to_runnable(Foreign()), runs=0),
    "graph": Combinator(
        graph,
        DICTS,
        lambda output: [{"speak": {"loud": output["loud"]}}],
        lambda output: [{"text": output["text"]}, output],  # its state after each superstep: the last is its output
        runs=2,
    ),
    "graph in a sequence": Combinator(
        lambda: RunnableLambda(lambda text: {"text": text}) | graph() | RunnablePick("loud"),
        runs=5,
    ),
}


async def _returns_a_runnable(text: str) -> Any:
    return DOUBLE | aupper


async def _listens(run: Any) -> None:
    """Listen."""


async def aupper_stripped(text: str) -> str:
    return text.strip()
