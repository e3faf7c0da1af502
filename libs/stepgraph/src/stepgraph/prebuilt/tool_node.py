"""ToolNode: calls the tools that a model asked for, side by side.

Each call gets what its tool asks for besides the model's arguments: the state, the store, the runtime, the id of the
call. What a model made up for such a parameter is replaced. What a tool did wrong is told to the model, or raised, as
the policy says; interrupts and the like always leave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from stepgraph.ambient import SCOPE
from stepgraph.config import RunnableConfig
from stepgraph.errors import annotate, listed, nearest
from stepgraph.execution.branches import gather
from stepgraph.execution.limiter import Limiter
from stepgraph.execution.loan import Holder
from stepgraph.execution.thread_branches import gather_in_threads
from stepgraph.execution.threads import in_thread
from stepgraph.frames import inside_branch
from stepgraph.messages import ToolMessage, convert_to_messages
from stepgraph.prebuilt.content import msg_content_output
from stepgraph.prebuilt.errors import (
    ErrorPolicy,
    ToolInvocationError,
    UnreadableArgumentsError,
    as_invocation_error,
    told,
    wrong_arguments_only,
)
from stepgraph.prebuilt.injecting import injected
from stepgraph.prebuilt.request import AsyncToolCallWrapper, ToolCallRequest, ToolCallWrapper
from stepgraph.prebuilt.tool_calls import answered_by, calls_of, last_answer
from stepgraph.prebuilt.tools_condition import tools_condition
from stepgraph.runnables import Runnable
from stepgraph.runnables.config import ensure_config
from stepgraph.runnables.parallel import bounds
from stepgraph.signatures import resolved_hints
from stepgraph.tools import BaseTool, InjectedState, InjectedStore, ToolRuntime
from stepgraph.tools.foreign import tool_of
from stepgraph.tools.reading import described_by
from stepgraph.types import Command, Send

__all__ = [
    "InjectedState",
    "InjectedStore",
    "ToolCallRequest",
    "ToolInvocationError",
    "ToolNode",
    "ToolRuntime",
    "msg_content_output",
    "tools_condition",
]


class ToolNode(Runnable[Any, Any]):
    """Calls the tools that the last answer of a model asks for, and answers with their messages.

    As a node it takes a state with messages, or a list of tool calls, as `Send` gives it one. It also takes a list of
    messages, and then returns a list. `max_concurrency` in the config bounds how many tools run at once.

    Args:
        tools: Tools, those of other libraries too (see `stepgraph.tools.foreign`), or functions that are made into
            tools.
        name: What the node is called.
        tags: Labels of its runs.
        handle_tool_errors: What becomes of errors; by default the model is told of arguments that it got wrong, and all
            else is raised.
        messages_key: Where the state has its messages.
        wrap_tool_call: Stands around each call.
        awrap_tool_call: The same for async code; where there is none, `wrap_tool_call` runs in a thread.

    Raises:
        ValueError: Two tools have one name.
    """

    inherits_config = True

    def __init__(
        self,
        tools: Sequence[Any],
        *,
        name: str = "tools",
        tags: list[str] | None = None,
        handle_tool_errors: ErrorPolicy = wrong_arguments_only,
        messages_key: str = "messages",
        wrap_tool_call: ToolCallWrapper | None = None,
        awrap_tool_call: AsyncToolCallWrapper | None = None,
    ) -> None:
        self.name: str | None = name
        self.tags: list[str] | None = tags
        self.handle_tool_errors: ErrorPolicy = handle_tool_errors
        self.messages_key: str = messages_key
        self._wrap = wrap_tool_call
        self._awrap = awrap_tool_call
        self.tools_by_name: dict[str, BaseTool] = {}
        for each in tools:
            made = tool_of(each)
            if made.name in self.tools_by_name and self.tools_by_name[made.name] is not made:
                raise ValueError(f"two tools are called {made.name!r}; give one of them another name")
            self.tools_by_name[made.name] = made

    def __repr__(self) -> str:
        return f"ToolNode({listed(self.tools_by_name)})"

    @property
    def kept_types(self) -> tuple[Any, ...]:
        """What tools say that they return, where artifacts are part of it: a graph with a checkpointer keeps these."""
        tools = (each for each in self.tools_by_name.values() if each.response_format == "content_and_artifact")
        return tuple(resolved_hints(described_by(each)).get("return") for each in tools)

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Call the tools, in the engine's threads, and return their messages.

        Args:
            input: A state with messages, a list of messages, or a list of tool calls.
            config: What the tools' runs belong to.
            kwargs: Ignored.

        Raises:
            ValueError: There is no answer of a model.
        """
        requests, as_list = self._requests(input, config)
        limiter, holder = _bounds(config)

        def branch(number: int, request: ToolCallRequest, slot: Any) -> Any:
            with inside_branch(number, limiter, slot):
                return self._called(request)

        if len(requests) == 1:
            return self._combined([self._called(requests[0])], as_list)
        outputs = gather_in_threads([partial(branch, *each) for each in enumerate(requests)], limiter, holder)
        return self._combined(outputs, as_list)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Call the tools side by side and return their messages; see `invoke`."""
        requests, as_list = self._requests(input, config)
        limiter, holder = _bounds(config)

        async def branch(number: int, request: ToolCallRequest, slot: Any) -> Any:
            with inside_branch(number, limiter, slot):
                return await self._acalled(request)

        if len(requests) == 1:
            return self._combined([await self._acalled(requests[0])], as_list)
        outputs = await gather([partial(branch, *each) for each in enumerate(requests)], limiter, holder)
        return self._combined(outputs, as_list)

    # What is asked for.

    def _requests(self, input: Any, config: RunnableConfig | None) -> tuple[list[ToolCallRequest], bool]:
        """Return what to call, and whether the answer is a list."""
        calls, state, as_list = self._calls(input)
        whole = ensure_config(config)
        if self.tags:
            whole["tags"] = [*(whole.get("tags") or ()), *self.tags]
        scope = SCOPE.get()
        task = None if scope is None else scope.task_scope
        requests = []
        for call in calls:
            runtime = ToolRuntime(
                state=state,
                context=None if task is None else task.runtime.context,
                config=whole,
                stream_writer=_discard if task is None else task.runtime.stream_writer,
                tool_call_id=call["id"],
                store=None if task is None else task.runtime.store,
                tools=list(self.tools_by_name.values()),
                execution_info=None if task is None else task.runtime.execution_info,
            )
            requests.append(ToolCallRequest(call, self.tools_by_name.get(call["name"]), state, runtime))
        return requests, as_list

    def _calls(self, input: Any) -> tuple[list[Any], Any, bool]:
        if isinstance(input, Mapping) and input.get("__type") == "tool_call_with_context":
            return [input["tool_call"]], input["state"], False
        last = input[-1] if isinstance(input, list) and input else None
        if isinstance(last, Mapping) and last.get("type") == "tool_call":
            return input, {self.messages_key: []}, False
        messages = convert_to_messages(list(answered_by(input, self.messages_key)))
        answer = last_answer(messages)
        if answer is None:
            raise ValueError("there is no AIMessage among the messages, so no tool was asked for")
        return calls_of(answer), input, isinstance(input, list)

    # One call.

    def _called(self, request: ToolCallRequest) -> Any:
        if self._wrap is None:
            return self._execute(request)
        try:
            return self._wrap(request, self._execute)
        except Exception as error:
            return self._answer_to(error, request)

    async def _acalled(self, request: ToolCallRequest) -> Any:
        if self._awrap is None and self._wrap is None:
            return await self._aexecute(request)
        try:
            if self._awrap is not None:
                return await self._awrap(request, self._aexecute)
            return await in_thread(self._wrap, request, self._execute)  # type: ignore[arg-type]
        except Exception as error:
            if self._awrap is None and isinstance(error, NotImplementedError):
                annotate(
                    error, "wrap_tool_call calls tools in sync code; for async ones give ToolNode awrap_tool_call=…"
                )
            return self._answer_to(error, request)

    def _execute(self, request: ToolCallRequest) -> Any:
        if request.tool is None:
            return self._no_such_tool(request.tool_call)
        if _is_unreadable(request.tool_call):
            return self._answer_to(UnreadableArgumentsError(request.tool_call), request)
        try:
            output = request.tool.invoke(self._filled(request), request.runtime.config)
        except Exception as error:
            return self._answer_to(as_invocation_error(error, request), request)
        return self._checked(output, request.tool_call)

    async def _aexecute(self, request: ToolCallRequest) -> Any:
        if request.tool is None:
            return self._no_such_tool(request.tool_call)
        if _is_unreadable(request.tool_call):
            return self._answer_to(UnreadableArgumentsError(request.tool_call), request)
        try:
            output = await request.tool.ainvoke(self._filled(request), request.runtime.config)
        except Exception as error:
            return self._answer_to(as_invocation_error(error, request), request)
        return self._checked(output, request.tool_call)

    def _filled(self, request: ToolCallRequest) -> dict[str, Any]:
        """Return a call with what its tool asks for besides the model's arguments."""
        call = request.tool_call
        args = {**call["args"], **injected(request, self.messages_key)}
        return {"type": "tool_call", "name": call["name"], "id": call["id"] or "", "args": args}

    def _answer_to(self, error: Exception, request: ToolCallRequest) -> ToolMessage:
        content = told(error, self.handle_tool_errors)
        if content is None:
            raise error
        call = request.tool_call
        return ToolMessage(content, name=call["name"], tool_call_id=call["id"] or "", status="error")

    def _no_such_tool(self, call: Any) -> ToolMessage:
        name = call["name"]
        known = listed(self.tools_by_name) if self.tools_by_name else "none"
        content = f"Error: there is no tool {name!r}{nearest(name, self.tools_by_name)}; there are: {known}."
        return ToolMessage(content, name=name, tool_call_id=call["id"] or "", status="error")

    # What comes of it.

    def _checked(self, output: Any, call: Any) -> Any:
        """Return what a tool gave, if it answers the call.

        Raises:
            TypeError: It is no message and no command.
            ValueError: A command leaves the call without an answer.
        """
        for each in output if isinstance(output, list) else [output]:
            if not isinstance(each, (ToolMessage, Command)):
                raise TypeError(
                    f"tool {call['name']!r} gave {type(each).__name__}; a tool call is answered by a ToolMessage or a "
                    "Command"
                )
        commands = [each for each in (output if isinstance(output, list) else [output]) if isinstance(each, Command)]
        if commands and not isinstance(output, list):
            self._check_command(commands[0], call)
        return output

    def _check_command(self, command: Command[Any], call: Any) -> None:
        update = command.update
        if command.graph is not None:
            return
        if isinstance(update, Mapping):
            messages = update.get(self.messages_key, [])
        else:
            messages = update if isinstance(update, list) else []
        found = convert_to_messages(messages) if messages else []
        answers = [each for each in found if each.type == "tool" and each.tool_call_id == call["id"]]
        for answer in answers:
            answer.name = answer.name or call["name"]
        if any(each.type == "remove" and each.id == "__remove_all__" for each in found):
            return
        if not answers:
            raise ValueError(
                f"the Command of tool {call['name']!r} must answer its call: put ToolMessage(…, "
                f"tool_call_id={call['id']!r}) under {self.messages_key!r} in its update"
            )

    def _combined(self, outputs: Sequence[Any], as_list: bool) -> Any:
        """Return what the node writes: messages, and commands where tools gave some."""
        flat = [each for output in outputs for each in (output if isinstance(output, list) else [output])]
        if not any(isinstance(each, Command) for each in flat):
            return flat if as_list else {self.messages_key: flat}
        combined: list[Any] = []
        above: list[Any] = []
        for each in flat:
            if isinstance(each, Command) and each.graph == Command.PARENT and _sends(each.goto) and not each.update:
                above += each.goto if isinstance(each.goto, (list, tuple)) else [each.goto]
            elif isinstance(each, Command):
                combined.append(each)
            else:
                combined.append([each] if as_list else {self.messages_key: [each]})
        return [*combined, Command(graph=Command.PARENT, goto=above)] if above else combined


def _bounds(config: RunnableConfig | None) -> tuple[Limiter | None, Holder | None]:
    """Return what bounds how many tools run at once, a limit in the config included, and who has the slot we are in."""
    limiter, holder = bounds()
    limit, scope = (config or {}).get("max_concurrency"), SCOPE.get()
    if limit is not None and (scope is None or limit != scope.config.get("max_concurrency")):
        limiter = Limiter(limit, limiter)
    return limiter, holder


def _is_unreadable(call: Any) -> bool:
    return not isinstance(call["args"], Mapping)


def _sends(goto: Any) -> bool:
    targets = goto if isinstance(goto, (list, tuple)) else [goto]
    return bool(targets) and all(isinstance(each, Send) for each in targets)


def _discard(_: Any) -> None:
    """Drop a chunk that nobody listens for."""
