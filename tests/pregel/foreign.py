"""A chat model of another make: it speaks to the handlers in `config["callbacks"]`, as LangChain's models do.

It streams to handlers that have `tap_output_aiter`, even when it is only invoked, and finds its config in the context
variable of the module `langchain_core.runnables.config` when nobody passes one, if that module is there.
"""

import asyncio
import inspect
import sys
import types
import uuid
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

import pytest

from stepgraph.messages import AIMessage, AIMessageChunk

CONFIG_MODULE = "langchain_core.runnables.config"
FLAGS = ("llm", "retry", "chain", "agent", "retriever", "chat_model", "custom_event")


@pytest.fixture
def foreign_context(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put a module with the context variable in place and return the variable."""
    module: Any = types.ModuleType(CONFIG_MODULE)
    module.var_child_runnable_config = ContextVar("child_runnable_config", default=None)
    monkeypatch.setitem(sys.modules, CONFIG_MODULE, module)
    return module.var_child_runnable_config


class Manager:
    """A callback manager, as far as engines need one."""

    def __init__(self, handlers: list[Any]) -> None:
        self.handlers = list(handlers)
        self.inheritable_handlers = list(handlers)
        self.parent_run_id = None

    def copy(self) -> "Manager":
        return Manager(self.handlers)

    def add_handler(self, handler: Any, inherit: bool = True) -> None:
        self.handlers.append(handler)
        if inherit:
            self.inheritable_handlers.append(handler)


class ForeignModel:
    """A chat model.

    Args:
        texts: Its answer, in pieces.
        tags: Its labels.
        metadata: Its facts.
        can_stream: Whether it gives out pieces.
        error: What it raises after its pieces.
    """

    def __init__(self, *texts: str, tags: Any = (), metadata: Any = None, can_stream: bool = True, error: Any = None):
        self.texts, self.tags, self.metadata = texts, list(tags), dict(metadata or {})
        self.can_stream, self.error = can_stream, error

    async def ainvoke(self, prompt: Any, config: Any = None) -> AIMessage:
        call = _Call(self, prompt, config)
        for piece in call.pieces():
            await asyncio.sleep(0)
            call.tell(piece)
        return call.end()

    def invoke(self, prompt: Any, config: Any = None) -> AIMessage:
        call = _Call(self, prompt, config)
        for piece in call.pieces():
            call.tell(piece)
        return call.end()


class _Call:
    def __init__(self, model: ForeignModel, prompt: Any, config: Any) -> None:
        module = sys.modules.get(CONFIG_MODULE)
        ambient = module.var_child_runnable_config.get() if module is not None else None
        config = {**(ambient or {}), **(config or {})}
        callbacks = config.get("callbacks") or []
        self.model, self.run_id = model, uuid.uuid4()
        self.handlers = callbacks if isinstance(callbacks, list) else callbacks.copy().handlers
        for handler in self.handlers:
            assert isinstance(handler.run_inline, bool)
            assert isinstance(handler.raise_error, bool)
            assert all(isinstance(getattr(handler, f"ignore_{flag}"), bool) for flag in FLAGS)
        self.streams = model.can_stream and any(hasattr(handler, "tap_output_aiter") for handler in self.handlers)
        tags = list(dict.fromkeys([*(config.get("tags") or ()), *model.tags]))
        metadata = {**(config.get("metadata") or {}), **model.metadata}
        self.emit("on_chat_model_start", {"name": "model"}, [[prompt]], tags=tags, metadata=metadata, name="model")

    def emit(self, event: str, *args: Any, **kwargs: Any) -> None:
        for handler in self.handlers:
            if not handler.ignore_chat_model:
                result = getattr(handler, event)(*args, run_id=self.run_id, parent_run_id=None, **kwargs)
                assert not inspect.isawaitable(result)

    def pieces(self) -> Any:
        return self.model.texts if self.streams else ()

    def tell(self, text: str) -> None:
        message = AIMessageChunk(text, id=f"lc_run-{self.run_id}")
        self.emit("on_llm_new_token", text, chunk=SimpleNamespace(text=text, message=message))

    def end(self) -> AIMessage:
        if self.model.error is not None:
            self.emit("on_llm_error", self.model.error)
            raise self.model.error
        message = AIMessage("".join(self.model.texts), id=f"lc_run-{self.run_id}")
        generation = SimpleNamespace(text=message.content, message=message)
        self.emit("on_llm_end", SimpleNamespace(generations=[[generation]], llm_output=None))
        return message


class Recorder:
    """A handler of the user's own, which does not make models stream, and hears of models only."""

    run_inline = raise_error = ignore_chain = True
    ignore_llm = ignore_retry = ignore_agent = ignore_retriever = ignore_chat_model = False
    ignore_custom_event = False

    def __init__(self) -> None:
        self.events: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("on_"):
            return lambda *_, **__: self.events.append(name)
        raise AttributeError(name)
