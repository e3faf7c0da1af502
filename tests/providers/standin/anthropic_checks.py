"""What Anthropic refuses in a request for a message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.providers.standin.anthropic_blocks import cached_blocks, check_block
from tests.providers.standin.anthropic_turns import check_turns
from tests.providers.standin.endpoint import Refused, Rules
from tests.providers.standin.schema_checks import schema_problem

PARAMETERS = frozenset(
    """
    max_tokens messages model cache_control container context_management diagnostics inference_geo mcp_servers metadata
    output_config output_format service_tier speed stop_sequences stream system temperature thinking tool_choice tools
    top_k top_p
    """.split()  # noqa: SIM905 - a page long otherwise
)
NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
MOST_CACHED = 4  # blocks with cache_control in one request
LEAST_BUDGET = 1024


def check_request(body: Any, rules: Rules, counts_only: bool = False) -> None:
    """Raise `Refused` for a request that Anthropic would refuse."""
    if not isinstance(body, dict):
        raise Refused("The request body is not valid JSON: expected an object.")
    for name in ("model", "messages") if counts_only else ("model", "max_tokens", "messages"):
        if body.get(name) is None:
            raise Refused(f"{name}: Field required")
    for name in body:
        if name not in PARAMETERS:
            raise Refused(f"{name}: Extra inputs are not permitted")
    if not isinstance(body["model"], str) or not rules.knows(body["model"]):
        raise Refused(f"model: {body['model']}", 404)
    _check_numbers(body)
    _check_system(body.get("system"))
    check_turns(body["messages"], rules.roles_alternate)
    _check_tools(body.get("tools") or ())
    _check_choice(body)
    _check_thinking(body)
    wanted = (body.get("output_config") or {}).get("format") or body.get("output_format")
    if wanted and (problem := schema_problem(wanted.get("schema"))):
        raise Refused(f"output_config.format.schema: {problem}")
    if (cached := len(cached_blocks(body))) > MOST_CACHED:
        raise Refused(f"A maximum of {MOST_CACHED} blocks with cache_control may be provided. Found {cached}.")


def _check_numbers(body: Mapping[str, Any]) -> None:
    limit = body.get("max_tokens", 1)
    if isinstance(limit, bool) or not isinstance(limit, int):
        raise Refused("max_tokens: Input should be a valid integer")
    if limit < 1:
        raise Refused("max_tokens: Input should be greater than or equal to 1")
    for name in ("temperature", "top_p"):
        value = body.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
            raise Refused(f"{name}: Input should be a valid number")
        if value is not None and not 0 <= value <= 1:
            raise Refused(f"{name}: range: 0..1")
    stops = body.get("stop_sequences")
    if stops is not None and (not isinstance(stops, list) or not all(isinstance(stop, str) for stop in stops)):
        raise Refused("stop_sequences: Input should be a valid list of strings")
    for stop in stops or ():
        if not stop.strip():
            raise Refused("stop_sequences: each stop sequence must contain non-whitespace")


def _check_system(system: Any) -> None:
    if system is None or isinstance(system, str):
        return
    if not isinstance(system, list):
        raise Refused("system: Input should be a valid string or list")
    for at, block in enumerate(system):
        if not isinstance(block, dict) or block.get("type") != "text":
            raise Refused(f"system.{at}.type: Input should be 'text'")
        check_block(block, "user", f"system.{at}")


def _check_tools(tools: Any) -> None:
    names = []
    for at, tool in enumerate(tools):
        name = tool.get("name") if isinstance(tool, dict) else None
        if not isinstance(name, str):
            raise Refused(f"tools.{at}.custom.name: Field required")
        names.append(name)
        if tool.get("type", "custom") != "custom":
            continue  # a tool of the provider's own
        if not NAME.fullmatch(name):
            raise Refused(f"tools.{at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
        if "input_schema" not in tool:
            raise Refused(f"tools.{at}.custom.input_schema: Field required")
        schema = tool["input_schema"]
        if isinstance(schema, dict) and "type" not in schema:
            raise Refused(f"tools.{at}.custom.input_schema.type: Field required")
        if problem := schema_problem(schema, strict=False):
            raise Refused(
                f"tools.{at}.custom.input_schema: JSON schema is invalid. "
                f"It must match JSON Schema draft 2020-12: {problem}"
            )
    if len(set(names)) < len(names):
        raise Refused("tools: Tool names must be unique.")


def _check_choice(body: Mapping[str, Any]) -> None:
    choice = body.get("tool_choice")
    if choice is None:
        return
    kind = choice.get("type") if isinstance(choice, dict) else None
    if kind not in ("auto", "any", "tool", "none"):
        raise Refused(
            f"tool_choice: Input tag '{kind}' found using 'type' does not match any of the expected tags: "
            "'any', 'auto', 'none', 'tool'"
        )
    if not body.get("tools"):
        raise Refused("tool_choice may only be specified while providing tools.")
    if kind == "tool" and "name" not in choice:
        raise Refused("tool_choice.tool.name: Field required")
    if kind == "tool" and choice["name"] not in [tool["name"] for tool in body["tools"]]:
        raise Refused(f"Tool '{choice['name']}' not found in provided tools")


def _check_thinking(body: Mapping[str, Any]) -> None:
    thinking = body.get("thinking")
    if thinking is None:
        return
    kind = thinking.get("type")
    if kind not in ("enabled", "disabled", "adaptive", "between_tools"):
        raise Refused(f"thinking: Input tag '{kind}' found using 'type' does not match any of the expected tags")
    if kind != "enabled":
        return
    budget = thinking.get("budget_tokens")
    if not isinstance(budget, int):
        raise Refused("thinking.enabled.budget_tokens: Field required")
    if budget < LEAST_BUDGET:
        raise Refused(f"thinking.enabled.budget_tokens: Input should be greater than or equal to {LEAST_BUDGET}")
    if budget >= body.get("max_tokens", budget + 1):
        raise Refused("`max_tokens` must be greater than `thinking.budget_tokens`.")
    if body.get("temperature") not in (None, 1):
        raise Refused("`temperature` may only be set to 1 when thinking is enabled.")
    if (body.get("tool_choice") or {}).get("type") in ("any", "tool"):
        raise Refused("Thinking may not be enabled when tool_choice forces tool use.")
    _check_last_turn_thinks(body["messages"])


def _check_last_turn_thinks(messages: Any) -> None:
    """A model that thinks and has called a tool is given its thoughts back together with the result."""
    if len(messages) < 2 or messages[-2]["role"] != "assistant" or not isinstance(messages[-2]["content"], list):
        return
    kinds = [block["type"] for block in messages[-2]["content"]]
    if "tool_use" in kinds and kinds[0] not in ("thinking", "redacted_thinking"):
        raise Refused(
            f"messages.{len(messages) - 2}.content.0.type: Expected `thinking` or `redacted_thinking`, but found "
            f"`{kinds[0]}`. When `thinking` is enabled, a final `assistant` message must start with a thinking block."
        )
