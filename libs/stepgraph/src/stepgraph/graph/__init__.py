"""Graphs as users describe them: nodes and edges over a shared state."""

from stepgraph.constants import END, START
from stepgraph.graph.compiled import CompiledStateGraph
from stepgraph.graph.message import MessageGraph, MessagesState, add_messages
from stepgraph.graph.state import StateGraph

__all__ = ["END", "START", "CompiledStateGraph", "MessageGraph", "MessagesState", "StateGraph", "add_messages"]
