"""Calling a tool: what goes in, what comes out, and what is said of what does not fit."""

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from typing_extensions import NotRequired, TypedDict

from stepgraph.messages import ToolMessage
from stepgraph.tools import BaseTool, StructuredTool, ToolException, tool
from stepgraph.types import Command
from tests.tools.adding import add, request


def test_a_dict_a_text_and_a_tool_call(call):
    assert call(add, {"a": 1}) == 3
    assert call(add, "1") == 3  # the text stands for the first argument, and is checked like others
    assert call(add, request("add", {"a": "1", "b": 5})) == ToolMessage("6", name="add", tool_call_id="call-1")


def test_a_call_of_a_message_without_its_type(call):
    assert call(add, {"name": "add", "id": "1", "args": {"a": 1}}).content == "3"


def test_a_call_without_an_id_is_answered_with_the_bare_result(call):
    assert call(add, request("add", {"a": 1}, None)) == 3


@pytest.mark.parametrize("input", [None, 5, ["a"], ToolMessage("x", tool_call_id="1")])
def test_nothing_else_is_taken(call, input):
    with pytest.raises(TypeError, match="'add' takes a text, a dict of arguments or a tool call, got"):
        call(add, input)


def test_half_a_call_is_refused(call):
    with pytest.raises(ValueError, match="a tool call without an id; expected"):
        call(add, {"type": "tool_call", "name": "add", "args": {"a": 1}})
    with pytest.raises(ValueError, match="a tool call without args; expected"):
        call(add, {"type": "tool_call", "name": "add", "id": "1"})


def test_a_config_that_is_no_config_is_refused(call):
    with pytest.raises(ValueError, match="config has no key 'tag'; did you mean 'tags'"):
        call(add, {"a": 1}, {"tag": []})


class Point(BaseModel):
    x: int
    y: int = 0


def test_models_are_handed_on_as_instances(call):
    @tool
    def move(point: Point, others: list[Point]) -> str:
        """Move."""
        return repr([point, *others])

    assert call(move, {"point": {"x": "1"}, "others": [{"x": 2, "y": 3}]}) == "[Point(x=1, y=0), Point(x=2, y=3)]"


def test_defaults_are_those_of_the_function(call):
    unset = object()

    @tool
    def ask(a: int, given: object = unset, described: str = Field("x", description="A letter.")) -> str:
        """Ask."""
        return f"{given is unset} {described}"

    assert call(ask, {"a": 1}) == "True x"
    assert ask.args["described"]["description"] == "A letter."


def test_rest_keywords_and_positions(call):
    @tool
    def take(a, b=2, /, c=3, *rest: int, **more: str) -> str:
        """Take."""
        return repr((a, b, c, rest, more))

    assert call(take, {"a": 1}) == "(1, 2, 3, (), {})"
    assert call(take, {"a": 1, "c": 4, "rest": ["5"], "more": {"d": "6"}, "e": "7"}) == (
        "(1, 2, 4, (5,), {'e': '7', 'd': '6'})"
    )


def test_names_that_models_have_themselves(call):
    @tool
    def take(schema: str, json: int = 1, model_config: int = 2, _private: int = 3) -> str:
        """Take."""
        return f"{schema} {json} {model_config} {_private}"

    assert list(take.args) == ["schema", "json", "model_config", "_private"]
    assert call(take, {"schema": "s", "json": "4", "_private": "5"}) == "s 4 2 5"
    assert call(take, "s") == "s 1 2 3"


def test_an_annotation_that_cannot_be_resolved_hides_no_other(call):
    def take(a: "Missing", b: "int" = 1) -> str:  # noqa: F821 - that is the point
        """Take."""
        return repr((a, b))

    assert call(tool(take), {"a": [], "b": "2"}) == "([], 2)"


def test_a_schema_with_aliases_is_shown_as_it_is_checked(call):
    class Args(BaseModel):
        first: int = Field(alias="erste")

    @tool(args_schema=Args)
    def take(first: int) -> int:
        """Take."""
        return first

    assert list(take.args) == ["erste"]
    assert call(take, {"erste": "1"}) == 1
    assert call(take, "1") == 1


def test_a_schema_that_lets_more_in(call):
    class Args(BaseModel):
        model_config = ConfigDict(extra="allow")
        a: int

    @tool(args_schema=Args)
    def take(a, **more):
        """Take."""
        return a, more

    assert call(take, {"a": 1, "b": 2}) == (1, {"b": 2})


def test_a_typed_dict_as_the_schema(call):
    class Args(TypedDict):
        """Looks up."""

        a: int
        b: NotRequired[str]

    @tool(args_schema=Args)
    def take(a, b="left out"):
        return a, b

    class ByClass(BaseTool):
        name: str = "by_class"
        description: str = "x"
        args_schema: object = Args

        def _run(self, a, b="left out"):
            return a, b

    assert call(ByClass(), {"a": "1"}) == (1, "left out")
    assert take.description == "Looks up."
    assert call(take, {"a": "1"}) == (1, "left out")
    assert call(take, {"a": "1", "b": "c"}) == (1, "c")


def test_a_tool_without_arguments_takes_anything(call):
    @tool
    def now() -> str:
        """Tell the time."""
        return "noon"

    for input in ({}, "", {"model": "made this up"}):
        assert call(now, input) == "noon"
    assert now.args == {}


def test_messages_and_commands_are_handed_on(call):
    command, message = Command(goto="x"), ToolMessage("own", tool_call_id="other")

    @tool
    def give(which: int) -> object:
        """Give."""
        return [command, message, [message, command], [message, "text"]][which]

    assert call(give, request("give", {"which": 0})) is command
    assert call(give, request("give", {"which": 1})) is message
    assert call(give, request("give", {"which": 2})) == [message, command]
    assert call(give, request("give", {"which": 3})).tool_call_id == "call-1"


@pytest.mark.parametrize("response", ["text", ("a",), ("a", "b", "c"), ["a", "b"], None])
def test_a_pair_has_to_be_a_pair(call, response):
    @tool(response_format="content_and_artifact")
    def give() -> object:
        """Give."""
        return response

    with pytest.raises(ValueError, match=r"tool 'give' has response_format='content_and_artifact', so it must return"):
        call(give, request("give", {}))


def test_errors_name_tool_and_argument(call):
    with pytest.raises(ValidationError) as failed:
        call(add, {"a": "one", "b": None})
    text = str(failed.value)
    assert "2 validation errors for the arguments of tool 'add'" in text
    for told in ("a\n", "valid integer", "input_value='one'", "b\n", "input_value=None"):
        assert told in text
    assert [error["loc"] for error in failed.value.errors()] == [("a",), ("b",)]


def test_errors_of_validators_of_the_users_own(call):
    class Args(BaseModel):
        a: int

        @field_validator("a")
        @classmethod
        def even(cls, value):
            if value % 2:
                raise ValueError("must be {even}")
            return value

    taking = StructuredTool.from_function(lambda a: a, name="taking", description="x", args_schema=Args)
    with pytest.raises(ValidationError, match=r"must be \{even\}"):
        call(taking, {"a": 1})


def test_a_validation_error_may_be_answered(call):
    seen = []

    def answered(error):
        seen.append(error)
        return "try again"

    polite = add.model_copy(update={"handle_validation_error": answered})
    message = call(polite, request("add", {"a": "x"}))
    assert (message.content, message.status) == ("try again", "error")
    assert seen[0].errors()[0]["loc"] == ("a",)


def test_only_tool_exceptions_are_answered(call):
    def fail(kind: str) -> str:
        raise {"tool": ToolException("sorry"), "other": KeyError("k")}[kind]

    failing = StructuredTool.from_function(fail, description="Fail.", handle_tool_error=True)
    message = call(failing, request("fail", {"kind": "tool"}))
    assert (message.content, message.status, message.name) == ("sorry", "error", "fail")
    with pytest.raises(KeyError):
        call(failing, request("fail", {"kind": "other"}))
