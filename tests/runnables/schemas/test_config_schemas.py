"""What runnables say of the configs that they take.

The shapes are langchain-core's (1.7), but for this: the options of a configurable field are part of the field, without
a `$ref`.
"""

import pytest

from stepgraph.runnables import (
    ConfigurableField,
    ConfigurableFieldMultiOption,
    ConfigurableFieldSingleOption,
    RouterRunnable,
    Runnable,
    RunnableBranch,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
)
from tests.runnables.schemas.described import (
    BoxedText,
    Silent,
    Typed,
    anything,
    shown,
)


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
