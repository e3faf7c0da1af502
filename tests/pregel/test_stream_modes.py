"""What each stream mode yields, alone and together, in every colour."""

import re
from contextlib import aclosing

import pytest

from stepgraph.graph import START, StateGraph
from stepgraph.types import Send
from tests.pregel.states import Log, Two, chain, fan


def two_nodes(colour, **compiled):
    async def first(state, writer):
        writer("from first")
        return {"log": ["first"]}

    async def second(state, writer):
        writer({"from": "second"})
        return {"log": ["second"], "last": 2}

    return chain(colour.node(first), colour.node(second), state=Two, **compiled)


async def test_values_are_the_whole_state_after_the_input_and_after_each_superstep(colour):
    chunks = await colour.chunks(two_nodes(colour), {"log": ["in"]}, stream_mode="values")
    assert chunks == [
        {"log": ["in"]},
        {"log": ["in", "first"]},
        {"log": ["in", "first", "second"], "last": 2},
    ]


async def test_updates_are_what_each_node_wrote(colour):
    chunks = await colour.chunks(two_nodes(colour), {"log": ["in"]}, stream_mode="updates")
    assert chunks == [{"first": {"log": ["first"]}}, {"second": {"log": ["second"], "last": 2}}]


async def test_updates_are_the_default_of_a_state_graph(colour):
    graph = two_nodes(colour)
    assert await colour.chunks(graph, {"log": []}) == await colour.chunks(graph, {"log": []}, stream_mode="updates")


async def test_custom_is_what_writers_were_given(colour):
    chunks = await colour.chunks(two_nodes(colour), {"log": ["in"]}, stream_mode="custom")
    assert chunks == ["from first", {"from": "second"}]


async def test_tasks_show_starts_and_ends(colour):
    chunks = await colour.chunks(two_nodes(colour), {"log": ["in"]}, stream_mode="tasks")
    ids = [chunk["id"] for chunk in chunks]
    assert ids[0] == ids[1] != ids[2] == ids[3]
    assert [{key: value for key, value in chunk.items() if key != "id"} for chunk in chunks] == [
        {"name": "first", "input": {"log": ["in"]}, "triggers": ("branch:to:first",)},
        {"name": "first", "error": None, "result": {"log": ["first"]}, "interrupts": []},
        {"name": "second", "input": {"log": ["in", "first"]}, "triggers": ("branch:to:second",)},
        {"name": "second", "error": None, "result": {"log": ["second"], "last": 2}, "interrupts": []},
    ]


async def test_tasks_carry_metadata_and_tags_of_config_and_node(colour):
    async def only(state):
        return None

    graph = StateGraph(Log).add_node("only", colour.node(only), metadata={"of": "node"}).add_edge(START, "only")
    config = {"metadata": {"of": "run", "also": 1}, "tags": ["t"]}
    start, _ = await colour.chunks(graph.compile(), {"log": []}, config, stream_mode="tasks")
    assert start["metadata"] == {"of": "node", "also": 1, "tags": ["t"]}


async def test_debug_is_tasks_with_step_and_time(colour):
    graph = two_nodes(colour)
    chunks = await colour.chunks(graph, {"log": ["in"]}, stream_mode="debug")
    assert [(chunk["step"], chunk["type"], chunk["payload"]["name"]) for chunk in chunks] == [
        (1, "task", "first"),
        (1, "task_result", "first"),
        (2, "task", "second"),
        (2, "task_result", "second"),
    ]
    assert all(re.match(r"\d{4}-\d\d-\d\dT.*\+00:00$", chunk["timestamp"]) for chunk in chunks)


async def test_the_input_of_a_task_chunk_stays_what_it_was_when_the_node_edits_its_own_dict(colour):
    async def edits(state):
        state["last"] = "edited"
        state.pop("log")
        return {"log": ["done"]}

    graph = chain(colour.node(edits), state=Two)
    start, _ = await colour.chunks(graph, {"log": ["in"], "last": 1}, stream_mode="tasks")
    assert start["input"] == {"log": ["in"], "last": 1}


async def test_checkpoints_without_a_saver_are_none(colour):
    assert await colour.chunks(two_nodes(colour), {"log": []}, stream_mode="checkpoints") == []


@pytest.mark.parametrize("kind", [list, tuple])
async def test_several_modes_are_labelled_and_ordered(colour, kind):
    modes = kind(["values", "updates", "custom"])
    chunks = await colour.chunks(two_nodes(colour), {"log": ["in"]}, stream_mode=modes)
    assert chunks == [
        ("values", {"log": ["in"]}),
        ("custom", "from first"),
        ("updates", {"first": {"log": ["first"]}}),
        ("values", {"log": ["in", "first"]}),
        ("custom", {"from": "second"}),
        ("updates", {"second": {"log": ["second"], "last": 2}}),
        ("values", {"log": ["in", "first", "second"], "last": 2}),
    ]


@pytest.mark.parametrize("kind", [list, tuple])
async def test_one_mode_in_a_sequence_is_labelled_too(colour, kind):
    chunks = await colour.chunks(two_nodes(colour), {"log": []}, stream_mode=kind(["custom"]))
    assert chunks == [("custom", "from first"), ("custom", {"from": "second"})]


async def test_a_mode_asked_for_twice_comes_once(colour):
    chunks = await colour.chunks(two_nodes(colour), {"log": []}, stream_mode=["custom", "custom"])
    assert chunks == [("custom", "from first"), ("custom", {"from": "second"})]


async def test_an_empty_list_of_modes_yields_nothing_but_runs(colour):
    ran = []

    async def only(state):
        ran.append(state)

    assert await colour.chunks(chain(colour.node(only)), {"log": ["in"]}, stream_mode=[]) == []
    assert ran == [{"log": ["in"]}]


@pytest.mark.parametrize("modes", ["valuess", ["updates", "valuess"]])
async def test_an_unknown_mode_is_refused_with_the_nearest(colour, modes):
    ran = []

    async def only(state):
        ran.append(1)

    with pytest.raises(ValueError, match=r"'valuess' does not exist; did you mean 'values'"):
        await colour.chunks(chain(colour.node(only)), {"log": []}, stream_mode=modes)
    assert not ran


async def test_a_node_that_writes_nothing_gives_an_update_of_none_and_no_values(colour):
    async def silent(state):
        return None

    chunks = await colour.chunks(chain(colour.node(silent)), {"log": ["in"]}, stream_mode=["values", "updates"])
    assert chunks == [("values", {"log": ["in"]}), ("updates", {"silent": None})]


async def test_parallel_nodes_update_one_by_one_before_one_chunk_of_values(colour):
    async def left(state):
        return {"log": ["left"]}

    async def right(state):
        return {"log": ["right"]}

    graph = fan(colour.node(left), colour.node(right))
    chunks = await colour.chunks(graph, {"log": []}, stream_mode=["updates", "values"])
    assert chunks[0] == ("values", {"log": []})
    assert sorted(chunks[1:3], key=repr) == [
        ("updates", {"left": {"log": ["left"]}}),
        ("updates", {"right": {"log": ["right"]}}),
    ]
    assert chunks[3:] == [("values", {"log": ["left", "right"]})]


async def test_updates_come_in_the_order_in_which_nodes_end(colour):
    slow_may_end, late = colour.gate(), []

    async def fast(state):
        return {"log": ["fast"]}

    async def alow(state):  # by name it comes first
        await slow_may_end.passed()
        return {"log": ["slow"]}

    graph = fan(colour.node(alow), colour.node(fast))
    async with aclosing(colour.stream(graph, {"log": []}, stream_mode=["updates", "values"])) as chunks:
        async for mode, chunk in chunks:
            if mode == "updates":
                slow_may_end.open()
                late.extend(chunk)
    assert late == ["fast", "alow"]
    assert chunk == {"log": ["slow", "fast"]}, "writes land by path, whoever came first"


async def test_a_sent_node_shows_an_update_for_each_of_its_tasks(colour):
    async def each(state):
        return {"log": [state]}

    graph = StateGraph(Log).add_node("each", colour.node(each))
    graph = graph.add_conditional_edges(START, lambda _: [Send("each", n) for n in range(3)], ["each"]).compile()
    chunks = await colour.chunks(graph, {"log": []}, stream_mode="updates")
    assert sorted(chunk["each"]["log"][0] for chunk in chunks) == [0, 1, 2]


async def test_a_str_of_output_keys_gives_bare_values(colour):
    graph = two_nodes(colour)
    assert await colour.chunks(graph, {"log": ["in"]}, stream_mode="values", output_keys="last") == [2]
    chunks = await colour.chunks(graph, {"log": ["in"]}, stream_mode="updates", output_keys="last")
    assert chunks == [{"first": None}, {"second": 2}]
    assert await colour.invoke(graph, {"log": ["in"]}, output_keys="last") == 2


async def test_a_list_of_output_keys_limits_values_and_updates(colour):
    graph = two_nodes(colour)
    assert await colour.chunks(graph, {"log": ["in"]}, stream_mode="values", output_keys=["last"]) == [{"last": 2}]
    chunks = await colour.chunks(graph, {"log": ["in"]}, stream_mode="updates", output_keys=["last"])
    assert chunks == [{"first": None}, {"second": {"last": 2}}]
    assert await colour.invoke(graph, {"log": ["in"]}, output_keys=["last"]) == {"last": 2}


async def test_an_unknown_output_key_is_refused_before_anything_runs(colour):
    ran = []

    async def only(state):
        ran.append(1)

    graph = chain(colour.node(only), state=Two)
    with pytest.raises(ValueError, match=r"'lost' is not a channel .*did you mean 'last'"):
        await colour.chunks(graph, {"log": []}, output_keys="lost")
    with pytest.raises(ValueError, match=r"'lost' is not a channel .*did you mean 'last'"):
        await colour.invoke(graph, {"log": []}, output_keys=["log", "lost"])
    assert not ran


async def test_output_keys_hold_in_a_run_inside_a_node_too(colour):
    seen = []
    inner = two_nodes(colour)

    async def outer(state):
        seen.append(await colour.inner_chunks(inner, {"log": ["in"]}, stream_mode="values", output_keys="last"))
        seen.append(await colour.inner_chunks(inner, {"log": ["in"]}, stream_mode="updates", output_keys=["last"]))

    await colour.invoke(chain(colour.node(outer)), {"log": []})
    assert seen == [[2], [{"first": None}, {"second": {"last": 2}}]]


async def test_print_mode_prints_and_leaves_the_chunks_alone(colour, capsys):
    graph = two_nodes(colour)
    chunks = await colour.chunks(graph, {"log": []}, stream_mode="custom", print_mode=["custom", "updates"])
    assert chunks == ["from first", {"from": "second"}]
    lines = capsys.readouterr().out.splitlines()
    assert [re.sub("\x1b.*?m", "", line) for line in lines] == [
        "[custom] from first",
        "[updates] {'first': {'log': ['first']}}",
        "[custom] {'from': 'second'}",
        "[updates] {'second': {'log': ['second'], 'last': 2}}",
    ]


async def test_print_mode_of_invoke_prints_and_leaves_the_result_alone(colour, capsys):
    result = await colour.invoke(two_nodes(colour), {"log": []}, print_mode="custom")
    assert result == {"log": ["first", "second"], "last": 2}
    assert "from first" in capsys.readouterr().out


async def test_an_unknown_print_mode_is_refused(colour):
    with pytest.raises(ValueError, match="did you mean 'updates'"):
        await colour.invoke(two_nodes(colour), {"log": []}, print_mode="update")


async def test_invoke_with_another_mode_returns_the_chunks(colour):
    graph = two_nodes(colour)
    assert await colour.invoke(graph, {"log": []}, stream_mode="custom") == ["from first", {"from": "second"}]
    assert await colour.invoke(graph, {"log": []}, stream_mode=["values"]) == [
        ("values", {"log": []}),
        ("values", {"log": ["first"]}),
        ("values", {"log": ["first", "second"], "last": 2}),
    ]


async def test_a_consumer_that_edits_its_chunks_does_not_edit_the_state(colour):
    graph = two_nodes(colour)
    async with aclosing(colour.stream(graph, {"log": ["in"]}, stream_mode="values")) as chunks:
        async for chunk in chunks:
            final = dict(chunk)
            chunk.clear()
    assert final == {"log": ["in", "first", "second"], "last": 2}


async def test_a_node_that_fails_to_read_its_state_is_named_in_every_mode(colour):
    from pydantic import BaseModel  # noqa: PLC0415 - costly, for this test alone

    class Strict(BaseModel):
        count: int

    async def reads(state):
        return None

    graph = chain(colour.node(reads), state=Strict, name="strict")
    for mode in ("values", "updates", "tasks", "debug"):
        with pytest.raises(ValueError, match="count") as caught:
            await colour.chunks(graph, {"count": "many"}, stream_mode=mode)
        assert "node 'reads'" in " ".join(getattr(caught.value, "__notes__", ())), mode
