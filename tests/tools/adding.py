"""A tool that most tests call, and the call that a model asks for."""

from stepgraph.tools import tool


@tool
def add(a: int, b: int = 2) -> int:
    """Add."""
    return a + b


def request(name, args, identity="call-1"):
    return {"type": "tool_call", "name": name, "id": identity, "args": args}
