"""Exceptions: those errors of `stepgraph.errors` that programs look for here."""

from stepgraph.errors import ErrorCode, MissingVariablesError, OutputParserException

__all__ = ["ErrorCode", "MissingVariablesError", "OutputParserException"]
