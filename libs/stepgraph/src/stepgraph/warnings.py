"""The warnings of the engine, and the names that others have for warnings of what is out of date."""

__all__ = [
    "BlockedLoopWarning",
    "IncompleteJoinWarning",
    "LangGraphDeprecatedSinceV05",
    "LangGraphDeprecatedSinceV10",
    "LangGraphDeprecatedSinceV11",
    "LangGraphDeprecationWarning",
    "StateMutationWarning",
    "StepgraphWarning",
    "SyncEntryWarning",
    "UnreachableNodeWarning",
]


class StepgraphWarning(UserWarning):
    """The root of the warnings that the engine gives."""


class UnreachableNodeWarning(StepgraphWarning):
    """Nothing that the graph declares leads to a node."""


class IncompleteJoinWarning(StepgraphWarning):
    """A run ended while a join still waited for some of its sources."""


class StateMutationWarning(StepgraphWarning):
    """A node edited a value of its input in place (reported with `debug=True`)."""


class SyncEntryWarning(StepgraphWarning):
    """A sync door, such as `invoke`, was used on a running event loop (reported with `set_loop_guard("warn")`)."""


class BlockedLoopWarning(StepgraphWarning):
    """An event loop stood still (reported with `set_loop_guard("warn")`)."""


LangGraphDeprecationWarning = DeprecationWarning
"""Whatever is out of date gives a `DeprecationWarning`; a version is not told."""

LangGraphDeprecatedSinceV05 = LangGraphDeprecatedSinceV10 = LangGraphDeprecatedSinceV11 = DeprecationWarning
