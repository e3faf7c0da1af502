"""A chat prompt that says what form the answer has."""

import pytest

from stepgraph.messages import HumanMessage
from stepgraph.prompts import StructuredPrompt
from stepgraph.runnables import RunnableLambda

SCHEMA = {"title": "Answer", "type": "object", "properties": {"x": {"type": "integer"}}}


class Model(RunnableLambda):
    """Stands for a model that answers in a form."""

    def __init__(self):
        super().__init__(lambda value: "free")

    def with_structured_output(self, schema, **kwargs):
        return RunnableLambda(lambda value: (schema["title"], kwargs, value.messages))


def test_a_model_is_asked_to_answer_in_it():
    prompt = StructuredPrompt([("human", "{q}")], SCHEMA, method="json_mode")
    answer = ("Answer", {"method": "json_mode"}, [HumanMessage("hi")])
    assert (prompt | Model()).invoke({"q": "hi"}) == answer
    assert prompt.pipe(Model(), lambda value: value[0]).invoke({"q": "hi"}) == "Answer"
    assert StructuredPrompt.from_messages_and_schema([("human", "{q}")], SCHEMA).schema_ == SCHEMA


def test_it_needs_a_schema_and_a_model():
    with pytest.raises(ValueError, match="needs a schema"):
        StructuredPrompt([("human", "{q}")])
    with pytest.raises(TypeError, match="followed by a chat model"):
        StructuredPrompt([("human", "{q}")], SCHEMA) | (lambda value: value)


def test_the_rest_of_it_is_a_chat_prompt():
    prompt = StructuredPrompt([("human", "{q} {x}")], SCHEMA).partial(x=1)
    assert prompt.invoke({"q": "hi"}).messages == [HumanMessage("hi 1")]
