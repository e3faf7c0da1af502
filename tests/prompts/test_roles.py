"""Templates of one message each, of text or of content blocks."""

import pytest

from stepgraph.errors import MissingVariablesError
from stepgraph.messages import AIMessage, ChatMessage, HumanMessage, SystemMessage
from stepgraph.prompts import (
    AIMessagePromptTemplate,
    BaseMessagePromptTemplate,
    ChatMessagePromptTemplate,
    DictPromptTemplate,
    HumanMessagePromptTemplate,
    ImagePromptTemplate,
    PromptTemplate,
    SystemMessagePromptTemplate,
)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (HumanMessagePromptTemplate, HumanMessage),
        (AIMessagePromptTemplate, AIMessage),
        (SystemMessagePromptTemplate, SystemMessage),
    ],
)
async def test_by_role(template, message):
    made = template.from_template("{a}", additional_kwargs={"k": 1})
    expected = message("1", additional_kwargs={"k": 1})
    assert made.format(a=1) == await made.aformat(a=1) == expected
    assert made.format_messages(a=1) == await made.aformat_messages(a=1) == [expected]
    assert made.input_variables == ["a"]
    assert template(prompt=PromptTemplate.from_template("x")).format() == message("x")


async def test_a_role_of_ones_own():
    made = ChatMessagePromptTemplate.from_template("{a}", role="bob")
    assert made.format(a=1) == await made.aformat(a=1) == ChatMessage("1", role="bob")


async def test_blocks():
    made = HumanMessagePromptTemplate.from_template(
        [
            "a {t}",
            {"type": "text", "text": "b {t}"},
            {"type": "image_url", "image_url": {"url": "{u}", "detail": "low"}},
            {"type": "text", "text": "{t}", "cache_control": {"type": "ephemeral"}},
        ]
    )
    content = [
        {"type": "text", "text": "a 1"},
        {"type": "text", "text": "b 1"},
        {"type": "image_url", "image_url": {"url": "http://x", "detail": "low"}},
        {"type": "text", "text": "1", "cache_control": {"type": "ephemeral"}},
    ]
    values = {"t": 1, "u": "http://x", "detail": "ignored"}
    assert made.format(**values).content == (await made.aformat(**values)).content == content
    with pytest.raises(MissingVariablesError, match="'u'"):
        made.format(t=1)


def test_what_is_no_block():
    with pytest.raises(ValueError, match="a content block is text or a dict, got int: 3"):
        HumanMessagePromptTemplate.from_template([3])
    with pytest.raises(ValueError, match="an image_url is an address"):
        HumanMessagePromptTemplate.from_template([{"image_url": 3}])
    with pytest.raises(ValueError, match="partial_variables are for a text"):
        HumanMessagePromptTemplate.from_template(["{x}"], partial_variables={"x": 1})


def test_files(tmp_path):
    path = tmp_path / "prompt.txt"
    path.write_text("{x}")
    assert HumanMessagePromptTemplate.from_template_file(path, ["x"]).format(x=1) == HumanMessage("1")
    assert ChatMessagePromptTemplate.from_template_file(path, role="r").format(x=1) == ChatMessage("1", role="r")


def test_images():
    image = ImagePromptTemplate(template={"url": "{u}", "detail": "{d}"})
    assert image.input_variables == ["d", "u"]
    assert image.format(u="a", d="low") == {"url": "a", "detail": "low"}
    assert image.format(u="a", d="low", url="b") == {"url": "b", "detail": "low"}
    value = image.invoke({"u": "a", "d": "low"})
    assert value.to_string() == "a"
    assert value.to_messages()[0].content == [{"type": "image_url", "image_url": {"url": "a", "detail": "low"}}]


@pytest.mark.parametrize(
    ("template", "values", "wrong"),
    [
        ({"path": "x"}, {}, "images are not read from a 'path'"),
        ({"url": "x"}, {"path": "y"}, "images are not read from a 'path'"),
        ({}, {}, "an image needs a 'url'"),
        ({"url": "{url}"}, {"url": "x"}, "cannot be called 'url'"),
    ],
)
def test_what_is_no_image(template, values, wrong):
    with pytest.raises(ValueError, match=wrong):
        ImagePromptTemplate(template=template).format(**values)


async def test_dicts():
    prompt = DictPromptTemplate(template={"a": "{x}", "b": [("{y}", {"c": "{z}"})], "n": 3, "{k}": "{x}"})
    assert prompt.input_variables == ["x", "y", "z"]
    made = {"a": "1", "b": [("2", {"c": "3"})], "n": 3, "{k}": "1"}
    values = {"x": 1, "y": 2, "z": 3}
    assert prompt.format(**values) == prompt.invoke(values) == await prompt.ainvoke(values) == made
    with pytest.raises(MissingVariablesError, match="DictPromptTemplate lacks variable 'y'"):
        prompt.format(x=1, z=2)
    with pytest.raises(ValueError, match="invalid variable name"):
        DictPromptTemplate(template={"a": ["{x.y}"]})
    assert "{'a': '{x}'" in prompt.pretty_repr()


def test_what_a_subclass_has_to_write():
    class Bare(BaseMessagePromptTemplate):
        pass

    with pytest.raises(NotImplementedError, match="Bare must define format_messages"):
        Bare().format_messages()
    with pytest.raises(NotImplementedError, match="Bare must define input_variables"):
        _ = Bare().input_variables
