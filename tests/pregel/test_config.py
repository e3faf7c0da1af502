"""The config of a run: what nodes find in it, how configs merge on the way down, what is refused."""

from copy import deepcopy

import pytest

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.config import check_config, get_config, merge_configs
from stepgraph.graph import START, StateGraph
from stepgraph.runtime import get_runtime
from stepgraph.types import Send
from tests.pregel.states import Log, chain


async def configs(state):
    return {"log": [get_config()]}


async def logged(colour, graph, config=None, **kwargs):
    return (await colour.invoke(graph, {"log": []}, config, **kwargs))["log"]


async def test_metadata_says_where_a_task_stands(colour):
    graph = chain(("one", colour.node(configs)), ("two", colour.node(configs)))
    first, second = (config["metadata"] for config in await logged(colour, graph))
    namespace = first.pop("langgraph_checkpoint_ns")
    assert first == {
        "langgraph_step": 1,
        "langgraph_node": "one",
        "langgraph_triggers": ("branch:to:one",),
        "langgraph_path": ("__pregel_pull", "one"),
    }
    assert namespace.startswith("one:")
    assert len(namespace) == len("one:") + 32
    assert second["langgraph_step"] == 2


async def test_a_config_without_wishes_holds_nothing_more_than_facts(colour):
    (config,) = await logged(colour, chain(("one", colour.node(configs))))
    assert set(config) == {"metadata", "configurable"}
    assert set(config["configurable"]) == {"checkpoint_ns"}
    assert type(config) is dict


async def test_what_the_caller_gives_is_there_beside_the_facts(colour):
    given = {
        "tags": ["t"],
        "metadata": {"m": 1},
        "configurable": {"thread_id": "t-1", "own": object()},
        "recursion_limit": 7,
        "max_concurrency": 3,
        "run_name": "name",
        "run_id": "id",
    }
    (config,) = await logged(colour, chain(("one", colour.node(configs))), given)
    assert config["tags"] == ["t"]
    assert config["metadata"]["m"] == 1
    assert config["configurable"]["thread_id"] == "t-1"
    assert config["configurable"]["own"] is given["configurable"]["own"]
    assert (config["recursion_limit"], config["max_concurrency"]) == (7, 3)
    assert "run_id" not in config
    assert "run_name" not in config, "both name the run, not the task"


async def test_tags_and_metadata_of_a_node_are_added(colour):
    graph = StateGraph(Log).add_node("one", colour.node(configs), metadata={"m": "node", "n": 2}).add_edge(START, "one")
    (config,) = await logged(colour, graph.compile(), {"metadata": {"m": "run"}})
    assert (config["metadata"]["m"], config["metadata"]["n"]) == ("node", 2)


async def test_a_node_may_edit_its_config_without_any_effect(colour):
    given = {"tags": ["t"], "metadata": {"m": 1}, "configurable": {"c": 1}}

    async def edits(state, config):
        config["tags"].append("edited")
        config["metadata"]["edited"] = True
        config["configurable"]["edited"] = True
        config.pop("configurable")
        return {"log": []}

    graph = chain(("one", colour.node(edits)), ("two", colour.node(configs)), config={"tags": ["bound"]})
    (config,) = await logged(colour, graph, given)
    assert "edited" not in str(config)
    assert config["configurable"]["c"] == 1
    assert given == {"tags": ["t"], "metadata": {"m": 1}, "configurable": {"c": 1}}
    assert graph.config == {"tags": ["bound"]}


async def test_the_config_of_every_sent_task_has_its_path(colour):
    graph = StateGraph(Log).add_node("each", colour.node(configs))
    graph = graph.add_conditional_edges(START, lambda _: [Send("each", n) for n in range(3)], ["each"]).compile()
    found = [config["metadata"]["langgraph_path"][:2] for config in await logged(colour, graph)]
    assert found == [("__pregel_push", 0), ("__pregel_push", 1), ("__pregel_push", 2)]


async def test_a_nested_run_inherits_and_merges(colour):
    inner = chain(("deep", colour.node(configs)))
    own = {"tags": ["inner", "t"], "metadata": {"m": "inner"}, "configurable": {"c": "inner", "d": 1}}

    async def calls(state):
        plain = await colour.inner_invoke(inner, {"log": []})
        merged = await colour.inner_invoke(inner, {"log": []}, own)
        return {"log": plain["log"] + merged["log"]}

    given = {"tags": ["t"], "metadata": {"m": "run", "k": 1}, "configurable": {"c": "run", "e": 2}}
    plain, merged = await logged(colour, chain(("calls", colour.node(calls))), given)
    assert plain["tags"] == ["t"]
    assert plain["metadata"]["m"] == "run"
    assert (plain["configurable"]["c"], plain["configurable"]["e"]) == ("run", 2)
    assert merged["tags"] == ["t", "inner"]
    assert (merged["metadata"]["m"], merged["metadata"]["k"]) == ("inner", 1)
    assert [merged["configurable"][key] for key in "cde"] == ["inner", 1, 2]
    for config in (plain, merged):
        assert config["metadata"]["langgraph_node"] == "deep"
        outer, *_, deep = config["metadata"]["langgraph_checkpoint_ns"].split("|")
        assert outer.startswith("calls:")
        assert deep.startswith("deep:")


async def test_passing_the_config_on_to_a_nested_run_changes_nothing(colour):
    inner = chain(("deep", colour.node(configs)))

    async def passes(state, config):
        return await colour.inner_invoke(inner, {"log": []}, config)

    async def leaves(state):
        return await colour.inner_invoke(inner, {"log": []})

    given = {"tags": ["t"], "metadata": {"m": 1}, "configurable": {"c": 1}, "max_concurrency": 4}
    found = []
    for node in (passes, leaves):
        (config,) = await logged(colour, chain(("calls", colour.node(node))), given)
        config["metadata"].pop("langgraph_checkpoint_ns")
        config["configurable"].pop("checkpoint_ns")
        found.append(config)
    assert found[0] == found[1]


async def test_metadata_of_a_sub_graphs_node_reaches_what_runs_in_it(colour):
    inner = chain(("deep", colour.node(configs)))
    graph = StateGraph(Log).add_node("sub", inner, metadata={"of": "sub"}).add_edge(START, "sub").compile()
    (config,) = await logged(colour, graph)
    assert config["metadata"]["of"] == "sub"
    assert config["metadata"]["langgraph_node"] == "deep"


async def test_with_config_is_merged_under_the_config_of_the_call(colour):
    graph = chain(("one", colour.node(configs)))
    bound = graph.with_config({"tags": ["bound"], "configurable": {"a": "bound", "b": "bound"}}, recursion_limit=9)
    given = {"tags": ["given"], "configurable": {"a": "given"}}
    (config,) = await logged(colour, bound, given)
    assert config["tags"] == ["bound", "given"]
    assert (config["configurable"]["a"], config["configurable"]["b"]) == ("given", "bound")
    assert config["recursion_limit"] == 9
    (config,) = await logged(colour, bound.with_config(tags=["more"]))
    assert config["tags"] == ["bound", "more"]
    (config,) = await logged(colour, graph)
    assert "tags" not in config


async def test_the_config_bound_to_a_sub_graph_holds_in_it_alone(colour):
    inner = chain(("deep", colour.node(configs))).with_config(tags=["bound"], configurable={"c": "bound"})
    graph = chain(("sub", inner), ("after", colour.node(configs)))
    deep, after = await logged(colour, graph, {"tags": ["run"], "configurable": {"c": "run"}})
    assert (deep["tags"], deep["configurable"]["c"]) == (["run", "bound"], "bound")
    assert (after["tags"], after["configurable"]["c"]) == (["run"], "run")


async def test_execution_info_says_where_a_task_stands(colour):
    async def node(state, config):
        return {"log": [(get_runtime().execution_info, config["metadata"]["langgraph_checkpoint_ns"])]}

    graph = chain(("sub", chain(("deep", colour.node(node)))))
    ((info, namespace),) = await logged(colour, graph, {"configurable": {"thread_id": "t-1"}, "run_id": "r-1"})
    assert info.checkpoint_ns == namespace
    assert namespace.endswith(info.task_id)
    assert (info.step, info.node, info.node_attempt, info.thread_id, info.run_id) == (1, "deep", 1, "t-1", "r-1")


async def test_task_ids_differ_between_runs_and_agree_under_one_run_id(colour):
    async def node(state):
        return {"log": [get_runtime().execution_info.task_id]}

    graph = chain(("one", colour.node(node)), ("two", colour.node(node)))
    plain = [tuple(await logged(colour, graph)) for _ in range(2)]
    named = [tuple(await logged(colour, graph, {"run_id": "r-1"})) for _ in range(2)]
    assert len({*plain[0], *plain[1], *named[0]}) == 6
    assert named[0] == named[1]


@pytest.mark.parametrize(
    ("config", "kind", "words"),
    [
        ("thread", TypeError, r"config must be a dict .*got str: 'thread'"),
        ([("tags", [])], TypeError, "config must be a dict"),
        ({"recursion_limits": 3}, ValueError, "did you mean 'recursion_limit'"),
        ({"thread_id": "1"}, ValueError, "go under 'configurable'"),
        ({"metadata": "m"}, TypeError, r"config\['metadata'\] must be a dict, got str"),
        ({"configurable": [1]}, TypeError, r"config\['configurable'\] must be a dict, got list"),
        ({"tags": "one"}, TypeError, r"config\['tags'\] must be a list"),
        ({"recursion_limit": 0}, ValueError, r"config\['recursion_limit'\].*at least 1, got 0"),
        ({"recursion_limit": "9"}, ValueError, "whole number"),
        ({"max_concurrency": 0}, ValueError, r"config\['max_concurrency'\].*at least 1"),
        ({"max_concurrency": 1.5}, ValueError, "whole number"),
        ({"configurable": {"max_concurrency": 2}}, ValueError, "top level of the config"),
    ],
)
async def test_a_config_that_no_run_can_use_is_refused(colour, config, kind, words):
    graph = chain(("one", colour.node(configs)))
    with pytest.raises(kind, match=words):
        await colour.invoke(graph, {"log": []}, config)
    with pytest.raises(kind, match=words):
        graph.with_config(config)
    with pytest.raises(kind, match=words):
        check_config(config)


async def test_a_config_that_a_nested_call_cannot_use_is_an_error_of_its_node(colour):
    inner = chain(("deep", colour.node(configs)))

    async def calls(state):
        await colour.inner_invoke(inner, {"log": []}, {"tagz": []})

    with pytest.raises(ValueError, match="did you mean 'tags'") as caught:
        await logged(colour, chain(("calls", colour.node(calls))))
    assert "node 'calls'" in str(caught.value.__notes__)


async def test_values_of_none_are_as_if_not_given(colour):
    keys = ["tags", "metadata", "callbacks", "run_name", "max_concurrency", "recursion_limit", "run_id", "configurable"]
    (config,) = await logged(colour, chain(("one", colour.node(configs))), dict.fromkeys(keys))
    assert set(config) == {"metadata", "configurable"}


def test_merging_leaves_what_it_merges_alone():
    first = {"tags": ["a"], "metadata": {"m": 1}, "callbacks": [1], "configurable": {"x": 1}, "recursion_limit": 1}
    untouched = deepcopy(first)
    second = {"tags": ["b", "a"], "metadata": {"n": 2}, "callbacks": [2, 1], "run_name": "r", "recursion_limit": None}
    merged = merge_configs(first, None, second)
    assert merged == {
        "tags": ["a", "b"],
        "metadata": {"m": 1, "n": 2},
        "callbacks": [1, 2],
        "configurable": {"x": 1},
        "run_name": "r",
        "recursion_limit": 1,
    }
    merged["metadata"]["edited"] = merged["configurable"]["edited"] = True
    merged["tags"].append("edited")
    merged["callbacks"].append("edited")
    assert first == untouched
    assert second["tags"] == ["b", "a"]


def test_a_config_that_was_checked_is_a_dict_of_its_own():
    given = {"tags": ["a"]}
    checked = check_config(given)
    checked["run_name"] = "edited"
    assert given == {"tags": ["a"]}


async def test_metadata_of_checkpoints_tells_what_was_configured_but_no_keys(colour):
    async def node(state):
        return {"log": [get_config()["configurable"]["api_key"]]}

    graph = chain(("node", colour.node(node)), checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": "1", "user": "u", "api_key": "a", "x_secret": "s", "keywords": 3}}
    assert await colour.invoke(graph, {"log": []}, config) == {"log": ["a"]}
    told = graph.get_state(config).metadata
    assert (told["user"], told["keywords"]) == ("u", 3)
    assert not {"api_key", "x_secret"} & told.keys()
