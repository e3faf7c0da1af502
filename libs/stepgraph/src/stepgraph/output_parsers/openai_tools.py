"""Tool calls as output: the arguments of the tools that a model wants called, as dicts or as pydantic models."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import SkipValidation

from stepgraph.errors import OutputParserException, listed, nearest
from stepgraph.messages.tool_calls import InvalidToolCall, invalid_tool_call, tool_call
from stepgraph.output_parsers.json_text import parse_partial_json
from stepgraph.output_parsers.pydantic import validated
from stepgraph.output_parsers.transform import BaseCumulativeTransformOutputParser
from stepgraph.outputs import Generation

__all__ = [
    "JsonOutputKeyToolsParser",
    "JsonOutputToolsParser",
    "PydanticToolsParser",
    "make_invalid_tool_call",
    "parse_tool_call",
    "parse_tool_calls",
]


def parse_tool_call(
    raw_tool_call: Mapping[str, Any], *, partial: bool = False, strict: bool = False, return_id: bool = True
) -> dict[str, Any] | None:
    """Return a call of a tool, read from the form of OpenAI's API; `None` for one that calls no function.

    Args:
        raw_tool_call: The call: `id`, and `function` with `name` and `arguments`.
        partial: Whether more of the arguments is to come: then `None` where they cannot be read yet.
        strict: Whether line breaks and the like in strings of the arguments are refused.
        return_id: Whether the call has an `id`.

    Raises:
        OutputParserException: The arguments are no JSON.
    """
    if "function" not in raw_tool_call:
        return None
    name, text = raw_tool_call["function"].get("name"), raw_tool_call["function"].get("arguments")
    if partial:
        try:
            args = parse_partial_json(text, strict=strict)
        except (ValueError, TypeError, AttributeError):
            return None
    else:
        try:
            args = json.loads(text, strict=strict) if text else {}
        except ValueError as error:
            raise OutputParserException(
                f"the arguments of a call of tool {name!r} are no JSON, {error}: {text!r}", llm_output=text
            ) from error
    made: dict[str, Any] = {**tool_call(name=name or "", args=args or {}, id=raw_tool_call.get("id"))}
    if not return_id:
        made["id"] = None
    return made


def make_invalid_tool_call(raw_tool_call: Mapping[str, Any], error_msg: str | None) -> InvalidToolCall:
    """Return a call, in the form of OpenAI's API, as one that cannot be made."""
    function = raw_tool_call["function"]
    return invalid_tool_call(
        name=function.get("name"), args=function.get("arguments"), id=raw_tool_call.get("id"), error=error_msg
    )


def parse_tool_calls(
    raw_tool_calls: Sequence[Mapping[str, Any]], *, partial: bool = False, strict: bool = False, return_id: bool = True
) -> list[dict[str, Any]]:
    """Return calls of tools; see `parse_tool_call`.

    Raises:
        OutputParserException: The arguments of some are no JSON; it names all of them.
    """
    found: list[dict[str, Any]] = []
    errors: list[OutputParserException] = []
    for raw in raw_tool_calls:
        try:
            call = parse_tool_call(raw, partial=partial, strict=strict, return_id=return_id)
        except OutputParserException as error:
            errors.append(error)
        else:
            found += [call] if call else []
    if errors:
        texts = [error.llm_output for error in errors if error.llm_output]
        raise OutputParserException("\n".join(str(error) for error in errors), llm_output="\n".join(texts)) from errors[
            0
        ]
    return found


class JsonOutputToolsParser(BaseCumulativeTransformOutputParser[Any]):
    """Reads the tool calls of a message: a list of dicts with `type`, the tool's name, and `args`.

    Attributes:
        strict: Whether line breaks and the like in strings of the arguments are refused, where they are read here.
        return_id: Whether the dicts have the calls' `id` too.
        first_tool_only: Whether the first call is returned alone, the empty list for none.
        diff: See `BaseCumulativeTransformOutputParser`.
    """

    strict: bool = False
    return_id: bool = False
    first_tool_only: bool = False

    def parse_result(self, result: list[Generation], *, partial: bool = False) -> Any:
        """Return the tool calls of the first answer.

        Args:
            result: The answer, in a list.
            partial: Whether more is to come: then arguments are returned as far as they have come.

        Raises:
            OutputParserException: It is no message, or the arguments of a call cannot be read.
        """
        calls = [_shown(call, self.return_id) for call in self._calls(result, partial)]
        if self.first_tool_only and calls:
            return calls[0]
        return calls

    def parse(self, text: str) -> Any:
        """Refuse text, which holds no tool calls."""
        raise NotImplementedError(f"{type(self).__name__} reads the tool calls of messages, not text")

    def _calls(self, result: list[Generation], partial: bool) -> list[Any]:
        """Return the calls of a message."""
        message = getattr(result[0], "message", None)
        if message is None:
            raise OutputParserException(
                f"{type(self).__name__} reads the tool calls of a message; it was given text: {result[0].text!r}",
                llm_output=result[0].text,
            )
        if not partial:
            self._refuse(getattr(message, "invalid_tool_calls", None) or ())
        calls: list[Any] | None = getattr(message, "tool_calls", None)
        if calls:
            return calls
        raw = (getattr(message, "additional_kwargs", None) or {}).get("tool_calls")
        return parse_tool_calls(raw, partial=partial, strict=self.strict) if raw else []

    def _refuse(self, invalid: Sequence[Any]) -> None:
        """Raise an error where the arguments of a call cannot be read, and would be missed."""
        for call in invalid:
            if self._wants(call.get("name")):
                error, args = call.get("error") or "the arguments are no JSON", call.get("args")
                raise OutputParserException(
                    f"the model called tool {call.get('name')!r}, but {error}: {args!r}", llm_output=args
                )

    def _wants(self, name: str | None) -> bool:
        return True


class JsonOutputKeyToolsParser(JsonOutputToolsParser):
    """Reads the calls of one tool: a list of their arguments.

    Attributes:
        key_name: The tool.
        return_id: Whether it returns dicts with `type`, `args` and `id`, in place of the arguments alone.
        first_tool_only: Whether the first call is returned alone, `None` for none.
    """

    key_name: str

    def parse_result(self, result: list[Generation], *, partial: bool = False) -> Any:
        """Return the arguments of the tool's calls in the first answer; see `JsonOutputToolsParser.parse_result`."""
        calls = [call for call in self._calls(result, partial) if call["name"] == self.key_name]
        made = [_shown(call, True) if self.return_id else call["args"] for call in calls]
        if self.first_tool_only:
            return made[0] if made else None
        return made

    def _wants(self, name: str | None) -> bool:
        return not name or name == self.key_name


class PydanticToolsParser(JsonOutputToolsParser):
    """Reads the tool calls of a message as instances of pydantic models, one for each tool.

    In a stream it yields those that the arguments so far make.

    Attributes:
        tools: The models, of pydantic's version 1 or 2; a tool has the name of its model's class, or its title.
        first_tool_only: Whether the first instance is returned alone, `None` for none.
    """

    tools: SkipValidation[list[Any]]

    def parse_result(self, result: list[Generation], *, partial: bool = False) -> Any:
        """Return the instances that the tool calls of the first answer make.

        Args:
            result: The answer, in a list.
            partial: Whether more is to come: then calls that make none yet are left out.

        Raises:
            OutputParserException: It is no message, a tool is unknown, or the arguments of a call cannot be read.
            ValidationError: The arguments of a call do not fit its model; it is pydantic's own.
        """
        models = {_name_of(model): model for model in self.tools}
        made: list[Any] = []
        for call in self._calls(result, partial):
            try:
                made.append(self._instance(models, call))
            except ValueError:
                if not partial:
                    raise
        if self.first_tool_only:
            return made[0] if made else None
        return made

    def _instance(self, models: Mapping[str, Any], call: Mapping[str, Any]) -> Any:
        name, args = call["name"], call["args"]
        if name not in models:
            raise OutputParserException(
                f"Unknown tool type: the model called {name!r}{nearest(name, models)}; the tools are {listed(models)}",
                llm_output=json.dumps(args, default=str),
            )
        if not isinstance(args, dict):
            raise OutputParserException(
                f"tool {name!r} takes its arguments as a JSON object, got {type(args).__name__}: {args!r}",
                llm_output=json.dumps(args, default=str),
            )
        return validated(models[name], args)


def _shown(call: Mapping[str, Any], return_id: bool) -> dict[str, Any]:
    made = {"args": call["args"], "type": call["name"]}
    return {**made, "id": call.get("id")} if return_id else made


def _name_of(model: Any) -> str:
    """Return the name of the tool that a pydantic model describes."""
    config = getattr(model, "model_config", None) or {}
    return str(config.get("title") or model.__name__)
