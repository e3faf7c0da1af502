"""A step that handlers hear, and handlers that fail."""

from typing import Any

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from stepgraph.runnables import RunnableLambda
from tests.callbacks.ears import run


def increment(x: int) -> int:
    return x + 1


async def events(door: str, *handlers: Any, input: Any = 1, function: Any = increment) -> Any:
    """Run a step through one of `COLOURS`, heard by handlers."""
    return await run(RunnableLambda(function, name="step"), door, input, {"callbacks": list(handlers)})


def failing(kind: str, error: BaseException, raise_error: bool = False) -> Any:
    """Return a handler of one of `KINDS` that raises when a run starts."""

    class Fails(BaseCallbackHandler):
        def on_chain_start(self, *args, **facts):
            raise error

    class FailsAsync(AsyncCallbackHandler):
        async def on_chain_start(self, *args, **facts):
            raise error

    handler = FailsAsync() if kind == "async" else Fails()
    handler.run_inline = kind == "inline"
    handler.raise_error = raise_error
    return handler
