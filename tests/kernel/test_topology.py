"""A topology looks up what a superstep would otherwise search."""

import operator
from typing import Any

import pytest

from stepgraph.channels import (
    AnyValue,
    BinaryOperatorAggregate,
    EphemeralValue,
    LastValue,
    LastValueAfterFinish,
    NamedBarrierValue,
    NamedBarrierValueAfterFinish,
    Topic,
    UntrackedValue,
)
from stepgraph.kernel.topology import PULL, ChannelSpec, Topology
from tests.kernel.fakes import Latest, node, topology


def test_channels_know_the_nodes_that_they_trigger():
    graph = topology([node("b", "x", "y"), node("a", "y")], {})
    assert graph.triggers == {"x": ["b"], "y": ["b", "a"]}


def test_channels_that_wait_are_known_by_kind():
    channels = {
        "plain": LastValue(int),
        "late": LastValueAfterFinish(int),
        "join": NamedBarrierValue(str, {"a"}),
        "late join": NamedBarrierValueAfterFinish(str, {"a"}),
    }
    graph = topology([], channels)
    assert (graph.deferred, graph.joins) == (("late", "late join"), ("join", "late join"))


def test_a_path_names_the_node():
    assert node("a").path == (PULL, "a")


@pytest.mark.parametrize(
    ("channel", "plain", "spends", "transient"),
    [
        (LastValue(int), True, False, False),
        (LastValueAfterFinish(int), False, True, False),
        (AnyValue(int), True, False, True),
        (EphemeralValue(int), True, False, True),
        (UntrackedValue(int), True, False, False),
        (Topic(int), True, False, True),
        (Topic(int, accumulate=True), True, False, False),
        (BinaryOperatorAggregate(int, operator.add), True, False, False),
        (NamedBarrierValue(str, {"a"}), False, True, False),
        (NamedBarrierValueAfterFinish(str, {"a"}), False, True, False),
        (Latest(int), False, True, True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_channel_is_classified_once(channel: Any, plain: bool, spends: bool, transient: bool):
    spec = ChannelSpec.of("c", channel, public=True)
    assert (spec.name, spec.channel, spec.public) == ("c", channel, True)
    assert (spec.plain, spec.spends, spec.transient) == (plain, spends, transient)


def test_all_channels_are_state_unless_some_are_named():
    channels = {"a": LastValue(int), "b": LastValue(int)}
    everything, one = Topology({}, channels, node("caller")), Topology({}, channels, node("caller"), ["b"])
    assert {name: spec.public for name, spec in everything.channels.items()} == {"a": True, "b": True}
    assert {name: spec.public for name, spec in one.channels.items()} == {"a": False, "b": True}


def test_channels_start_empty_or_with_an_empty_value_of_their_type():
    channels = {
        "nothing": LastValue(int),
        "number": BinaryOperatorAggregate(int, operator.add),
        "list": BinaryOperatorAggregate(list, operator.add),
        "no default": BinaryOperatorAggregate(int | None, operator.add),
        "topic": Topic(str),
        "join": NamedBarrierValue(str, {"a"}),
        "users own": Latest(int),
    }
    initial = topology([], channels).initial()
    assert isinstance(initial.pop("users own"), Latest)
    assert initial == {"number": 0, "list": [], "join": frozenset()}


def test_runs_share_no_mutable_first_value():
    class Box(Latest):
        def from_checkpoint(self, checkpoint: Any) -> "Box":
            twin = Box(self.typ)
            twin.value = [] if not isinstance(checkpoint, list) else checkpoint
            return twin

    graph = topology([], {"list": BinaryOperatorAggregate(list, operator.add), "box": Box(list)})
    first, second = graph.initial(), graph.initial()
    first["list"].append(1)
    first["box"].value.append(1)
    assert (second["list"], second["box"].value) == ([], [])
