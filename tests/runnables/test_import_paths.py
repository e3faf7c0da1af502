"""Names are found where programs written for LangChain look for them."""

from importlib import import_module

import pytest

PLACES = {
    "runnables": """
        ensure_config patch_config get_config_list run_in_executor add aadd RunnableSerializable
        Runnable
    """,
    "runnables.base": """
        Runnable RunnableLambda RunnableSequence RunnableParallel RunnableMap RunnableBinding
        RunnableEach RunnableGenerator RunnableSerializable chain coerce_to_runnable Input Output
    """,
    "runnables.utils": """
        Input Output AddableDict ConfigurableField ConfigurableFieldSpec add aadd
        gather_with_concurrency
    """,
    "runnables.config": """
        RunnableConfig ensure_config merge_configs patch_config get_config_list run_in_executor
        get_callback_manager_for_config get_async_callback_manager_for_config var_child_runnable_config
        set_config_context ContextThreadPoolExecutor get_executor_for_config
    """,
    "runnables.graph": """
        Graph Node Edge MermaidDrawMethod CurveStyle NodeStyles
    """,
    "runnables.passthrough": """
        RunnablePassthrough RunnableAssign RunnablePick
    """,
    "runnables.branch": """
        RunnableBranch
    """,
    "runnables.router": """
        RouterRunnable RouterInput
    """,
    "runnables.fallbacks": """
        RunnableWithFallbacks
    """,
    "runnables.retry": """
        RunnableRetry
    """,
    "runnables.configurable": """
        RunnableConfigurableFields RunnableConfigurableAlternatives
    """,
}


@pytest.mark.parametrize("place", PLACES)
def test_names_are_found(place):
    module = import_module(f"stepgraph.{place}")
    missing = [name for name in PLACES[place].split() if not hasattr(module, name)]
    assert not missing
