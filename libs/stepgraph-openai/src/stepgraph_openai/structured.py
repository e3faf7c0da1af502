"""Structured output: models that answer in a form that is wanted, in OpenAI's three ways."""

from __future__ import annotations

import re
import warnings
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import openai

from stepgraph.errors import listed
from stepgraph.language_models.structured import is_pydantic, parser_for, with_raw
from stepgraph.output_parsers import JsonOutputParser, PydanticOutputParser
from stepgraph.runnables import Runnable, RunnableGenerator, RunnableLambda
from stepgraph.tools import convert_to_openai_function, convert_to_openai_tool
from stepgraph_openai.errors import OpenAIRefusalError, OpenAIUnfinishedError

__all__ = ["response_format_of", "structured"]

_METHODS: Final = ("json_schema", "function_calling", "json_mode")

_WITHOUT_SCHEMAS: Final = re.compile(r"gpt-3|gpt-4(-|$)")
"""Models that know no structured outputs."""


def structured(
    model: Any,
    schema: Any,
    method: str,
    include_raw: bool,
    strict: bool | None,
    tools: Sequence[Any] | None,
    kwargs: Mapping[str, Any],
) -> Runnable[Any, Any]:
    """Return a model that answers in the form of a schema; see `ChatOpenAI.with_structured_output`."""
    if method not in _METHODS:
        raise ValueError(f"method {method!r} does not exist; use one of {listed(_METHODS)}")
    if schema is None and method != "json_mode":
        raise ValueError(
            f"with_structured_output(method={method!r}) takes a pydantic model, a TypedDict or a JSON schema, got None"
        )
    if strict is not None and method == "json_mode":
        raise ValueError("strict does not go with method='json_mode', which knows no schema; use 'json_schema'")
    if method == "json_schema" and _WITHOUT_SCHEMAS.match(model.model_name):
        warnings.warn(
            f"{model.model_name!r} has no structured outputs, so that method='function_calling' is used; pass that to "
            "be without this warning, or use a newer model",
            stacklevel=3,
        )
        method = "function_calling"
    if tools and method != "json_schema":
        raise ValueError(f"tools go with method='json_schema' alone, got {method!r}")
    if method == "function_calling":
        found, parser = _by_a_tool(model, schema, strict, kwargs), parser_for(schema)
        return with_raw(found, parser) if include_raw else found | parser
    wanted = {"type": "json_object"} if method == "json_mode" else response_format_of(schema, strict)
    more = {"response_format": wanted, **kwargs}
    if tools:
        more["tools"] = [convert_to_openai_tool(tool, strict=strict) for tool in tools]
    found = model.bind(**more)
    reads = PydanticOutputParser(pydantic_object=schema) if is_pydantic(schema) else JsonOutputParser()
    checks = _checks(model.model_name)
    parser = RunnableLambda(partial(_read_unless_called, checks | reads), name="read") if tools else checks | reads
    return with_raw(found, parser) if include_raw else found | parser


def response_format_of(schema: Any, strict: bool | None = None) -> dict[str, Any]:
    """Return a form of answers as OpenAI takes it.

    Args:
        schema: A pydantic model, a TypedDict, a JSON schema, the schema of a tool, or what OpenAI takes.
        strict: Whether answers must fit it exactly; without a word they must, if it is a pydantic model.

    Raises:
        ValueError: It says otherwise itself about `strict`.
    """
    if isinstance(schema, Mapping) and (schema.get("type") in ("json_object", "text") or "json_schema" in schema):
        return _agreed(dict(schema), strict)
    if isinstance(schema, Mapping) and "name" in schema and "schema" in schema:
        return _agreed({"type": "json_schema", "json_schema": dict(schema)}, strict)
    if is_pydantic(schema) and strict is not False:
        function: Any = openai.pydantic_function_tool(schema)["function"]
        made = {"name": function["name"], "schema": function["parameters"], "strict": True}
    else:
        said = schema.get("strict") if isinstance(schema, Mapping) else None
        made = convert_to_openai_function(schema, strict=bool(said) if strict is None else strict)
        made["schema"] = made.pop("parameters")
    made["name"] = re.sub(r"[^a-zA-Z0-9_-]", "_", made["name"])
    return {"type": "json_schema", "json_schema": made}


def _agreed(wanted: dict[str, Any], strict: bool | None) -> dict[str, Any]:
    said = wanted.get("json_schema", {}).get("strict")
    if strict is not None and said is not None and said is not strict:
        raise ValueError(f"the schema says strict={said} itself, and strict={strict} was passed; say it in one place")
    if strict is not None and "json_schema" in wanted:
        wanted["json_schema"] = {**wanted["json_schema"], "strict": strict}
    return wanted


def _by_a_tool(model: Any, schema: Any, strict: bool | None, kwargs: Mapping[str, Any]) -> Runnable[Any, Any]:
    from stepgraph_openai.binding import allowed  # noqa: PLC0415 - which knows this module

    name = convert_to_openai_tool(schema)["function"]["name"]
    usual = {"tool_choice": name, "parallel_tool_calls": False, "strict": strict, **kwargs}
    return model.bind_tools([schema], **allowed(model.disabled_params, usual))  # type: ignore[no-any-return]


# Answers that have no form.


class _Check:
    """Looks at the chunks of an answer that go by, and raises at their end if no form can be in them."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._refusal = ""
        self._finish: str | None = None

    def passes(self, message: Any) -> bool:
        """Look at a chunk, and return whether it may go on."""
        self._refusal += message.additional_kwargs.get("refusal") or _refusal_in(message.content)
        told = message.response_metadata
        cut_by = (told.get("incomplete_details") or {}).get("reason")
        self._finish = told.get("finish_reason") or cut_by or self._finish
        return not self._refusal

    def end(self) -> None:
        """Raise if the answer is none."""
        if self._refusal:
            raise OpenAIRefusalError(f"{self._model!r} refused to answer in the form of the schema: {self._refusal}")
        if self._finish in ("length", "max_output_tokens"):
            raise OpenAIUnfinishedError(
                f"the answer of {self._model!r} came to its limit of tokens before its form was whole; raise max_tokens"
            )
        if self._finish == "content_filter":
            raise OpenAIUnfinishedError(f"the answer of {self._model!r} was stopped by a content filter")


def _refusal_in(content: Any) -> str:
    """Return a refusal that is a block of the content, in the form of the Responses API or inside a standard one."""
    blocks = [each for each in content if isinstance(each, dict)] if isinstance(content, list) else ()
    inside = [each["value"] if each.get("type") == "non_standard" else each for each in blocks]
    return "".join(each["refusal"] for each in inside if each.get("type") == "refusal")


def _checks(model: str) -> Runnable[Any, Any]:
    return RunnableGenerator(partial(_checked, model), partial(_checked_async, model), name="checked")


def _checked(model: str, messages: Iterator[Any]) -> Iterator[Any]:
    check = _Check(model)
    for message in messages:
        if check.passes(message):
            yield message
    check.end()


async def _checked_async(model: str, messages: AsyncIterator[Any]) -> AsyncIterator[Any]:
    check = _Check(model)
    async for message in messages:
        if check.passes(message):
            yield message
    check.end()


def _read_unless_called(parser: Runnable[Any, Any], message: Any) -> Any:
    return None if message.tool_calls else parser.invoke(message)
