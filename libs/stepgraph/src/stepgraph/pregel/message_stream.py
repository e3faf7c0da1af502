"""The `messages` stream: chunks that chat models give out while a node runs, and messages that nodes return.

A chat model of any make takes part by one of two doors. Ours calls `stream_message` for each chunk. Others that know
LangChain's callbacks find a `ModelHandler` in the config's `callbacks`; it is a handler by its attributes alone, so
nothing of theirs is imported.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Protocol

from stepgraph.ambient import task_scope
from stepgraph.constants import TAG_NOSTREAM
from stepgraph.errors import TaskAbandoned
from stepgraph.messages import is_message

__all__ = ["MessageSink", "ModelHandler", "messages_in", "stream_message", "with_handler", "without_handlers"]


class MessageSink(Protocol):
    """Where the messages of a task go."""

    @property
    def abandoned(self) -> bool:
        """Whether the task's thread runs on although nobody waits for it."""

    def put_message(self, message: Any, metadata: dict[str, Any] | None, tags: Sequence[str]) -> None:
        """Show a message or a chunk of one, with its model's labels."""


def stream_message(message: Any, *, metadata: dict[str, Any] | None = None, tags: Sequence[str] = ()) -> bool:
    """Put a message, or a chunk of one, on the `messages` stream of the running graph.

    For chat models: call it for every chunk, with an `id` that all chunks of one message share. A whole message
    whose id was streamed before is not shown again when the node returns it.

    Args:
        message: Anything with `type`, `content` and `id`.
        metadata: What to add to the chunk's metadata, such as the provider and the model.
        tags: Labels of the model; with `"nostream"` among them nothing is shown.

    Returns:
        Whether somebody listens; if not, a model need not stream at all.

    Raises:
        TaskAbandoned: The run is over, and only this thread of it goes on: close the request.
    """
    scope: Any = task_scope()
    if scope is None or not scope.run.stream.messages or TAG_NOSTREAM in tags:
        return False
    _check_wanted(scope)
    scope.put_message(message, metadata, tags)
    return True


def _check_wanted(sink: MessageSink) -> None:
    """End a model's stream that nobody reads: a thread cannot be cancelled, but a token comes by here."""
    if sink.abandoned:
        raise TaskAbandoned("the graph's stream was closed, or a task beside this one failed")


def messages_in(value: Any) -> Iterator[Any]:
    """Yield the messages among what a node wrote to a key: the value itself, or the items of a list of them."""
    if isinstance(value, (list, tuple)):
        for item in value:
            if is_message(item):
                yield item
    elif is_message(value):
        yield value


class ModelHandler:
    """Hears the tokens of chat models that speak to callback handlers, for one task.

    Having `tap_output_iter` and `tap_output_aiter` is what makes such a model stream when it is only invoked.
    """

    raise_error = False
    run_inline = True
    ignore_llm = False
    ignore_retry = True
    ignore_chain = True
    ignore_agent = True
    ignore_retriever = True
    ignore_chat_model = False
    ignore_custom_event = True

    def __init__(self, sink: MessageSink) -> None:
        self._sink = sink
        self._calls: dict[Any, tuple[list[str], dict[str, Any]]] = {}
        self._streamed: set[Any] = set()

    def tap_output_iter(self, run_id: Any, output: Iterator[Any]) -> Iterator[Any]:
        """Leave the model's chunks as they are."""
        return output

    def tap_output_aiter(self, run_id: Any, output: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Leave the model's chunks as they are."""
        return output

    def on_chat_model_start(
        self,
        serialized: Any,
        messages: Any,
        *,
        run_id: Any,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """Remember the labels of a call."""
        if TAG_NOSTREAM not in (tags or ()):
            self._calls[run_id] = (tags or [], metadata or {})

    def on_llm_start(self, *_: Any, **__: Any) -> None:
        """Ignore models that complete text."""

    def on_llm_new_token(self, token: str, *, run_id: Any, chunk: Any = None, **_: Any) -> None:
        """Show a chunk."""
        message = getattr(chunk, "message", None)
        call = self._calls.get(run_id)
        if call is not None and message is not None:
            _check_wanted(self._sink)
            self._streamed.add(run_id)
            self._sink.put_message(message, call[1], call[0])

    def on_llm_end(self, response: Any, *, run_id: Any, **_: Any) -> None:
        """Show the whole answer of a model that did not stream it."""
        call = self._calls.pop(run_id, None)
        if call is None or run_id in self._streamed:
            return
        for generations in getattr(response, "generations", ()):
            for generation in generations[:1]:
                message = getattr(generation, "message", None)
                if message is not None:
                    self._sink.put_message(message, call[1], call[0])

    def on_llm_error(self, error: BaseException, *, run_id: Any, **_: Any) -> None:
        """Forget a call that failed."""
        self._calls.pop(run_id, None)


def with_handler(callbacks: Any, handler: ModelHandler) -> Any:
    """Return `callbacks`, a list of handlers or a manager of them, with one handler more."""
    if callbacks is None:
        return [handler]
    if isinstance(callbacks, (list, tuple)):
        return [*callbacks, handler]
    manager = callbacks.copy()
    manager.add_handler(handler, inherit=True)
    return manager


def without_handlers(callbacks: Any) -> Any:
    """Return `callbacks` without the handlers that the runs above put there."""
    if isinstance(callbacks, (list, tuple)):
        return [handler for handler in callbacks if not isinstance(handler, ModelHandler)]
    manager = callbacks.copy()
    for name in ("handlers", "inheritable_handlers"):
        setattr(manager, name, [each for each in getattr(manager, name, ()) if not isinstance(each, ModelHandler)])
    return manager
