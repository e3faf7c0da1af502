"""Callbacks: handlers that hear what runs do, and how events reach them."""

from stepgraph.callbacks.ambient import collect_runs, get_usage_metadata_callback, heard_by
from stepgraph.callbacks.base import AsyncCallbackHandler, BaseCallbackHandler, Callbacks
from stepgraph.callbacks.base_manager import BaseCallbackManager
from stepgraph.callbacks.collector import RunCollectorCallbackHandler
from stepgraph.callbacks.console import ConsoleCallbackHandler
from stepgraph.callbacks.custom import adispatch_custom_event, dispatch_custom_event
from stepgraph.callbacks.file import FileCallbackHandler
from stepgraph.callbacks.listeners import AsyncRootListeners, RootListeners
from stepgraph.callbacks.manager import AsyncCallbackManager, CallbackManager
from stepgraph.callbacks.runs import (
    AsyncCallbackManagerForChainRun,
    AsyncCallbackManagerForLLMRun,
    AsyncCallbackManagerForRetrieverRun,
    AsyncCallbackManagerForToolRun,
    AsyncRunManager,
    BaseRunManager,
    CallbackManagerForChainRun,
    CallbackManagerForLLMRun,
    CallbackManagerForRetrieverRun,
    CallbackManagerForToolRun,
    RunManager,
)
from stepgraph.callbacks.stdout import StdOutCallbackHandler, StreamingStdOutCallbackHandler
from stepgraph.callbacks.tracers import AsyncBaseTracer, BaseTracer
from stepgraph.callbacks.tree import Run
from stepgraph.callbacks.usage import UsageMetadataCallbackHandler

__all__ = [
    "AsyncBaseTracer",
    "AsyncCallbackHandler",
    "AsyncCallbackManager",
    "AsyncCallbackManagerForChainRun",
    "AsyncCallbackManagerForLLMRun",
    "AsyncCallbackManagerForRetrieverRun",
    "AsyncCallbackManagerForToolRun",
    "AsyncRootListeners",
    "AsyncRunManager",
    "BaseCallbackHandler",
    "BaseCallbackManager",
    "BaseRunManager",
    "BaseTracer",
    "CallbackManager",
    "CallbackManagerForChainRun",
    "CallbackManagerForLLMRun",
    "CallbackManagerForRetrieverRun",
    "CallbackManagerForToolRun",
    "Callbacks",
    "ConsoleCallbackHandler",
    "FileCallbackHandler",
    "RootListeners",
    "Run",
    "RunCollectorCallbackHandler",
    "RunManager",
    "StdOutCallbackHandler",
    "StreamingStdOutCallbackHandler",
    "UsageMetadataCallbackHandler",
    "adispatch_custom_event",
    "collect_runs",
    "dispatch_custom_event",
    "get_usage_metadata_callback",
    "heard_by",
]
