"""A program written for langchain-core: output parsers of all kinds. It prints what they make, step by step."""

import asyncio
from typing import Optional

from langchain_core.exceptions import OutputParserException
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.output_parsers import (
    BaseCumulativeTransformOutputParser,
    BaseGenerationOutputParser,
    BaseOutputParser,
    BaseTransformOutputParser,
    CommaSeparatedListOutputParser,
    JsonOutputKeyToolsParser,
    JsonOutputParser,
    JsonOutputToolsParser,
    MarkdownListOutputParser,
    NumberedListOutputParser,
    PydanticOutputParser,
    PydanticToolsParser,
    StrOutputParser,
    XMLOutputParser,
)
from langchain_core.output_parsers.openai_tools import make_invalid_tool_call, parse_tool_call, parse_tool_calls
from langchain_core.outputs import ChatGeneration, Generation
from langchain_core.prompts import ChatPromptTemplate
from pydantic import BaseModel, Field


class Joke(BaseModel):
    """A joke."""

    setup: str = Field(description="the question")
    punchline: Optional[str] = None  # noqa: UP045 - as programs write it


class Rate(BaseModel):
    n: int


def show(title, function):
    try:
        print(f"{title}:", repr(function()))
    except OutputParserException as error:
        print(f"{title}: raises OutputParserException, of {error.llm_output!r}")
    except Exception as error:
        kind = next(cls for cls in type(error).__mro__ if cls.__module__ == "builtins")
        print(f"{title}: raises {kind.__name__}")


def chunks_of(text, size=3):
    return iter([AIMessageChunk(content=text[at : at + size]) for at in range(0, len(text), size)])


async def all_of(parser, chunks):
    async def source():
        for chunk in chunks:
            yield chunk

    return [made async for made in parser.atransform(source())]


def strings():
    parser = StrOutputParser()
    show("text", lambda: parser.invoke("a"))
    show("message", lambda: parser.invoke(AIMessage("b")))
    blocks = [{"type": "text", "text": "x"}, {"type": "image_url", "image_url": {"url": "u"}}, "y"]
    show("blocks", lambda: parser.invoke(AIMessage(blocks)))
    chunks = [AIMessageChunk(content="c"), AIMessageChunk(content=""), AIMessage("d"), "e"]
    show("stream", lambda: [str(text) for text in parser.transform(iter(chunks))])
    show("stream, async", lambda: [str(text) for text in asyncio.run(all_of(parser, chunks))])
    chain = ChatPromptTemplate.from_template("{x}") | (lambda value: AIMessage(value.to_string())) | parser
    show("chain", lambda: chain.invoke({"x": "hi"}))
    show("chain, async", lambda: asyncio.run(chain.ainvoke("hi")))


TEXTS = [
    '{"a":1}',
    '```json\n{"a":1}\n```',
    'text ```json\n{"a": [1,2]}\n``` more',
    '{"a": "x\ny"}',
    '{"a":',
    '{"a": "b',
    "nope",
    "",
    '```\n{"a":1}\n```',
    'Here: {"a":1}',
    '{"a":1} trailing',
    "null",
    "true",
    '```json\n{"a":"```python\\nx\\n```"}\n```',
    '{"a": tru',
    '{"a": 1, "b',
    '"str',
    '{"a":"x\\',
    "{'a': 1}",
    '{"a":1,}',
]
LONG = '```json\n{"setup": "why \\"x\\"", "n": [1, 25, {"k": true}], "f": 1.5, "z": null}\n```'


def jsons():
    parser = JsonOutputParser()
    for text in TEXTS:
        show(f"{text!r}", lambda text=text: parser.invoke(text))
        show(f"{text!r}, more to come", lambda text=text: parser.parse_result([Generation(text=text)], partial=True))
    show("stream", lambda: list(parser.transform(chunks_of(LONG))))
    show("stream, async", lambda: asyncio.run(all_of(parser, chunks_of(LONG, 7))))
    show("changes", lambda: list(JsonOutputParser(diff=True).transform(chunks_of(LONG))))
    show(
        "changes of lists",
        lambda: list(JsonOutputParser(diff=True).transform(chunks_of('[[1], ["a~/b"], {"c/d": 2}]', 2))),
    )


def models():
    parser = PydanticOutputParser(pydantic_object=Joke)
    show("model", lambda: parser.invoke('{"setup":"a"}'))
    show("message", lambda: parser.invoke(AIMessage('```json\n{"setup":"a", "punchline": "b"}\n```')))
    show("does not fit", lambda: parser.invoke('{"punchline": "a"}'))
    show("no JSON", lambda: parser.invoke("xx"))
    show("stream", lambda: list(parser.transform(iter(['{"set', 'up": "a', 'b", "punch', 'line": "c"}']))))
    show("nothing yet", lambda: parser.parse_result([Generation(text='{"setup')], partial=True))
    show("type", lambda: parser.OutputType.__name__)
    shown = parser.get_format_instructions()
    show("schema", lambda: shown[shown.index("```") :])


def lists():
    commas = CommaSeparatedListOutputParser()
    for text in ["a, b,c", "a", '"a, b", c', "", 'a, "b ""q""", c', " a , b ", "a, 'b, c'"]:
        show(f"{text!r}", lambda text=text: commas.parse(text))
    show("stream", lambda: list(commas.transform(iter(list("foo, bar, b")))))
    show("stream of one", lambda: list(commas.stream("a, b")))
    markdown, numbers = MarkdownListOutputParser(), NumberedListOutputParser()
    show("markdown", lambda: markdown.parse("x\n- a\n * b c\n+ d\n-e\n  - f"))
    show("markdown stream", lambda: list(markdown.transform(iter(["x\n- a", "b\n* c", "\n- d", "\n"]))))
    show("numbered", lambda: numbers.parse("x\n1. a\n2. b c\n 10. d\n3.e"))
    show("numbered stream", lambda: asyncio.run(all_of(numbers, list("Items:\n1. a\n2. bc\n3. d"))))


def xml():
    parser = XMLOutputParser(parser="xml")
    text = "<foo><bar><baz>x</baz><baz>y</baz></bar><q/>\n<w>1</w></foo>"
    show("xml", lambda: parser.parse(text))
    show("fence", lambda: parser.parse("text ```xml\n<foo>a</foo>\n``` more"))
    show("around", lambda: parser.parse("junk <foo>a</foo> tail"))
    show("encoding", lambda: parser.parse('<?xml version="1.0" encoding="UTF-8"?>\n<foo>a</foo>'))
    show("cut off", lambda: parser.parse("<foo>a"))
    show("none", lambda: parser.parse("nothing"))
    show("attributes", lambda: parser.parse('<foo a="1">t<b>u</b></foo>'))
    show("spaces", lambda: parser.parse("<a> <b> x </b> <c></c> </a>"))
    show("empty", lambda: parser.parse("<a/>"))
    show("namespaces", lambda: parser.parse('<a xmlns="urn:x"><b>1</b></a>'))
    show("stream", lambda: list(parser.transform(iter("junk " + text))))
    show(
        "stream, async",
        lambda: asyncio.run(all_of(parser, ["```xml\n<fo", "o><b>hel", "lo</b><c>z</c></foo>", "\n```"])),
    )


def call(name, args, id="1"):
    return {"name": name, "args": args, "id": id, "type": "tool_call"}


def fragments():
    def one(args, name=None, id=None):
        return AIMessageChunk(
            content="", tool_call_chunks=[{"name": name, "args": args, "id": id, "index": 0, "type": "tool_call_chunk"}]
        )

    return iter(
        [
            AIMessageChunk(content=""),
            one("", "Joke", "1"),
            *map(one, ['{"set', 'up": "a', 'b", "punch', 'line":', ' "c', '"}']),
        ]
    )


MESSAGE = AIMessage(
    "", tool_calls=[call("Joke", {"setup": "a"}), call("Rate", {"n": 3}, "2"), call("Joke", {"setup": "b"}, "3")]
)


def ordered(value):
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    return [ordered(each) for each in value] if isinstance(value, list) else value


def tools():
    every = JsonOutputToolsParser()
    first = JsonOutputToolsParser(first_tool_only=True)
    show("all", lambda: ordered(every.invoke(MESSAGE)))
    show("with ids", lambda: ordered(JsonOutputToolsParser(return_id=True).invoke(MESSAGE)))
    show("the first", lambda: ordered(first.invoke(MESSAGE)))
    show("none", lambda: (every.invoke(AIMessage("x")), first.invoke(AIMessage("x"))))
    raw = {"id": "1", "type": "function", "function": {"name": "Joke", "arguments": '{"setup":"k"}'}}
    show("raw", lambda: ordered(every.invoke(AIMessage("", additional_kwargs={"tool_calls": [raw]}))))
    show("stream", lambda: ordered(list(every.transform(fragments()))))
    show("stream, the first", lambda: ordered(list(first.transform(fragments()))))
    joke = JsonOutputKeyToolsParser(key_name="Joke")
    only = JsonOutputKeyToolsParser(key_name="Joke", first_tool_only=True)
    show("of one tool", lambda: joke.invoke(MESSAGE))
    show("its first", lambda: only.invoke(MESSAGE))
    show("with its id", lambda: ordered(JsonOutputKeyToolsParser(key_name="Joke", return_id=True).invoke(MESSAGE)))
    show("of another tool", lambda: JsonOutputKeyToolsParser(key_name="Zed").invoke(MESSAGE))
    show("its first one", lambda: JsonOutputKeyToolsParser(key_name="Zed", first_tool_only=True).invoke(MESSAGE))
    show("its stream", lambda: asyncio.run(all_of(only, fragments())))
    models, model = PydanticToolsParser(tools=[Joke, Rate]), PydanticToolsParser(tools=[Joke], first_tool_only=True)
    show("models", lambda: models.invoke(MESSAGE))
    show(
        "model",
        lambda: model.parse_result([ChatGeneration(message=AIMessage("", tool_calls=[call("Joke", {"setup": "a"})]))]),
    )
    show("no model", lambda: (models.invoke(AIMessage("x")), model.invoke(AIMessage("x"))))
    show("does not fit", lambda: models.invoke(AIMessage("", tool_calls=[call("Rate", {"n": "x"})])))
    show("models, stream", lambda: list(models.transform(fragments())))
    show("model, stream", lambda: asyncio.run(all_of(model, fragments())))


def tool_calls():
    def raw(arguments):
        return {"id": "1", "function": {"name": "f", "arguments": arguments}}

    show("call", lambda: parse_tool_call(raw("{}")))
    show("no function", lambda: parse_tool_call({"id": "1"}))
    show("no arguments", lambda: parse_tool_call(raw(None)))
    show("more to come", lambda: parse_tool_call(raw('{"a":"b'), partial=True))
    show("nothing yet", lambda: parse_tool_call(raw(""), partial=True))
    show("calls", lambda: parse_tool_calls([raw('{"a": 1}'), raw('{"b":\n"x\ny"}')]))
    show("invalid", lambda: make_invalid_tool_call(raw("{x"), "err"))


class YesOrNo(BaseOutputParser[bool]):
    yes: str = "Y"

    def parse(self, text):
        if text not in (self.yes, "N"):
            raise OutputParserException(f"expected {self.yes} or N", llm_output=text)
        return text == self.yes


class Length(BaseGenerationOutputParser[int]):
    def parse_result(self, result, *, partial=False):
        return len(result[0].text)


class Upper(BaseTransformOutputParser[str]):
    def parse(self, text):
        return text.upper()


class Growing(BaseCumulativeTransformOutputParser[str]):
    def parse(self, text):
        return text.upper() if len(text) > 1 else None

    def parse_result(self, result, *, partial=False):
        return self.parse(result[0].text)


def own_classes():
    show("own", lambda: (YesOrNo().invoke("Y"), YesOrNo(yes="q").invoke(AIMessage("q")), list(YesOrNo().stream("N"))))
    show("own, async", lambda: asyncio.run(YesOrNo().ainvoke(AIMessage("Y"))))
    show("own, batch", lambda: YesOrNo().batch(["Y", "N"]))
    show("own, refused", lambda: YesOrNo().invoke("maybe"))
    show("its type", lambda: YesOrNo().OutputType)
    show("of generations", lambda: (Length().invoke("a"), list(Length().transform(chunks_of("abcdef")))))
    show("chunk by chunk", lambda: list(Upper().transform(iter([AIMessageChunk(content="a"), AIMessage("b"), "c"]))))
    show(
        "as it grows",
        lambda: list(Growing().transform(iter([AIMessageChunk(content=text) for text in ("a", "b", "", "c")]))),
    )


for part in (strings, jsons, models, lists, xml, tools, tool_calls, own_classes):
    print(f"== {part.__name__}")
    part()
