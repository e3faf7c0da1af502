"""ValidationNode: checks the arguments of tool calls, and calls nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import ValidationError

from stepgraph.config import RunnableConfig
from stepgraph.errors import listed, nearest
from stepgraph.messages import ToolMessage
from stepgraph.prebuilt.tool_calls import answered_by, last_answer
from stepgraph.runnables import Runnable
from stepgraph.tools.foreign import tool_of

__all__ = ["ValidationNode"]


class ValidationNode(Runnable[Any, Any]):
    """Answers each tool call of the last answer with its arguments as JSON, or with what is wrong about them.

    A message about what is wrong has `additional_kwargs={"is_error": True}`.

    Args:
        schemas: Pydantic models, tools or functions.
        format_error: Makes words of an error, the call and the model.
        name: What the node is called.
        tags: Ignored.

    Raises:
        ValueError: A tool has no pydantic model of its arguments.
    """

    inherits_config = True

    def __init__(
        self,
        schemas: Sequence[Any],
        *,
        format_error: Callable[[BaseException, Any, Any], str] | None = None,
        name: str = "validation",
        tags: list[str] | None = None,
    ) -> None:
        self.name: str | None = name
        self.tags: list[str] | None = tags
        self._words = format_error or _words
        self.schemas_by_name: dict[str, Any] = {}
        for each in schemas:
            if isinstance(each, type) and hasattr(each, "model_validate"):
                self.schemas_by_name[each.__name__] = each
                continue
            made = tool_of(each)
            if not hasattr(made.args_schema, "model_validate"):
                raise ValueError(f"tool {made.name!r} has no pydantic model of its arguments; give it args_schema=…")
            self.schemas_by_name[made.name] = made.args_schema

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Check the calls and return messages.

        Args:
            input: A state with messages, or a list of messages.
            config: Ignored.
            kwargs: Ignored.

        Raises:
            ValueError: There is no answer of a model.
        """
        answer = last_answer(answered_by(input, "messages"))
        if answer is None:
            raise ValueError("there is no AIMessage among the messages, so there are no calls to check")
        messages = [self._checked(call) for call in answer.tool_calls]
        return messages if isinstance(input, list) else {"messages": messages}

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Check the calls and return messages; see `invoke`."""
        return self.invoke(input, config)

    def _checked(self, call: Any) -> ToolMessage:
        name = call["name"]
        schema = self.schemas_by_name.get(name)
        if schema is None:
            content = f"there is no schema {name!r}{nearest(name, self.schemas_by_name)}; there are: "
            content += listed(self.schemas_by_name)
        else:
            try:
                content = schema.model_validate(call["args"]).model_dump_json()
            except ValidationError as error:
                content = self._words(error, call, schema)
            else:
                return ToolMessage(content, name=name, tool_call_id=call["id"] or "")
        return ToolMessage(
            content, name=name, tool_call_id=call["id"] or "", additional_kwargs={"is_error": True}, status="error"
        )


def _words(error: BaseException, call: Any, schema: Any) -> str:  # noqa: ARG001 - as those of users
    return f"{error!r}\n\nRespond after fixing all validation errors."
