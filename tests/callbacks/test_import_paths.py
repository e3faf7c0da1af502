"""Names are found where programs written for LangChain look for them."""

import subprocess
import sys
from importlib import import_module

import pytest

PLACES = {
    "callbacks": """
        AsyncCallbackHandler AsyncCallbackManager AsyncCallbackManagerForChainGroup AsyncCallbackManagerForChainRun
        AsyncCallbackManagerForLLMRun AsyncCallbackManagerForRetrieverRun AsyncCallbackManagerForToolRun
        AsyncParentRunManager AsyncRunManager BaseCallbackHandler BaseCallbackManager BaseRunManager CallbackManager
        CallbackManagerForChainGroup CallbackManagerForChainRun CallbackManagerForLLMRun
        CallbackManagerForRetrieverRun CallbackManagerForToolRun CallbackManagerMixin Callbacks ChainManagerMixin
        FileCallbackHandler LLMManagerMixin ParentRunManager RetrieverManagerMixin RunManager RunManagerMixin
        StdOutCallbackHandler StreamingStdOutCallbackHandler ToolManagerMixin UsageMetadataCallbackHandler
        adispatch_custom_event dispatch_custom_event get_usage_metadata_callback
    """,
    "callbacks.base": """
        AsyncCallbackHandler BaseCallbackHandler BaseCallbackManager CallbackManagerMixin Callbacks ChainManagerMixin
        LLMManagerMixin RetrieverManagerMixin RunManagerMixin ToolManagerMixin
    """,
    "callbacks.file": "FileCallbackHandler",
    "callbacks.manager": """
        AsyncCallbackManager AsyncCallbackManagerForChainGroup AsyncCallbackManagerForChainRun
        AsyncCallbackManagerForLLMRun AsyncCallbackManagerForRetrieverRun AsyncCallbackManagerForToolRun
        AsyncParentRunManager AsyncRunManager BaseCallbackHandler BaseCallbackManager BaseRunManager CallbackManager
        CallbackManagerForChainGroup CallbackManagerForChainRun CallbackManagerForLLMRun
        CallbackManagerForRetrieverRun CallbackManagerForToolRun Callbacks ParentRunManager RunManager
        adispatch_custom_event ahandle_event atrace_as_chain_group dispatch_custom_event handle_event
        trace_as_chain_group
    """,
    "callbacks.stdout": "StdOutCallbackHandler",
    "callbacks.streaming_stdout": "StreamingStdOutCallbackHandler",
    "callbacks.usage": "UsageMetadataCallbackHandler get_usage_metadata_callback",
    "globals": "get_debug get_llm_cache get_verbose set_debug set_llm_cache set_verbose",
    "runnables.schema": "BaseStreamEvent CustomStreamEvent EventData StandardStreamEvent StreamEvent",
    "tracers": "BaseTracer ConsoleCallbackHandler Run",
    "tracers.base": "AsyncBaseTracer BaseTracer",
    "tracers.context": "collect_runs",
    "tracers.root_listeners": "AsyncListener AsyncRootListeners Listener RootListeners",
    "tracers.run_collector": "RunCollectorCallbackHandler",
    "tracers.schemas": "Run",
    "tracers.stdout": "ConsoleCallbackHandler FunctionCallbackHandler",
}


@pytest.mark.parametrize("place", PLACES)
def test_names_are_found(place: str):
    module = import_module(f"stepgraph.{place}")
    assert [name for name in PLACES[place].split() if not hasattr(module, name)] == []


@pytest.mark.parametrize("place", PLACES)
def test_each_place_can_be_imported_first(place: str):
    names = ", ".join(PLACES[place].split())
    subprocess.run([sys.executable, "-c", f"from stepgraph.{place} import {names}"], check=True)


@pytest.mark.parametrize("place", ["callbacks", "callbacks.base", "callbacks.manager", "tracers"])
def test_other_names_are_not(place: str):
    module = import_module(f"stepgraph.{place}")
    with pytest.raises(AttributeError, match=rf"module 'stepgraph\.{place}' has no attribute 'LangChainTracer'"):
        module.LangChainTracer  # noqa: B018 - asked for


def test_a_name_is_one_thing_wherever_it_is_found():
    found: dict[str, set[int]] = {}
    for place, names in PLACES.items():
        for name in names.split():
            found.setdefault(name, set()).add(id(getattr(import_module(f"stepgraph.{place}"), name)))
    assert {name for name, things in found.items() if len(things) > 1} == set()


def test_all_that_tracers_list_is_there():
    tracers = import_module("stepgraph.tracers")
    assert [name for name in tracers.__all__ if not hasattr(tracers, name)] == []


def test_tracers_and_globals_bring_no_handlers_along():
    code = "import stepgraph.globals, stepgraph.tracers, sys; print('stepgraph.callbacks' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout == "False\n"


def test_what_reports_of_a_run_needs_no_other_import():
    code = "from stepgraph.callbacks import RunManager; print(type(RunManager.get_noop_manager().get_child()).__name__)"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout == "CallbackManager\n"


def test_a_run_that_is_heard_brings_no_other_handlers_along():
    code = "import stepgraph.callbacks.manager, sys; print(*(name for name in sys.modules if 'callbacks.' in name))"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    others = ("console", "file", "groups", "listeners", "stdout", "streaming_stdout", "tracers", "tree", "usage")
    assert not {f"stepgraph.callbacks.{name}" for name in others} & set(told.stdout.split())
