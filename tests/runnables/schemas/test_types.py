"""The types and models by which runnables describe themselves, also those of users and of other libraries."""

import typing
from typing import Any

from stepgraph.graph import START, StateGraph
from stepgraph.runnables import RouterRunnable, RunnableBranch, RunnableGenerator, RunnableLambda, RunnableParallel
from tests.runnables.schemas.described import (
    QUESTION,
    Answer,
    Boxed,
    OwnTypes,
    Question,
    Silent,
    answer,
    anything,
    counting,
    get_a,
    length,
    listed,
    shown,
)


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
