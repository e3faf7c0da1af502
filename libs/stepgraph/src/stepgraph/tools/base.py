"""BaseTool: what a model may call. It takes a text, a dict of arguments or a whole tool call.

A tool is read once (`Plan`); where nobody listens, a call checks the arguments and calls the function, and no more.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer, SkipValidation, ValidationError
from typing_extensions import Self, is_typeddict

from stepgraph.config import RunnableConfig, check_config, merge_configs
from stepgraph.execution.guard import GUARD
from stepgraph.execution.threads import in_thread
from stepgraph.messages.tool_calls import ToolCall
from stepgraph.runnables.component import Component
from stepgraph.tools.arguments import ArgsSchema, create_schema_from_function
from stepgraph.tools.binding import arguments_of, taken_apart
from stepgraph.tools.errors import SchemaAnnotationError, ToolException
from stepgraph.tools.injection import Demand, InjectedToolArg, InjectedToolCallId
from stepgraph.tools.json_schemas import json_of
from stepgraph.tools.output import answer, content_and_artifact
from stepgraph.tools.plan import Door
from stepgraph.tools.reading import default_body, forget, plan_of
from stepgraph.tools.run import ToolRun
from stepgraph.tools.shown import schema_of, shown_json, shown_model
from stepgraph.tools.surroundings import filled
from stepgraph.tools.typed_dicts import model_of_typed_dict

__all__ = [
    "ArgsSchema",
    "BaseTool",
    "BaseToolkit",
    "InjectedToolArg",
    "InjectedToolCallId",
    "SchemaAnnotationError",
    "ToolException",
    "create_schema_from_function",
]


def _written(schema: Any) -> Any:
    """Return a schema as JSON has it."""
    return json_of(schema, "args_schema") if _is_model(schema) else schema


class BaseTool(Component[str | dict[str, Any] | ToolCall, Any]):
    """A tool: subclasses define `_run`, `_arun` or both, with the arguments as parameters.

    `invoke` takes a text (for a tool with one argument), a dict of arguments, or a tool call as models make it, and
    answers that with a `ToolMessage`.

    Attributes:
        name: What models call it.
        description: What models are told of it.
        args_schema: A pydantic model of the arguments, a TypedDict, or a JSON schema, which is not checked; made from
            the parameters of `_run` for models, and not checked either, where there is none.
        return_direct: Whether an agent ends with its answer.
        handle_tool_error: What is answered where it raises `ToolException`: `True` for the exception's text, a text,
            or a function of the exception; `False` to let it be raised.
        handle_validation_error: The same for arguments that do not fit.
        response_format: `"content_and_artifact"` where it returns a pair: the content of the message, and its artifact.
        extras: What a provider wants to know of it besides.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=())
    run_type: ClassVar[str] = "tool"

    name: str
    description: str
    args_schema: Annotated[Any, SkipValidation, PlainSerializer(_written, when_used="json-unless-none")] = None
    return_direct: bool = False
    handle_tool_error: bool | str | Callable[[ToolException], Any] | None = False
    handle_validation_error: bool | str | Callable[[ValidationError], Any] | None = False
    response_format: Literal["content", "content_and_artifact"] = "content"
    extras: dict[str, Any] | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        annotated = inspect.get_annotations(cls).get("args_schema")
        if annotated is BaseModel or annotated == "BaseModel":
            raise SchemaAnnotationError(
                f"{cls.__name__}.args_schema is annotated with BaseModel, but it holds a class of models; write "
                "`args_schema: type[BaseModel] = …`"
            )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        schema = self.args_schema
        if is_typeddict(schema):
            self.args_schema = model_of_typed_dict(schema)
        elif not (schema is None or isinstance(schema, dict) or _is_model(schema)):
            raise TypeError(
                "args_schema must be a pydantic model, a TypedDict or a JSON schema as a dict, got "
                f"{type(schema).__name__}: {schema!r}"
            )

    # What it takes.

    @property
    def demands(self) -> Mapping[str, Demand]:
        """What the tool gets that no model gives, by argument: see `stepgraph.tools.injection`."""
        return plan_of(self).injected

    @property
    def tool_call_schema(self) -> Any:
        """What models are told of the arguments: a pydantic model, or the JSON schema that the tool has."""
        if isinstance(self.args_schema, dict):
            return {**self.args_schema, "description": self.description} if self.description else self.args_schema
        return shown_model(self)

    @property
    def args(self) -> dict[str, Any]:
        """The JSON schemas of the arguments that models see, by name."""
        found: dict[str, Any] = shown_json(self).get("properties", {})
        return found

    @property
    def is_single_input(self) -> bool:
        """Whether it takes one argument."""
        return len([name for name in self.args if name != "kwargs"]) == 1

    def get_input_schema(self, config: RunnableConfig | None = None) -> Any:
        """Return a pydantic model of all arguments, the injected ones too."""
        if isinstance(self.args_schema, dict):
            return super().get_input_schema(config)
        return schema_of(self)

    # Doors.

    def invoke(
        self, input: str | dict[str, Any] | ToolCall, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Any:
        """Call the tool.

        Args:
            input: A text, a dict of arguments, or a tool call.
            config: See `Runnable.invoke`.
            kwargs: As for `run`.

        Returns:
            What the tool returned; a `ToolMessage` for a tool call.

        Raises:
            ValidationError: The arguments do not fit, and `handle_validation_error` is not set.
            ToolException: The tool raised it, and `handle_tool_error` is not set.
            NotImplementedError: The tool is async only.
        """
        if GUARD.on:
            GUARD.sync_entry(self, "invoke")
        tool_input, tool_call_id = taken_apart(self, input)
        if not kwargs and self.is_unheard(config):
            return self._answer(tool_input, tool_call_id, None)
        return self.run(tool_input, config=config, tool_call_id=tool_call_id, **kwargs)

    async def ainvoke(
        self, input: str | dict[str, Any] | ToolCall, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Any:
        """Call the tool; a sync function is called in the engine's threads. See `invoke`."""
        if GUARD.on:
            GUARD.watch_loop()
        tool_input, tool_call_id = taken_apart(self, input)
        if not kwargs and self.is_unheard(config):
            return await self._answer_async(tool_input, tool_call_id, None)
        return await self.arun(tool_input, config=config, tool_call_id=tool_call_id, **kwargs)

    def run(
        self,
        tool_input: str | dict[str, Any],
        verbose: bool | None = None,
        start_color: str | None = "green",
        color: str | None = "green",
        callbacks: Any = None,
        *,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        run_name: str | None = None,
        run_id: Any = None,
        config: RunnableConfig | None = None,
        tool_call_id: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """Call the tool with arguments; handlers hear of it whatever is around.

        Args:
            tool_input: A text, or a dict of arguments.
            verbose: Whether the run is printed, where the tool's own `verbose` does not say so.
            start_color: In which colour its start is.
            color: In which colour its end is.
            callbacks: Handlers, or a manager.
            tags: Labels of the run.
            metadata: What is said of the run.
            run_name: What the run is called.
            run_id: The id of the run.
            config: What the call is to have besides.
            tool_call_id: The id of the tool call that it answers.
            kwargs: For the handlers.

        Returns:
            What `invoke` returns. It raises what that raises.
        """
        tool = self.model_copy(update={"verbose": True}) if verbose and not self.verbose else self
        given = {"callbacks": callbacks, "tags": tags, "metadata": metadata, "run_name": run_name, "run_id": run_id}
        call = ToolRun.of(tool, tool_input, tool_call_id, _merged(config, given), (start_color, color), kwargs)
        call.start(None)
        try:
            with call.inside():
                output = tool._answer(tool_input, tool_call_id, call.run)
        except BaseException as error:
            call.fail(error)
            raise
        call.end(output)
        return output

    async def arun(
        self,
        tool_input: str | dict[str, Any],
        verbose: bool | None = None,
        start_color: str | None = "green",
        color: str | None = "green",
        callbacks: Any = None,
        *,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        run_name: str | None = None,
        run_id: Any = None,
        config: RunnableConfig | None = None,
        tool_call_id: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """Call the tool with arguments; see `run`."""
        tool = self.model_copy(update={"verbose": True}) if verbose and not self.verbose else self
        given = {"callbacks": callbacks, "tags": tags, "metadata": metadata, "run_name": run_name, "run_id": run_id}
        call = ToolRun.of(tool, tool_input, tool_call_id, _merged(config, given), (start_color, color), kwargs)
        await call.start_async(None)
        try:
            with call.inside():
                output = await tool._answer_async(tool_input, tool_call_id, call.run)
        except BaseException as error:
            await call.fail_async(error)
            raise
        await call.end_async(output)
        return output

    # What subclasses define.

    @default_body
    def _run(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"tool {self.name!r} is async only; use `await ….ainvoke(…)`")

    @default_body
    async def _arun(self, *args: Any, **kwargs: Any) -> Any:
        manager = kwargs.get("run_manager")
        if manager is not None and hasattr(manager, "get_sync"):
            kwargs["run_manager"] = manager.get_sync()
        return await in_thread(self._run, *args, **kwargs)

    def _functions(self) -> tuple[Callable[..., Any] | None, Callable[..., Any] | None]:
        """Return the sync and the async function that a tool was made of."""
        return None, None

    def _to_args_and_kwargs(
        self, tool_input: str | dict[str, Any], tool_call_id: str | None
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return with what the tool is called, checked; subclasses may take its input apart differently."""
        return arguments_of(self, tool_input, tool_call_id)

    # Behind the doors.

    def _answer(self, tool_input: Any, tool_call_id: str | None, run: Any) -> Any:
        try:
            args, kwargs = self._to_args_and_kwargs(tool_input, tool_call_id)
            door = plan_of(self).sync
            if door is None:
                raise NotImplementedError(f"tool {self.name!r} is async only; use `await ….ainvoke(…)`")
            kwargs = _ready(door, kwargs, run)
            response = (door.function or self._run)(*args, **kwargs)
            if inspect.iscoroutine(response):
                response.close()
                raise NotImplementedError(f"the function of tool {self.name!r} is async; use `await ….ainvoke(…)`")
            return self._told(response, tool_call_id)
        except (ToolException, ValidationError) as error:
            return self._handled(error, tool_call_id)

    async def _answer_async(self, tool_input: Any, tool_call_id: str | None, run: Any) -> Any:
        try:
            args, kwargs = self._to_args_and_kwargs(tool_input, tool_call_id)
            door = plan_of(self).async_
            kwargs = _ready(door, kwargs, run)
            if door.is_async:
                response = await (door.function or self._arun)(*args, **kwargs)
            else:
                response = await in_thread(door.function or self._run, *args, **kwargs)
                if inspect.isawaitable(response):
                    response = await response
            return self._told(response, tool_call_id)
        except (ToolException, ValidationError) as error:
            return self._handled(error, tool_call_id)

    def _told(self, response: Any, tool_call_id: str | None) -> Any:
        content, artifact = response, None
        if self.response_format != "content":
            content, artifact = content_and_artifact(response, self.name)
        return answer(content, artifact, tool_call_id, self.name, "success")

    def _handled(self, error: ToolException | ValidationError, tool_call_id: str | None) -> Any:
        """Return what is answered in place of an error, or raise it."""
        policy: Any
        if isinstance(error, ToolException):
            policy, text = self.handle_tool_error, error.args[0] if error.args else "Tool execution error"
        else:
            policy, text = self.handle_validation_error, "Tool input validation error"
        if not policy:
            raise error
        content = text if policy is True else policy(error) if callable(policy) else policy
        return answer(content, None, tool_call_id, self.name, "error")

    # When something about it changes.

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        forget(self)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy, with other values for some fields."""
        copied = super().model_copy(update=update, deep=deep)
        forget(copied)
        return copied


class BaseToolkit(BaseModel, ABC):
    """Tools that belong together; its attributes are pydantic fields."""

    @abstractmethod
    def get_tools(self) -> list[BaseTool]:
        """Return the tools."""


def _merged(config: RunnableConfig | None, given: dict[str, Any]) -> RunnableConfig | None:
    """Return a config with what else was given; the very same one where that is nothing."""
    given = {key: value for key, value in given.items() if value is not None}
    return merge_configs(check_config(config), given) if given else config


def _ready(door: Door, kwargs: dict[str, Any], run: Any) -> dict[str, Any]:
    """Return keyword arguments with what is never among those of a call."""
    if door.unknown:
        kwargs = {name: value for name, value in kwargs.items() if name not in door.unknown}
    if door.fills:
        kwargs = {**kwargs, **filled(door.fills, run, is_async=door.is_async)}
    return kwargs


def _is_model(schema: Any) -> bool:
    return isinstance(schema, type) and issubclass(schema, BaseModel)
