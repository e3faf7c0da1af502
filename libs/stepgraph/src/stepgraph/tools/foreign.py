"""Foreign tools: those of other libraries, such as LangChain's, and objects that are like tools, as tools of ours.

A tool of another library answers whole tool calls: it checks the arguments, reports its run to the handlers of the
config that it is handed, and deals with its errors itself; what it answers becomes ours. Of an object that only takes
arguments all that is done here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, get_origin

from pydantic import BaseModel, Field, ValidationError

from stepgraph.config import RunnableConfig
from stepgraph.execution.guard import GUARD
from stepgraph.messages import ToolMessage
from stepgraph.runnables.foreign import ForeignRunnable, is_foreign
from stepgraph.tools.base import BaseTool
from stepgraph.tools.convert import tool
from stepgraph.tools.errors import ToolException
from stepgraph.tools.injection import ToolRuntime
from stepgraph.tools.reading import plan_of
from stepgraph.tools.rejected import rejected
from stepgraph.tools.structured import StructuredTool
from stepgraph.types import Command, Send

__all__ = ["ONE_TEXT", "ForeignTool", "adopted", "is_foreign_tool", "tool_of"]

ONE_TEXT: Final = {
    "properties": {"__arg1": {"title": "__arg1", "type": "string"}},
    "required": ["__arg1"],
    "type": "object",
}
"""What models are told of a tool that takes one text, whatever it is called."""

_TOOL_OF_ONE_TEXT: Final = ("langchain_core.tools.simple", "Tool")
"""LangChain's class of such tools, by its module and its name."""

_SAID: Final = ("id", "name", "additional_kwargs", "response_metadata")
"""What an answer may say besides, and need not."""

_OF_OUR_CLASSES: Final = {"execution_info", "server_info"}
"""Attributes of a runtime that other libraries have classes of their own for."""

_PASSED: Final = {"state", "store", "tool_runtime", "given"}
"""What a tool call brings besides the arguments of the model."""

_HIDDEN: Final = "_injected_args_keys"
"""Where LangChain's tools keep the names of arguments that handlers are not shown."""

_OPTIONS: Final = ("return_direct", "response_format", "tags", "metadata", "extras")
"""Attributes of tools that ours have, too."""


def is_foreign_tool(thing: Any) -> bool:
    """Return whether something is a tool, or like one, and not ours."""
    return is_foreign(thing) and isinstance(getattr(thing, "name", None), str) and hasattr(thing, "args_schema")


def tool_of(thing: Any) -> BaseTool:
    """Return a tool for whatever may stand in a list of tools: one of ours or of others, or a function."""
    if isinstance(thing, BaseTool):
        return thing
    return adopted(thing) if is_foreign_tool(thing) else tool(thing)


def adopted(thing: Any) -> BaseTool:
    """Return a tool of ours that calls a tool of another library, or an object that is like one.

    Args:
        thing: Has `name`, `description`, `args_schema` (a pydantic model or a JSON schema) and `invoke`, `ainvoke` or
            both. Where it has `tool_call_schema` too, as LangChain's tools do, it is called with whole tool calls, else
            with the arguments as a dict; the config goes with either.
    """
    given: dict[str, Any] = {name: getattr(thing, name) for name in _OPTIONS if getattr(thing, name, None) is not None}
    given.update(name=thing.name, description=str(getattr(thing, "description", None) or ""))
    if hasattr(thing, "tool_call_schema"):
        found = ForeignTool(bound=thing, args_schema=_schema_of(thing), **given)
        _hide(thing, (name for name, each in found.demands.items() if each.kind in _PASSED))
        return found
    runnable = ForeignRunnable(thing)

    def call(*text: Any, **arguments: Any) -> Any:
        return runnable.invoke(text[0] if text else arguments)

    async def acall(*text: Any, **arguments: Any) -> Any:
        return await runnable.ainvoke(text[0] if text else arguments)

    func, coroutine = call if hasattr(thing, "invoke") else None, acall if hasattr(thing, "ainvoke") else None
    return StructuredTool(args_schema=_schema_of(thing), func=func, coroutine=coroutine, **given)


class ForeignTool(BaseTool):
    """A tool of another library, which answers tool calls itself.

    Attributes:
        bound: The tool.
    """

    bound: Any = Field(exclude=True, repr=False)

    def _functions(self) -> tuple[Any, Any]:
        """Return its functions, which say what is injected: those that it was made of, where it was."""
        for names in (("func", "coroutine"), ("_run", "_arun"), ("invoke", "ainvoke")):
            func, coroutine = (getattr(self.bound, name, None) for name in names)
            if func is not None or coroutine is not None:
                break
        return func, coroutine

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Let the tool answer; see `BaseTool.invoke`."""
        if GUARD.on:
            GUARD.sync_entry(self, "invoke")
        with self._known():
            return _as_ours(ForeignRunnable(self.bound).invoke(self._as_theirs(input), config, **kwargs))

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Let the tool answer; see `BaseTool.invoke`."""
        if GUARD.on:
            GUARD.watch_loop()
        with self._known():
            return _as_ours(await ForeignRunnable(self.bound).ainvoke(self._as_theirs(input), config, **kwargs))

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Let the tool answer; see `BaseTool.run`."""
        return _as_ours(self.bound.run(*args, **kwargs))

    async def arun(self, *args: Any, **kwargs: Any) -> Any:
        """Let the tool answer; see `BaseTool.run`."""
        return _as_ours(await self.bound.arun(*args, **kwargs))

    def _as_theirs(self, input: Any) -> Any:
        """Return a tool call with the runtime as an instance of the class that the tool's own library has for it."""
        fields = getattr(self.args_schema, "model_fields", {})
        wanted = [name for name, each in self.demands.items() if each.kind == "tool_runtime" and name in fields]
        if not wanted or not isinstance(input, dict) or not isinstance(input.get("args"), dict):
            return input
        args = {**input["args"]}
        for name in wanted:
            annotation = fields[name].annotation
            cls: Any = get_origin(annotation) or annotation
            if isinstance(args.get(name), ToolRuntime) and _is_theirs(cls):
                known = {each.name for each in dataclass_fields(cls)} - _OF_OUR_CLASSES
                values = vars(args[name])
                args[name] = cls(**{key: values[key] for key in values if key in known})
        return {**input, "args": args}

    @contextmanager
    def _known(self) -> Iterator[None]:
        """Errors of the tool leave this block as policies know them."""
        try:
            yield
        except Exception as error:
            known = self._as_known(error)
            if known is error:
                raise
            raise known from None

    def _as_known(self, error: Exception) -> Exception:
        schema = self.args_schema
        if isinstance(error, ValidationError) and isinstance(schema, type) and error.title == _title(schema):
            return rejected(error, self.name, plan_of(self).injected)
        kind: Any = type(error)
        if not isinstance(error, ToolException) and any(cls.__name__ == "ToolException" for cls in kind.__mro__):
            error.__class__ = _both(kind)  # who has a policy for either class has one for it
        return error


def _hide(thing: Any, names: Iterable[str]) -> None:
    """Tell a tool of LangChain what is injected by markers of ours, which it does not know: no handler sees it then."""
    if isinstance(getattr(type(thing), _HIDDEN, None), cached_property):
        vars(thing)[_HIDDEN] = getattr(thing, _HIDDEN).union(names)


def _schema_of(thing: Any) -> Any:
    """Return what a tool takes, as a pydantic model or as a JSON schema."""
    schema = thing.args_schema
    if schema is None:
        if _TOOL_OF_ONE_TEXT in {(cls.__module__, cls.__name__) for cls in type(thing).__mro__}:
            return ONE_TEXT
        found = thing.get_input_schema() if hasattr(thing, "tool_call_schema") else None
        return {"type": "object", "properties": {}} if found is None else found
    if isinstance(schema, type) and not issubclass(schema, BaseModel) and hasattr(schema, "schema"):
        return schema.schema()  # a model of pydantic before 2
    return schema


def _is_theirs(runtime: Any) -> bool:
    return is_dataclass(runtime) and runtime is not ToolRuntime


def _title(schema: type[Any]) -> str:
    config: Mapping[str, Any] = getattr(schema, "model_config", {})
    return str(config.get("title") or schema.__name__)


@lru_cache(maxsize=64)
def _both(cls: Any) -> Any:
    """Return a class of errors that is another library's `ToolException` and ours."""
    return type(cls.__name__, (cls, ToolException), {"__module__": cls.__module__})


def _as_ours(output: Any) -> Any:
    """Return what a tool answered with messages and commands of ours."""
    if isinstance(output, list):
        return [_as_ours(each) for each in output]
    if isinstance(output, (ToolMessage, Command, Send)):
        return output
    if getattr(output, "type", None) == "tool" and hasattr(output, "tool_call_id"):
        said = {name: getattr(output, name) for name in _SAID if getattr(output, name, None)}
        answer = {name: getattr(output, name) for name in ("tool_call_id", "artifact", "status")}
        return ToolMessage(output.content, **answer, **said)
    kind = type(output).__name__
    if kind == "Send" and hasattr(output, "node") and hasattr(output, "arg"):
        return Send(output.node, output.arg)
    if kind == "Command" and hasattr(output, "goto") and hasattr(output, "update"):
        update = output.update
        if isinstance(update, Mapping):
            update = {key: _as_ours(each) for key, each in update.items()}
        return Command(graph=output.graph, update=_as_ours(update), goto=_as_ours(output.goto))
    return output
