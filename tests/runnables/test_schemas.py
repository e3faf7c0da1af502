"""What runnables say of their input, their output and their config.

The shapes and titles are langchain-core's (1.7), but for these, where there is more to say or less to go wrong:

- Keys that a function takes out of a dict are not looked for in its source; those of an `itemgetter` are known.
- A function's return hint `Runnable[A, B]` means B, and one in quotes is resolved; there such a hint is of no use.
- A step whose input is unknown does not hide those of its neighbours, and steps that want a TypedDict and the keys of
  an `itemgetter` want both: a parallel's input is `Any` there as soon as one step's is.
- What `assign` adds to and `pick` takes from is followed through a sequence, and a passthrough is what is around it.
- A parallel inside a parallel is described by its keys, lists by the types of their items, without a `$ref` in between.
- A branch and a router give one of the outputs of what they lead to; there they give `Any`.
- A configurable runnable is called what it configures; its options are part of the field, without a `$ref`.
- What no JSON can be is described as anything; there it raises. A class that says nothing takes and gives `Any`.
"""

import subprocess
import sys
import typing
from collections.abc import AsyncIterator, Iterator
from operator import itemgetter
from typing import Any, Generic, TypeVar

import pytest
from pydantic import BaseModel
from typing_extensions import NotRequired

from stepgraph.graph import START, StateGraph
from stepgraph.runnables import (
    ConfigurableField,
    ConfigurableFieldMultiOption,
    ConfigurableFieldSingleOption,
    RouterRunnable,
    Runnable,
    RunnableBranch,
    RunnableGenerator,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
    RunnablePick,
)


class Question(typing.TypedDict):  # not the one of typing_extensions, which pydantic asks for before Python 3.12
    text: str
    count: NotRequired[int]


class Answer(BaseModel):
    """An answer."""

    text: str
    score: float = 0.5


class Opaque:
    pass


def shown(number: int) -> str:
    return str(number)


def length(text: str) -> int:
    return len(text)


def answer(question: Question) -> Answer:
    return Answer(text=question["text"])


def anything(value):
    return value


async def listed(number: int) -> list[int]:
    return [number]


def items(number: int) -> Iterator[str]:
    yield str(number)


async def async_items(number: int) -> AsyncIterator[str]:
    yield str(number)


def delegating(number: int) -> Runnable[int, float]:
    raise NotImplementedError


def in_quotes(number: "int") -> "str":
    raise NotImplementedError


def nowhere(number: "Nowhere") -> "Nowhere":  # noqa: F821
    raise NotImplementedError


def opaque(value: Opaque) -> dict[str, Opaque]:
    raise NotImplementedError


class Callable_:
    def __call__(self, number: int) -> str:
        raise NotImplementedError

    def method(self, number: int) -> str:
        raise NotImplementedError


def counting(chunks: Iterator[str]) -> Iterator[int]:
    for chunk in chunks:
        yield len(chunk)


async def async_counting(chunks: AsyncIterator[str]) -> AsyncIterator[int]:
    async for chunk in chunks:
        yield len(chunk)


T = TypeVar("T")


class Typed(Runnable[int, str]):
    def __init__(self, heat: float = 0.5, model: str = "small"):
        self.heat: float = heat
        self.model: str = model

    def invoke(self, input, config=None, **kwargs):
        return f"{input} {self.heat} {self.model}"


class Below(Typed):
    pass


class Boxed(Runnable[T, list[T]], Generic[T]):
    def invoke(self, input, config=None, **kwargs):
        return [input]


class BoxedText(Boxed[str]):
    pass


class Silent(Runnable):
    def invoke(self, input, config=None, **kwargs):
        return input


class OwnTypes(Runnable):
    InputType = bytes
    OutputType = bool

    def invoke(self, input, config=None, **kwargs):
        return True


get_a = RunnableLambda(itemgetter("a"), name="get_a")
get_b = RunnableLambda(itemgetter("b"), name="get_b")

ANY: dict[str, Any] = {}
INTEGER, STRING, NUMBER = {"type": "integer"}, {"type": "string"}, {"type": "number"}
OPEN = {"type": "object", "additionalProperties": True}
QUESTION = {
    "type": "object",
    "title": "Question",
    "properties": {"text": {"title": "Text", "type": "string"}, "count": {"title": "Count", "type": "integer"}},
    "required": ["text"],
}
ANSWER = {
    "type": "object",
    "title": "Answer",
    "description": "An answer.",
    "properties": {
        "text": {"title": "Text", "type": "string"},
        "score": {"title": "Score", "type": "number", "default": 0.5},
    },
    "required": ["text"],
}


def keys(**described: Any) -> dict[str, Any]:
    properties = {key: {"title": key.replace("_", " ").title(), **each} for key, each in described.items()}
    return {"type": "object", "properties": properties, "required": list(described)}


def array(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def named(**definitions: dict[str, Any]) -> dict[str, Any]:
    (name,) = definitions
    return {"$ref": f"#/$defs/{name}", "$defs": definitions}


# What, its input and its output; each with its title.
ROWS: dict[str, tuple[Any, tuple[str, dict[str, Any]], tuple[str, dict[str, Any]]]] = {
    "function": (RunnableLambda(shown), ("shown_input", INTEGER), ("shown_output", STRING)),
    "function of models": (RunnableLambda(answer), ("answer_input", named(Question=QUESTION)), ("Answer", ANSWER)),
    "without hints": (RunnableLambda(anything), ("anything_input", ANY), ("anything_output", ANY)),
    "with a name": (RunnableLambda(shown, name="show it"), ("show it_input", INTEGER), ("show it_output", STRING)),
    "lambda": (RunnableLambda(lambda x: x), ("RunnableLambdaInput", ANY), ("RunnableLambdaOutput", ANY)),
    "getter": (get_a, ("get_a_input", keys(a=ANY)), ("get_a_output", ANY)),
    "getter of two": (
        RunnableLambda(itemgetter("a", "b"), name="get"),
        ("get_input", keys(a=ANY, b=ANY)),
        ("get_output", ANY),
    ),
    "getter of a place": (RunnableLambda(itemgetter(0), name="get"), ("get_input", array(ANY)), ("get_output", ANY)),
    "async function": (RunnableLambda(listed), ("listed_input", INTEGER), ("listed_output", array(INTEGER))),
    "generator function": (RunnableLambda(items), ("items_input", INTEGER), ("items_output", STRING)),
    "async generator function": (
        RunnableLambda(async_items),
        ("async_items_input", INTEGER),
        ("async_items_output", STRING),
    ),
    "function of a runnable": (
        RunnableLambda(delegating),
        ("delegating_input", INTEGER),
        ("delegating_output", NUMBER),
    ),
    "hints in quotes": (RunnableLambda(in_quotes), ("in_quotes_input", INTEGER), ("in_quotes_output", STRING)),
    "hints that lead nowhere": (RunnableLambda(nowhere), ("nowhere_input", ANY), ("nowhere_output", ANY)),
    "no JSON": (
        RunnableLambda(opaque),
        ("opaque_input", ANY),
        ("opaque_output", OPEN),
    ),
    "callable object": (RunnableLambda(Callable_(), name="it"), ("it_input", INTEGER), ("it_output", STRING)),
    "method": (RunnableLambda(Callable_().method), ("method_input", INTEGER), ("method_output", STRING)),
    "builtin": (RunnableLambda(len), ("len_input", ANY), ("len_output", ANY)),
    "generator": (RunnableGenerator(counting), ("counting_input", STRING), ("counting_output", INTEGER)),
    "async generator": (
        RunnableGenerator(async_counting),
        ("async_counting_input", STRING),
        ("async_counting_output", INTEGER),
    ),
    "class": (Typed(), ("TypedInput", INTEGER), ("TypedOutput", STRING)),
    "subclass": (Below(), ("BelowInput", INTEGER), ("BelowOutput", STRING)),
    "subclass of a generic one": (BoxedText(), ("BoxedTextInput", STRING), ("BoxedTextOutput", array(STRING))),
    "instance of a generic one": (Boxed[int](), ("BoxedInput", INTEGER), ("BoxedOutput", array(INTEGER))),
    "generic one": (Boxed(), ("BoxedInput", ANY), ("BoxedOutput", array(ANY))),
    "class that says nothing": (Silent(), ("SilentInput", ANY), ("SilentOutput", ANY)),
    "class with types": (
        OwnTypes(),
        ("OwnTypesInput", {"type": "string", "format": "binary"}),
        ("OwnTypesOutput", {"type": "boolean"}),
    ),
    "sequence": (RunnableLambda(shown) | length, ("shown_input", INTEGER), ("length_output", INTEGER)),
    "sequence after passing": (
        RunnablePassthrough() | RunnableLambda(shown) | RunnablePassthrough(),
        ("shown_input", INTEGER),
        ("shown_output", STRING),
    ),
    "passthrough": (
        RunnablePassthrough(),
        ("RunnablePassthroughInput", ANY),
        ("RunnablePassthroughOutput", ANY),
    ),
    "parallel": (
        RunnableParallel(text=shown, many=listed),
        ("RunnableParallel<text,many>Input", INTEGER),
        ("RunnableParallel<text,many>Output", keys(text=STRING, many=array(INTEGER))),
    ),
    "parallel of getters": (
        RunnableParallel(x=get_a, y=get_b, z=RunnablePassthrough()),
        ("RunnableParallel<x,y,z>Input", keys(a=ANY, b=ANY)),
        ("RunnableParallel<x,y,z>Output", keys(x=ANY, y=ANY, z=ANY)),
    ),
    "parallel with awkward keys": (
        RunnableParallel({"copy": shown, "_own": shown, "model_config": shown}),
        ("RunnableParallel<copy,_own,model_config>Input", INTEGER),
        (
            "RunnableParallel<copy,_own,model_config>Output",
            {
                "type": "object",
                "properties": {
                    "copy": {"title": "Copy", "type": "string"},
                    "_own": {"title": "Own", "type": "string"},
                    "model_config": {"title": "Model Config", "type": "string"},
                },
                "required": ["copy", "_own", "model_config"],
            },
        ),
    ),
    "assign": (
        RunnablePassthrough.assign(text=shown),
        ("RunnableAssign<text>Input", OPEN),
        ("RunnableAssign<text>Output", keys(text=STRING)),
    ),
    "assign from a key": (
        RunnablePassthrough.assign(x=get_a),
        ("RunnableAssign<x>Input", keys(a=ANY)),
        ("RunnableAssign<x>Output", keys(a=ANY, x=ANY)),
    ),
    "sequence that begins with assign": (
        RunnablePassthrough.assign(x=get_a) | RunnableLambda(itemgetter("x", "b"), name="both"),
        ("RunnableSequenceInput", keys(b=ANY, a=ANY)),
        ("both_output", ANY),
    ),
    "sequence that ends with assign": (
        RunnableParallel(text=shown).assign(size=length),
        ("RunnableParallel<text>Input", INTEGER),
        ("RunnableSequenceOutput", keys(text=STRING, size=INTEGER)),
    ),
    "pick": (RunnablePick("a"), ("RunnablePick<a>Input", OPEN), ("RunnablePick<a>Output", ANY)),
    "pick from a sequence": (
        RunnableParallel(text=shown, many=listed).pick("many"),
        ("RunnableParallel<text,many>Input", INTEGER),
        ("RunnableSequenceOutput", array(INTEGER)),
    ),
    "pick some from a sequence": (
        RunnableParallel(text=shown, many=listed, other=shown).pick(["text", "many"]),
        ("RunnableParallel<text,many,other>Input", INTEGER),
        ("RunnableSequenceOutput", keys(text=STRING, many=array(INTEGER))),
    ),
    "branch": (
        RunnableBranch((anything, shown), (anything, listed), RunnableLambda(anything)),
        ("shown_input", INTEGER),
        ("RunnableBranchOutput", ANY),
    ),
    "branch of known outputs": (
        RunnableBranch((anything, shown), RunnableLambda(listed)),
        ("listed_input", INTEGER),
        ("RunnableBranchOutput", {"anyOf": [array(INTEGER), STRING]}),
    ),
    "each": (
        RunnableLambda(shown).map(),
        ("RunnableEach<shown>Input", array(INTEGER)),
        ("RunnableEach<shown>Output", array(STRING)),
    ),
    "bind": (RunnableLambda(shown).bind(stop=1), ("shown_input", INTEGER), ("shown_output", STRING)),
    "with_types": (
        RunnableLambda(shown).with_types(input_type=float),
        ("shown_input", NUMBER),
        ("shown_output", STRING),
    ),
    "with_types of a model": (
        RunnableLambda(shown).with_types(input_type=Answer, output_type=Question),
        ("Answer", ANSWER),
        ("shown_output", named(Question=QUESTION)),
    ),
    "retry": (RunnableLambda(shown).with_retry(), ("shown_input", INTEGER), ("shown_output", STRING)),
    "fallbacks": (
        RunnableLambda(shown).with_fallbacks([RunnableLambda(anything)]),
        ("shown_input", INTEGER),
        ("shown_output", STRING),
    ),
    "fields": (
        Typed().configurable_fields(heat=ConfigurableField(id="heat")),
        ("TypedInput", INTEGER),
        ("TypedOutput", STRING),
    ),
    "alternatives": (
        Typed().configurable_alternatives(ConfigurableField(id="which"), other=Silent()),
        ("TypedInput", INTEGER),
        ("TypedOutput", STRING),
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_json_schemas(row: str):
    runnable, (input_title, input), (output_title, output) = ROWS[row]
    assert runnable.get_input_jsonschema() == {**input, "title": input_title}
    assert runnable.get_output_jsonschema() == {**output, "title": output_title}


def test_properties_are_the_same_models():
    runnable = RunnableLambda(shown)
    assert runnable.input_schema.__name__ == "shown_input"
    assert runnable.output_schema.model_json_schema() == runnable.get_output_jsonschema()
    assert RunnableLambda(answer).output_schema is Answer


def test_types():
    assert (RunnableLambda(shown).InputType, RunnableLambda(shown).OutputType) == (int, str)
    assert RunnableLambda(shown).map().InputType == list[int]
    assert (RunnableLambda(shown) | length).OutputType is int
    assert RunnableParallel(a=anything, b=shown).InputType is int
    assert RunnableParallel(a=shown).OutputType == dict[str, Any]
    assert RunnableBranch((anything, shown), RunnableLambda(length)).OutputType == int | str
    assert RunnableLambda(anything).InputType is Any
    assert Boxed[int]().OutputType == list[int]
    assert RunnableLambda[int, str](lambda x: x).OutputType is str
    assert RunnableGenerator(counting).InputType is str


def test_router():
    router = RouterRunnable({"a": shown, "b": listed})
    assert router.OutputType == str | list[int]
    described = router.get_input_jsonschema()
    assert described["title"] == "RouterRunnableInput"
    assert described["$defs"]["RouterInput"]["required"] == ["key", "input"]


def test_a_parallel_inside_a_parallel_is_described_by_its_keys():
    described = RunnableParallel(outer=RunnableParallel(inner=shown)).get_output_jsonschema()
    (inner,) = described["$defs"].values()
    assert inner["properties"] == {"inner": {"title": "Inner", "type": "string"}}


def test_steps_that_want_a_typed_dict_and_keys_want_both():
    described = RunnableParallel(x=answer, y=get_a).get_input_jsonschema()
    assert set(described["properties"]) == {"text", "count", "a"}
    assert described["required"] == ["text", "a"]


def test_a_typed_dict_that_holds_itself():
    class Tree(typing.TypedDict):
        children: "list[Tree]"

    Tree.__annotations__["children"] = list[Tree]  # a class in a function cannot name itself

    def climb(tree: Tree) -> int:
        raise NotImplementedError

    described = RunnableLambda(climb).get_input_jsonschema()
    assert described["$defs"]["Tree"]["properties"]["children"]["type"] == "array"


def test_own_types_count_for_what_is_around():
    assert (OwnTypes() | RunnableLambda(anything)).InputType is bytes
    assert OwnTypes().map().get_output_jsonschema()["items"] == {"type": "boolean"}


def test_a_schema_of_ones_own_counts_for_what_is_around():
    class OwnSchema(Silent):
        def get_input_schema(self, config=None):
            return Answer

    assert (OwnSchema() | RunnableLambda(anything)).get_input_schema() is Answer
    assert OwnSchema().with_retry().get_input_schema() is Answer


def test_something_of_another_library_says_what_it_can():
    class Foreign:
        InputType = int

        def invoke(self, input, config=None):
            raise NotImplementedError

        def get_output_schema(self):
            return Answer

    sequence = RunnableLambda(anything) | Foreign()
    assert sequence.get_output_schema() is Answer
    assert (Foreign() | RunnableLambda(anything)).get_input_jsonschema() == {"title": "ForeignInput", "type": "integer"}
    assert (Foreign() | RunnableLambda(anything)).InputType is int


def test_something_of_another_library_may_say_nothing():
    class Foreign:
        @property
        def InputType(self):
            raise TypeError("unknown")

        def invoke(self, input, config=None):
            raise NotImplementedError

    assert (Foreign() | RunnableLambda(anything)).get_input_jsonschema() == {"title": "ForeignInput"}


def test_a_graph_in_a_sequence_is_described_by_its_state():
    builder = StateGraph(Question).add_node("a", lambda state: None).add_edge(START, "a")
    graph = builder.compile(name="asks")
    assert graph.InputType is Question
    assert (graph | RunnableLambda(anything)).get_input_jsonschema()["$defs"] == {"Question": QUESTION}


def test_a_description_is_no_model_of_values_only():
    """Values can be checked too: it is pydantic's own model."""
    model = RunnableParallel(text=shown, many=listed).get_output_schema()
    assert model(text="1", many=[1]).model_dump() == {"text": "1", "many": [1]}


# Configs.


def heated(heat: float = 0.5) -> Runnable[int, str]:
    return Typed(heat).configurable_fields(
        heat=ConfigurableField(id="heat", name="Heat", description="How wild it is."),
    )


def test_config_schema_without_fields_is_empty():
    described = RunnableLambda(shown).get_config_jsonschema()
    assert described == {"title": "shown_config", "type": "object", "properties": {}}


def test_config_schema_of_fields():
    described = heated().get_config_jsonschema()
    assert described["properties"] == {"configurable": {"$ref": "#/$defs/Configurable", "default": None}}
    assert described["$defs"] == {
        "Configurable": {
            "title": "Configurable",
            "type": "object",
            "properties": {
                "heat": {"title": "Heat", "type": "number", "default": 0.5, "description": "How wild it is."}
            },
        }
    }


def test_config_schema_of_alternatives_lists_them():
    which = ConfigurableField(id="which", name="Which one")
    runnable = heated().configurable_alternatives(which, prefix_keys=True, other=lambda: Silent())
    described = runnable.get_config_jsonschema()["$defs"]["Configurable"]["properties"]
    assert described["which"] == {
        "title": "Which one",
        "type": "string",
        "enum": ["default", "other"],
        "default": "default",
    }
    assert described["which==default/heat"]["type"] == "number"


def test_config_schema_of_options_lists_them():
    runnable = Typed().configurable_fields(
        model=ConfigurableFieldSingleOption(id="size", options={"s": "small", "l": "large"}, default="s"),
        heat=ConfigurableFieldMultiOption(id="heats", options={"low": 0.1, "high": 0.9}, default=["low"]),
    )
    described = runnable.get_config_jsonschema()["$defs"]["Configurable"]["properties"]
    assert described == {
        "size": {"title": "Size", "type": "string", "enum": ["s", "l"], "default": "s"},
        "heats": {
            "title": "Heats",
            "type": "array",
            "items": {"type": "string", "enum": ["low", "high"]},
            "default": ["low"],
        },
    }


def test_the_alternative_that_a_config_chooses_is_described():
    runnable = Typed().configurable_alternatives(ConfigurableField(id="which"), other=BoxedText())
    chosen = {"configurable": {"which": "other"}}
    assert runnable.get_input_jsonschema(chosen) == {"title": "BoxedTextInput", "type": "string"}


@pytest.mark.parametrize(
    "wrap",
    [
        lambda inner: RunnableLambda(anything) | inner,
        lambda inner: RunnableParallel(a=anything, b=inner),
        lambda inner: RunnablePassthrough.assign(a=inner),
        lambda inner: RunnableBranch((inner, anything), RunnableLambda(anything)),
        lambda inner: RunnableBranch((anything, anything), inner),
        lambda inner: RouterRunnable({"a": inner}),
        lambda inner: inner.map(),
        lambda inner: inner.bind(a=1),
        lambda inner: inner.with_retry(),
        lambda inner: RunnableLambda(anything).with_fallbacks([inner]),
    ],
)
def test_what_is_inside_can_be_configured(wrap):
    runnable = wrap(heated())
    assert [spec.id for spec in runnable.config_specs] == ["heat"]
    assert "heat" in runnable.get_config_jsonschema()["$defs"]["Configurable"]["properties"]


def test_what_occurs_twice_is_described_once():
    assert [spec.id for spec in (heated() | heated()).config_specs] == ["heat"]


def test_config_schema_includes_what_is_asked_for():
    described = RunnableLambda(shown).get_config_jsonschema(include=["tags", "run_name", "configurable", "run_id"])
    assert list(described["properties"]) == ["tags", "run_name", "run_id"]
    assert described["properties"]["tags"] == {
        "title": "Tags",
        "type": "array",
        "items": {"type": "string"},
        "default": None,
    }


def test_config_schema_includes_every_key():
    names = ["tags", "metadata", "callbacks", "run_name", "max_concurrency", "recursion_limit", "run_id"]
    assert list(RunnableLambda(shown).get_config_jsonschema(include=names)["properties"]) == names


def test_config_schema_of_an_unknown_key():
    with pytest.raises(ValueError, match=r"a config has no key 'tag'; did you mean 'tags'\?"):
        RunnableLambda(shown).config_schema(include=["tag"])


def test_pydantic_is_not_imported_until_something_is_described():
    code = (
        "import sys\n"
        "from stepgraph.runnables import RunnableLambda\n"
        "runnable = RunnableLambda(str) | str\n"
        "runnable.invoke(1)\n"
        "assert 'pydantic' not in sys.modules\n"
        "runnable.get_input_jsonschema()\n"
        "assert 'pydantic' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
