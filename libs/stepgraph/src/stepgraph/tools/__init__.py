"""Tools: what models may call."""

from stepgraph.messages.tool_calls import ToolCall
from stepgraph.tools.arguments import ArgsSchema, create_schema_from_function
from stepgraph.tools.base import BaseTool
from stepgraph.tools.convert import convert_runnable_to_tool, tool
from stepgraph.tools.errors import SchemaAnnotationError, ToolException
from stepgraph.tools.injection import (
    InjectedState,
    InjectedStore,
    InjectedToolArg,
    InjectedToolCallId,
    ToolRuntime,
)
from stepgraph.tools.parameters import NAMED as FILTERED_ARGS
from stepgraph.tools.render import ToolsRenderer, render_text_description, render_text_description_and_args
from stepgraph.tools.retriever import RetrieverInput, create_retriever_tool
from stepgraph.tools.schemas import (
    convert_to_json_schema,
    convert_to_openai_function,
    convert_to_openai_tool,
    tool_example_to_messages,
)
from stepgraph.tools.simple import Tool
from stepgraph.tools.structured import StructuredTool
from stepgraph.tools.toolkit import BaseToolkit

__all__ = [
    "FILTERED_ARGS",
    "ArgsSchema",
    "BaseTool",
    "BaseToolkit",
    "InjectedState",
    "InjectedStore",
    "InjectedToolArg",
    "InjectedToolCallId",
    "RetrieverInput",
    "SchemaAnnotationError",
    "StructuredTool",
    "Tool",
    "ToolCall",
    "ToolException",
    "ToolRuntime",
    "ToolsRenderer",
    "convert_runnable_to_tool",
    "convert_to_json_schema",
    "convert_to_openai_function",
    "convert_to_openai_tool",
    "create_retriever_tool",
    "create_schema_from_function",
    "render_text_description",
    "render_text_description_and_args",
    "tool",
    "tool_example_to_messages",
]
