"""inheritance: what a run takes over from the run that it is nested in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from stepgraph.checkpoint.base import BaseCheckpointSaver, place_of
from stepgraph.config import RunnableConfig, Scope, check_config, merge_configs
from stepgraph.execution.limiter import Limiter
from stepgraph.globals import SETTINGS
from stepgraph.pregel.executable import Executable
from stepgraph.pregel.journal import Journal
from stepgraph.pregel.message_stream import without_handlers
from stepgraph.pregel.namespaces import without_ids
from stepgraph.pregel.scope import Surroundings, TaskScope
from stepgraph.pregel.settings import Settings
from stepgraph.pregel.stream import Namespace
from stepgraph.runnables.call import printed
from stepgraph.runnables.discreet import is_key

__all__ = ["addressed_by", "effective_config", "journal_of", "limiter_of"]


def effective_config(
    around: Scope | None, bound: RunnableConfig | None, given: Mapping[str, Any] | None
) -> RunnableConfig:
    """Merge what is around a run, the graph itself and the caller say; one below another has not its own handlers."""
    config = _merged(around, bound, given)
    return printed(config) if SETTINGS.is_heard else config


def _merged(around: Scope | None, bound: RunnableConfig | None, given: Mapping[str, Any] | None) -> RunnableConfig:
    if around is None:
        return merge_configs(bound, check_config(given)) if given or bound else {}
    parent: TaskScope | None = around.task_scope
    if parent is None:
        inherited = around.config
    else:
        inherited, node = parent.run.config, parent.task.node
        if node.metadata or node.tags:
            inherited = merge_configs(inherited, {"metadata": node.metadata, "tags": node.tags})
        if around is not parent:
            inherited = merge_configs(inherited, around.config)
        elif around.heard:  # what hears the task, not what hears the run
            inherited = {**inherited, "callbacks": around.config.get("callbacks")}
    if "run_id" in inherited or "run_name" in inherited:  # they are those of the run above, and of no other
        inherited = {**inherited}
        inherited.pop("run_id", None)
        inherited.pop("run_name", None)
    config = merge_configs(inherited, bound, check_config(given)) if given or bound else inherited
    if parent is not None and config.get("callbacks"):
        config = {**config, "callbacks": without_handlers(config["callbacks"])}
    return config


def limiter_of(graph: Executable, around: Scope | None, given: Mapping[str, Any] | None) -> Limiter | None:
    """Return what bounds a run: what bounds whatever is around it, and a limit that was set for this run alone."""
    upper: Limiter | None = None if around is None else around.limiter
    own = (given or {}).get("max_concurrency") or (graph.config or {}).get("max_concurrency")
    if own is None or (around is not None and own == _limit_of(around)):
        return upper
    return Limiter(own, upper)


def _limit_of(around: Scope) -> int | None:
    """Return the limit that is set around a run; the config of a task is not built for that."""
    scope: TaskScope | None = around.task_scope
    config = scope.run.config if scope is not None and scope is around else around.config
    return config.get("max_concurrency")


def addressed_by(config: RunnableConfig) -> Namespace:
    """Return the namespace that a caller from outside named: that of a sub-graph whose state it reads or edits."""
    namespace = (config.get("configurable") or {}).get("checkpoint_ns")
    return tuple(namespace.split("|")) if namespace else ()


class _Heir(Protocol):
    graph: Executable
    config: RunnableConfig

    @property
    def namespace(self) -> Namespace: ...


def journal_of(run: _Heir, above: Surroundings | None, settings: Settings) -> Journal | None:
    """Return the journal of a run, `None` where nothing is saved.

    Raises:
        MissingThreadError: There is a saver and no thread.
        RuntimeError: A graph that is to use the saver of the graph above it runs alone.
    """
    graph = run.graph
    saver = _saver(graph, above)
    if saver is None:
        return None
    namespace = "|".join(run.namespace)
    thread_id, _, checkpoint_id = place_of(run.config)
    upper = None if above is None else above.journal
    lasting = graph.checkpointer is True
    return Journal(
        graph.reviving(saver),
        settings.durability or (upper.durability if upper is not None else "async"),
        thread_id,
        without_ids(namespace) if lasting else namespace,
        addressed=checkpoint_id if above is None else None,
        lasting=lasting,
        bound=_bound(upper) if lasting else None,
        facts=_facts(run.config, upper),
    )


def _saver(graph: Executable, above: Surroundings | None) -> BaseCheckpointSaver | None:
    choice = graph.checkpointer
    if choice is False:
        return None
    if above is not None and above.journal is not None:
        return above.journal.saver
    if choice is True:
        raise RuntimeError(
            f"graph {graph.name!r} was compiled with checkpointer=True, which means that of the graph above it, and "
            "no graph with a checkpointer runs above it; give it a saver of its own"
        )
    return choice


def _bound(upper: Journal | None) -> tuple[str, str] | None:
    if upper is None or not upper.forked or upper.found is None:
        return None
    return upper.namespace, upper.found.checkpoint["id"]


def _facts(config: RunnableConfig, upper: Journal | None) -> dict[str, Any]:
    """Return what the metadata of a run's checkpoints says of the run."""
    configurable = config.get("configurable") or {}
    told = {key: value for key, value in configurable.items() if not is_key(key)}  # no key is stored
    facts = {
        key: value
        for key, value in {**told, **(config.get("metadata") or {})}.items()
        if isinstance(value, _PLAIN) and not key.startswith("__") and key not in _PLACE
    }
    run_id = config.get("run_id")
    if run_id is not None:
        facts["run_id"] = str(run_id)
    elif upper is not None and "run_id" in upper.facts:
        facts["run_id"] = upper.facts["run_id"]
    parents = {} if upper is None else {**upper.facts.get("parents", {}), upper.namespace: upper.checkpoint_id}
    return {**facts, "parents": parents}


_PLACE = ("thread_id", "checkpoint_ns", "checkpoint_id")
_PLAIN = (str, int, float, bool, type(None))
