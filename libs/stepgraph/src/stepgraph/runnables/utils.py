"""What others keep in their `runnables.utils`, where those look for it who come over."""

from __future__ import annotations

from stepgraph.runnables.base import Input, Output
from stepgraph.runnables.configurable import (
    ConfigurableField,
    ConfigurableFieldMultiOption,
    ConfigurableFieldSingleOption,
    ConfigurableFieldSpec,
)
from stepgraph.runnables.folding import AddableDict

__all__ = [
    "AddableDict",
    "ConfigurableField",
    "ConfigurableFieldMultiOption",
    "ConfigurableFieldSingleOption",
    "ConfigurableFieldSpec",
    "Input",
    "Output",
]
