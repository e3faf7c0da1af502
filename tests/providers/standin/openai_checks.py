"""What OpenAI refuses in a request for a chat completion."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.providers.standin.endpoint import Refused, Rules
from tests.providers.standin.openai_turns import check_messages
from tests.providers.standin.schema_checks import schema_problem

PARAMETERS = frozenset(
    """
    messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens
    metadata modalities moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key
    prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier
    stop store stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options
    """.split()  # noqa: SIM905 - a page long otherwise
)
RANGES = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "presence_penalty": (-2, 2),
    "frequency_penalty": (-2, 2),
    "n": (1, 128),
    "top_logprobs": (0, 20),
    "max_tokens": (1, 10_000_000),
    "max_completion_tokens": (1, 10_000_000),
}
WHOLE = ("n", "top_logprobs", "max_tokens", "max_completion_tokens", "seed")
NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
REASONING = re.compile(r"o\d|gpt-5")


def check_chat(body: Any, rules: Rules) -> None:
    """Raise `Refused` for a request that OpenAI would refuse."""
    if not isinstance(body, dict):
        raise Refused("We could not parse the JSON body of your request.", kind="invalid_request_error")
    check_model(body, rules)
    for name in body:
        if name not in PARAMETERS:
            raise Refused(f"Unrecognized request argument supplied: {name}", param=None, code="unknown_parameter")
    if "messages" not in body:
        raise Refused("Missing required parameter: 'messages'.", param="messages", code="missing_required_parameter")
    check_messages(body["messages"])
    _check_numbers(body)
    _check_together(body)
    for at, tool in enumerate(body.get("tools") or ()):
        _check_tool(tool, f"tools[{at}]")
    if body.get("tools") == []:
        raise Refused(
            "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
            param="tools",
            code="empty_array",
        )
    _check_choice(body)
    _check_format(body)


def check_model(body: Mapping[str, Any], rules: Rules) -> None:
    """Raise `Refused` when there is no such model."""
    model = body.get("model")
    if not model:
        raise Refused("you must provide a model parameter")
    if not isinstance(model, str):
        raise Refused(f"Invalid type for 'model': expected a string, but got {model!r} instead.", param="model")
    if not rules.knows(model):
        raise Refused(
            f"The model `{model}` does not exist or you do not have access to it.", 404, code="model_not_found"
        )


def _check_numbers(body: Mapping[str, Any]) -> None:
    for name, (least, most) in RANGES.items():
        value = body.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int if name in WHOLE else (int, float)):
            wanted = "an integer" if name in WHOLE else "a decimal"
            raise Refused(
                f"Invalid type for '{name}': expected {wanted}, but got {value!r} instead.",
                param=name,
                code="invalid_type",
            )
        if not least <= value <= most:
            side, bound = ("below minimum", f">= {least}") if value < least else ("above maximum", f"<= {most}")
            raise Refused(
                f"Invalid '{name}': {side} value. Expected a value {bound}, but got {value} instead.",
                param=name,
                code="integer_out_of_range",
            )
    stop = body.get("stop")
    if isinstance(stop, list) and len(stop) > 4:
        raise Refused(
            f"Invalid 'stop': array too long. Expected an array with maximum length 4, but got {len(stop)} instead.",
            param="stop",
            code="array_above_max_length",
        )


def _check_together(body: Mapping[str, Any]) -> None:
    """Check what is allowed only beside something else."""
    tools = bool(body.get("tools"))
    for name, beside, there in [
        ("stream_options", "stream' is enabled", bool(body.get("stream"))),
        ("tool_choice", "tools' are specified", tools),
        ("parallel_tool_calls", "tools' are specified", tools),
        ("top_logprobs", "logprobs' is enabled", bool(body.get("logprobs"))),
    ]:
        if body.get(name) is not None and not there:
            raise Refused(f"Invalid value for '{name}': '{name}' is only allowed when '{beside}.", param=name)
    if REASONING.match(body["model"]):
        if body.get("max_tokens") is not None:
            raise Refused(
                "Unsupported parameter: 'max_tokens' is not supported with this model. "
                "Use 'max_completion_tokens' instead.",
                param="max_tokens",
                code="unsupported_parameter",
            )
        if body.get("temperature") not in (None, 1):
            raise Refused(
                f"Unsupported value: 'temperature' does not support {body['temperature']} with this model. "
                "Only the default (1) value is supported.",
                param="temperature",
                code="unsupported_value",
            )


def _check_tool(tool: Any, where: str) -> None:
    if not isinstance(tool, dict) or tool.get("type") != "function":
        raise Refused(f"Missing required parameter: '{where}.type'.", param=where, code="missing_required_parameter")
    function = tool.get("function")
    if not isinstance(function, dict) or not function.get("name"):
        raise Refused(
            f"Missing required parameter: '{where}.function.name'.",
            param=f"{where}.function.name",
            code="missing_required_parameter",
        )
    name = function["name"]
    if not NAME.fullmatch(name):
        raise Refused(
            f"Invalid '{where}.function.name': string does not match pattern. "
            "Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
            param=f"{where}.function.name",
            code="invalid_value",
        )
    if "parameters" in function:
        check_parameters(function, f"{where}.function.parameters")


def check_parameters(function: Mapping[str, Any], where: str) -> None:
    """Raise `Refused` for a function whose parameters are no schema."""
    problem = schema_problem(function["parameters"], strict=bool(function.get("strict")))
    if problem:
        raise Refused(
            f"Invalid schema for function '{function['name']}': {problem}",
            param=where,
            code="invalid_function_parameters",
        )


def _check_choice(body: Mapping[str, Any]) -> None:
    choice = body.get("tool_choice")
    if choice is None or choice in ("none", "auto", "required"):
        return
    name = choice.get("function", {}).get("name") if isinstance(choice, dict) else None
    if name is None:
        raise Refused(
            f"Invalid value: {choice!r}. Supported values are: 'none', 'auto', and 'required'.",
            param="tool_choice",
            code="invalid_value",
        )
    if name not in [tool["function"]["name"] for tool in body["tools"]]:
        raise Refused(
            f"Invalid value for 'tool_choice': no function named '{name}' was specified in the 'tools' parameter.",
            param="tool_choice",
        )


def _check_format(body: Mapping[str, Any]) -> None:
    wanted = body.get("response_format")
    if wanted is None:
        return
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind not in ("text", "json_object", "json_schema"):
        raise Refused(
            f"Invalid value: {kind!r}. Supported values are: 'json_object', 'json_schema', and 'text'.",
            param="response_format.type",
            code="invalid_value",
        )
    if kind == "json_object" and "json" not in repr(body["messages"]).lower():
        raise Refused(
            "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
            param="messages",
        )
    if kind == "json_schema":
        schema = wanted.get("json_schema")
        if not isinstance(schema, dict) or not NAME.fullmatch(schema.get("name") or ""):
            raise Refused(
                "Missing required parameter: 'response_format.json_schema.name'.",
                param="response_format.json_schema.name",
                code="missing_required_parameter",
            )
        if problem := schema_problem(schema.get("schema"), strict=bool(schema.get("strict"))):
            raise Refused(f"Invalid schema for response_format '{schema['name']}': {problem}", param="response_format")
