"""What the programs beside this one print: values, errors, and what is compared of a tool's message."""

import json

from langchain_core.messages import ToolMessage


def show(title, *values):
    print(
        f"{title}:",
        *(json.dumps(value, sort_keys=True) if isinstance(value, (dict, list)) else value for value in values),
    )


def attempt(title, function):
    try:
        show(title, function())
    except Exception as error:
        bases = [
            cls.__name__
            for cls in type(error).__mro__
            if cls.__module__ in ("builtins", "pydantic_core._pydantic_core")
        ]
        show(title, "raised", bases[0])


def told(message):
    if not isinstance(message, ToolMessage):
        return repr(message)
    return repr((message.content, message.name, message.tool_call_id, message.status, message.artifact))


def call(name, args, id="call-1"):
    return {"type": "tool_call", "id": id, "name": name, "args": args}
