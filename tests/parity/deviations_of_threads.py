"""Where stepgraph answers otherwise on purpose when threads are kept: why, and in deviations_of_threads.json what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from tests.parity.deviations import Deviation

__all__ = ["DEVIATIONS_OF_THREADS"]

_ANSWERS: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))

_PROTOCOL = "a checkpoint and the writes that led to it are one call of the saver; a thread of one task costs no other"
_ANSWERS_NOBODY_WAITS_FOR = "4.6: an answer that nobody waits for is refused (LangGraph runs on and drops it)"
_LOST_NODES = "4.6: a thread that waits for a node that is gone says so (LangGraph ends it in silence)"
_FINISHED_TASKS = "4.2: what finished tasks wrote is kept by an update in the name of one beside them"
_REPLACED = "new input replaces unfinished work, also as __input__ (LangGraph runs both at once)"

_REASONS: dict[str, str] = {
    "answer_schemas.an_answer_that_does_not_fit": "6: an InvalidResumeError, which is a ValueError as pydantic's is",
    "async_nodes.questions_in_gathered_coroutines": (
        "coroutines that are gathered ask side by side: both questions are shown at once"
    ),
    "checkpoint_stream.with_each_durability": (
        "a run follows the head, with durability exit too (LangGraph shows the checkpoint before the head)"
    ),
    "durability.a_mode_without_a_saver": "a durability without a saver has nothing to save (LangGraph fails on sync)",
    "failures_and_resumes.in_a_router": "4.2: a task whose router failed is not done, and is performed again",
    "failures_and_resumes.of_an_input": "6: input that does not fit is refused before anything is saved",
    "histories.the_order_of_tasks": "4.1: tasks are shown in the order in which their writes land",
    "interrupts.an_answer_by_an_id_that_nobody_has": "4.6: an answer to an unknown id is refused",
    "interrupts.an_answer_on_a_fresh_thread": _ANSWERS_NOBODY_WAITS_FOR,
    "interrupts.an_answer_that_nobody_waits_for": _ANSWERS_NOBODY_WAITS_FOR,
    "interrupts.an_answer_with_an_update_and_a_goto": "what a Command's goto leads to is among what runs next",
    "interrupts.an_empty_map_as_an_answer": "4.6: an empty map is an answer like any other",
    "interrupts.none_as_an_answer": "4.6: None is an answer",
    "kept_channels.a_reducer_that_fails": "4.1: a reducer that raises leaves the state readable; it is a ReducerError",
    "kept_channels.values_of_python": "a tuple comes back as a tuple",
    "kept_runtime.managed_values_after_an_answer": (
        "a limit of N runs N supersteps of nodes; a resumed run counts its own (LangGraph: those before it too)"
    ),
    "other_ways_to_run.a_thread_that_was_deleted": _ANSWERS_NOBODY_WAITS_FOR,
    "other_ways_to_run.the_question_of_a_node_that_is_gone": _LOST_NODES,
    "persistence.a_graph_that_lost_its_next_node": _LOST_NODES,
    "persistence.commands_as_input": "what a Command's goto leads to is among what runs next",
    "persistence.commands_on_a_fresh_thread": "a Command given as input writes its update once",
    "persistence.durability_of_another_kind": "6: a durability that does not exist is an error",
    "persistence.without_a_thread": "6: a MissingThreadError is a ValueError, wherever the thread is missing",
    "questions_in_nodes.an_id_that_was_answered": (
        "4.6: an answer to a question that is answered is refused (LangGraph takes it for the next one)"
    ),
    "questions_in_nodes.in_a_router": "4.1: a task that waits in its router has written nothing yet",
    "saver_calls.of_a_failure": _PROTOCOL,
    "saver_calls.of_a_question": _PROTOCOL,
    "saver_calls.of_a_replay": _PROTOCOL,
    "saver_calls.of_a_run": _PROTOCOL,
    "saver_calls.of_a_stop_and_an_update": _PROTOCOL,
    "side_by_side.one_of_the_ids_is_unknown": "4.6: an answer to an unknown id is refused, and nothing is answered",
    "questions_in_nodes.a_failure_after_an_answer": "4.6: a question that was answered is not shown as open",
    "side_by_side.one_of_two_is_answered_by_id": "a task whose question is not answered is not run again for nothing",
    "special_updates.in_the_name_of_the_input": _REPLACED,
    "state_updates.of_what_is_no_node": "6: what a reducer cannot take is an InvalidUpdateError that names the channel",
    "subgraph_memory.two_calls_of_a_graph_that_remembers": (
        "a graph that remembers has one memory: a second call in one task goes on from the first"
    ),
    "subgraph_state.a_fork_of_an_inner_checkpoint": (
        "a run begins at a checkpoint of its own graph; the run of a sub-graph's fork would lose the edit (#8458)"
    ),
    "subgraph_state.a_namespace_that_is_not_there": "6: a namespace that leads to no sub-graph is an error",
    "subgraph_state.a_replay_from_an_inner_checkpoint": "a run begins at a checkpoint of its own graph",
    "time_travel.a_checkpoint_that_is_not_there": "6: an unknown checkpoint_id is an error (LangGraph begins anew)",
    "time_travel.another_answer_to_an_answered_question": (
        "the answer that is given counts, on a branch of its own (LangGraph repeats the old one)"
    ),
    "updates_beside_tasks.after_a_command_that_only_updates": _FINISHED_TASKS,
    "updates_beside_tasks.as_the_input": _REPLACED,
    "updates_beside_tasks.in_each_name": _FINISHED_TASKS,
    "updates_beside_tasks.whose_name_is_taken": "a node in whose name somebody wrote counts as the last to have run",
    "updates_beside_tasks.whose_name_is_taken_after_sends": "tasks of Sends count as runs of their node",
}

DEVIATIONS_OF_THREADS: Final = {name: Deviation(_ANSWERS[name], reason) for name, reason in _REASONS.items()}
