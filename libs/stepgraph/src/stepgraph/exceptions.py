"""Exceptions: those errors that programs look for here; `stepgraph.errors` has them, and all others."""

from importlib import import_module
from typing import Any

from stepgraph.errors import ErrorCode, MissingVariablesError, OutputParserException
from stepgraph.errors import StepgraphError as LangChainException

__all__ = ["ErrorCode", "LangChainException", "MissingVariablesError", "OutputParserException"]


def __getattr__(name: str) -> Any:
    """Find the errors of models, which are in a package that is costly to import."""
    found = None if name.startswith("_") else getattr(import_module("stepgraph.language_models.errors"), name, None)
    if not (isinstance(found, type) and issubclass(found, Exception)):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return found
