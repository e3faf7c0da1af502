"""Records of runs, put together from events in any order and from any thread."""

import copy
import gc
import pickle
import threading
import weakref
from datetime import timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

from stepgraph.callbacks.tree import Run, RunTree


def start(tree: RunTree, name: str, above: Run | None = None, **facts: Any) -> Run:
    parent = {} if above is None else {"parent_run_id": above.id}
    return tree.start("chain", {}, {"input": name}, {"run_id": uuid4(), "name": name, **parent, **facts})


def end(tree: RunTree, run: Run, **how: Any) -> None:
    assert tree.end(run.id, **how) is run
    tree.forget(run)


def test_a_run_is_recorded():
    tree = RunTree()
    facts = {"run_id": uuid4(), "tags": ["a"], "metadata": {"m": 1}, "invocation_params": {"n": 2}}
    run = tree.start("llm", {"id": ["mine", "Model"]}, {"prompts": ["hi"]}, dict(facts))
    assert (run.id, run.name, run.run_type, run.parent_run_id) == (facts["run_id"], "Model", "llm", None)
    assert (run.inputs, run.outputs, run.error, run.end_time, run.seconds) == (
        {"prompts": ["hi"]},
        {},
        None,
        None,
        None,
    )
    assert (run.tags, run.metadata) == (["a"], {"m": 1})
    assert run.extra == {"metadata": {"m": 1}, "invocation_params": {"n": 2}}
    assert run.start_time.tzinfo is timezone.utc
    end(tree, run, outputs={"text": "ho"})
    assert run.outputs == {"text": "ho"}
    assert run.end_time is not None
    assert run.end_time - run.start_time == timedelta(seconds=run.seconds or 0.0)
    assert [(each["name"], each["time"]) for each in run.events] == [("start", run.start_time), ("end", run.end_time)]


def test_what_it_holds_of_tags_and_metadata_is_its_own():
    tree, tags, metadata = RunTree(), ["a"], {"m": 1}
    run = start(tree, "root", tags=tags, metadata=metadata)
    tags.append("b")
    metadata["n"] = 2
    assert (run.tags, run.metadata) == (["a"], {"m": 1})


def test_the_name_is_what_handlers_are_told_else_what_it_is_a_run_of():
    tree = RunTree()
    for serialized, facts, name in [
        ({"name": "A", "id": ["x", "B"]}, {"name": "mine"}, "mine"),
        ({"name": "A", "id": ["x", "B"]}, {}, "A"),
        ({"id": ["x", "B"]}, {"name": None}, "B"),
        ({}, {}, "unnamed"),
        (None, {}, "unnamed"),
    ]:
        assert tree.start("chain", serialized, {}, {"run_id": uuid4(), **facts}).name == name


def test_runs_inside_are_recorded_under_the_run_above():
    tree = RunTree()
    root = start(tree, "root")
    first, second = start(tree, "first", root), start(tree, "second", root)
    inner = start(tree, "inner", second)
    assert root.child_runs == [first, second]
    assert second.child_runs == [inner]
    assert {root.trace_id, first.trace_id, inner.trace_id} == {root.id}
    assert tree.path(inner) == [root, second, inner]
    assert [tree.is_root(run) for run in (root, first, inner)] == [True, False, False]
    for run in (inner, second, first, root):
        end(tree, run)
    assert len(tree) == 0


def test_dotted_orders_sort_as_the_tree_is_read():
    tree = RunTree()
    root = start(tree, "root")
    first = start(tree, "first", root)
    inner = start(tree, "inner", first)
    assert inner.dotted_order.startswith(f"{first.dotted_order}.")
    assert first.dotted_order.startswith(f"{root.dotted_order}.")
    assert sorted([inner, first, root], key=lambda run: run.dotted_order) == [root, first, inner]
    stamp, _, identity = root.dotted_order.partition("Z")
    assert UUID(identity) == root.id
    assert stamp == root.start_time.strftime("%Y%m%dT%H%M%S%f")


def test_an_error_is_text_with_its_traceback_and_keeps_no_frame_alive():
    class Big:
        pass

    def fail() -> weakref.ref[Big]:
        big = Big()
        try:
            raise ValueError("no")
        except ValueError as error:
            end(tree, run, error=error)
        return weakref.ref(big)

    tree = RunTree()
    run = start(tree, "root")
    big = fail()
    gc.collect()
    assert big() is None
    assert run.error is not None
    assert run.error.startswith("ValueError('no')\n\nTraceback (most recent call last):\n")
    assert "raise ValueError" in run.error
    assert [each["name"] for each in run.events] == ["start", "error"]
    assert run.outputs == {}


def test_inputs_that_were_not_known_at_the_start_come_with_the_end():
    tree = RunTree()
    run = start(tree, "root")
    end(tree, run, outputs={}, inputs={"input": "all of it"})
    assert run.inputs == {"input": "all of it"}


def test_what_happens_in_a_run_is_noted():
    tree = RunTree()
    run = start(tree, "root")
    assert tree.note(run.id, "new_token", token="a") is run
    assert run.events[1]["kwargs"] == {"token": "a"}


def test_events_of_unknown_runs_are_no_runs():
    tree = RunTree()
    assert tree.end(uuid4(), {}) is None
    assert tree.note(uuid4(), "new_token") is None
    assert len(tree) == 0


def test_a_run_of_whose_surroundings_nothing_is_known_is_a_root_and_forgotten_like_one():
    tree = RunTree()
    run = start(tree, "middle", parent_run_id=uuid4())
    inner = start(tree, "inner", run)
    assert tree.is_root(run)
    assert run.trace_id == inner.trace_id == run.id
    end(tree, inner)
    end(tree, run)
    assert len(tree) == 0


def test_a_run_that_outlives_the_one_above_stays_in_its_tree():
    tree = RunTree()
    root = start(tree, "root")
    late = start(tree, "late", root)
    end(tree, root)
    assert tree.path(late) == [root, late]
    assert not tree.is_root(late)
    end(tree, late, outputs={"output": 1})
    assert root.child_runs[0].outputs == {"output": 1}
    assert len(tree) == 0


def test_what_has_ended_is_not_kept():
    tree = RunTree()
    root = start(tree, "root")
    gone = weakref.ref(tree)

    class Output:
        pass

    output = Output()
    seen = weakref.ref(output)
    end(tree, root, outputs={"output": output})
    del output, root
    gc.collect()
    assert seen() is None
    assert gone() is tree


def test_any_thread_may_tell():
    tree = RunTree()
    root = start(tree, "root")

    def work() -> None:
        for _ in range(500):
            run = start(tree, "inner", root)
            tree.note(run.id, "new_token", token="a")
            end(tree, run, outputs={})

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(root.child_runs) == 2_000
    assert all(len(run.events) == 3 for run in root.child_runs)
    assert len(tree) == 1


def test_a_record_can_be_copied_and_pickled():
    tree = RunTree()
    root = start(tree, "root", tags=["a"])
    end(tree, start(tree, "inner", root), outputs={"output": 1})
    end(tree, root, outputs={"output": 2})
    for twin in (copy.deepcopy(root), pickle.loads(pickle.dumps(root))):
        assert (twin.id, twin.outputs, twin.tags, twin.seconds) == (root.id, root.outputs, root.tags, root.seconds)
        assert twin.child_runs[0].outputs == {"output": 1}
    assert copy.copy(root).child_runs is root.child_runs


def test_its_repr_shows_what_is_inside_but_no_bookkeeping():
    tree = RunTree()
    root = start(tree, "root")
    start(tree, "inner", root)
    assert "name='inner'" in repr(root)
    assert "dotted_order" not in repr(root)


def test_a_record_as_a_dict():
    tree = RunTree()
    above = start(tree, "above", tags=["a"])
    below = start(tree, "below", above)
    end(tree, below, outputs={"output": 1})
    end(tree, above, error=ValueError("no"))
    told = above.dict()
    assert told == above.model_dump()
    assert set(told) == {
        *("id", "name", "run_type", "inputs", "outputs", "error", "tags", "extra", "start_time", "end_time"),
        *("parent_run_id", "trace_id", "dotted_order", "events", "serialized", "child_runs"),
    }
    assert (told["id"], told["name"], told["tags"], told["error"]) == (above.id, "above", ["a"], above.error)
    assert told["child_runs"] == [below.dict()]
    assert told["child_runs"][0]["dotted_order"] == below.dotted_order


def test_a_copy_shares_what_is_in_it():
    tree = RunTree()
    above = start(tree, "above")
    run = start(tree, "run", above)
    for twin in (run.copy(), run.model_copy()):
        assert twin is not run
        assert twin.dict() == run.dict()
        assert twin.inputs is run.inputs
    other = run.copy(update={"name": "other", "tags": ["a"]})
    assert (other.name, other.tags, other.dotted_order) == ("other", ["a"], run.dotted_order)
    assert (run.name, run.tags) == ("run", [])
