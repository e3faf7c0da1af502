"""What all parsers have: inputs, doors of both colours that need no thread, and types."""

import asyncio
import pickle
import threading
from types import SimpleNamespace

import pytest

from stepgraph.errors import OutputParserException
from stepgraph.exceptions import OutputParserException as Same
from stepgraph.messages import AIMessage, AIMessageChunk
from stepgraph.output_parsers import (
    BaseGenerationOutputParser,
    BaseLLMOutputParser,
    BaseOutputParser,
    BaseTransformOutputParser,
    JsonOutputParser,
    StrOutputParser,
)
from stepgraph.outputs import ChatGeneration, Generation
from stepgraph.runnables import RunnableGenerator


class YesOrNo(BaseOutputParser[bool]):
    yes: str = "yes"

    def parse(self, text):
        if text not in (self.yes, "no"):
            raise OutputParserException(f"expected {self.yes} or no, got {text!r}", llm_output=text)
        return text == self.yes


@pytest.fixture(params=["invoke", "ainvoke", "stream", "astream", "transform", "atransform"])
def made_by(request):
    """Calls a parser by each of its doors, and returns the last that it makes."""

    def call(parser, input):
        async def source():
            yield input

        async def last(chunks):
            return [made async for made in chunks][-1]

        return {
            "invoke": lambda: parser.invoke(input),
            "ainvoke": lambda: asyncio.run(parser.ainvoke(input)),
            "stream": lambda: list(parser.stream(input))[-1],
            "astream": lambda: asyncio.run(last(parser.astream(input))),
            "transform": lambda: list(parser.transform(iter([input])))[-1],
            "atransform": lambda: asyncio.run(last(parser.atransform(source()))),
        }[request.param]()

    return call


@pytest.mark.parametrize(
    "input", ["yes", AIMessage("yes"), AIMessageChunk("yes"), AIMessage([{"type": "text", "text": "yes"}])]
)
def test_text_and_messages(made_by, input):
    assert made_by(YesOrNo(), input) is True


def test_an_error_holds_what_could_not_be_read(made_by):
    with pytest.raises(OutputParserException, match="expected yes or no, got 'maybe'") as caught:
        made_by(YesOrNo(), "maybe")
    assert caught.value.llm_output == "maybe"


@pytest.mark.parametrize("parser", [YesOrNo(), StrOutputParser(), JsonOutputParser()])
@pytest.mark.parametrize("input", [3, None, {"content": "x"}])
def test_what_is_neither(made_by, parser, input):
    with pytest.raises(TypeError, match=f"takes a message or text, got {type(input).__name__}"):
        made_by(parser, input)


def test_chunks_are_added_up_for_those_that_need_the_whole():
    assert list(YesOrNo().transform(iter([AIMessageChunk("y"), AIMessageChunk("es")]))) == [True]
    assert list(YesOrNo().transform(iter(["y", "es"]))) == [True]
    assert list(YesOrNo().transform(iter([]))) == []


def test_those_of_a_program_see_what_they_are_given():
    class Kind(BaseGenerationOutputParser[str]):
        def parse_result(self, result, *, partial=False):
            return f"{type(result[0]).__name__} {result[0].text}"

    assert Kind().invoke("a") == "Generation a"
    assert Kind().invoke(AIMessage("b")) == "ChatGeneration b"
    assert Kind().parse_result([ChatGeneration(AIMessage("c"))]) == "ChatGeneration c"
    assert Kind().OutputType is str
    assert Kind().batch(["a", "b"]) == ["Generation a", "Generation b"]


async def test_async_parsers_stay_on_their_thread():
    seen = set()

    class Spy(BaseOutputParser[str]):
        def parse(self, text):
            seen.add(threading.get_ident())
            return text

    class SpyOnChunks(BaseTransformOutputParser[str]):
        def parse(self, text):
            seen.add(threading.get_ident())
            return text

    await Spy().ainvoke("a")
    assert [made async for made in SpyOnChunks().astream("a")] == ["a"]
    assert seen == {threading.get_ident()}


async def test_one_that_has_to_wait_is_awaited():
    class Slow(BaseOutputParser[str]):
        def parse(self, text):
            return "sync"

        async def aparse(self, text):
            await asyncio.sleep(0)
            return "async"

    assert Slow().invoke("x") == "sync"
    assert await Slow().ainvoke("x") == "async"


def test_what_a_subclass_has_to_write():
    with pytest.raises(NotImplementedError, match="Bare must define parse"):
        type("Bare", (BaseOutputParser,), {})().invoke("x")
    with pytest.raises(NotImplementedError, match="BaseLLMOutputParser must define parse_result"):
        BaseLLMOutputParser().parse_result([Generation("x")])
    with pytest.raises(NotImplementedError, match="YesOrNo has no instructions"):
        YesOrNo().get_format_instructions()


def test_what_they_say_of_themselves():
    assert YesOrNo().OutputType is bool
    assert YesOrNo().get_input_jsonschema()
    assert YesOrNo(yes="ja") != YesOrNo()
    assert pickle.loads(pickle.dumps(StrOutputParser())) == StrOutputParser()
    assert YesOrNo().asdict() == {"name": None, "yes": "yes", "_type": "YesOrNo"}
    assert YesOrNo().parse_with_prompt("no", None) is False


async def test_events_are_those_of_parsers():
    events = [event["event"] async for event in YesOrNo().astream_events("no")]
    assert events == ["on_parser_start", "on_parser_end"]


async def test_in_a_chain_one_that_streams_begins_with_the_first_chunk_and_others_when_they_have_all():
    async def tokens(_):
        yield "n"
        yield "o"

    async def events_of(parser):
        chain = RunnableGenerator(tokens, name="tokens") | parser
        events = [(event["event"], event["name"]) async for event in chain.astream_events("x")]
        return [event.removeprefix("on_") for event, name in events if name in ("tokens", parser.get_name())]

    whole = ["chain_start", "chain_stream", "chain_stream", "chain_end", "parser_start", "parser_end"]
    assert await events_of(YesOrNo()) == whole
    assert await events_of(StrOutputParser()) == [
        *("chain_start", "chain_stream", "parser_start", "parser_stream"),
        *("chain_stream", "parser_stream", "chain_end", "parser_end"),
    ]


def test_messages_of_somebody_elses():
    message = SimpleNamespace(type="ai", id=None, content=[{"type": "text", "text": "a"}, "b"])
    assert StrOutputParser().invoke(message) == "ab"


def test_the_exception():
    error = OutputParserException("wrong", observation="do better", llm_output="x", send_to_llm=True)
    assert (str(error), error.observation, error.llm_output, error.send_to_llm) == ("wrong", "do better", "x", True)
    assert isinstance(error, ValueError)
    assert OutputParserException is Same
    copied = pickle.loads(pickle.dumps(error))
    assert vars(copied) == vars(error)
    cause = ValueError("inner")
    assert OutputParserException(cause).args == (cause,)
    with pytest.raises(ValueError, match="needs an observation and the llm_output"):
        OutputParserException("wrong", send_to_llm=True)
