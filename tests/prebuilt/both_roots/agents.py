"""Programs with agents, written for either root."""

from typing import Annotated, Any

from typing_extensions import TypedDict

from tests.prebuilt.both_roots.roots import Roots, told

HI = {"messages": [("human", "hi")]}


def tools_of(roots: Roots) -> dict[str, Any]:
    tool = roots.core.tools.tool

    @tool
    def add(a: int, b: int) -> int:
        """Add."""
        return a + b

    @tool
    async def shout(text: str) -> str:
        """Shout."""
        return text.upper()

    @tool
    def fail(text: str) -> str:
        """Fail."""
        raise ValueError(text)

    @tool(return_direct=True)
    def direct(text: str) -> str:
        """Say it."""
        return f"direct {text}"

    return {"add": add, "shout": shout, "fail": fail, "direct": direct}


async def played(agent: Any, given: Any = HI, config: Any = None, **kwargs: Any) -> Any:
    """Return what an agent shows of each step, and in the end."""
    shown: list[Any] = []
    try:
        async for mode, chunk in agent.astream(given, config, stream_mode=["updates", "values"], **kwargs):
            if mode == "updates":
                shown.append(told(chunk))
            else:
                last = chunk
    except Exception as error:
        return [*shown, type(error).__name__]
    return [*shown, told(last)]


def in_order(shown: Any) -> Any:
    """Return updates with those of one superstep in an order of their own."""
    return sorted(shown[:-1], key=repr) + shown[-1:]


async def two_turns(roots: Roots, version: str) -> Any:
    tools = tools_of(roots)
    calls = [("add", {"a": 1, "b": 2}), ("shout", {"text": "x"})]
    model = roots.model(roots.ai("", *calls), roots.ai("", ("add", {"a": 3, "b": 3})), "done")
    agent = roots.graph.prebuilt.create_react_agent(model, [tools["add"], tools["shout"]], version=version)
    return in_order(await played(agent)), model.asked


async def v1(roots: Roots) -> Any:
    return await two_turns(roots, "v1")


async def v2(roots: Roots) -> Any:
    return await two_turns(roots, "v2")


async def no_tools(roots: Roots) -> Any:
    model = roots.model("done")
    return await played(roots.graph.prebuilt.create_react_agent(model, [])), model.asked


async def functions_as_tools(roots: Roots) -> Any:
    def double(x: int) -> int:
        """Double."""
        return 2 * x

    model = roots.model(roots.ai("", ("double", {"x": 4})), "8")
    return await played(roots.graph.prebuilt.create_react_agent(model, [double])), model.asked


async def prompts(roots: Roots) -> Any:
    core, found = roots.core, []
    human = core.messages.HumanMessage
    kinds = [
        "be nice",
        core.messages.SystemMessage("be kind"),
        lambda state: [human("instead")],
        core.runnables.RunnableLambda(lambda state: [*state["messages"], human("more")]),
    ]
    for prompt in kinds:
        model = roots.model("done")
        found.append(await played(roots.graph.prebuilt.create_react_agent(model, [], prompt=prompt)))
        found.append(model.asked)

    async def aprompt(state):
        return [human("later")]

    model = roots.model("done")
    await roots.graph.prebuilt.create_react_agent(model, [], prompt=aprompt).ainvoke(HI)
    return [*found, model.asked]


async def errors_of_tools(roots: Roots) -> Any:
    tools = tools_of(roots)
    make = roots.graph.prebuilt.create_react_agent
    raised = await played(make(roots.model(roots.ai("", ("fail", {"text": "no"}))), [tools["fail"]]))
    node = roots.graph.prebuilt.ToolNode([tools["fail"]], handle_tool_errors=True)
    handled = await played(make(roots.model(roots.ai("", ("fail", {"text": "no"})), "sorry"), node))
    return raised, handled


async def direct(roots: Roots) -> Any:
    tools = tools_of(roots)
    found = []
    for version in ("v1", "v2"):
        calls = [("direct", {"text": "x"}), ("add", {"a": 1, "b": 1})]
        for asked in (calls[:1], calls):
            agent = roots.graph.prebuilt.create_react_agent(
                roots.model(roots.ai("", *asked), "more"), [tools["direct"], tools["add"]], version=version
            )
            found.append(in_order(await played(agent)))
    return found


async def response_formats(roots: Roots) -> Any:
    found = []
    for form in ({"title": "x", "type": "object"}, ("In form", {"title": "x", "type": "object"})):
        model = roots.model(roots.ai("", ("add", {"a": 1, "b": 1})), "two", "formed")
        agent = roots.graph.prebuilt.create_react_agent(
            model, [tools_of(roots)["add"]], prompt="be nice", response_format=form
        )
        found.append([await played(agent), model.asked])
    return found


async def hooks(roots: Roots) -> Any:
    messages, found = roots.core.messages, []
    everything = roots.graph.graph.message.REMOVE_ALL_MESSAGES

    def last_only(state):
        return {"llm_input_messages": state["messages"][-1:]}

    def replace(state):
        return {"messages": [messages.RemoveMessage(id=everything), messages.HumanMessage("short")]}

    def nothing(state):
        return {}

    for version in ("v1", "v2"):
        for hook in (last_only, replace):
            model = roots.model(roots.ai("", ("add", {"a": 1, "b": 1})), "two")
            if hook is replace:
                model = roots.model("two")
            agent = roots.graph.prebuilt.create_react_agent(
                model, [tools_of(roots)["add"]], pre_model_hook=hook, version=version
            )
            found.append([await played(agent), model.asked])

        model = roots.model(roots.ai("", ("add", {"a": 1, "b": 1})), "two")
        agent = roots.graph.prebuilt.create_react_agent(
            model, [tools_of(roots)["add"]], post_model_hook=nothing, pre_model_hook=last_only, version=version
        )
        found.append([await played(agent), model.asked])
    return found


async def hook_that_answers(roots: Roots) -> Any:
    """A hook after the model that refuses a call: the model is asked again."""
    messages = roots.core.messages

    def refuse(state):
        last = state["messages"][-1]
        if not getattr(last, "tool_calls", None):
            return {}
        return {"messages": [messages.ToolMessage("refused", tool_call_id=each["id"]) for each in last.tool_calls]}

    model = roots.model(roots.ai("", ("add", {"a": 1, "b": 1})), "fine")
    agent = roots.graph.prebuilt.create_react_agent(model, [tools_of(roots)["add"]], post_model_hook=refuse)
    form = roots.graph.prebuilt.create_react_agent(
        roots.model("a", "b"), [], post_model_hook=lambda state: {}, response_format={"title": "x"}
    )
    return [await played(agent), model.asked, await played(form)]


async def named(roots: Roots) -> Any:
    model = roots.model(roots.ai("", ("add", {"a": 1, "b": 1})), "two")
    agent = roots.graph.prebuilt.create_react_agent(model, [tools_of(roots)["add"]], name="adder")
    parent = roots.graph.graph.StateGraph(roots.graph.graph.MessagesState)
    parent.add_node(agent)
    parent.add_edge(roots.graph.graph.START, "adder")
    return [await played(parent.compile()), agent.name]


async def out_of_steps(roots: Roots) -> Any:
    found = []
    for limit in (1, 2, 3, 4, 5):
        call = roots.ai("", ("add", {"a": 1, "b": 1}))
        model = roots.model(call, lambda _: roots.ai("", ("add", {"a": 1, "b": 1})), "two")
        agent = roots.graph.prebuilt.create_react_agent(model, [tools_of(roots)["add"]])
        found.append(await played(agent, config={"recursion_limit": limit}))
    return found


async def states(roots: Roots) -> Any:
    core, graph = roots.core, roots.graph
    tool = core.tools.tool

    class State(roots.states.AgentState):
        user: str

    class PydanticState(roots.states.AgentStatePydantic):
        user: str = "nobody"

    @tool
    def who(user: Annotated[str, graph.prebuilt.InjectedState("user")]) -> str:
        """Say who."""
        return user

    def prompt(state):
        user = state["user"] if isinstance(state, dict) else state.user
        messages = state["messages"] if isinstance(state, dict) else state.messages
        return [core.messages.SystemMessage(user), *messages]

    found = []
    for schema in (State, PydanticState):
        for version in ("v1", "v2"):
            model = roots.model(roots.ai("", ("who", {})), "ok")
            agent = graph.prebuilt.create_react_agent(model, [who], state_schema=schema, prompt=prompt, version=version)
            found.append([await played(agent, {**HI, "user": "ann"}), model.asked])
    return found


class Asked(TypedDict):
    name: str


async def contexts_and_models(roots: Roots) -> Any:
    tools = tools_of(roots)
    found = []

    for is_async in (True, False):
        model = roots.model(roots.ai("", ("add", {"a": 1, "b": 1})), "two")
        seen = []

        def choose(state, runtime, model=model, seen=seen):
            seen.append([len(state["messages"]), runtime.context["name"]])
            return model.bind_tools([tools["add"]])

        async def achoose(state, runtime, choose=choose):
            return choose(state, runtime)

        agent = roots.graph.prebuilt.create_react_agent(
            achoose if is_async else choose, [tools["add"]], context_schema=Asked
        )
        found.append([await played(agent, context={"name": "ann"}), model.asked, seen])
    return found


async def turns(roots: Roots) -> Any:
    saver = roots.new_saver()
    model = roots.model("one", roots.ai("", ("add", {"a": 1, "b": 1})), "two")
    agent = roots.graph.prebuilt.create_react_agent(model, [tools_of(roots)["add"]], checkpointer=saver)
    config = {"configurable": {"thread_id": "1"}}
    return [await played(agent, config=config), await played(agent, config=config), model.asked]


async def interrupts(roots: Roots) -> Any:
    graph = roots.graph
    tool = roots.core.tools.tool

    @tool
    def ask(question: str) -> str:
        """Ask."""
        return f"{question}: {graph.types.interrupt(question)}"

    found = []
    for version in ("v1", "v2"):
        model = roots.model(roots.ai("", ("ask", {"question": "q1"}), ("add", {"a": 1, "b": 1})), "done")
        agent = graph.prebuilt.create_react_agent(
            model, [ask, tools_of(roots)["add"]], checkpointer=roots.new_saver(), version=version
        )
        config = {"configurable": {"thread_id": "1"}}
        found.append(in_order(await played(agent, config=config)))
        found.append(list((await agent.aget_state(config)).next))
        found.append(in_order(await played(agent, graph.types.Command(resume="yes"), config)))
    return found


async def stops(roots: Roots) -> Any:
    saver = roots.new_saver()
    model = roots.model(roots.ai("", ("add", {"a": 1, "b": 1})), "two")
    agent = roots.graph.prebuilt.create_react_agent(
        model, [tools_of(roots)["add"]], checkpointer=saver, interrupt_before=["tools"]
    )
    config = {"configurable": {"thread_id": "1"}}
    return [await played(agent, config=config), await played(agent, None, config)]


async def commands(roots: Roots) -> Any:
    core, graph = roots.core, roots.graph
    tool = core.tools.tool

    class State(roots.states.AgentState):
        user: str

    @tool
    def sign_in(name: str, tool_call_id: Annotated[str, core.tools.InjectedToolCallId]) -> Any:
        """Sign in."""
        message = core.messages.ToolMessage(f"welcome {name}", tool_call_id=tool_call_id)
        return graph.types.Command(update={"user": name, "messages": [message]})

    found = []
    for version in ("v1", "v2"):
        model = roots.model(roots.ai("", ("sign_in", {"name": "ann"}), ("add", {"a": 1, "b": 1})), "ok")
        agent = graph.prebuilt.create_react_agent(
            model, [sign_in, tools_of(roots)["add"]], state_schema=State, version=version
        )
        found.append(in_order(await played(agent, {**HI, "user": "nobody"})))
    return found


async def handing_over(roots: Roots) -> Any:
    core, graph = roots.core, roots.graph
    tool = core.tools.tool

    @tool
    def to_bob(
        state: Annotated[dict, graph.prebuilt.InjectedState],
        tool_call_id: Annotated[str, core.tools.InjectedToolCallId],
    ) -> Any:
        """Hand over to bob."""
        message = core.messages.ToolMessage("handed over", tool_call_id=tool_call_id, name="to_bob")
        return graph.types.Command(
            goto="bob", graph=graph.types.Command.PARENT, update={"messages": [*state["messages"], message]}
        )

    ann = graph.prebuilt.create_react_agent(roots.model(roots.ai("", ("to_bob", {}))), [to_bob], name="ann")
    bob = graph.prebuilt.create_react_agent(roots.model("bob here"), [], name="bob")
    parent = graph.graph.StateGraph(graph.graph.MessagesState)
    parent.add_node("ann", ann, destinations=("bob",))
    parent.add_node("bob", bob)
    parent.add_edge(graph.graph.START, "ann")
    return await played(parent.compile())


async def bound_models(roots: Roots) -> Any:
    tools, make = tools_of(roots), roots.graph.prebuilt.create_react_agent
    found = []
    model = roots.model("ok")
    found.append(await played(make(model.bind_tools([tools["add"]]), [tools["add"]])))
    model = roots.model("ok")
    found.append(await played(make(model.bind_tools([tools["add"]]).with_config(tags=["t"]), [tools["add"]])))
    model = roots.model("ok")
    chain = roots.core.runnables.RunnableLambda(lambda x: x) | model.bind_tools([tools["add"]])
    found.append(await played(make(chain, [tools["add"]])))
    for others in ([tools["shout"]], [tools["add"], tools["shout"]]):
        try:
            make(roots.model("ok").bind_tools([tools["add"]]), others)
        except Exception as error:
            found.append(type(error).__name__)
    return found


async def histories(roots: Roots) -> Any:
    messages = roots.core.messages
    call = roots.ai("", ("add", {"a": 1, "b": 1}))
    human = messages.HumanMessage("hi")
    answer = messages.ToolMessage("2", tool_call_id="call_1")
    found = []
    for given in ([human, call], [human, call, answer], [], [human, call, human]):
        agent = roots.graph.prebuilt.create_react_agent(roots.model("ok"), [tools_of(roots)["add"]])
        found.append(await played(agent, {"messages": given}))
    return found


AGENTS = {
    each.__name__: each
    for each in (
        v1, v2, no_tools, functions_as_tools, prompts, errors_of_tools, direct, response_formats, hooks,
        hook_that_answers, named, out_of_steps, states, contexts_and_models, turns, interrupts, stops, commands,
        handing_over, bound_models, histories,
    )
}  # fmt: skip
