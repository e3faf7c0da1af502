"""Programs with ToolNode, tools_condition and ValidationNode, written for either root."""

import operator
from typing import Annotated, Any, Optional

from pydantic import BaseModel
from typing_extensions import TypedDict

from tests.prebuilt.both_roots.agents import tools_of
from tests.prebuilt.both_roots.roots import Roots, told


def first_words(found: Any) -> Any:
    """Return a result without the words of errors, which each engine finds for itself."""
    if isinstance(found, dict) and found.get("status") == "error":
        return {**found, "content": "…"}
    if isinstance(found, dict):
        return {key: first_words(each) for key, each in found.items()}
    return [first_words(each) for each in found] if isinstance(found, list) else found


async def ran(roots: Roots, node: Any, given: Any, state: Any = None, is_async: bool = True, **compiled: Any) -> Any:
    """Return what a graph of a ToolNode shows."""
    graph = roots.graph.graph
    made = graph.StateGraph(state or graph.MessagesState)
    made.add_node("tools", node)
    made.add_edge(graph.START, "tools")
    agent = made.compile(**compiled)
    try:
        if is_async:
            return told([each async for each in agent.astream(given, stream_mode="updates")])
        return told(list(agent.stream(given, stream_mode="updates")))
    except Exception as error:
        return type(error).__name__


def asking(roots: Roots, *calls: Any) -> dict[str, Any]:
    return {"messages": [roots.ai("", *calls)]}


async def calls_and_answers(roots: Roots) -> Any:
    tools, found = tools_of(roots), []
    node = roots.graph.prebuilt.ToolNode([tools["add"], tools["shout"]])
    calls = [("shout", {"text": "x"}), ("add", {"a": 1, "b": 2}), ("shout", {"text": "y"})]
    found.append(await ran(roots, node, asking(roots, *calls)))
    found.append(first_words(await ran(roots, node, asking(roots, ("unknown", {}), *calls[:1]))))
    found.append(first_words(await ran(roots, node, asking(roots, ("add", {"a": "x"})))))
    found.append(first_words(await ran(roots, node, asking(roots, ("add", {"a": "x"})), is_async=False)))
    found.append(await ran(roots, node, {"messages": [("human", "hi")]}))
    found.append(await ran(roots, node, asking(roots)))
    return found


async def what_tools_return(roots: Roots) -> Any:
    tool, messages = roots.core.tools.tool, roots.core.messages

    @tool
    def a_dict() -> Any:
        """Return."""
        return {"ä": [1, None]}

    @tool
    def blocks() -> Any:
        """Return."""
        return [{"type": "text", "text": "x"}]

    @tool
    def nothing() -> Any:
        """Return."""

    @tool
    def own(tool_call_id: Annotated[str, roots.core.tools.InjectedToolCallId]) -> Any:
        """Return."""
        return messages.ToolMessage("own", tool_call_id=tool_call_id, name="me")

    @tool(response_format="content_and_artifact")
    def both() -> Any:
        """Return."""
        return "text", [1, 2]

    made = [a_dict, blocks, nothing, own, both]
    node = roots.graph.prebuilt.ToolNode(made)
    return await ran(roots, node, asking(roots, *((each.name, {}) for each in made)))


async def policies(roots: Roots) -> Any:
    tool = roots.core.tools.tool

    @tool
    def value(x: int) -> str:
        """Fail."""
        raise ValueError("v")

    @tool
    def key(x: int) -> str:
        """Fail."""
        raise KeyError("k")

    def for_values(error: ValueError) -> str:
        return f"value: {error}"

    def for_both(error: ValueError | KeyError) -> str:
        return f"both: {error}"

    def for_all(error: Exception) -> str:
        return f"all: {type(error).__name__}"

    def unannotated(error):
        return f"any: {type(error).__name__}"

    found = []
    kinds = [True, False, "sorry", for_values, for_both, for_all, unannotated, ValueError, (ValueError, KeyError)]
    for policy in kinds:
        node = roots.graph.prebuilt.ToolNode([value, key], handle_tool_errors=policy)
        for call in (("value", {"x": 1}), ("key", {"x": 1}), ("value", {"x": "?"})):
            answer = await ran(roots, node, asking(roots, call))
            wrong = call[1]["x"] == "?" and policy not in ("sorry", for_all, unannotated)
            found.append(first_words(answer) if wrong else answer)
    node = roots.graph.prebuilt.ToolNode([value, key])
    found.append(await ran(roots, node, asking(roots, ("value", {"x": 1}))))
    return found


class State(TypedDict):
    messages: list
    user: str
    seen: Annotated[list, operator.add]


class Pydantic(BaseModel):
    messages: list
    user: str
    seen: Annotated[list, operator.add] = []


async def injected(roots: Roots) -> Any:
    tool, prebuilt = roots.core.tools.tool, roots.graph.prebuilt
    config_type = roots.core.runnables.RunnableConfig

    @tool
    def whole(x: int, state: Annotated[Any, prebuilt.InjectedState]) -> str:
        """Look."""
        return state["user"] if isinstance(state, dict) else state.user

    @tool
    def part(x: int, user: Annotated[str, prebuilt.InjectedState("user")]) -> str:
        """Look."""
        return f"{x} {user}"

    @tool
    async def call_id(x: int, tool_call_id: Annotated[str, roots.core.tools.InjectedToolCallId]) -> str:
        """Look."""
        return tool_call_id

    @tool
    def stored(x: int, store: Annotated[Any, prebuilt.InjectedStore()]) -> str:
        """Look."""
        return store.get(("a",), "k").value["v"]

    @tool
    def everything(x: int, runtime: prebuilt.ToolRuntime) -> str:
        """Look."""
        user = runtime.state["user"] if isinstance(runtime.state, dict) else runtime.state.user
        return f"{user} {runtime.tool_call_id} {runtime.store.get(('a',), 'k').value['v']} {runtime.context}"

    @tool
    def configured(x: int, config: config_type) -> str:
        """Look."""
        return str("configurable" in config)

    @tool
    def perhaps(x: int, user: Annotated[Optional[str], prebuilt.InjectedState("user")] = None) -> str:  # noqa: UP045
        """Look."""
        return str(user)

    store = roots.new_store()
    store.put(("a",), "k", {"v": "kept"})
    made = [whole, part, call_id, stored, everything, configured, perhaps]
    found: list[Any] = [[sorted(each.tool_call_schema.model_json_schema()["properties"]) for each in made]]
    given = {**asking(roots, *((each.name, {"x": 1}) for each in made)), "user": "ann", "seen": []}
    for state in (State, Pydantic):
        for is_async in (True, False):
            tools = made if is_async else [each for each in made if each is not call_id]
            calls = {**given, **asking(roots, *((each.name, {"x": 1}) for each in tools))}
            node = prebuilt.ToolNode(tools)
            found.append(await ran(roots, node, calls, state, is_async, store=store))
    forged = {**given, **asking(roots, ("part", {"x": 1, "user": "forged"}), ("whole", {"x": 1, "state": "forged"}))}
    found.append(await ran(roots, prebuilt.ToolNode(made), forged, State, store=store))
    return found


async def commands(roots: Roots) -> Any:
    core, types = roots.core, roots.graph.types
    message, id_type = core.messages.ToolMessage, core.tools.InjectedToolCallId

    @core.tools.tool
    def update(tool_call_id: Annotated[str, id_type]) -> Any:
        """Write."""
        answer = message("written", tool_call_id=tool_call_id)
        return types.Command(update={"user": "bob", "messages": [answer]})

    @core.tools.tool
    def silent() -> Any:
        """Write."""
        return types.Command(update={"user": "bob"})

    @core.tools.tool
    def several(tool_call_id: Annotated[str, id_type]) -> Any:
        """Write."""
        return [types.Command(update={"user": "eve"}), message("several", tool_call_id=tool_call_id)]

    @core.tools.tool
    def goes(tool_call_id: Annotated[str, id_type]) -> Any:
        """Go."""
        return types.Command(goto="__end__", update={"messages": [message("gone", tool_call_id=tool_call_id)]})

    node = roots.graph.prebuilt.ToolNode([update, silent, several, goes, tools_of(roots)["add"]])
    found = []
    for calls in (["update"], ["silent"], ["several"], ["goes"]):
        given = {**asking(roots, *((name, {}) for name in calls), ("add", {"a": 1, "b": 1})), "user": "ann", "seen": []}
        given["messages"] = given["messages"][:1]
        state = roots.states.AgentState

        class Mine(state):
            user: str
            seen: list

        found.append(await ran(roots, node, given, Mine))
    return found


async def wrappers(roots: Roots) -> Any:
    tools = tools_of(roots)
    message = roots.core.messages.ToolMessage

    def twice(request, execute):
        first = execute(request)
        again = execute(request.override(tool_call={**request.tool_call, "args": {"a": 10, "b": int(first.content)}}))
        return message(f"{first.content}, {again.content}", tool_call_id=request.tool_call["id"], name="w")

    async def atwice(request, execute):
        first = await execute(request)
        return message(f"a{first.content}", tool_call_id=request.tool_call["id"], name=request.tool.name)

    def knows(request, execute):
        if request.tool is None:
            return message(f"no {request.tool_call['name']}", tool_call_id=request.tool_call["id"])
        return execute(request)

    def fails(request, execute):
        raise ValueError("wrapped")

    made = roots.graph.prebuilt.ToolNode
    given = asking(roots, ("add", {"a": 1, "b": 1}))
    found = []
    for is_async in (True, False):
        node = made([tools["add"]], wrap_tool_call=twice, awrap_tool_call=atwice)
        found.append(await ran(roots, node, given, is_async=is_async))
        found.append(await ran(roots, made([tools["add"]], wrap_tool_call=twice), given, is_async=is_async))
        node = made([tools["add"]], wrap_tool_call=knows)
        found.append(await ran(roots, node, asking(roots, ("x", {}), ("add", {"a": 1, "b": 1})), is_async=is_async))
        for policy in (True, False):
            node = made([tools["add"]], wrap_tool_call=fails, handle_tool_errors=policy)
            found.append(first_words(await ran(roots, node, given, is_async=is_async)))
    return found


async def other_keys(roots: Roots) -> Any:
    class Talk(TypedDict):
        talk: Annotated[list, roots.graph.graph.add_messages]

    node = roots.graph.prebuilt.ToolNode([tools_of(roots)["add"]], messages_key="talk")
    return await ran(roots, node, {"talk": [roots.ai("", ("add", {"a": 1, "b": 1}))]}, Talk)


async def conditions(roots: Roots) -> Any:
    condition = roots.graph.prebuilt.tools_condition
    call, plain = roots.ai("", ("add", {})), roots.ai("hi")

    class Model(BaseModel):
        messages: list

    found = [
        condition([call]),
        condition([plain]),
        condition({"messages": [call]}),
        condition({"talk": [call]}, "talk"),
    ]
    found += [condition(Model(messages=[plain])), condition({"messages": [call, plain]})]
    for wrong in ({}, [], {"messages": []}):
        try:
            found.append(condition(wrong))
        except Exception as error:
            found.append(type(error).__name__)
    return found


async def validation(roots: Roots) -> Any:
    class Pick(BaseModel):
        """Pick a number."""

        number: int

    def add(a: int, b: int) -> int:
        """Add."""
        return a + b

    made = roots.graph.prebuilt.ValidationNode
    found = []
    calls = [("Pick", {"number": 1}), ("Pick", {"number": "x"}), ("add", {"a": 1, "b": "2"})]
    node = made([Pick, add])
    for given in ({"messages": [roots.ai("", *calls)]}, [roots.ai("", *calls)]):
        answer = node.invoke(given)
        for each in answer["messages"] if isinstance(given, dict) else answer:
            is_error = bool(each.additional_kwargs.get("is_error"))
            found.append([each.name, each.tool_call_id, is_error, "…" if is_error else each.content])
    worded = made([Pick], format_error=lambda error, call, schema: f"{call['name']} {schema.__name__}")
    found.append(told(worded.invoke([roots.ai("", calls[1])])[0])["content"])
    return found


TOOL_NODES = {
    f"node_{each.__name__}": each
    for each in (
        calls_and_answers, what_tools_return, policies, injected, commands, wrappers, other_keys, conditions,
        validation,
    )
}  # fmt: skip
