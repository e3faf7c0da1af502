"""Callbacks: handlers that hear what runs do, and how events reach them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from stepgraph.callbacks.ambient import collect_runs, heard_by
    from stepgraph.callbacks.base import AsyncCallbackHandler, BaseCallbackHandler, Callbacks
    from stepgraph.callbacks.base_manager import BaseCallbackManager
    from stepgraph.callbacks.collector import RunCollectorCallbackHandler
    from stepgraph.callbacks.console import ConsoleCallbackHandler, FunctionCallbackHandler
    from stepgraph.callbacks.custom import adispatch_custom_event, dispatch_custom_event
    from stepgraph.callbacks.dispatch import ahandle_event, handle_event
    from stepgraph.callbacks.file import FileCallbackHandler
    from stepgraph.callbacks.groups import (
        AsyncCallbackManagerForChainGroup,
        CallbackManagerForChainGroup,
        atrace_as_chain_group,
        trace_as_chain_group,
    )
    from stepgraph.callbacks.listeners import AsyncRootListeners, RootListeners
    from stepgraph.callbacks.manager import AsyncCallbackManager, CallbackManager
    from stepgraph.callbacks.mixins import (
        CallbackManagerMixin,
        ChainManagerMixin,
        LLMManagerMixin,
        RetrieverManagerMixin,
        RunManagerMixin,
        ToolManagerMixin,
    )
    from stepgraph.callbacks.runs import (
        AsyncCallbackManagerForChainRun,
        AsyncCallbackManagerForLLMRun,
        AsyncCallbackManagerForRetrieverRun,
        AsyncCallbackManagerForToolRun,
        AsyncParentRunManager,
        AsyncRunManager,
        BaseRunManager,
        CallbackManagerForChainRun,
        CallbackManagerForLLMRun,
        CallbackManagerForRetrieverRun,
        CallbackManagerForToolRun,
        ParentRunManager,
        RunManager,
    )
    from stepgraph.callbacks.stdout import StdOutCallbackHandler
    from stepgraph.callbacks.streaming_stdout import StreamingStdOutCallbackHandler
    from stepgraph.callbacks.tracers import AsyncBaseTracer, BaseTracer
    from stepgraph.callbacks.tree import Run
    from stepgraph.callbacks.usage import UsageMetadataCallbackHandler, get_usage_metadata_callback

__all__ = [
    "AsyncBaseTracer",
    "AsyncCallbackHandler",
    "AsyncCallbackManager",
    "AsyncCallbackManagerForChainGroup",
    "AsyncCallbackManagerForChainRun",
    "AsyncCallbackManagerForLLMRun",
    "AsyncCallbackManagerForRetrieverRun",
    "AsyncCallbackManagerForToolRun",
    "AsyncParentRunManager",
    "AsyncRootListeners",
    "AsyncRunManager",
    "BaseCallbackHandler",
    "BaseCallbackManager",
    "BaseRunManager",
    "BaseTracer",
    "CallbackManager",
    "CallbackManagerForChainGroup",
    "CallbackManagerForChainRun",
    "CallbackManagerForLLMRun",
    "CallbackManagerForRetrieverRun",
    "CallbackManagerForToolRun",
    "CallbackManagerMixin",
    "Callbacks",
    "ChainManagerMixin",
    "ConsoleCallbackHandler",
    "FileCallbackHandler",
    "FunctionCallbackHandler",
    "LLMManagerMixin",
    "ParentRunManager",
    "RetrieverManagerMixin",
    "RootListeners",
    "Run",
    "RunCollectorCallbackHandler",
    "RunManager",
    "RunManagerMixin",
    "StdOutCallbackHandler",
    "StreamingStdOutCallbackHandler",
    "ToolManagerMixin",
    "UsageMetadataCallbackHandler",
    "adispatch_custom_event",
    "ahandle_event",
    "atrace_as_chain_group",
    "collect_runs",
    "dispatch_custom_event",
    "get_usage_metadata_callback",
    "handle_event",
    "heard_by",
    "trace_as_chain_group",
]

_PLACES: Final = {
    "AsyncBaseTracer": "tracers",
    "AsyncCallbackHandler": "base",
    "AsyncCallbackManager": "manager",
    "AsyncCallbackManagerForChainGroup": "groups",
    "AsyncCallbackManagerForChainRun": "runs",
    "AsyncCallbackManagerForLLMRun": "runs",
    "AsyncCallbackManagerForRetrieverRun": "runs",
    "AsyncCallbackManagerForToolRun": "runs",
    "AsyncParentRunManager": "runs",
    "AsyncRootListeners": "listeners",
    "AsyncRunManager": "runs",
    "BaseCallbackHandler": "base",
    "BaseCallbackManager": "base_manager",
    "BaseRunManager": "runs",
    "BaseTracer": "tracers",
    "CallbackManager": "manager",
    "CallbackManagerForChainGroup": "groups",
    "CallbackManagerForChainRun": "runs",
    "CallbackManagerForLLMRun": "runs",
    "CallbackManagerForRetrieverRun": "runs",
    "CallbackManagerForToolRun": "runs",
    "CallbackManagerMixin": "mixins",
    "Callbacks": "base",
    "ChainManagerMixin": "mixins",
    "ConsoleCallbackHandler": "console",
    "FileCallbackHandler": "file",
    "FunctionCallbackHandler": "console",
    "LLMManagerMixin": "mixins",
    "ParentRunManager": "runs",
    "RetrieverManagerMixin": "mixins",
    "RootListeners": "listeners",
    "Run": "tree",
    "RunCollectorCallbackHandler": "collector",
    "RunManager": "runs",
    "RunManagerMixin": "mixins",
    "StdOutCallbackHandler": "stdout",
    "StreamingStdOutCallbackHandler": "streaming_stdout",
    "ToolManagerMixin": "mixins",
    "UsageMetadataCallbackHandler": "usage",
    "adispatch_custom_event": "custom",
    "ahandle_event": "dispatch",
    "atrace_as_chain_group": "groups",
    "collect_runs": "ambient",
    "dispatch_custom_event": "custom",
    "get_usage_metadata_callback": "usage",
    "handle_event": "dispatch",
    "heard_by": "ambient",
    "trace_as_chain_group": "groups",
}
"""The module of each name, which is imported when somebody asks for it: a run that is heard needs managers alone."""


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"stepgraph.callbacks.{_PLACES[name]}"), name)
    return found
