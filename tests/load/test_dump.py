"""Writing: the text is the one that LangChain writes, to the letter for messages."""

import json
from types import MappingProxyType

import pytest
from pydantic import Field

from stepgraph.load import Serializable, dumpd, dumps
from stepgraph.messages import AIMessage, HumanMessage
from stepgraph.prompts import PromptTemplate
from stepgraph.runnables import RunnableLambda
from tests.load.objects import GOLDEN, texts_of

THEIRS = json.loads(GOLDEN.read_text(encoding="utf-8"))
OURS = texts_of("stepgraph")


def test_each_object_was_recorded():
    assert OURS.keys() == THEIRS.keys()


@pytest.mark.parametrize("name", OURS)
def test_the_text_is_langchains(name):
    assert OURS[name] == THEIRS[name]


def test_values_of_json_are_what_the_text_says():
    message = AIMessage("x", tool_calls=[{"name": "f", "args": {"a": (1, 2)}, "id": "1"}])
    assert json.loads(dumps(message)) == dumpd(message)
    assert dumpd(message)["kwargs"]["tool_calls"][0]["args"] == {"a": [1, 2]}


def test_the_text_may_be_indented_and_sorted():
    assert dumps({"b": 1, "a": 2}, pretty=True) == '{\n  "b": 1,\n  "a": 2\n}'
    assert dumps({"b": 1, "a": 2}, pretty=True, indent=1, sort_keys=True) == '{\n "a": 2,\n "b": 1\n}'
    assert dumps(HumanMessage("é"), ensure_ascii=False).count("é") == 1


def test_there_is_no_use_for_a_default():
    with pytest.raises(ValueError, match="takes no default"):
        dumps({}, default=str)


def test_what_has_no_form_says_what_it_is():
    assert dumpd(RunnableLambda(len)) == {
        "lc": 1,
        "type": "not_implemented",
        "id": ["stepgraph", "runnables", "lambdas", "RunnableLambda"],
        "repr": "RunnableLambda(len)",
        "name": "len",
    }


def test_what_cannot_even_be_shown():
    class Mute:
        def __repr__(self) -> str:
            raise RuntimeError

    assert dumpd(Mute())["repr"] is None


def test_a_class_of_ones_own_is_written_once_it_says_so():
    class Quiet(Serializable):
        a: int = 1

    class Outspoken(Serializable):
        url: str
        a: int = 1
        b: list[int] = Field(default_factory=list)
        template: PromptTemplate | None = None
        api_key: str = "sk-SECRET"

        @classmethod
        def is_lc_serializable(cls) -> bool:
            return True

        @property
        def lc_secrets(self) -> dict[str, str]:
            return {"api_key": "MY_KEY"}

    assert dumpd(Quiet())["type"] == "not_implemented"
    form = dumpd(Outspoken(url="u", a=0, template=PromptTemplate.from_template("{x}")))
    assert form["id"] == [*__name__.split("."), "Outspoken"]
    assert form["kwargs"].pop("template") == dumpd(PromptTemplate.from_template("{x}"))
    assert form["kwargs"] == {"url": "u", "a": 0, "api_key": {"lc": 1, "type": "secret", "id": ["MY_KEY"]}}


def test_what_others_can_write_is_written_as_they_write_it():
    class Theirs:
        lc_secrets = MappingProxyType({"key": "KEY"})

        @classmethod
        def is_lc_serializable(cls) -> bool:
            return True

        def to_json(self):
            secret = {"lc": 1, "type": "secret", "id": ["KEY"]}
            return {"lc": 1, "type": "constructor", "id": ["theirs"], "kwargs": {"key": secret, "said": {"lc": 2}}}

    kwargs = dumpd([Theirs()])[0]["kwargs"]
    assert kwargs == {"key": {"lc": 1, "type": "secret", "id": ["KEY"]}, "said": {"__lc_escaped__": {"lc": 2}}}
