"""A program written for langchain-core: what a run injects into a tool, and what handlers hear of it."""
# ruff: noqa: UP045 - written as such programs are

import asyncio
from typing import Annotated, Optional

from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackHandler, dispatch_custom_event
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import InjectedToolArg, InjectedToolCallId, ToolException, tool
from telling import attempt, call, show, told
from toolbox import Calculator, multiply, search_api


@tool
def injected(
    x: int,
    user: Annotated[str, InjectedToolArg],
    id: Annotated[str, InjectedToolCallId],
    config: RunnableConfig,
    other: Annotated[Optional[str], InjectedToolArg()] = "o",
) -> str:
    """Be injected."""
    return f"{x} {user} {id} {config['configurable']} {config['tags']} {other}"


def injection():
    show("shown", injected.tool_call_schema.model_json_schema(), injected.args)
    show("full", sorted(injected.get_input_schema().model_fields))
    given = {"x": 1, "user": "u"}
    show("given", told(injected.invoke(call("injected", given), {"configurable": {"k": 1}, "tags": ["t"]})))
    attempt("no call", lambda: injected.invoke(given))
    attempt("no user", lambda: injected.invoke(call("injected", {"x": 1})))
    show("call unchanged", given)


class Diary(BaseCallbackHandler):
    def on_tool_start(
        self, serialized, input_str, *, inputs=None, tool_call_id=None, tags=None, metadata=None, **kwargs
    ):
        show("start", serialized, input_str, inputs, tool_call_id, tags, metadata, kwargs.get("color"))

    def on_tool_end(self, output, *, name=None, color=None, **kwargs):
        show("end", told(output), name, color)

    def on_tool_error(self, error, *, tool_call_id=None, **kwargs):
        show("error", type(error).__name__, tool_call_id)

    def on_custom_event(self, name, data, **kwargs):
        show("custom", name, data)


class AsyncDiary(AsyncCallbackHandler):
    async def on_tool_start(self, serialized, input_str, *, inputs=None, tool_call_id=None, **kwargs):
        show("async start", serialized, input_str, inputs, tool_call_id)

    async def on_tool_end(self, output, **kwargs):
        show("async end", told(output))


@tool
def eventful(n: int, user: Annotated[str, InjectedToolArg] = "secret") -> int:
    """Send an event."""
    dispatch_custom_event("halfway", {"n": n})
    if n > 2:
        raise ToolException("too much")
    return n


def handlers():
    config = {"callbacks": [Diary()], "tags": ["t"], "metadata": {"m": 1}}
    eventful.invoke(call("eventful", {"n": 1, "user": "hidden"}), config)
    eventful.invoke({"n": 2}, config)
    attempt("failed", lambda: eventful.invoke(call("eventful", {"n": 3}), config))
    attempt("rejected", lambda: eventful.invoke(call("eventful", {"n": "x"}), config))
    search_api.invoke("tea", config)
    own = Calculator(callbacks=[Diary()], tags=["own"], metadata={"o": 1})
    own.invoke({"x": 1})
    own.run({"x": 2}, tags=["given"], metadata={"g": 1})
    asyncio.run(multiply.ainvoke(call("multiply", {"a": 1, "b": 2}), {"callbacks": [AsyncDiary()]}))
    asyncio.run(eventful.ainvoke({"n": 1}, config))

    async def streamed():
        async for event in eventful.astream_events({"n": 1}, version="v2"):
            show(
                "event",
                event["event"],
                event["name"],
                {key: value for key, value in event["data"].items() if key != "chunk"},
            )

    asyncio.run(streamed())


for part in (injection, handlers):
    print(f"-- {part.__name__}")
    part()
