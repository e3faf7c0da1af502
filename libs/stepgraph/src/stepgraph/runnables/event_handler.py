"""EventHandler: turns what handlers hear of runs into the event dicts that `astream_events` yields.

It is called inline, in the order in which things happen. A run whose events nobody wants costs a look at a dict. It
knows the runs that are under way, and of those that have ended the last ones, for what still begins below them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from stepgraph.callbacks.base import BaseCallbackHandler

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["Choice", "EventHandler"]

_REMEMBERED: Final = 256
"""Of how many runs that have ended it is known what stands above them."""

_UNKNOWN: Final = object()

_Wish = Sequence[str] | None
_Held = Awaitable[None] | None
"""What to wait for where the consumer is slow."""


class Choice:
    """Which runs' events are wanted: those that fit one wish, if there are any, and none of what is excluded.

    Args:
        included: Names, types and tags.
        excluded: Names, types and tags.
    """

    def __init__(self, included: tuple[_Wish, _Wish, _Wish], excluded: tuple[_Wish, _Wish, _Wish]) -> None:
        self._all = all(wish is None for wish in included)
        self._included = [frozenset(wish or ()) for wish in included]
        self._excluded = [frozenset(wish or ()) for wish in excluded]

    def takes(self, name: str, kind: str, tags: Sequence[str]) -> bool:
        """Return whether events of a run are wanted."""
        return (self._all or _fits(self._included, name, kind, tags)) and not _fits(self._excluded, name, kind, tags)


def _fits(wishes: Sequence[frozenset[str]], name: str, kind: str, tags: Sequence[str]) -> bool:
    names, kinds, wanted = wishes
    return name in names or kind in kinds or not wanted.isdisjoint(tags)


class _Run:
    """A run that is under way.

    Attributes:
        kind: `"chain"`, `"chat_model"` and so on.
        facts: What all of its events hold.
        wanted: Whether its events are.
        input: Its input, if it is known.
        lineage: The runs above it, the outermost first.
        source: Where its chunks are seen: in its stream, as tokens, or, for the outermost one, where it is consumed.
        tool_call_id: What a tool's run answers.
    """

    __slots__ = ("facts", "input", "kind", "lineage", "source", "tool_call_id", "wanted")

    def __init__(self, kind: str, lineage: tuple[str, ...], input: Any, tool_call_id: str | None) -> None:
        self.kind: str = kind
        self.lineage: tuple[str, ...] = lineage
        self.facts: dict[str, Any] = {}
        self.wanted: bool = False
        self.input: Any = input
        self.source: str | None = None
        self.tool_call_id: str | None = tool_call_id


class EventHandler(BaseCallbackHandler):
    """Makes event dicts of what it hears, and looks into the streams of runs.

    What it returns is to be awaited, if it is not `None`: the consumer is slow.

    Args:
        put: Takes the events.
        choice: Which runs' events are wanted.
        root_id: The outermost run.
        root_input: Its input.
    """

    run_inline = True

    def __init__(self, put: Callable[[dict[str, Any]], _Held], choice: Choice, root_id: UUID, root_input: Any) -> None:
        self._put = put
        self._choice = choice
        self._root_id = root_id
        self._root_input = root_input
        self._runs: dict[UUID, _Run] = {}
        self._lineages: OrderedDict[UUID, tuple[str, ...]] = OrderedDict()  # of runs that have ended

    # Streams.

    def tap_output_aiter(self, run_id: UUID, output: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Return what shows the chunks of a run to us as they pass by; the stream itself, if we need not see them."""
        run = self._tapped(run_id)
        return output if run is None else self._passed_async(run, output)

    def tap_output_iter(self, run_id: UUID, output: Iterator[Any]) -> Iterator[Any]:
        """See `tap_output_aiter`."""
        run = self._tapped(run_id)
        return output if run is None else self._passed(run, output)

    def on_root_chunk(self, chunk: Any) -> _Held:
        """Take note of a chunk of the outermost run, if that has no stream of its own that we look into."""
        run = self._runs.get(self._root_id)
        if run is None or not run.wanted or run.source not in (None, "root"):
            return None
        run.source = "root"
        return self._tell(run, "stream", {"chunk": chunk})

    def _tapped(self, run_id: UUID) -> _Run | None:
        run = self._runs.get(run_id)
        if run is None or not run.wanted or run.source is not None:
            return None
        run.source = "stream"
        return run

    async def _passed_async(self, run: _Run, output: AsyncIterator[Any]) -> AsyncIterator[Any]:
        try:
            async for chunk in output:
                held = self._tell(run, "stream", {"chunk": chunk})
                if held is not None:
                    await held
                yield chunk
        finally:
            close = getattr(output, "aclose", None)
            if close is not None:
                await close()

    def _passed(self, run: _Run, output: Iterator[Any]) -> Iterator[Any]:
        try:
            for chunk in output:
                self._tell(run, "stream", {"chunk": chunk})
                yield chunk
        finally:
            close = getattr(output, "close", None)
            if close is not None:
                close()

    # Chains.

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_type: str | None = None, **facts: Any) -> Any:
        """A runnable starts."""
        known = _UNKNOWN if _is_deferred(inputs) else inputs
        return self._start(run_type or "chain", serialized, known, **facts)

    def on_chain_end(self, outputs: Any, *, run_id: UUID, inputs: Any = None, **_: Any) -> Any:
        """A runnable has ended."""
        return self._end(run_id, outputs, inputs)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """A runnable has failed: there is no event for that, what failed outermost is raised."""
        self._ended(run_id)

    # Models.

    def on_chat_model_start(self, serialized: Any, messages: Any, **facts: Any) -> Any:
        """A chat model starts."""
        return self._start("chat_model", serialized, {"messages": messages}, **facts)

    def on_llm_start(self, serialized: Any, prompts: Any, **facts: Any) -> Any:
        """A model that completes text starts."""
        return self._start("llm", serialized, {"prompts": prompts}, **facts)

    def on_llm_new_token(self, token: Any, *, run_id: UUID, chunk: Any = None, **_: Any) -> Any:
        """A model has given out a token."""
        run = self._runs.get(run_id)
        if run is None or not run.wanted or run.source not in (None, "tokens"):
            return None
        if run.kind == "llm" and run_id == self._root_id:
            return None  # it is shown where it is consumed
        run.source = "tokens"
        if run.kind == "chat_model":
            chunk = _message_of(token) if chunk is None else getattr(chunk, "message", chunk)
        elif chunk is None:
            chunk = SimpleNamespace(text=token)
        return self._tell(run, "stream", {"chunk": chunk})

    def on_llm_end(self, response: Any, *, run_id: UUID, **_: Any) -> Any:
        """A model has answered: of a chat model the first message is shown."""
        run = self._runs.get(run_id)
        if run is None or not run.wanted:
            return self._end(run_id, None)
        if run.kind == "chat_model":
            found = (each.message for generations in response.generations for each in generations)
            return self._end(run_id, next(found, {}))
        return self._end(run_id, _completions(response))

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """See `on_chain_error`."""
        self._ended(run_id)

    # Tools and retrievers.

    def on_tool_start(self, serialized: Any, input_str: str, *, inputs: Any = None, **facts: Any) -> Any:
        """A tool starts."""
        return self._start("tool", serialized, inputs or {}, **facts)

    def on_tool_end(self, output: Any, *, run_id: UUID, **_: Any) -> Any:
        """A tool has ended."""
        return self._end(run_id, output)

    def on_tool_error(self, error: BaseException, *, run_id: UUID, tool_call_id: str | None = None, **_: Any) -> Any:
        """A tool has failed."""
        run = self._ended(run_id)
        if run is None or not run.wanted:
            return None
        answered = run.tool_call_id if tool_call_id is None else tool_call_id
        return self._tell(run, "error", {"error": error, "input": run.input, "tool_call_id": answered})

    def on_retriever_start(self, serialized: Any, query: str, **facts: Any) -> Any:
        """A retriever starts."""
        return self._start("retriever", serialized, {"query": query}, **facts)

    def on_retriever_end(self, documents: Any, *, run_id: UUID, **_: Any) -> Any:
        """A retriever has found what it has found."""
        return self._end(run_id, documents)

    def on_retriever_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """See `on_chain_error`."""
        self._ended(run_id)

    # Events of the user's own.

    def on_custom_event(
        self, name: str, data: Any, *, run_id: UUID, tags: Any = None, metadata: Any = None, **_: Any
    ) -> Any:
        """Code inside a run has an event of its own; its name counts as its type."""
        if not self._choice.takes(name, name, tags or ()):
            return None
        return self._put(
            {
                "event": "on_custom_event",
                "name": name,
                "run_id": str(run_id),
                "parent_ids": list(self._lineage(run_id)),
                "tags": list(tags or ()),
                "metadata": dict(metadata or {}),
                "data": data,
            }
        )

    # What they have in common.

    def _start(
        self,
        kind: str,
        serialized: Any,
        input: Any,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        name: str | None = None,
        tool_call_id: str | None = None,
        **_: Any,
    ) -> _Held:
        if run_id == self._root_id:
            input = self._root_input
        lineage = () if parent_run_id is None else (*self._lineage(parent_run_id), str(parent_run_id))
        run = self._runs[run_id] = _Run(kind, lineage, input, tool_call_id)
        name, tags = name or _name_of(serialized), list(tags or ())
        run.wanted = self._choice.takes(name, kind, tags)
        if not run.wanted:
            return None
        run.facts = {
            "name": name,
            "run_id": str(run_id),
            "parent_ids": list(lineage),
            "tags": tags,
            "metadata": dict(metadata or {}),
        }
        return self._tell(run, "start", {} if input is _UNKNOWN else {"input": input})

    def _end(self, run_id: UUID, output: Any, inputs: Any = None) -> _Held:
        run = self._ended(run_id)
        if run is None or not run.wanted:
            return None
        shown = {"output": output}
        if run_id != self._root_id:
            known = run.input if inputs is None else inputs
            shown["input"] = {} if known is _UNKNOWN else known
        return self._tell(run, "end", shown)

    def _ended(self, run_id: UUID) -> _Run | None:
        """Forget a run; what stands above it is known until enough others have ended."""
        run = self._runs.pop(run_id, None)
        if run is not None:
            self._lineages[run_id] = run.lineage
            if len(self._lineages) > _REMEMBERED:
                self._lineages.popitem(last=False)
        return run

    def _lineage(self, run_id: UUID) -> tuple[str, ...]:
        run = self._runs.get(run_id)
        return self._lineages.get(run_id, ()) if run is None else run.lineage

    def _tell(self, run: _Run, what: str, shown: dict[str, Any]) -> _Held:
        return self._put({"event": f"on_{run.kind}_{what}", **run.facts, "data": shown})


def _is_deferred(inputs: Any) -> bool:
    """Return whether an input is what runs are said to have that take theirs in chunks."""
    if not isinstance(inputs, dict) or len(inputs) != 1:
        return False
    only = inputs.get("input")
    return isinstance(only, str) and not only


def _name_of(serialized: Any) -> str:
    described = serialized or {}
    return str(described.get("name") or (described.get("id") or ["Unnamed"])[-1])


def _message_of(token: Any) -> Any:
    messages = import_module("stepgraph.messages")  # which stand above; models give chunks, as a rule
    return messages.AIMessageChunk(content=token)


def _completions(response: Any) -> dict[str, Any]:
    """Return what a model that completes text has answered, as a dict."""
    generations = [
        [{"text": each.text, "generation_info": each.generation_info, "type": each.type} for each in generations]
        for generations in response.generations
    ]
    return {"generations": generations, "llm_output": response.llm_output}
