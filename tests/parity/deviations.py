"""Where stepgraph answers otherwise on purpose: what it must answer, and why, in one line each."""

from __future__ import annotations

from typing import Any, NamedTuple


class Deviation(NamedTuple):
    """The answer stepgraph must give instead of LangGraph's, and the reason."""

    answer: Any
    reason: str


DEVIATIONS: dict[str, Deviation] = {
    "calls.a_config_with_an_unknown_key": Deviation(
        {"error": "ValueError"},
        "4.14 in spirit: a key that no config has is an error (LangGraph ignores it)",
    ),
    "channels_alone.an_overwrite_as_the_first_write": Deviation(
        3,
        "an Overwrite is unwrapped also as the first write (LangGraph stores the wrapper)",
    ),
    "channels_in_a_graph.an_overwrite_of_a_plain_key": Deviation(
        {"key": 3},
        "an Overwrite of a key without a reducer is unwrapped (LangGraph stores the wrapper)",
    ),
    "commands.an_unknown_key_in_an_update": Deviation(
        {"error": "InvalidUpdateError"},
        "4.14: unknown keys in an update are errors",
    ),
    "commands.as_input_to_an_unknown_node": Deviation(
        {"error": "InvalidUpdateError"},
        "4.14: an unknown goto is an error",
    ),
    "commands.as_input_with_an_update": Deviation(
        [{"trail": ["u", "x", "y"]}, {"trail": ["u", "x", "y", "y"]}],
        "a Command given as input writes its update once (LangGraph applies it twice)",
    ),
    "commands.goto_an_unknown_node": Deviation(
        {"error": "InvalidUpdateError"},
        "4.14: an unknown goto is an error",
    ),
    "commands.goto_the_start": Deviation(
        {"error": "InvalidUpdateError"},
        "4.14: START is no node to go to",
    ),
    "commands.to_the_parent_in_tasks": Deviation(
        [
            {
                "in": "",
                "chunk": {
                    "tuple": [{"id": "*", "name": "child", "error": None, "result": {"trail": ["p"]}, "interrupts": []}]
                },
            },
            {
                "in": "child",
                "chunk": {"tuple": [{"id": "*", "name": "inner", "error": None, "result": {}, "interrupts": []}]},
            },
            {
                "in": "",
                "chunk": {
                    "tuple": [{"id": "*", "name": "y", "error": None, "result": {"trail": ["y"]}, "interrupts": []}]
                },
            },
            {
                "in": "",
                "chunk": {
                    "tuple": [
                        {"id": "*", "name": "y", "input": {"trail": ["p"]}, "triggers": {"tuple": ["branch:to:y"]}}
                    ]
                },
            },
            {
                "in": "",
                "chunk": {
                    "tuple": [
                        {"id": "*", "name": "child", "input": {"trail": []}, "triggers": {"tuple": ["branch:to:child"]}}
                    ]
                },
            },
            {
                "in": "child",
                "chunk": {
                    "tuple": [
                        {"id": "*", "name": "inner", "input": {"trail": []}, "triggers": {"tuple": ["branch:to:inner"]}}
                    ]
                },
            },
        ],
        "a task that leaves its graph by a command has a result like every task",
    ),
    "commands.two_commands_to_the_parent_in_one_superstep": Deviation(
        "both",
        "both commands reach the parent, in path order (LangGraph loses one of them)",
    ),
    "joins.a_deferred_node_waits_for_sends": Deviation(
        [{"trail": []}, {"trail": ["a"]}, {"trail": ["a", "b", "b"]}, {"trail": ["a", "b", "b", "d"]}],
        "4.3: a deferred node waits for Sends too (LangGraph releases it beside them)",
    ),
    "joins.an_empty_join": Deviation(
        {"error": "ValueError"},
        "4.14: a join that can never fire is an error",
    ),
    "joins.sources_that_cannot_join": Deviation(
        ["built", {"error": "ValueError"}, {"error": "ValueError"}, {"error": "ValueError"}, "built"],
        "a join may be declared before its nodes; compile() reports what is missing",
    ),
    "limits.how_many_supersteps_fit": Deviation(
        [
            {"steps": [[1, False, 4]]},
            {"steps": [[1, False, 4], [2, False, 3], [3, False, 2], [4, False, 1]]},
            {"steps": [[1, False, 4], [2, False, 3], [3, False, 2], [4, False, 1], [5, True, 0]]},
            {"error": "GraphRecursionError"},
        ],
        "a limit of N runs N supersteps of nodes, and is an error only with tasks left (LangGraph: N - 1)",
    ),
    "limits.one_more_than_the_chain_needs": Deviation(
        [{"trail": ["node"]}, {"trail": ["node"]}],
        "a limit of N runs N supersteps of nodes, and is an error only with tasks left (LangGraph: N - 1)",
    ),
    "limits.the_smallest_limit": Deviation(
        [{"steps": [[1, True, 0]]}, {"steps": [[1, False, 1], [2, True, 0]]}],
        "a limit of N runs N supersteps of nodes, and is an error only with tasks left (LangGraph: N - 1)",
    ),
    "limits.what_is_streamed_before_the_error": Deviation(
        [
            {"steps": []},
            {"steps": [[1, False, 4]]},
            {"steps": [[1, False, 4], [2, False, 3]]},
            {"steps": [[1, False, 4], [2, False, 3], [3, False, 2]]},
            {"steps": [[1, False, 4], [2, False, 3], [3, False, 2], [4, False, 1]]},
            {"steps": [[1, False, 4], [2, False, 3], [3, False, 2], [4, False, 1], [5, True, 0]]},
            {"error": "GraphRecursionError"},
        ],
        "IsLastStep is true in the superstep that no other may follow",
    ),
    "limits.writing_to_a_managed_value": Deviation(
        {"error": "InvalidUpdateError"},
        "4.14: a key that the engine computes is not written",
    ),
    "low_level.a_cycle_without_end": Deviation(
        [{"seen": 1}, {"n": 1}, {"seen": 2}, {"n": 2}, {"seen": 3}, {"n": 3}, {"error": "GraphRecursionError"}],
        "a limit of N runs N supersteps, in a Pregel as in a StateGraph",
    ),
    "low_level.a_node_that_feeds_itself": Deviation(
        [{"i": 2}, {"i": 3}, {"i": 4}, {"i": 5}, {"error": "GraphRecursionError"}],
        "a limit of N runs N supersteps, in a Pregel as in a StateGraph",
    ),
    "low_level.inputs_that_do_not_fit": Deviation(
        [
            {"error": "EmptyInputError"},
            {"error": "EmptyInputError"},
            {"error": "InvalidUpdateError"},
            {"error": "InvalidUpdateError"},
        ],
        "4.14: an input that does not fit the channels is an InvalidUpdateError",
    ),
    "low_level.none_is_a_value": Deviation(
        [{"value": "aa"}, {"value": "aaaa"}],
        "None from a node of a Pregel writes nothing, which is how its cycles end",
    ),
    "low_level.one_node": Deviation(
        [
            {"b": "xx"},
            [{"b": "xx"}],
            [{"double": {"b": "xx"}}],
            [
                {"id": "*", "name": "double", "input": "x", "triggers": {"tuple": ["a"]}},
                {"id": "*", "name": "double", "error": None, "result": {"b": "xx"}, "interrupts": []},
            ],
            [
                {
                    "step": 1,
                    "timestamp": "*",
                    "type": "task",
                    "payload": {"id": "*", "name": "double", "input": "x", "triggers": {"tuple": ["a"]}},
                },
                {
                    "step": 1,
                    "timestamp": "*",
                    "type": "task_result",
                    "payload": {"id": "*", "name": "double", "error": None, "result": {"b": "xx"}, "interrupts": []},
                },
            ],
        ],
        "supersteps of nodes are counted from 1, in a Pregel as in a StateGraph",
    ),
    "low_level.tags_and_metadata": Deviation(
        [[["t"], 1, 1], {"key": 1, "tags": ["t"]}],
        "supersteps of nodes are counted from 1, in a Pregel as in a StateGraph",
    ),
    "low_level.writing_to_an_unknown_channel": Deviation(
        {"error": "InvalidUpdateError"},
        "4.14: a write to an unknown channel is an error",
    ),
    "messages_state.mode_messages": Deviation(
        [
            [
                "",
                [["ai", "first", "1"]],
                {
                    "u": 1,
                    "langgraph_step": 1,
                    "langgraph_node": "one",
                    "langgraph_triggers": {"tuple": ["branch:to:one"]},
                    "langgraph_path": {"tuple": ["__pregel_pull", "one"]},
                    "langgraph_checkpoint_ns": "one",
                    "checkpoint_ns": "one",
                },
            ],
            [
                "",
                [["ai", "second", "2"]],
                {
                    "u": 1,
                    "kind": "k",
                    "langgraph_step": 2,
                    "langgraph_node": "two",
                    "langgraph_triggers": {"tuple": ["branch:to:two"]},
                    "langgraph_path": {"tuple": ["__pregel_pull", "two"]},
                    "langgraph_checkpoint_ns": "two",
                    "checkpoint_ns": "two",
                },
            ],
        ],
        "checkpoint_ns is in the metadata of returned messages as in that of streamed ones",
    ),
    "messages_state.mode_messages_of_a_command": Deviation(
        [
            [
                "",
                [["ai", "a", "1"]],
                {
                    "langgraph_step": 1,
                    "langgraph_node": "node",
                    "langgraph_triggers": {"tuple": ["branch:to:node"]},
                    "langgraph_path": {"tuple": ["__pregel_pull", "node"]},
                    "langgraph_checkpoint_ns": "node",
                    "checkpoint_ns": "node",
                },
            ]
        ],
        "checkpoint_ns is in the metadata of returned messages as in that of streamed ones",
    ),
    "messages_state.mode_messages_of_other_keys": Deviation(
        [
            [
                "",
                [["ai", "a", "1"]],
                {
                    "langgraph_step": 1,
                    "langgraph_node": "node",
                    "langgraph_triggers": {"tuple": ["branch:to:node"]},
                    "langgraph_path": {"tuple": ["__pregel_pull", "node"]},
                    "langgraph_checkpoint_ns": "node",
                    "checkpoint_ns": "node",
                },
            ],
            [
                "",
                [["ai", "b", "2"]],
                {
                    "langgraph_step": 1,
                    "langgraph_node": "node",
                    "langgraph_triggers": {"tuple": ["branch:to:node"]},
                    "langgraph_path": {"tuple": ["__pregel_pull", "node"]},
                    "langgraph_checkpoint_ns": "node",
                    "checkpoint_ns": "node",
                },
            ],
        ],
        "checkpoint_ns is in the metadata of returned messages as in that of streamed ones",
    ),
    "postponed.config_or_none": Deviation(
        {"trail": ["dict"]},
        "config is injected with postponed annotations, `| None` included",
    ),
    "returns.a_command_for_a_graph_that_is_not_there": Deviation(
        [[{"tuple": ["values", {"trail": ["in"]}]}, {"error": "InvalidUpdateError"}]],
        "4.14: a command to a graph that does not exist is an error",
    ),
    "returns.a_command_whose_update_is_a_scalar": Deviation(
        [[{"tuple": ["values", {"trail": ["in"]}]}, {"error": "InvalidUpdateError"}]],
        "6: an update that is no dict is an error",
    ),
    "returns.a_list_of_sends": Deviation(
        [
            [
                {"tuple": ["values", {"trail": ["in"]}]},
                {"tuple": ["updates", {"node": None}]},
                {"tuple": ["updates", {"other": {"trail": ["other"]}}]},
                {"tuple": ["values", {"trail": ["in", "other"]}]},
            ]
        ],
        "a list of Sends leads where one Send does",
    ),
    "returns.a_parent_command_without_a_parent": Deviation(
        [[{"tuple": ["values", {"trail": ["in"]}]}, {"error": "InvalidUpdateError"}]],
        "4.14: a command to a parent that does not exist is an InvalidUpdateError",
    ),
    "routing.a_key_outside_the_path_map": Deviation(
        [
            {"error": "InvalidUpdateError"},
            {"error": "InvalidUpdateError"},
            {"error": "InvalidUpdateError"},
            {"error": "InvalidUpdateError"},
        ],
        "4.14: an InvalidUpdateError that names the router instead of a bare KeyError",
    ),
    "routing.a_router_that_raises": Deviation(
        [{"tuple": ["values", {"trail": []}]}, {"error": "LookupError"}],
        "4.1: a task whose router fails has no update to show",
    ),
    "routing.an_unknown_name": Deviation(
        [{"error": "InvalidUpdateError"}, {"error": "InvalidUpdateError"}],
        "4.14: an unknown target of a router is an error",
    ),
    "routing.an_unknown_name_in_a_send": Deviation(
        {"error": "InvalidUpdateError"},
        "4.14: an unknown target of a Send is an error",
    ),
    "routing.nothing": Deviation(
        [{"error": "InvalidUpdateError"}, {"error": "InvalidUpdateError"}],
        "4.14: a router that returns no target is an InvalidUpdateError",
    ),
    "runtime_values.a_runnable_like_object": Deviation(
        {"sync": {"trail": ["sync", "node"]}, "async": {"trail": ["async", "node"]}},
        "any object with invoke and ainvoke is a node",
    ),
    "runtime_values.config_annotated_as_a_dict": Deviation(
        [{"trail": ["dict"]}, {"trail": ["dict"]}],
        "config is injected by its name, whatever its annotation",
    ),
    "sends.paths_and_triggers": Deviation(
        {
            "trail": [
                [{"tuple": ["__pregel_push", 0]}, {"tuple": ["__pregel_push"]}],
                [{"tuple": ["__pregel_push", 1]}, {"tuple": ["__pregel_push"]}],
            ]
        },
        "the path of a Send's task is its kind and its index",
    ),
    "streams.an_unknown_mode": Deviation(
        [{"error": "ValueError"}],
        "6: an unknown stream mode is an error",
    ),
    "streams.modes_as_a_tuple": Deviation(
        [
            {"tuple": ["values", {"trail": []}]},
            {"tuple": ["updates", {"first": {"trail": ["first"]}}]},
            {"tuple": ["values", {"trail": ["first"]}]},
            {"tuple": ["updates", {"silent": None}]},
            {"tuple": ["updates", {"empty": None}]},
            {"tuple": ["updates", {"last": {"number": 3}}]},
            {"tuple": ["values", {"trail": ["first"], "number": 3}]},
        ],
        "modes in a tuple are labelled as in a list",
    ),
    "streams.only_unknown_keys_in_the_input": Deviation(
        {"error": "InvalidUpdateError"},
        "4.14: unknown keys in an input are errors",
    ),
    "streams.state_keys_outside_the_input_schema": Deviation(
        {"error": "InvalidUpdateError"},
        "4.14: a key outside the input schema is an error (LangGraph drops it)",
    ),
    "streams.unknown_key_in_an_update": Deviation(
        {"error": "InvalidUpdateError"},
        "4.14: unknown keys in an update are errors",
    ),
    "streams.unknown_key_in_the_input": Deviation(
        {"error": "InvalidUpdateError"},
        "4.14: unknown keys in an input are errors",
    ),
    "subgraphs.names_and_lists": Deviation(
        [["named"], "named", "named", "StateGraph"],
        "a graph without a name is called by what it is, not LangGraph",
    ),
    "typed_states.unknown_keys_of_a_forbidding_model": Deviation(
        {"error": "InvalidUpdateError"},
        "4.14: unknown keys in an input are errors",
    ),
    "wiring.conflicting_lambda_reducers": Deviation(
        {"error": "ValueError"},
        "4.14: two different reducers for one key are an error, lambdas too",
    ),
    "schemas.a_schema_without_keys": Deviation(
        {},
        "a state is a dict, also when it is empty",
    ),
    "streams.nothing_for_the_output_schema": Deviation(
        [{}, [{"trail": []}]],
        "an output is a dict, also when none of its keys was written",
    ),
}
