"""Programs whose runs are compared with langchain-core's, and how their runs are written down.

A program is given a `Root` and makes a runnable of what it finds there: the same text runs under both. `recorded` plays
it through a door. Run as a module, this writes down what langchain-core answers; that is what the tests expect:

    python -m tests.runnables.run_trees

in an environment that has langchain-core (`make bench-peers` makes one). Nothing else writes the file.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tests.parity.roots import Root

LANGCHAIN, STEPGRAPH = "langchain_core", "stepgraph"
ANSWERS = Path(__file__).with_name("langchain_run_trees.json")
DOORS = ("invoke", "ainvoke", "batch", "abatch", "stream", "astream", "astream_events")
TOGETHER = ("batch", "abatch")


class Program(NamedTuple):
    """A program.

    Attributes:
        make: Makes its runnable.
        input: Its input.
        ordered: Whether its runs come in an order.
        fails: Whether it fails; which runs of a batch there are then is left to chance.
    """

    make: Callable[[Root], Any]
    input: Any
    ordered: bool = True
    fails: bool = False

    @property
    def doors(self) -> list[str]:
        """Return the doors through which it is played."""
        return [door for door in DOORS if not self.fails or door not in TOGETHER]


def both(root: Root, function: Callable[[Any], Any], name: str | None = None) -> Any:
    """Return a lambda of both colours, so that async doors use no thread."""

    async def afunction(input: Any) -> Any:
        return function(input)

    return root.runnables.RunnableLambda(function, afunc=afunction, name=name)


def words(root: Root) -> Any:
    """Return what gives out a text word by word."""

    def split(chunks: Any) -> Any:
        for text in chunks:
            for word in text.split():
                yield word + " "

    async def asplit(chunks: Any) -> Any:
        async for text in chunks:
            for word in text.split():
                yield word + " "

    return root.runnables.RunnableGenerator(split, asplit)


def shout(root: Root) -> Any:
    """Return what makes words loud, one by one."""

    def loud(chunks: Any) -> Any:
        for word in chunks:
            yield word.upper()

    async def aloud(chunks: Any) -> Any:
        async for word in chunks:
            yield word.upper()

    return root.runnables.RunnableGenerator(loud, aloud)


def add_one(number: int) -> int:
    return number + 1


def double(number: int) -> int:
    return number * 2


def fail(_: Any) -> Any:
    raise ValueError("no")


def failing_once() -> Callable[[Any], Any]:
    seen: list[Any] = []

    def flaky(number: Any) -> Any:
        seen.append(number)
        if seen.count(number) == 1:
            raise ValueError("not yet")
        return number

    return flaky


def calling(root: Root) -> Any:
    inner = both(root, double).with_config(tags=["inner"])

    def outer(number: int) -> int:
        return inner.invoke(number) + 1

    async def aouter(number: int) -> int:
        return await inner.ainvoke(number) + 1

    return root.runnables.RunnableLambda(outer, afunc=aouter)


def handing(root: Root) -> Any:
    """A lambda that hands its config on, with a tag of its own."""
    inner = both(root, double)

    def outer(number: int, config: Any) -> int:
        return inner.invoke(number, {**config, "run_name": "handed", "tags": ["more"]})

    async def aouter(number: int, config: Any) -> int:
        return await inner.ainvoke(number, {**config, "run_name": "handed", "tags": ["more"]})

    return root.runnables.RunnableLambda(outer, afunc=aouter).with_config(tags=["above"], metadata={"level": 0})


def telling(root: Root) -> Any:
    def tell(number: int) -> int:
        root.callbacks.dispatch_custom_event("progress", {"number": number})
        return number

    async def atell(number: int) -> int:
        await root.callbacks.adispatch_custom_event("progress", {"number": number})
        return number

    lambda_ = root.runnables.RunnableLambda(tell, afunc=atell)
    return (both(root, add_one) | lambda_).with_config(tags=["told"], metadata={"why": "test"})


def named(root: Root) -> Any:
    first = both(root, add_one).with_config(run_name="plus", tags=["a"], metadata={"one": 1})
    second = both(root, double).with_config(tags=["b"])
    return (first | second).with_config(run_name="both", tags=["all"], metadata={"two": 2})


def branching(root: Root) -> Any:
    return root.runnables.RunnableBranch(
        (both(root, lambda number: number > 5, "is_big"), both(root, double)),
        (both(root, lambda number: number > 2, "is_medium"), both(root, add_one)),
        both(root, lambda number: 0, "zero"),
    )


def assigning(root: Root) -> Any:
    passing = root.runnables.RunnablePassthrough
    return passing.assign(twice=both(root, lambda given: given["number"] * 2, "twice")) | passing().pick(["twice"])


def retrying(root: Root) -> Any:
    return both(root, failing_once(), "flaky").with_retry(wait_exponential_jitter=False)


def fallen(root: Root) -> Any:
    return both(root, fail).with_fallbacks([both(root, double)])


def routed(root: Root) -> Any:
    return root.runnables.RouterRunnable({"plus": both(root, add_one), "twice": both(root, double)})


def returning(root: Root) -> Any:
    inner = both(root, double)
    return both(root, lambda number: inner, "chooses")


def parallel(root: Root) -> Any:
    return root.runnables.RunnableParallel(plus=both(root, add_one), twice=both(root, double))


def each(root: Root) -> Any:
    return both(root, add_one).map()


PROGRAMS: dict[str, Program] = {
    "lambda": Program(lambda root: both(root, add_one), 1),
    "lambda without a name": Program(lambda root: both(root, lambda number: number), 1),
    "sequence": Program(lambda root: both(root, add_one) | both(root, double) | both(root, add_one), 1),
    "sequence with a name": Program(
        lambda root: root.runnables.RunnableSequence(both(root, add_one), both(root, double), name="steps"), 1
    ),
    "sequence in a sequence": Program(
        lambda root: both(root, add_one) | (both(root, add_one) | both(root, double)).with_config(run_name="in"), 1
    ),
    "generators": Program(lambda root: words(root) | shout(root), "ab cd ef"),
    "generators and a lambda": Program(
        lambda root: words(root) | shout(root) | both(root, lambda text: text.strip(), "strip"), "ab cd"
    ),
    "parallel": Program(parallel, 1, ordered=False),
    "parallel in a sequence": Program(
        lambda root: both(root, add_one) | {"plus": both(root, add_one)} | both(root, lambda found: found["plus"]),
        1,
        ordered=False,
    ),
    "lambda that calls": Program(calling, 1),
    "lambda that hands its config on": Program(handing, 1),
    "lambda that returns a runnable": Program(returning, 1),
    "with_config": Program(named, 1),
    "bind": Program(lambda root: both(root, add_one).bind().with_config(run_name="bound"), 1),
    "with_retry": Program(retrying, 1),
    "with_retry in a sequence": Program(lambda root: both(root, add_one) | retrying(root), 1),
    "with_fallbacks": Program(fallen, 1),
    "with_fallbacks in a sequence": Program(lambda root: both(root, add_one) | fallen(root), 1),
    "branch": Program(branching, 3),
    "branch, its default": Program(branching, 1),
    "passthrough": Program(lambda root: root.runnables.RunnablePassthrough() | both(root, add_one), 1),
    "assign and pick": Program(assigning, {"number": 1}, ordered=False),
    "map": Program(each, [1, 2], ordered=False),
    "router": Program(routed, {"key": "twice", "input": 4}),
    "custom event": Program(telling, 1),
    "error": Program(lambda root: both(root, fail), 1, fails=True),
    "error in a sequence": Program(
        lambda root: both(root, add_one) | both(root, fail) | both(root, double), 1, fails=True
    ),
    "error in a called one": Program(
        lambda root: both(root, lambda number: both(root, fail, "inner").invoke(number), "outer"), 1, fails=True
    ),
}


class Recorder:
    """A handler, known by its attributes alone, that writes down what it hears.

    Attributes:
        order: The events in their order, each with the name of its run.
        runs: What is known of each run.
    """

    run_inline, raise_error = True, True
    ignore_llm = ignore_chain = ignore_agent = ignore_retriever = ignore_retry = False
    ignore_chat_model = ignore_custom_event = False

    def __init__(self) -> None:
        self.order: list[list[Any]] = []
        self.runs: dict[Any, dict[str, Any]] = {}
        self.parents: dict[Any, Any] = {}

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: Any, parent_run_id: Any, **facts: Any) -> None:
        run = {
            "name": facts["name"],
            "kind": facts.get("run_type") or "chain",
            "tags": sorted(facts["tags"] or ()),
            "metadata": facts["metadata"],
            "input": None if inputs == {"input": ""} else inputs,
        }
        self.runs[run_id], self.parents[run_id] = run, parent_run_id
        self.order.append(["start", run["name"]])

    def on_chain_end(self, outputs: Any, *, run_id: Any, **facts: Any) -> None:
        self._end("end", run_id, "output", outputs, facts)

    def on_chain_error(self, error: BaseException, *, run_id: Any, **facts: Any) -> None:
        self._end("error", run_id, "error", type(error).__name__, facts)

    def _end(self, event: str, run_id: Any, key: str, value: Any, facts: dict[str, Any]) -> None:
        run = self.runs[run_id]
        run[key] = value if isinstance(value, (str, int, list, dict, type(None))) else type(value).__name__
        if run["input"] is None:
            run["input"] = facts.get("inputs")
        self.order.append([event, run["name"]])

    def on_custom_event(self, name: str, data: Any, *, run_id: Any, **facts: Any) -> None:
        told = {"name": name, "data": data, "tags": sorted(facts["tags"]), "metadata": facts["metadata"]}
        self.runs[run_id].setdefault("told", []).append(told)
        self.order.append(["custom", name])

    def trees(self) -> list[dict[str, Any]]:
        """Return the outermost runs, each with those below it under `"runs"`, side by side ones in no order."""
        below: dict[Any, list[Any]] = {}
        for run_id, parent in self.parents.items():
            below.setdefault(parent if parent in self.runs else None, []).append(run_id)

        def tree(run_id: Any) -> dict[str, Any]:
            return {**self.runs[run_id], "runs": _sorted(tree(child) for child in below.get(run_id, ()))}

        return _sorted(map(tree, below.get(None, ())))


def _sorted(trees: Any) -> list[Any]:
    return sorted(trees, key=lambda tree: json.dumps(tree, sort_keys=True))


def recorded(program: Program, root: Root, door: str) -> Any:
    """Play a program through a door and return what there is to compare."""
    runnable = program.make(root)
    if door == "astream_events":
        return asyncio.run(_events(runnable, program))
    recorder = Recorder()
    config = {"callbacks": [recorder]}
    try:
        outcome = _played(runnable, program, door, config)
    except Exception as error:
        outcome = f"{type(error).__name__}: {error}"
    if not program.ordered and door in ("stream", "astream"):
        outcome = sorted(outcome, key=repr)
    found = {"outcome": outcome, "runs": recorder.trees()}
    if program.ordered and door not in TOGETHER:
        found["order"] = recorder.order
    return json.loads(json.dumps(found))


def _played(runnable: Any, program: Program, door: str, config: Any) -> Any:
    if door == "astream":

        async def consumed() -> list[Any]:
            return [chunk async for chunk in runnable.astream(program.input, config)]

        return asyncio.run(consumed())
    if door == "stream":
        return list(runnable.stream(program.input, config))
    given = [program.input, program.input] if door in TOGETHER else program.input
    outcome = getattr(runnable, door)(given, config)
    return asyncio.run(_awaited(outcome)) if door in ("ainvoke", "abatch") else outcome


async def _awaited(awaitable: Any) -> Any:
    return await awaitable


async def _events(runnable: Any, program: Program) -> Any:
    found: list[Any] = []
    names: dict[str, str] = {}
    outcome = None
    try:
        async for event in runnable.astream_events(program.input, version="v2"):
            names.setdefault(event["run_id"], event["name"])
            found.append(_described(event, names))
    except Exception as error:
        outcome = f"{type(error).__name__}: {error}"
    if not program.ordered:
        found.sort(key=json.dumps)
    return json.loads(json.dumps({"outcome": outcome, "events": found}))


def _described(event: dict[str, Any], names: dict[str, str]) -> list[Any]:
    """Return an event as a list: its kind, the names of the runs above, tags, metadata, and what it shows."""
    above = [names[run_id] for run_id in event["parent_ids"]]
    shown = event["data"]
    return [event["event"], "/".join([*above, event["name"]]), sorted(event["tags"]), event["metadata"], shown]


def main() -> None:
    """Play every program under langchain-core, twice, and keep what it answered."""
    logging.disable(logging.WARNING)
    try:
        answers: dict[str, Any] = {"langchain-core": importlib.metadata.version("langchain-core")}
    except importlib.metadata.PackageNotFoundError:
        raise SystemExit("langchain-core is not installed here; the record stays as it is") from None
    for name, program in PROGRAMS.items():
        answers[name] = {door: recorded(program, Root(LANGCHAIN), door) for door in program.doors}
        for door in program.doors:
            if recorded(program, Root(LANGCHAIN), door) != answers[name][door]:
                raise SystemExit(f"{name} answers differently each time when it is used with {door}")
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(answer)}" for name, answer in answers.items())
    ANSWERS.write_text("{\n" + lines + "\n}\n", encoding="utf-8")
    print(f"{len(PROGRAMS)} programs recorded")


if __name__ == "__main__":
    main()
