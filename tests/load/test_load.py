"""Reading: what was written comes back, and nothing that a text names is imported or run."""

import json
import sys

import pytest

from stepgraph.load import Serializable, dumpd, dumps, load, loads
from stepgraph.messages import AIMessage, HumanMessage
from stepgraph.prompts import PromptTemplate
from tests.load.objects import GOLDEN, formless, messages_of, others_of, values_of

THEIRS = json.loads(GOLDEN.read_text(encoding="utf-8"))
OBJECTS = {
    **{f"message: {name}": each for name, each in messages_of("stepgraph").items()},
    **{f"other: {name}": each for name, each in others_of("stepgraph").items()},
}


def form(*place, **kwargs):
    return {"lc": 1, "type": "constructor", "id": list(place), "kwargs": kwargs}


@pytest.mark.parametrize("name", OBJECTS)
def test_what_langchain_wrote_is_read(name):
    found = loads(THEIRS[name])
    assert type(found) is type(OBJECTS[name])
    assert found == OBJECTS[name]
    assert dumpd(found) == dumpd(OBJECTS[name])


@pytest.mark.parametrize("name", values_of("stepgraph"))
def test_values_are_read(name):
    given = values_of("stepgraph")[name]
    expected = {"1": 2} if name == "number as a key" else given
    if name == "nested":
        expected = {**given, "n": [1, 2.5, None, True]}
    assert loads(dumps(given)) == expected


@pytest.mark.parametrize(
    "place",
    [
        ("langchain", "schema", "messages", "HumanMessage"),
        ("langchain_core", "messages", "human", "HumanMessage"),
        ("langchain_core", "messages", "HumanMessage"),
        ("langchain", "schema", "HumanMessage"),
    ],
)
def test_each_path_that_versions_have_written_is_known(place):
    assert load(form(*place, content="x")) == HumanMessage("x")


@pytest.mark.parametrize(
    "place",
    [("os", "system"), ("langchain", "llms", "openai", "OpenAI"), ("antigravity", "Fly"), (), ("HumanMessage",)],
)
def test_an_unknown_class_is_an_error_that_names_it(place):
    with pytest.raises(ValueError, match="is no class that may be read here") as caught:
        load({"a": [form(*place)]})
    assert ".".join(place) in str(caught.value)
    assert "antigravity" not in sys.modules


def test_the_nearest_class_is_suggested():
    with pytest.raises(ValueError, match=r"did you mean 'langchain\.schema\.messages\.AIMessage'"):
        load(form("langchain", "schema", "messages", "AiMessage"))


@pytest.mark.parametrize("wrong", [{"id": "HumanMessage"}, {"id": 3}, {"kwargs": [1]}])
def test_a_form_that_is_none(wrong):
    with pytest.raises(ValueError, match="is written as a list of names"):
        load({**form("langchain", "schema", "messages", "HumanMessage", content="x"), **wrong})


@pytest.mark.parametrize(
    "wrong",
    [
        form("langchain", "schema", "messages", "ToolMessage", content="x"),
        form("langchain", "schema", "messages", "AIMessage", content="x", tool_calls="none"),
        form("langchain", "schema", "output", "Generation", text="x", colour="red"),
        form("langchain", "prompts", "prompt", "PromptTemplate", template=3),
    ],
)
def test_arguments_that_do_not_fit(wrong):
    with pytest.raises(ValueError, match=r"tool_call|colour|template"):
        load(wrong)


def test_texts_that_are_nested_too_deeply_are_refused():
    with pytest.raises(ValueError, match="too deeply"):
        loads("[" * 200_000 + "]" * 200_000)
    nested: list = []
    for _ in range(5_000):
        nested = [nested]
    with pytest.raises(ValueError, match="too deeply"):
        load(nested)


def test_dicts_of_the_users_own_stay_dicts():
    inner = form("langchain", "schema", "messages", "HumanMessage", content="x")
    message = HumanMessage("a", additional_kwargs={"said": inner})
    assert loads(dumps(message)).additional_kwargs == {"said": inner}
    assert load({"__lc_escaped__": inner}) == inner
    assert load({"lc": 2, "id": ["x"], "type": "constructor"}) == {"lc": 2, "id": ["x"], "type": "constructor"}
    assert load({"lc": 1, "id": ["x"], "type": "else"}) == {"lc": 1, "id": ["x"], "type": "else"}


@pytest.mark.parametrize("name", formless())
def test_what_could_not_be_written_cannot_be_read(name):
    written = dumps({"a": formless()[name]})
    with pytest.raises(NotImplementedError, match="could not be written"):
        loads(written)
    assert loads(written, ignore_unserializable_fields=True) == {"a": None}


def test_secrets_come_from_the_map_and_from_the_environment_only_where_that_is_asked_for(monkeypatch):
    secret = {"lc": 1, "type": "secret", "id": ["MY_KEY"]}
    monkeypatch.setenv("MY_KEY", "from outside")
    assert load(secret) is None
    assert load(secret, secrets_map={"MY_KEY": "known"}, secrets_from_env=True) == "known"
    assert load(secret, secrets_from_env=True) == "from outside"
    monkeypatch.setenv("MY_KEY", "")
    assert load(secret, secrets_from_env=True) is None
    assert load({**secret, "id": ["A", "B"]}, secrets_from_env=True) is None


class Tool(Serializable):
    url: str
    message: AIMessage | None = None

    @classmethod
    def is_lc_serializable(cls) -> bool:
        return True


def test_a_class_of_ones_own_is_read_where_it_is_named():
    written = dumps(Tool(url="u", message=AIMessage("x")))
    with pytest.raises(ValueError, match="allowed_objects"):
        loads(written)
    assert loads(written, allowed_objects=[Tool, AIMessage]) == Tool(url="u", message=AIMessage("x"))
    with pytest.raises(ValueError, match=r"AIMessage is no class that may be read"):
        loads(written, allowed_objects=[Tool])
    moved = {(*__name__.split("."), "Tool"): (*__name__.split("."), "Tool")}
    assert loads(written, additional_import_mappings=moved).url == "u"


def test_messages_alone_may_be_allowed():
    assert load(dumpd([AIMessage("x")]), allowed_objects="messages") == [AIMessage("x")]
    with pytest.raises(ValueError, match="PromptTemplate is no class"):
        load(dumpd(PromptTemplate.from_template("x")), allowed_objects="messages")
    with pytest.raises(ValueError, match="'messages', 'core', 'all'"):
        load({}, allowed_objects="everything")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"dumps\(\) can write"):
        load({}, allowed_objects=[dict])
    with pytest.raises(ValueError, match="no class"):
        load(dumpd(AIMessage("x")), allowed_objects=[])


def test_templates_of_jinja_are_refused_unless_they_are_trusted():
    written = form("langchain", "prompts", "prompt", "PromptTemplate", template="x", template_format="jinja2")
    with pytest.raises(ValueError, match="template of Jinja"):
        load(written)

    seen = []
    load(dumpd(AIMessage("x")), init_validator=lambda place, kwargs: seen.append((place, kwargs["content"])))
    assert seen == [(("langchain", "schema", "messages", "AIMessage"), "x")]
