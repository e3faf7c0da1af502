"""What runnables say of their input and their output, as JSON schemas.

The shapes and titles are langchain-core's (1.7), but for these, where there is more to say or less to go wrong:

- Keys that a function takes out of a dict are not looked for in its source; those of an `itemgetter` are known.
- A function's return hint `Runnable[A, B]` means B, and one in quotes is resolved; there such a hint is of no use.
- A step whose input is unknown does not hide those of its neighbours, and steps that want a TypedDict and the keys of
  an `itemgetter` want both: a parallel's input is `Any` there as soon as one step's is.
- What `assign` adds to and `pick` takes from is followed through a sequence, and a passthrough is what is around it.
- A parallel inside a parallel is described by its keys, lists by the types of their items, without a `$ref` in between.
- A branch and a router give one of the outputs of what they lead to; there they give `Any`.
- A configurable runnable is called what it configures.
- What no JSON can be is described as anything; there it raises. A class that says nothing takes and gives `Any`.
"""

import subprocess
import sys
from operator import itemgetter
from typing import Any

import pytest

from stepgraph.runnables import (
    ConfigurableField,
    RunnableBranch,
    RunnableGenerator,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
    RunnablePick,
)
from tests.runnables.schemas.described import (
    ANSWER,
    ANY,
    INTEGER,
    NUMBER,
    OPEN,
    QUESTION,
    STRING,
    Answer,
    Below,
    Boxed,
    BoxedText,
    Callable_,
    OwnTypes,
    Question,
    Silent,
    Typed,
    answer,
    anything,
    array,
    async_counting,
    async_items,
    counting,
    delegating,
    get_a,
    get_b,
    in_quotes,
    items,
    keys,
    length,
    listed,
    named,
    nowhere,
    opaque,
    shown,
)

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
