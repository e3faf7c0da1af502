"""stepgraph: a stateful graph execution engine.

Describe nodes and edges over a shared state with `StateGraph`, compile, and run or stream the graph in supersteps.
"""

from stepgraph.config import RunnableConfig, get_config, get_store, get_stream_writer
from stepgraph.constants import END, START
from stepgraph.errors import GraphRecursionError, InvalidGraphError, InvalidUpdateError
from stepgraph.graph import CompiledStateGraph, MessagesState, StateGraph, add_messages
from stepgraph.runtime import Runtime, get_runtime
from stepgraph.types import Command, Interrupt, Overwrite, RetryPolicy, Send, StreamWriter, interrupt, step

__all__ = [
    "END",
    "START",
    "Command",
    "CompiledStateGraph",
    "GraphRecursionError",
    "Interrupt",
    "InvalidGraphError",
    "InvalidUpdateError",
    "MessagesState",
    "Overwrite",
    "RetryPolicy",
    "RunnableConfig",
    "Runtime",
    "Send",
    "StateGraph",
    "StreamWriter",
    "__version__",
    "add_messages",
    "get_config",
    "get_runtime",
    "get_store",
    "get_stream_writer",
    "interrupt",
    "step",
]

__version__ = "0.1.0"
