"""Compositions of any shape: streaming adds up to invoking, in both colours, however the input is cut up.

Compositions are drawn as plain data, out of steps that stream and steps that do not, and are built anew for every call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgraph.callbacks import BaseCallbackHandler
from stepgraph.runnables import (
    RunnableBranch,
    RunnableGenerator,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
    RunnablePick,
)
from tests.properties.effort import drawn

# Steps from text to text.


def _swap(text: str) -> str:
    return text.swapcase()


async def _aswap(text: str) -> str:
    return text.swapcase()


def _letters(text: str) -> Iterator[str]:
    yield ""  # what yields nothing adds up to nothing, and not to a text
    for letter in text:
        yield letter + letter


async def _aletters(text: str) -> Any:
    yield ""
    for letter in text:
        yield letter + letter


def _each(chunks: Iterator[str]) -> Iterator[str]:
    for chunk in chunks:
        yield chunk.upper()


async def _aeach(chunks: Any) -> Any:
    async for chunk in chunks:
        yield chunk.upper()


def _window(chunks: Iterator[str]) -> Iterator[str]:
    """Yield pairs of letters as soon as they are there, whatever the chunks."""
    rest = ""
    for chunk in chunks:
        rest += chunk
        while len(rest) >= 2:
            yield f"<{rest[:2]}>"
            rest = rest[2:]
    yield f"<{rest}>"


async def _awindow(chunks: Any) -> Any:
    rest = ""
    async for chunk in chunks:
        rest += chunk
        while len(rest) >= 2:
            yield f"<{rest[:2]}>"
            rest = rest[2:]
    yield f"<{rest}>"


STEPS: dict[str, Any] = {
    "function": lambda: RunnableLambda(_swap),
    "function of both colours": lambda: RunnableLambda(_swap, _aswap),
    "inline function": lambda: RunnableLambda(_swap, run_inline=True),
    "generator": lambda: RunnableLambda(_letters),
    "generator of both colours": lambda: RunnableLambda(_letters, _aletters),
    "transform": lambda: RunnableGenerator(_each),
    "transform of both colours": lambda: RunnableGenerator(_each, _aeach),
    "window": lambda: RunnableGenerator(_window),
    "window of both colours": lambda: RunnableGenerator(_window, _awindow),
    "passthrough": RunnablePassthrough,
    "returns a runnable": lambda: RunnableLambda(lambda text: RunnableGenerator(_window, _awindow)),
    "bound": lambda: RunnableGenerator(_each, _aeach).with_config(tags=["bound"]),
    "retry": lambda: RunnableGenerator(_window, _awindow).with_retry(),
    "branch": lambda: RunnableBranch((lambda text: len(text) > 3, RunnableLambda(_letters)), RunnablePassthrough()),
}

Shape = Any
"""The name of a step, or ("sequence", shapes), ("parallel", shapes), ("fallbacks", shape), ("each", shape)."""

shapes = st.recursive(
    st.sampled_from(sorted(STEPS)),
    lambda inner: st.one_of(
        st.tuples(st.just("sequence"), st.lists(inner, min_size=2, max_size=4)),
        st.tuples(st.just("parallel"), st.lists(inner, min_size=1, max_size=3)),
        st.tuples(st.just("assign"), inner),
        st.tuples(st.just("fallbacks"), inner),
    ),
    max_leaves=6,
)
texts = st.text("abC", max_size=6)


def build(shape: Shape) -> Any:
    """Return a runnable from text to text."""
    if isinstance(shape, str):
        return STEPS[shape]()
    kind, inner = shape
    if kind == "sequence":
        first, *rest = map(build, inner)
        for step in rest:
            first = first | step
        return first
    if kind == "parallel":
        made = RunnableParallel({str(number): build(each) for number, each in enumerate(inner)})
        return made | RunnableLambda(_joined, run_inline=True)
    if kind == "assign":
        made = RunnableParallel(x=RunnablePassthrough()).assign(y=RunnablePick("x") | build(inner))
        return made | RunnableLambda(_joined, run_inline=True)
    return build(inner).with_fallbacks([RunnablePassthrough()])


def _joined(outputs: dict[str, str]) -> str:
    return "|".join(f"{key}={outputs.get(key, '')}" for key in sorted(outputs))


def expected(shape: Shape, text: str) -> str:
    """Return what a shape makes of a text, by its definition."""
    if isinstance(shape, str):
        return _plain(shape, text)
    kind, inner = shape
    if kind == "sequence":
        for each in inner:
            text = expected(each, text)
        return text
    if kind == "parallel":
        return "|".join(f"{number}={expected(each, text)}" for number, each in enumerate(inner))
    if kind == "assign":
        return f"x={text}|y={expected(inner, text)}"
    return expected(inner, text)


def _plain(name: str, text: str) -> str:
    if "function" in name:
        return text.swapcase()
    if "generator" in name or (name == "branch" and len(text) > 3):
        return "".join(_letters(text))
    if name in ("window", "window of both colours", "returns a runnable", "retry"):
        return "".join(_window(iter((text,))))
    return text if name in ("passthrough", "branch") else text.upper()


def cut(text: str, cuts: list[int]) -> list[str]:
    """Return a text in pieces; some may be empty."""
    places = [0, *sorted(place % (len(text) + 1) for place in cuts), len(text)]
    return [text[start:end] for start, end in pairwise(places)]


async def _apieces(pieces: list[str]) -> Any:
    for piece in pieces:
        yield piece


async def _listed(chunks: Any) -> list[Any]:
    return [chunk async for chunk in chunks]


def joined(chunks: list[str]) -> str:
    assert all(isinstance(chunk, str) for chunk in chunks)
    return "".join(chunks)


configs = st.sampled_from([None, {"tags": ["t"]}, {"max_concurrency": 1}, {"max_concurrency": 2}, "heard"])


def config_of(drawn_config: Any) -> Any:
    return {"callbacks": [_Hears()]} if drawn_config == "heard" else drawn_config


class _Hears(BaseCallbackHandler):
    """Wants to know of everything."""

    run_inline = True
    raise_error = True

    def on_chain_start(self, *args: Any, **kwargs: Any) -> None:
        """Hear of it."""

    def on_chain_end(self, *args: Any, **kwargs: Any) -> None:
        """Hear of it."""


@drawn
@given(shapes, texts, configs)
def test_invoking_is_what_the_shape_says(shape: Shape, text: str, config: Any) -> None:
    assert build(shape).invoke(text, config_of(config)) == expected(shape, text)
    assert asyncio.run(build(shape).ainvoke(text, config_of(config))) == expected(shape, text)


@drawn
@given(shapes, texts, configs)
def test_the_chunks_of_a_stream_add_up_to_what_invoking_returns(shape: Shape, text: str, config: Any) -> None:
    assert joined(list(build(shape).stream(text, config_of(config)))) == expected(shape, text)
    assert joined(asyncio.run(_listed(build(shape).astream(text, config_of(config))))) == expected(shape, text)


@drawn
@given(shapes, texts, st.lists(st.integers(0, 5), max_size=4), configs)
def test_it_does_not_matter_how_an_input_is_cut_up(shape: Shape, text: str, cuts: list[int], config: Any) -> None:
    pieces = cut(text, cuts)
    made = build(shape)
    assert joined(list(made.transform(iter(pieces), config_of(config)))) == expected(shape, text)
    chunks = asyncio.run(_listed(made.atransform(_apieces(pieces), config_of(config))))
    assert joined(chunks) == expected(shape, text)


@drawn
@given(shapes, st.lists(texts, max_size=4), configs)
def test_a_batch_is_each_of_its_inputs(shape: Shape, inputs: list[str], config: Any) -> None:
    outputs = [expected(shape, text) for text in inputs]
    made = build(shape)

    async def all_async() -> list[Any]:
        completed = await _listed(made.abatch_as_completed(inputs, config_of(config)))
        assert sorted(completed) == list(enumerate(outputs))
        assert await made.map().ainvoke(inputs, config_of(config)) == outputs
        return await made.abatch(inputs, config_of(config))

    assert made.batch(inputs, config_of(config)) == outputs
    assert sorted(made.batch_as_completed(inputs, config_of(config))) == list(enumerate(outputs))
    assert made.map().invoke(inputs, config_of(config)) == outputs
    assert asyncio.run(all_async()) == outputs


@drawn
@given(shapes, texts, st.integers(0, 3))
def test_a_stream_may_be_left_at_any_chunk(shape: Shape, text: str, count: int) -> None:
    """What was read by then is how the whole begins."""

    async def some() -> list[str]:
        chunks = build(shape).astream(text)
        found = []
        try:
            async for chunk in chunks:
                found.append(chunk)
                if len(found) > count:
                    break
        finally:
            await chunks.aclose()
        assert len(asyncio.all_tasks()) == 1
        return found

    assert expected(shape, text).startswith(joined(asyncio.run(some())))


@pytest.mark.parametrize("name", sorted(STEPS))
def test_every_step_alone(name: str) -> None:
    for text in ("", "a", "abCab"):
        assert build(name).invoke(text) == expected(name, text)
        assert joined(asyncio.run(_listed(build(name).astream(text)))) == expected(name, text)
