"""XML as dicts, element by element."""

import pytest

from stepgraph.errors import OutputParserException
from stepgraph.output_parsers import XMLOutputParser
from stepgraph.runnables.folding import fold

TEXT = "<foo><bar><baz>x</baz><baz>y</baz></bar><q/>\n<w>1</w></foo>"
WHOLE = {"foo": [{"bar": [{"baz": "x"}, {"baz": "y"}]}, {"q": None}, {"w": "1"}]}
LAUGHS = """<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;">]><lolz>&lol2;</lolz>"""
FILE = """<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>"""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (TEXT, WHOLE),
        (f"Sure:\n```xml\n{TEXT}\n```\nBye", WHOLE),
        (f"```\n{TEXT}\n```", WHOLE),
        ('<?xml version="1.0" encoding="UTF-16"?>\n<foo>é</foo>', {"foo": "é"}),
        ("<!DOCTYPE foo><foo>a</foo>", {"foo": "a"}),
        ('<foo a="1">t<b>u</b></foo>', {"foo": "t"}),
        ("<a> <b> x </b> <c></c> </a>", {"a": [{"b": " x "}, {"c": None}]}),
        ("<a/>", {"a": []}),
        ("<a>1 &lt; 2 &#233;<!-- no --><![CDATA[<]]></a>", {"a": "1 < 2 é<"}),
        ('<a xmlns="urn:x"><b>1</b></a>', {"{urn:x}a": [{"{urn:x}b": "1"}]}),
    ],
)
def test_it_is_read(text, value):
    assert XMLOutputParser().parse(text) == value


@pytest.mark.parametrize("text", ["", "nothing", "<a>", "<a></b>", "<a/>b", "x <a/>", "<a/><b/>"])
def test_what_is_no_xml(text):
    with pytest.raises(OutputParserException, match="Failed to parse XML format") as caught:
        XMLOutputParser().parse(text)
    assert caught.value.llm_output == text


@pytest.mark.parametrize("parser", ["defusedxml", "xml"])
@pytest.mark.parametrize("text", [LAUGHS, FILE])
async def test_entities_are_refused(text, parser):
    with pytest.raises(OutputParserException, match="declares an entity"):
        XMLOutputParser(parser=parser).parse(text)
    with pytest.raises(OutputParserException, match="declares an entity"):
        await streamed(text, 5)


async def streamed(text, size):
    chunks = [text[at : at + size] for at in range(0, len(text), size)]

    async def source():
        for chunk in chunks:
            yield chunk

    made = list(XMLOutputParser().transform(iter(chunks)))
    assert [each async for each in XMLOutputParser().atransform(source())] == made
    return made


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize("text", [TEXT, f"Sure, if 1 < 2: {TEXT} Bye", f"```xml\n{TEXT}\n```"])
async def test_each_element_when_it_is_closed(text, size):
    made = await streamed(text, size)
    assert made == [
        {"foo": [{"bar": [{"baz": "x"}]}]},
        {"foo": [{"bar": [{"baz": "y"}]}]},
        {"foo": [{"q": None}]},
        {"foo": [{"w": "1"}]},
    ]
    assert fold(made) == {"foo": [{"bar": [{"baz": "x"}]}, {"bar": [{"baz": "y"}]}, {"q": None}, {"w": "1"}]}


@pytest.mark.parametrize("text", ["nothing", "<a><b>1</b>", "<a></b></a>"])
async def test_a_stream_that_ends_too_early(text):
    with pytest.raises(OutputParserException, match="Failed to parse XML format"):
        await streamed(text, 3)


def test_deep_texts_are_read_too():
    depth = 5_000
    value = XMLOutputParser().parse("<a>" * depth + "x" + "</a>" * depth)
    for _ in range(depth - 1):
        (value,) = value["a"]
    assert value == {"a": "x"}


def test_instructions_list_the_tags():
    assert "['foo', 'bar']" in XMLOutputParser(tags=["foo", "bar"]).get_format_instructions()
