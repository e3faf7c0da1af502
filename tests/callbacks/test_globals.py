"""Settings of the whole process, and what managers make of them."""

from collections.abc import Iterator
from typing import Any

import pytest

from stepgraph.callbacks import (
    AsyncCallbackManager,
    BaseCallbackHandler,
    CallbackManager,
    ConsoleCallbackHandler,
    StdOutCallbackHandler,
)
from stepgraph.callbacks.printers import printed
from stepgraph.globals import (
    SETTINGS,
    get_debug,
    get_llm_cache,
    get_verbose,
    set_debug,
    set_llm_cache,
    set_verbose,
)

MANAGERS = [CallbackManager, AsyncCallbackManager]


@pytest.fixture(autouse=True)
def unset() -> Iterator[None]:
    yield
    set_debug(False)
    set_verbose(False)
    set_llm_cache(None)


def kinds(handlers: list[Any]) -> list[type]:
    return [type(each) for each in handlers]


def test_nothing_is_set():
    assert (get_debug(), get_verbose(), get_llm_cache(), SETTINGS.is_heard) == (False, False, None, False)


@pytest.mark.parametrize("value", [True, False])
def test_what_is_set_is_found(value: bool):
    cache = object()
    set_debug(value)
    set_verbose(not value)
    set_llm_cache(cache)
    assert (get_debug(), get_verbose(), get_llm_cache(), SETTINGS.is_heard) == (value, not value, cache, True)
    set_debug(False)
    set_verbose(False)
    assert not SETTINGS.is_heard


@pytest.mark.parametrize("kind", MANAGERS)
def test_verbose_prints_one_run(kind: Any):
    manager = kind.configure(verbose=True)
    assert kinds(manager.handlers) == [StdOutCallbackHandler]
    assert manager.inheritable_handlers == []
    assert kind.configure(verbose=False).handlers == []


@pytest.mark.parametrize("kind", MANAGERS)
@pytest.mark.parametrize("own", [StdOutCallbackHandler, type("Mine", (StdOutCallbackHandler,), {})])
def test_who_prints_already_is_not_joined_by_another(kind: Any, own: Any):
    handler = own()
    assert kind.configure([handler], verbose=True).handlers == [handler]


@pytest.mark.parametrize("kind", MANAGERS)
@pytest.mark.parametrize(
    ("setting", "printer"), [(set_debug, ConsoleCallbackHandler), (set_verbose, StdOutCallbackHandler)]
)
def test_a_setting_prints_runs_and_those_inside(kind: Any, setting: Any, printer: Any):
    handler = BaseCallbackHandler()
    setting(True)
    manager = kind.configure([handler])
    assert kinds(manager.handlers) == kinds(manager.inheritable_handlers) == [BaseCallbackHandler, printer]
    below = kind.configure(manager)
    assert below.handlers == manager.handlers
    setting(False)
    assert kind.configure([handler]).handlers == [handler]


def test_debug_goes_before_verbose():
    set_debug(True)
    set_verbose(True)
    assert kinds(CallbackManager.configure(verbose=True).handlers) == [ConsoleCallbackHandler]


def test_a_config_is_the_same_one_where_nothing_is_to_be_added():
    config: Any = {"tags": ["a"]}
    assert printed(config) is config
    set_debug(True)
    with_printer = printed(config)
    assert kinds(with_printer["callbacks"]) == [ConsoleCallbackHandler]
    assert with_printer["tags"] == ["a"]
    assert printed(with_printer) is with_printer
    assert config == {"tags": ["a"]}


def test_a_config_may_hold_a_manager():
    set_debug(True)
    manager = CallbackManager([], tags=["a"])
    found = printed({"callbacks": manager})["callbacks"]
    assert kinds(found.handlers) == kinds(found.inheritable_handlers) == [ConsoleCallbackHandler]
    assert (found.tags, manager.handlers) == (["a"], [])
