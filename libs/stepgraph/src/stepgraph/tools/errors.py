"""Errors of tools: what a tool raises for its caller, and what is wrong with its declaration."""

from __future__ import annotations

__all__ = ["SchemaAnnotationError", "ToolException"]


class SchemaAnnotationError(TypeError):
    """A subclass annotates `args_schema` as a model, where it holds a class of models."""


class ToolException(Exception):
    """What a tool raises to tell the model that it failed; see `BaseTool.handle_tool_error`."""
