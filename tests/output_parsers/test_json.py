"""JSON, whole and as far as it has come."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgraph.errors import OutputParserException
from stepgraph.messages import AIMessageChunk
from stepgraph.output_parsers import JsonOutputParser, SimpleJsonOutputParser
from stepgraph.output_parsers.json import parse_json_markdown, parse_partial_json
from stepgraph.outputs import Generation
from tests.output_parsers.colours import both

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('  {"a": 1}\n', {"a": 1}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('```JSON {"a": 1}```', {"a": 1}),
        ("```\n[1, 2]\n```", [1, 2]),
        ('Here it is:\n```json\n{"a": 1}\n```\nIs it good?', {"a": 1}),
        ('1. First, this:\n```json\n{"a": 1}\n```', {"a": 1}),
        ('{"a": "```python\\nx\\n```"}', {"a": "```python\nx\n```"}),
        ('{"a": 1} and more', {"a": 1}),
        ('{"a": 1}}', {"a": 1}),
        ('{"a": "line\nbreak\ttab"}', {"a": "line\nbreak\ttab"}),
        ('{"a": "line\nbreak', {"a": "line\nbreak"}),
        ('{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        ('{"a": 12345678901234567890123}', {"a": 12345678901234567890123}),
        ("null", None),
        ("3", 3),
        ('"text"', "text"),
        ('{"a": "b', {"a": "b"}),
        ('{"a": [1, {"b": tru', {"a": [1, {}]}),
    ],
)
def test_what_is_read(text, value):
    assert JsonOutputParser().parse(text) == value
    assert parse_json_markdown(text) == value


@pytest.mark.parametrize("text", ["", "nope", "{'a': 1}", '{"a": 1,}', "Here: {}", "```json\nnope\n```"])
def test_what_is_no_json(text):
    with pytest.raises(OutputParserException, match="Invalid json output") as caught:
        JsonOutputParser().parse(text)
    assert caught.value.llm_output == text
    assert JsonOutputParser().parse_result([Generation(text)], partial=True) is None
    with pytest.raises(ValueError, match="no JSON"):
        parse_json_markdown(text)


def test_what_is_cut_off():
    assert parse_partial_json('{"a": "x\ny') == {"a": "x\ny"}
    with pytest.raises(ValueError, match="control character"):
        parse_partial_json('{"a": "x\ny', strict=True)
    with pytest.raises(ValueError, match="this is no JSON"):
        parse_partial_json("x")


async def test_it_grows():
    pieces = ["``", "`json\n", '{"na', 'me": "A', 'da", "n": [1', "0, 2]", "}\n``", "`"]
    grown = [{}, {"name": "A"}, {"name": "Ada", "n": [1]}, {"name": "Ada", "n": [10, 2]}]
    for chunks in (pieces, [AIMessageChunk(piece) for piece in pieces]):
        assert await both(JsonOutputParser(), chunks) == grown


async def test_what_has_changed():
    pieces = ['{"a', '": "x', 'y", "b/c', '": [1, ', "2]", "}"]
    assert await both(JsonOutputParser(diff=True), pieces) == [
        [{"op": "replace", "path": "", "value": {}}],
        [{"op": "add", "path": "/a", "value": "x"}],
        [{"op": "replace", "path": "/a", "value": "xy"}],
        [{"op": "add", "path": "/b~1c", "value": [1]}],
        [{"op": "add", "path": "/b~1c/1", "value": 2}],
    ]


async def test_an_answer_without_json_is_an_error_in_a_stream_too():
    with pytest.raises(OutputParserException, match="got 'I cannot'"):
        await both(JsonOutputParser(), ["I ", "cannot"])
    assert await both(JsonOutputParser(), []) == []


@given(VALUES, st.integers(1, 5), st.booleans())
def test_a_stream_ends_with_the_whole(value, size, is_ascii):
    text = json.dumps(value, ensure_ascii=is_ascii)
    made = list(JsonOutputParser().transform(iter([text[at : at + size] for at in range(0, len(text), size)])))
    assert (made[-1] if made else None) == value


def test_a_subclass_sees_the_messages():
    class Counting(JsonOutputParser):
        def parse_result(self, result, *, partial=False):
            return [type(result[0]).__name__, super().parse_result(result, partial=partial)]

    chunks = [AIMessageChunk('{"a"'), AIMessageChunk(": 1}")]
    assert list(Counting().transform(iter(chunks)))[-1] == ["ChatGenerationChunk", {"a": 1}]


def test_instructions():
    assert SimpleJsonOutputParser is JsonOutputParser
    assert JsonOutputParser().get_format_instructions() == "Answer with a JSON object."
