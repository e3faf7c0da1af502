"""Managers: which handlers, tags and metadata a run has, and which of them the runs below it have."""

from typing import Any
from uuid import uuid4

import pytest

from stepgraph.callbacks import AsyncCallbackManager, BaseCallbackHandler, CallbackManager
from stepgraph.messages import HumanMessage, SystemMessage
from tests.callbacks.ears import COLOURS, awaited, ear, manager_of

MANAGERS = (CallbackManager, AsyncCallbackManager)


@pytest.fixture(params=MANAGERS, ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_the_colours_are_told_apart(kind: Any):
    assert kind([]).is_async is (kind is AsyncCallbackManager)


def test_configure_tells_what_is_inherited_from_what_is_local(kind: Any):
    everywhere, here = BaseCallbackHandler(), BaseCallbackHandler()
    manager = kind.configure([everywhere], [here], False, ["a"], ["b"], {"x": 1}, {"y": 2})
    assert manager.handlers == [everywhere, here]
    assert manager.inheritable_handlers == [everywhere]
    assert (manager.tags, manager.inheritable_tags) == (["a", "b"], ["a"])
    assert (manager.metadata, manager.inheritable_metadata) == ({"x": 1, "y": 2}, {"x": 1})


def test_configure_takes_managers_and_leaves_them_as_they_are(kind: Any):
    handler, run_id = BaseCallbackHandler(), uuid4()
    for given in (CallbackManager, AsyncCallbackManager):
        manager = given([handler], [handler], run_id, tags=["a"], inheritable_tags=["a"])
        found = kind.configure(manager, given([BaseCallbackHandler()]), False, ["b"])
        assert type(found) is kind
        assert found.parent_run_id == run_id
        assert (found.tags, len(found.handlers)) == (["a", "b"], 2)
        assert (manager.tags, manager.handlers) == (["a"], [handler])


def test_configure_without_anything_is_a_manager_of_nothing(kind: Any):
    manager = kind.configure()
    assert (manager.handlers, manager.tags, manager.metadata, manager.parent_run_id) == ([], [], {}, None)


def test_each_handler_and_each_tag_is_there_once(kind: Any):
    handler = BaseCallbackHandler()
    manager = kind.configure([handler], [handler], False, ["a", "a"], ["a"])
    assert manager.handlers == [handler]
    assert manager.tags == ["a"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([BaseCallbackHandler], r"got the class BaseCallbackHandler; write BaseCallbackHandler\(\)"),
        (3, r"must be a list of handlers, or a manager, got int: 3"),
        ("on_chain_start", r"must be a list of handlers, or a manager, got str"),
    ],
)
def test_what_is_no_handler_is_refused(kind: Any, given: Any, message: str):
    with pytest.raises(TypeError, match=message):
        kind.of(given)


def test_adding_and_removing(kind: Any):
    one, other = BaseCallbackHandler(), BaseCallbackHandler()
    manager = kind([])
    manager.add_handler(one)
    manager.add_handler(other, inherit=False)
    manager.add_handler(other, False)
    manager.add_tags(["a", "b"])
    manager.add_tags(["c"], inherit=False)
    manager.add_metadata({"x": 1, "y": 1})
    manager.add_metadata({"y": 2}, inherit=False)
    assert (manager.handlers, manager.inheritable_handlers) == ([one, other], [one])
    assert (manager.tags, manager.inheritable_tags) == (["a", "b", "c"], ["a", "b"])
    assert (manager.metadata, manager.inheritable_metadata) == ({"x": 1, "y": 2}, {"x": 1, "y": 1})
    manager.remove_handler(one)
    manager.remove_tags(["a", "c", "unknown"])
    manager.remove_metadata(["y", "unknown"])
    assert (manager.handlers, manager.inheritable_handlers) == ([other], [])
    assert (manager.tags, manager.inheritable_tags) == (["b"], ["b"])
    assert (manager.metadata, manager.inheritable_metadata) == ({"x": 1}, {"x": 1})
    manager.set_handler(one)
    assert (manager.handlers, manager.inheritable_handlers) == ([one], [one])
    manager.set_handlers([other, one], inherit=False)
    assert (manager.handlers, manager.inheritable_handlers) == ([other, one], [])


def test_a_copy_goes_its_own_way(kind: Any):
    manager = kind([], [], uuid4(), tags=["a"], metadata={"x": 1})
    twin = manager.copy()
    assert vars(twin) == vars(manager)
    twin.handlers.append(BaseCallbackHandler())
    twin.add_tags(["b"])
    twin.metadata["y"] = 2
    assert (manager.handlers, manager.tags, manager.metadata) == ([], ["a"], {"x": 1})


def test_two_are_merged(kind: Any):
    one, other, both, run_id = BaseCallbackHandler(), BaseCallbackHandler(), BaseCallbackHandler(), uuid4()
    left = kind([one, both], [both], tags=["a"], inheritable_tags=["a"], metadata={"x": 1, "y": 1})
    right = kind([other, both], [other], run_id, tags=["b"], metadata={"y": 2}, inheritable_metadata={"y": 2})
    merged = left.merge(right)
    assert type(merged) is kind
    assert merged.handlers == [one, both, other]
    assert merged.inheritable_handlers == [both, other]
    assert merged.parent_run_id == run_id
    assert (merged.tags, merged.inheritable_tags) == (["a", "b"], ["a"])
    assert (merged.metadata, merged.inheritable_metadata) == ({"x": 1, "y": 2}, {"y": 2})
    assert left.handlers == [one, both]


@pytest.mark.parametrize("handler_kind", ["sync", "inline", "async"])
@pytest.mark.parametrize("door", COLOURS)
async def test_handlers_are_told_all_about_a_run_at_its_start(door: str, handler_kind: str):
    handler, above, run_id = ear(handler_kind), uuid4(), uuid4()
    manager = manager_of(door, handler, parent_run_id=above, tags=["a"], metadata={"x": 1})
    run = await awaited(manager.on_chain_start({"id": ["A"]}, {"in": 1}, run_id, name="mine"))
    await awaited(run.on_chain_end({"out": 2}))
    [start, end] = handler.heard
    assert start.args == ({"id": ["A"]}, {"in": 1})
    expected = {"run_id": run_id, "parent_run_id": above, "tags": ["a"], "metadata": {"x": 1}, "name": "mine"}
    assert start.facts == expected
    assert end.args == ({"out": 2},)
    assert end.facts == {"run_id": run_id, "parent_run_id": above, "tags": ["a"]}


@pytest.mark.parametrize("door", COLOURS)
async def test_a_model_has_a_run_for_each_prompt(door: str):
    handler, first = ear("inline"), uuid4()
    manager = manager_of(door, handler)
    runs = await awaited(manager.on_llm_start({}, ["a", "b"], first, invocation_params={"n": 1}))
    assert [each.args[1] for each in handler.heard] == [["a"], ["b"]]
    ids = [each.facts["run_id"] for each in handler.heard]
    assert [run.run_id for run in runs] == ids
    assert ids[0] == first
    assert ids[1] not in (first, None)
    assert handler.heard[1].facts["invocation_params"] == {"n": 1}
    runs = await awaited(manager.on_chat_model_start({}, [["m"], ["n"]], first))
    assert [each.args[1] for each in handler.heard[2:]] == [[["m"]], [["n"]]]
    assert len({run.run_id for run in runs}) == 2


@pytest.mark.parametrize("handler_kind", ["sync", "async"])
@pytest.mark.parametrize("door", COLOURS)
async def test_who_does_not_know_chat_models_hears_of_them_as_text(door: str, handler_kind: str):
    heard = []

    class Plain(BaseCallbackHandler):
        def on_llm_start(self, serialized, prompts, **facts):
            heard.append((serialized, prompts, facts["name"]))

    class Async(BaseCallbackHandler):
        async def on_llm_start(self, serialized, prompts, **facts):
            heard.append((serialized, prompts, facts["name"]))

    manager = manager_of(door, Plain() if handler_kind == "sync" else Async())
    messages = [[SystemMessage("be kind"), HumanMessage("Tell me a joke")]]
    await awaited(manager.on_chat_model_start({"name": "Fake"}, messages, name="model"))
    assert heard == [({"name": "Fake"}, ["System: be kind\nHuman: Tell me a joke"], "model")]


@pytest.mark.parametrize("door", COLOURS)
async def test_who_knows_chat_models_does_not(door: str):
    handler = ear("inline")
    await awaited(manager_of(door, handler).on_chat_model_start({}, [[HumanMessage("hi")]]))
    assert handler.events == ["on_chat_model_start"]


@pytest.mark.parametrize("door", COLOURS)
async def test_what_stands_above_a_tool_or_a_retriever_may_be_given(door: str):
    handler, first, second, above = ear("inline"), uuid4(), uuid4(), uuid4()
    manager = manager_of(door, handler, parent_run_id=uuid4(), tags=["a"])
    before = manager.parent_run_id
    tool = await awaited(manager.on_tool_start({}, "in", first, above, {"x": 1}))
    retriever = await awaited(manager.on_retriever_start({}, "query", second, above))
    await awaited(tool.on_tool_end("out"))
    await awaited(retriever.on_retriever_end([]))
    assert [each.facts["parent_run_id"] for each in handler.heard] == [above] * 4
    assert [each.facts["run_id"] for each in handler.heard] == [first, second, first, second]
    assert handler.heard[0].facts["inputs"] == {"x": 1}
    assert manager.parent_run_id == before
    await awaited(manager.on_tool_start({}, "in"))
    assert handler.heard[-1].facts["parent_run_id"] == before
