"""What is done to messages is a step too: called without them, such a function returns a runnable."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, overload

if TYPE_CHECKING:
    from stepgraph.runnables import Runnable

__all__ = ["OrRunnable", "or_runnable"]

P = ParamSpec("P")


class OrRunnable(Protocol[P]):
    """A function of messages, which returns a runnable where it is called without them."""

    __name__: str

    @overload
    def __call__(self, messages: None = None, *args: P.args, **kwargs: P.kwargs) -> Runnable[Any, list[Any]]: ...
    @overload
    def __call__(self, messages: Any, *args: P.args, **kwargs: P.kwargs) -> list[Any]: ...


def or_runnable(function: Callable[Concatenate[Any, P], list[Any]]) -> OrRunnable[P]:
    """Return the function, which returns a runnable of its other arguments where it is called without messages."""
    whole: Any = function

    @wraps(function)
    def called(messages: Any = None, **options: Any) -> Any:
        if messages is not None:
            return whole(messages, **options)
        from stepgraph.runnables import RunnableLambda  # noqa: PLC0415 - most messages are in no chain

        return RunnableLambda(partial(whole, **options), name=whole.__name__)

    return called  # type: ignore[return-value]
