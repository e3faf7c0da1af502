"""Breakpoints: `interrupt_before` and `interrupt_after`, compiled in or given to a call."""

import pytest

from stepgraph.checkpoint.memory import InMemorySaver
from stepgraph.errors import EmptyInputError
from stepgraph.types import Command, GraphOutput, interrupt
from tests.pregel.states import chain, fan
from tests.pregel.threads import named, state, thread, update


def three(colour, calls=None, **compiled):
    return chain(*(named(colour, name, calls) for name in "abc"), checkpointer=InMemorySaver(), **compiled)


@pytest.mark.parametrize(
    ("side", "names", "stops"),
    [
        ("before", ["b"], ["b"]),
        ("after", ["b"], ["c"]),
        ("before", "*", ["a", "b", "c"]),
        ("after", "*", ["b", "c"]),
        ("before", ["a", "c"], ["a", "c"]),
    ],
)
@pytest.mark.parametrize("compiled", [True, False])
async def test_a_run_stops_and_goes_on(colour, side, names, stops, compiled):
    options = {f"interrupt_{side}": names}
    graph = three(colour, **(options if compiled else {}))
    given, stood = {"log": []}, []
    while True:
        answer = await colour.invoke(graph, given, thread(), **({} if compiled else options))
        given = None
        upcoming = (await state(colour, graph)).next
        if not upcoming:
            break
        assert "__interrupt__" not in answer
        stood += upcoming
    assert stood == stops
    assert answer == {"log": ["a", "b", "c"]}


async def test_all_tasks_of_the_superstep_wait(colour):
    calls = []
    graph = fan(*(named(colour, name, calls) for name in "ab"), checkpointer=InMemorySaver(), interrupt_before=["b"])
    await colour.invoke(graph, {"log": []}, thread())
    assert calls == []
    assert (await state(colour, graph)).next == ("a", "b")


async def test_what_the_call_says_replaces_what_is_compiled_in(colour):
    graph = three(colour, interrupt_before=["b"])
    await colour.invoke(graph, {"log": []}, thread(), interrupt_before=["c"])
    assert (await state(colour, graph)).next == ("c",)


async def test_a_stop_is_shown_as_an_interrupt_without_questions(colour):
    graph = three(colour, interrupt_before=["b"])
    chunks = await colour.chunks(graph, {"log": []}, thread(), stream_mode="updates")
    assert chunks == [{"a": {"log": ["a"]}}, {"__interrupt__": ()}]
    assert (await state(colour, graph)).interrupts == ()


async def test_what_is_written_at_a_stop_counts(colour):
    graph = three(colour, interrupt_before=["b"])
    await colour.invoke(graph, {"log": []}, thread())
    await update(colour, graph, {"log": ["edited"]})
    assert await colour.invoke(graph, None, thread()) == {"log": ["a", "edited", "b", "c"]}


async def test_a_command_may_lead_elsewhere_from_a_stop(colour):
    graph = three(colour, interrupt_before=["b"])
    await colour.invoke(graph, {"log": []}, thread())
    answer = await colour.invoke(graph, Command(update={"log": ["update"]}, goto="c"), thread())
    assert sorted(answer["log"]) == ["a", "b", "c", "c", "update"]


async def test_new_input_begins_anew_and_stops_again(colour):
    calls = []
    graph = three(colour, calls, interrupt_before=["b"])
    await colour.invoke(graph, {"log": []}, thread())
    await colour.invoke(graph, {"log": ["new"]}, thread())
    assert calls == ["a", "a"]
    assert (await state(colour, graph)).next == ("b",)


async def test_without_a_saver_a_run_stops_for_good(colour):
    graph = chain(named(colour, "a"), named(colour, "b"), interrupt_before=["b"])
    assert await colour.invoke(graph, {"log": []}) == {"log": ["a"]}
    with pytest.raises(EmptyInputError):
        await colour.invoke(graph, None)


async def test_an_unknown_name_is_an_error_when_the_graph_is_compiled(colour):
    with pytest.raises(ValueError, match="nobody"):
        three(colour, interrupt_before=["nobody"])


async def test_a_breakpoint_below_stops_the_graph_above(colour):
    child = chain(named(colour, "one"), named(colour, "two"), interrupt_before=["two"])
    graph = chain(("child", child), named(colour, "after"), checkpointer=InMemorySaver())
    assert await colour.invoke(graph, {"log": []}, thread()) == {"log": []}
    assert (await state(colour, graph)).next == ("child",)
    assert await colour.invoke(graph, None, thread()) == {"log": ["one", "two", "after"]}


async def test_version_two_tells_output_and_questions_apart(colour):
    async def ask(state):
        return {"log": [interrupt("?")]}

    graph = chain(("ask", colour.node(ask)), checkpointer=InMemorySaver())
    paused = await colour.invoke(graph, {"log": ["in"]}, thread(), version="v2")
    assert isinstance(paused, GraphOutput)
    assert paused.value == {"log": ["in"]}
    assert [question.value for question in paused.interrupts] == ["?"]
    assert await colour.invoke(graph, Command(resume="!"), thread(), version="v2") == GraphOutput({"log": ["in", "!"]})
