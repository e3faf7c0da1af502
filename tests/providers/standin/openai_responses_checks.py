"""What OpenAI refuses in a request for a response."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tests.providers.standin.endpoint import Refused, Rules
from tests.providers.standin.openai_checks import NAME, REASONING, check_model, check_parameters
from tests.providers.standin.openai_turns import IMAGE
from tests.providers.standin.schema_checks import schema_problem

PARAMETERS = frozenset(
    """
    background context_management conversation include input instructions max_output_tokens max_tool_calls metadata
    model parallel_tool_calls previous_response_id prompt prompt_cache_key prompt_cache_options prompt_cache_retention
    reasoning safety_identifier service_tier store stream stream_options temperature text tool_choice tools
    top_logprobs top_p truncation user
    """.split()  # noqa: SIM905 - a page long otherwise
)
PARTS = {
    "user": ("input_text", "input_image", "input_file", "input_audio"),
    "system": ("input_text", "input_image", "input_file"),
    "developer": ("input_text", "input_image", "input_file"),
    "assistant": ("output_text", "refusal"),
}
ITEMS = {
    "message": "msg",
    "reasoning": "rs",
    "function_call": "fc",
    "function_call_output": None,
    "custom_tool_call": "ctc",
    "custom_tool_call_output": None,
    "web_search_call": "ws",
    "file_search_call": "fs",
    "code_interpreter_call": "ci",
    "image_generation_call": "ig",
    "mcp_call": "mcp",
    "mcp_list_tools": "mcpl",
    "mcp_approval_request": "mcpr",
    "mcp_approval_response": None,
    "computer_call": "cu",
    "computer_call_output": None,
    "compaction": "cmp",
    "item_reference": None,
}
# What each kind of tool must have.
TOOLS: dict[str, tuple[str, ...]] = {
    "function": ("name",),
    "custom": ("name",),
    "web_search": (),
    "web_search_preview": (),
    "file_search": ("vector_store_ids",),
    "code_interpreter": ("container",),
    "image_generation": (),
    "mcp": ("server_label",),
}


def check_response(body: Any, rules: Rules) -> None:
    """Raise `Refused` for a request that OpenAI would refuse."""
    if not isinstance(body, dict):
        raise Refused("We could not parse the JSON body of your request.", kind="invalid_request_error")
    check_model(body, rules)
    for name in body:
        if name not in PARAMETERS:
            raise Refused(f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")
    if "input" not in body:
        raise _missing("input")
    if not isinstance(body["input"], str):
        _check_items(body["input"], bool(body.get("previous_response_id") or body.get("conversation")))
    _check_numbers(body)
    for at, tool in enumerate(body.get("tools") or ()):
        _check_tool(tool, f"tools[{at}]", bool(body.get("stream")))
    _check_choice(body)
    _check_text(body)


def _missing(where: str) -> Refused:
    return Refused(f"Missing required parameter: '{where}'.", param=where, code="missing_required_parameter")


def _invalid(value: Any, where: str, known: Sequence[str]) -> Refused:
    names = ", ".join(map(repr, known))
    return Refused(f"Invalid value: {value!r}. Supported values are: {names}.", param=where, code="invalid_value")


def _check_items(items: Any, goes_on: bool) -> None:
    if not isinstance(items, list) or not items:
        raise Refused("Invalid type for 'input': expected one of a string or array of input items.", param="input")
    owed: list[str] = []
    called: set[str] = set()
    for at, item in enumerate(items):
        where = f"input[{at}]"
        kind = item.get("type", "message") if isinstance(item, dict) else None
        if kind not in ITEMS:
            raise _invalid(kind, f"{where}.type", list(ITEMS))
        start = ITEMS[kind]
        if item.get("id") is not None and start and not item["id"].startswith(start):
            raise Refused(
                f"Invalid '{where}.id': '{item['id']}'. Expected an ID that begins with '{start}'.",
                param=f"{where}.id",
                code="invalid_value",
            )
        if kind == "message":
            _check_message(item, where)
        if kind == "reasoning" and ("id" not in item or "summary" not in item):
            raise _missing(f"{where}.{'id' if 'id' not in item else 'summary'}")
        if kind in ("function_call", "custom_tool_call"):
            for name in ("call_id", "name", "arguments" if kind == "function_call" else "input"):
                if not isinstance(item.get(name), str):
                    raise _missing(f"{where}.{name}")
            owed.append(item["call_id"])
            called.add(item["call_id"])
        if kind in ("function_call_output", "custom_tool_call_output"):
            _check_output(item, where, None if goes_on else called)
            owed = [each for each in owed if each != item["call_id"]]
    if owed:
        raise Refused(f"No tool output found for function call {owed[0]}.", param="input")
    last = items[-1]
    if last.get("type") == "reasoning":
        raise Refused(
            f"Item '{last['id']}' of type 'reasoning' was provided without its required following item.", param="input"
        )


def _check_message(item: Mapping[str, Any], where: str) -> None:
    role, content = item.get("role"), item.get("content")
    extra = [name for name in item if name not in ("type", "role", "content", "id", "status", "phase")]
    if extra:
        raise Refused(f"Unknown parameter: '{where}.{extra[0]}'.", param=where, code="unknown_parameter")
    if role not in PARTS:
        raise _invalid(role, f"{where}.role", list(PARTS))
    if isinstance(content, str):
        return
    if not isinstance(content, list):
        raise Refused(f"Invalid type for '{where}.content': expected one of a string or array of objects.", param=where)
    for at, part in enumerate(content):
        place = f"{where}.content[{at}]"
        if not isinstance(part, dict) or part.get("type") not in PARTS[role]:
            raise _invalid(part.get("type") if isinstance(part, dict) else part, f"{place}.type", PARTS[role])
        _check_part(part, place)


def _check_part(part: Mapping[str, Any], where: str) -> None:
    kind = part["type"]
    if "index" in part:
        raise Refused(f"Unknown parameter: '{where}.index'.", param=where, code="unknown_parameter")
    if kind in ("input_text", "output_text") and not isinstance(part.get("text"), str):
        raise _missing(f"{where}.text")
    if kind == "input_image" and "file_id" not in part:
        url = part.get("image_url")
        if not isinstance(url, str):
            raise Refused(f"Invalid type for '{where}.image_url': expected an image URL.", param=where)
        if not IMAGE.match(url):
            raise Refused(f"Invalid '{where}.image_url'. Expected a valid URL.", param=where, code="invalid_image_url")
    if kind == "input_file" and not part.keys() & {"file_id", "file_data", "file_url"}:
        raise _missing(f"{where}.file_id")


def _check_output(item: Mapping[str, Any], where: str, called: set[str] | None) -> None:
    if not isinstance(item.get("output"), (str, list)):
        raise _missing(f"{where}.output")
    if called is not None and item.get("call_id") not in called:
        raise Refused(f"No tool call found for function call output with call_id {item.get('call_id')}.", param="input")
    for at, part in enumerate(item["output"] if isinstance(item["output"], list) else ()):
        if part.get("type") not in PARTS["system"]:
            raise _invalid(part.get("type"), f"{where}.output[{at}].type", PARTS["system"])
        _check_part(part, f"{where}.output[{at}]")


def _check_numbers(body: Mapping[str, Any]) -> None:
    for name, (least, most) in {"temperature": (0, 2), "top_p": (0, 1), "max_output_tokens": (1, 10_000_000)}.items():
        value = body.get(name)
        if value is not None and (not isinstance(value, (int, float)) or not least <= value <= most):
            raise Refused(f"Invalid '{name}': expected {least} to {most}, but got {value!r} instead.", param=name)
    if body.get("temperature") not in (None, 1) and REASONING.match(body["model"]):
        raise Refused("Unsupported parameter: 'temperature' is not supported with this model.", param="temperature")


def _check_tool(tool: Any, where: str, streams: bool) -> None:
    kind = tool.get("type") if isinstance(tool, dict) else None
    if not isinstance(kind, str) or re.sub(r"_\d{4}_\d\d_\d\d$", "", kind) not in TOOLS:
        raise _invalid(kind, f"{where}.type", list(TOOLS))
    for name in TOOLS.get(kind, ()):
        if not tool.get(name):
            raise _missing(f"{where}.{name}")
    if kind != "function":
        return
    if not NAME.fullmatch(tool["name"]):
        raise Refused(f"Invalid '{where}.name': string does not match pattern.", param=where, code="invalid_value")
    if tool.get("parameters") is not None:
        check_parameters(tool, f"{where}.parameters")


def _check_choice(body: Mapping[str, Any]) -> None:
    choice = body.get("tool_choice")
    if choice is None or choice in ("none", "auto", "required"):
        return
    tools = body.get("tools") or ()
    if not isinstance(choice, dict) or "type" not in choice:
        raise _invalid(choice, "tool_choice", ("none", "auto", "required"))
    if choice["type"] == "function" and "name" not in choice:
        raise _missing("tool_choice.name")
    if not any(all(tool.get(key) == value for key, value in choice.items()) for tool in tools):
        raise Refused(f"Tool choice '{choice}' not found in 'tools' parameter.", param="tool_choice")


def _check_text(body: Mapping[str, Any]) -> None:
    wanted = (body.get("text") or {}).get("format")
    if wanted is None:
        return
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind not in ("text", "json_object", "json_schema"):
        raise _invalid(kind, "text.format.type", ("json_object", "json_schema", "text"))
    if kind == "json_object" and "json" not in repr(body["input"]).lower():
        raise Refused(
            "Response input messages must contain the word 'json' in some form to use 'text.format' of type "
            "'json_object'.",
            param="input",
        )
    if kind == "json_schema":
        if not NAME.fullmatch(wanted.get("name") or ""):
            raise _missing("text.format.name")
        if problem := schema_problem(wanted.get("schema"), strict=bool(wanted.get("strict"))):
            raise Refused(
                f"Invalid schema for response_format '{wanted['name']}': {problem}", param="text.format.schema"
            )
