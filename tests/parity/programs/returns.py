"""What a node may return, and how it shows in `updates` and in the tasks' results."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from tests.parity.building import Trail, marker, one_node
from tests.parity.running import invoked, streamed


@dataclass
class Partial:
    trail: list[Any] = field(default_factory=list)
    number: int | None = None


class PartialModel(BaseModel):
    trail: list[Any] = []
    number: int | None = None


def _graph(lg, returned):
    builder = lg.graph.StateGraph(Trail)
    builder.add_node("node", lambda state: returned, destinations=("other",))
    builder.add_node("other", marker("other"))
    builder.add_edge(lg.graph.START, "node")
    return builder.compile()


def _results(lg, *returned):
    return [streamed(_graph(lg, value), {"trail": ["in"]}, ["updates", "values"]) for value in returned]


def nothing(lg):
    return _results(lg, None, {})


def a_dict(lg):
    return _results(lg, {"trail": ["one"]}, {"trail": ["one"], "number": 1})


def a_list_of_dicts_without_a_command(lg):
    return _results(lg, [{"trail": ["one"]}, {"trail": ["two"]}], [])


def a_command(lg):
    command = lg.types.Command
    return _results(lg, command(), command(update={"trail": ["one"]}), command(update={"number": 2}, goto="other"))


def a_list_with_commands(lg):
    command = lg.types.Command
    return _results(
        lg,
        [command(update={"trail": ["one"]}), command(update={"number": 2}, goto="other")],
        [{"trail": ["one"]}, command(goto="other")],
        (command(goto="other"), command(update={"number": 3})),
    )


def two_writes_to_one_key(lg):
    command = lg.types.Command
    twice = [command(update={"trail": ["one"]}), command(update={"trail": ["two"]})]
    return [
        *_results(lg, twice),
        streamed(_graph(lg, twice), {"trail": []}, "tasks"),
    ]


def an_update_of_pairs(lg):
    command = lg.types.Command
    return _results(
        lg,
        command(update=[("trail", ["one"]), ("number", 2)]),
        command(update=[("trail", ["one"]), ("trail", ["two"])]),
    )


def an_update_as_an_instance(lg):
    command = lg.types.Command
    return _results(
        lg,
        command(update=PartialModel(number=3)),
        command(update=PartialModel(trail=["one"])),
        command(update=PartialModel(number=None)),
        command(update=Partial(number=3)),
    )


def a_bare_send(lg):
    return _results(lg, lg.types.Send("other", {}))


def a_list_of_sends(lg):
    return _results(lg, [lg.types.Send("other", {})])


def what_cannot_be_an_update(lg):
    return [invoked(_graph(lg, value), {"trail": []}) for value in (5, "text", [1], True, 0, "", ("a",), {1})]


def an_instance_of_another_class(lg):
    return [invoked(one_node(lg, lambda state: Partial(number=4)), {"trail": []})]


def a_command_for_a_graph_that_is_not_there(lg):
    return _results(lg, lg.types.Command(graph="elsewhere", update={"number": 1}))


def a_parent_command_without_a_parent(lg):
    return _results(lg, lg.types.Command(graph=lg.types.Command.PARENT, goto="other"))


def a_command_whose_update_is_a_scalar(lg):
    return _results(lg, lg.types.Command(update=5))
