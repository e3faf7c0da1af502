"""What no model sees: how annotations ask for it, and what a tool finds that is called by hand."""

from typing import Annotated, Any, Optional, Union

import pytest
from pydantic import BaseModel, ValidationError

from stepgraph.config import RunnableConfig
from stepgraph.runtime import Runtime
from stepgraph.store.memory import InMemoryStore
from stepgraph.tools import (
    InjectedState,
    InjectedStore,
    InjectedToolArg,
    InjectedToolCallId,
    ToolRuntime,
    convert_to_openai_tool,
    tool,
)
from stepgraph.tools.injection import Demand, demand_of
from stepgraph.types import StreamWriter


class OwnState(InjectedState):
    pass


class OwnRuntime(ToolRuntime):
    pass


class Elsewhere:
    """Markers of other packages, which are known by their names."""

    class InjectedToolArg:
        pass


@pytest.mark.parametrize(
    ("annotation", "demand"),
    [
        (Annotated[dict, InjectedState], Demand("state")),
        (Annotated[dict, InjectedState("x")], Demand("state", "x")),
        (Optional[Annotated[dict, InjectedState("x")]], Demand("state", "x")),  # noqa: UP045 - as users write it
        (Annotated[dict | None, OwnState()], Demand("state")),
        (Annotated[Any, "described", InjectedStore()], Demand("store")),
        (Annotated[str, InjectedToolCallId], Demand("tool_call_id")),
        (Annotated[str, InjectedToolArg()], Demand("given")),
        (Annotated[str, Elsewhere.InjectedToolArg], Demand("given")),
        (ToolRuntime, Demand("tool_runtime")),
        (ToolRuntime[Any, dict], Demand("tool_runtime")),
        (ToolRuntime | None, Demand("tool_runtime")),
        (OwnRuntime, Demand("tool_runtime")),
        ("Optional[ToolRuntime[Missing, Missing]]", Demand("tool_runtime")),
        (RunnableConfig, Demand("config")),
        (Optional[RunnableConfig], Demand("config")),  # noqa: UP045 - as users write it
        (Annotated[RunnableConfig, "said"], Demand("config")),
        (Union[None, Runtime[int]], Demand("runtime")),  # noqa: UP007 - as users write it
        (StreamWriter, Demand("writer")),
        (StreamWriter | None, Demand("writer")),
        (int, None),
        (Annotated[int, "a number"], None),
        (int | None, None),
        ("Missing", None),
    ],
)
def test_an_annotation_says_what_it_asks_for(annotation, demand):
    assert demand_of(annotation) == demand


@tool
def everything(
    x: int,
    user: Annotated[str, InjectedToolArg],
    identity: Annotated[str, InjectedToolCallId],
    state: Annotated[dict, InjectedState],
    topic: Annotated[str, InjectedState("topic")],
    store: Annotated[Any, InjectedStore],
    runtime: ToolRuntime,
    engine: Runtime,
    write: StreamWriter,
    config: RunnableConfig,
    optional_config: RunnableConfig | None = None,
) -> Any:
    """Ask for everything."""
    return locals()


def given(**more):
    args = {"x": 1, "user": "ada", "state": {"topic": "t"}, "topic": "t", "store": InMemoryStore(), **more}
    return {"type": "tool_call", "name": "everything", "id": "call-1", "args": args}


def test_no_model_sees_what_is_injected():
    assert list(everything.args) == ["x"]
    assert list(everything.tool_call_schema.model_fields) == ["x"]
    assert list(convert_to_openai_tool(everything)["function"]["parameters"]["properties"]) == ["x"]


def test_a_node_of_tools_can_ask_what_it_has_to_give():
    kinds = {name: demand.kind for name, demand in everything.demands.items()}
    assert kinds == {
        "user": "given",
        "identity": "tool_call_id",
        "state": "state",
        "topic": "state",
        "store": "store",
        "runtime": "tool_runtime",
    }
    assert everything.demands["topic"].field == "topic"


def test_what_is_around_is_found(call):
    found = []

    @tool
    def ask(
        identity: Annotated[str, InjectedToolCallId],
        runtime: ToolRuntime,
        engine: Runtime,
        write: StreamWriter,
        config: RunnableConfig,
        optional_config: RunnableConfig | None = None,
    ) -> str:
        """Ask."""
        write("nobody listens")
        found.append((identity, runtime, engine, config, optional_config))
        return "ok"

    call(
        ask, {"type": "tool_call", "name": "ask", "id": "call-1", "args": {}}, {"configurable": {"k": 1}, "tags": ["t"]}
    )
    ((identity, runtime, engine, config, optional_config),) = found
    assert identity == runtime.tool_call_id == "call-1"
    assert (runtime.state, runtime.store, runtime.context) == (None, None, None)
    assert isinstance(engine, Runtime)
    assert config["configurable"] == runtime.config["configurable"] == optional_config["configurable"] == {"k": 1}
    assert config["tags"] == ["t"]


def test_state_and_store_are_handed_on_as_they_are(call):
    class Odd:
        pass

    seen = []

    @tool
    def ask(state: Annotated[dict, InjectedState], store: Annotated[Any, InjectedStore]) -> str:
        """Ask."""
        seen.append((state, store))
        return ""

    state, store = {"any": Odd()}, InMemoryStore()
    call(ask, {"state": state, "store": store})
    assert seen[0][0] is state
    assert seen[0][1] is store


def test_a_model_cannot_forge_a_store_or_a_runtime(call):
    @tool
    def ask(runtime: ToolRuntime, store: Annotated[Any, InjectedStore] = None) -> str:
        """Ask."""
        return f"{type(runtime).__name__} {store}"

    assert call(ask, {"runtime": {"state": "mine"}, "store": {"get": "mine"}}) == "ToolRuntime None"


def test_a_model_cannot_forge_a_config(call):
    @tool
    def ask(x: int, config: RunnableConfig, write: StreamWriter) -> str:
        """Ask."""
        return f"{config['tags']} {callable(write)}"

    assert call(ask, {"x": 1, "config": {"tags": ["mine"]}, "write": "mine"}) == "[] True"


def test_a_model_cannot_smuggle_what_is_injected_in_as_a_keyword(call):
    @tool
    def ask(
        x: int, config: RunnableConfig, user: Annotated[str, InjectedToolArg] = "nobody", _own: int = 1, **more: Any
    ) -> str:
        """Ask."""
        return f"{user} {_own} {config['tags']} {more}"

    smuggled = {"user": "mallory", "config": {"tags": ["mine"]}, "_own": 2, "z": 1}
    assert call(ask, {"x": 1, "more": smuggled}) == "nobody 1 [] {'z': 1}"
    assert call(ask, {"x": 1, "more": smuggled, "user": "ada"}) == "ada 1 [] {'z': 1}"
    assert call(ask, {"x": 1, "config": {"tags": ["mine"]}, "y": 2}) == "nobody 1 [] {'y': 2}"


def test_the_arguments_that_were_passed_stay_as_they_were(call):
    args = given()["args"]
    before = dict(args)
    with pytest.raises(ValueError, match=r"wants the id of the tool call as 'identity'.*'type': 'tool_call'"):
        call(everything, args)
    assert args == before


def test_the_id_of_a_call_may_have_a_default(call):
    @tool
    def ask(identity: Annotated[str | None, InjectedToolCallId] = None) -> str:
        """Ask."""
        return str(identity)

    assert call(ask, {}) == "None"


def test_errors_show_nothing_that_is_injected(call):
    with pytest.raises(ValidationError) as failed:
        call(everything, given(x="no number", user="the secret", state={"password": "the secret"}))
    text = str(failed.value)
    assert "the arguments of tool 'everything'" in text
    assert "valid integer" in text
    assert "'no number'" in text
    assert "secret" not in text
    missing = given(user=["the secret"], state={"password": "the secret"})
    del missing["args"]["x"]
    with pytest.raises(ValidationError) as failed:
        call(everything, missing)
    assert "secret" not in str(failed.value)
    assert "secret" not in repr(failed.value.errors())
    assert {error["loc"][0] for error in failed.value.errors()} == {"x", "user"}


@pytest.mark.parametrize(
    ("missing", "told"),
    [("state", "through ToolNode"), ("store", "compile the graph with store="), ("user", "The program gives this")],
)
def test_what_is_not_there_is_named(call, missing, told):
    request = given()
    del request["args"][missing]
    with pytest.raises(ValidationError, match=f"(?s){missing}\n.*{told}"):
        call(everything, request)


def test_a_schema_of_the_users_own_may_ask_and_so_may_the_function(call):
    class Args(BaseModel):
        x: int
        state: Annotated[dict, InjectedState]
        identity: Annotated[str, InjectedToolCallId]

    @tool(args_schema=Args)
    def ask(x, state, identity, runtime: ToolRuntime, config: RunnableConfig):
        """Ask."""
        return [x, state, identity, runtime.tool_call_id, config["tags"]]

    assert list(ask.args) == ["x"]
    request = {"type": "tool_call", "name": "ask", "id": "i", "args": {"x": "1", "state": {"s": 1}}}
    assert call(ask, request, {"tags": ["t"]}).content == '[1, {"s": 1}, "i", "i", ["t"]]'


def test_a_json_schema_lets_the_function_ask(call):
    @tool(args_schema={"title": "ask", "type": "object", "properties": {"x": {"type": "integer"}}})
    def ask(x, runtime: ToolRuntime, state: Annotated[dict, InjectedState]):
        """Ask."""
        return f"{x} {runtime.tool_call_id} {state}"

    request = {"type": "tool_call", "name": "ask", "id": "i", "args": {"x": 1, "state": {}}}
    assert call(ask, request).content == "1 i {}"
    with pytest.raises(TypeError, match="wants the graph's state as 'state'; run it through ToolNode"):
        call(ask, {"x": 1})
