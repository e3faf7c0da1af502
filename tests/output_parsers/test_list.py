"""Lists, item by item."""

import pytest

from stepgraph.messages import AIMessageChunk
from stepgraph.output_parsers import (
    CommaSeparatedListOutputParser,
    ListOutputParser,
    MarkdownListOutputParser,
    NumberedListOutputParser,
)


@pytest.mark.parametrize(
    ("parser", "text", "items"),
    [
        (CommaSeparatedListOutputParser, "a, b,c", ["a", "b", "c"]),
        (CommaSeparatedListOutputParser, '"a, b", c', ["a, b", "c"]),
        (CommaSeparatedListOutputParser, 'a, "b ""q""", c', ["a", 'b "q"', "c"]),
        (CommaSeparatedListOutputParser, "", []),
        (MarkdownListOutputParser, "x\n- a\n * b c\n+ d\n-e\n  - f", ["a", "b c", "f"]),
        (NumberedListOutputParser, "x\n1. a\n2. b c\n 10. d\n3.e", ["a", "b c", "d"]),
        (NumberedListOutputParser, "none", []),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 100])
async def test_whole_and_in_pieces(parser, text, items, size):
    chunks = [AIMessageChunk(text[at : at + size]) for at in range(0, len(text), size)]

    async def source():
        for chunk in chunks:
            yield chunk

    assert parser().parse(text) == parser().invoke(text) == items
    assert list(parser().transform(iter(chunks))) == [[item] for item in items]
    assert [made async for made in parser().atransform(source())] == [[item] for item in items]


def test_an_item_comes_when_the_next_one_has_begun():
    def source():
        yield "a, b"
        yield "c, "
        raise AssertionError("not asked for")

    items = CommaSeparatedListOutputParser().transform(source())
    assert next(items) == ["a"]
    assert next(items) == ["bc"]


def test_those_of_a_program():
    class Lines(ListOutputParser):
        def parse(self, text):
            return text.splitlines()

    assert list(Lines().transform(iter(["a\nb", "c\nd"]))) == [["a"], ["bc"], ["d"]]
    with pytest.raises(NotImplementedError, match="ListOutputParser must define parse"):
        ListOutputParser().parse("x")
    with pytest.raises(NotImplementedError, match="no items by a pattern"):
        Lines().parse_iter("x")


def test_instructions():
    assert "`foo, bar, baz`" in CommaSeparatedListOutputParser().get_format_instructions()
    for parser in (MarkdownListOutputParser(), NumberedListOutputParser()):
        assert parser.parse(parser.get_format_instructions()) == ["foo", "bar", "baz"]
