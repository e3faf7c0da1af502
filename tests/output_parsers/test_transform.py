"""Parsers of streams: chunk by chunk, and all that has come so far."""

from stepgraph.messages import AIMessage, AIMessageChunk
from stepgraph.output_parsers import BaseCumulativeTransformOutputParser, BaseTransformOutputParser
from tests.output_parsers.colours import both


class Upper(BaseTransformOutputParser[str]):
    def parse(self, text):
        return text.upper()


class Growing(BaseCumulativeTransformOutputParser[str]):
    def parse_result(self, result, *, partial=False):
        text = result[0].text
        return f"{type(result[0]).__name__}:{text}{'…' if partial else ''}" if text else None


async def test_chunk_by_chunk():
    assert await both(Upper(), [AIMessageChunk("a"), AIMessage("b"), "c"]) == ["A", "B", "C"]
    assert Upper().invoke("a") == "A"


async def test_all_that_has_come_so_far_and_then_the_whole():
    assert await both(Growing(), [AIMessageChunk(text) for text in ("", "a", "", "b")]) == [
        "ChatGenerationChunk:a…",
        "ChatGenerationChunk:ab…",
        "ChatGenerationChunk:ab",
    ]
    assert await both(Growing(), ["a", "b"]) == ["Generation:a…", "Generation:ab…", "Generation:ab"]
    assert await both(Growing(), [AIMessage("a"), AIMessageChunk("b")]) == [
        "ChatGenerationChunk:a…",
        "ChatGenerationChunk:ab…",
        "ChatGenerationChunk:ab",
    ]
    assert await both(Growing(), []) == []


async def test_changes():
    assert await both(Growing(diff=True), ["a"]) == [
        [{"op": "replace", "path": "", "value": "Generation:a…"}],
        [{"op": "replace", "path": "", "value": "Generation:a"}],
    ]


async def test_a_program_may_say_what_has_changed():
    class Own(Growing):
        def _diff(self, prev, next):  # noqa: A002 - its name
            return (prev, next)

    assert await both(Own(diff=True), ["a"]) == [(None, "Generation:a…"), ("Generation:a…", "Generation:a")]


async def test_one_that_has_to_wait_is_awaited():
    class Slow(Growing):
        async def aparse_result(self, result, *, partial=False):
            return "slow"

    async def source():
        yield "a"

    assert [each async for each in Slow().atransform(source())] == ["slow"]
