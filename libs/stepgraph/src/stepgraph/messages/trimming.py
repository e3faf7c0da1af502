"""Trimming: the first or the last messages of a list that fit into so many tokens."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import Any, Literal, TypeAlias

from stepgraph.messages.base import BaseMessage
from stepgraph.messages.coerce import convert_to_messages
from stepgraph.messages.counting import count_tokens_approximately
from stepgraph.messages.selecting import Kinds, is_of
from stepgraph.messages.system import SystemMessage
from stepgraph.messages.without_messages import or_runnable

__all__ = ["trim_messages"]

Count: TypeAlias = Callable[[list[Any]], int]


@or_runnable
def trim_messages(
    messages: Iterable[Any] | Any,
    *,
    max_tokens: int,
    token_counter: Any,
    strategy: Literal["first", "last"] = "last",
    allow_partial: bool = False,
    end_on: Kinds | None = None,
    start_on: Kinds | None = None,
    include_system: bool = False,
    text_splitter: Any = None,
) -> list[Any]:
    r"""Return the first or the last messages that fit into so many tokens.

    Called without messages it returns a runnable that does so.

    Args:
        messages: Messages in any of their forms.
        max_tokens: How many tokens there may be.
        token_counter: What counts them: a function of messages, or of one message where its parameter is annotated with
            `BaseMessage`; a model; or `"approximate"` for `count_tokens_approximately`.
        strategy: Whether the first or the last messages are kept.
        allow_partial: Whether a part of the message is kept that does not fit whole.
        end_on: Types (by name or by class) of which the last message has to be; those after it are left out.
        start_on: Types of which the first message has to be, the system's aside; with `strategy="last"` alone.
        include_system: Whether the first message is kept, if it is the system's; with `strategy="last"` alone.
        text_splitter: What takes a text into pieces, for parts of messages: a function, or an object with
            `split_text`. By default pieces are lines.

    Raises:
        ValueError: The parameters do not go together, or one has no such value.
    """
    if strategy not in ("first", "last"):
        raise ValueError(f"strategy is 'first' or 'last', got {strategy!r}")
    if strategy == "first":
        for name, given in (("start_on", start_on), ("include_system", include_system)):
            if given:
                raise ValueError(
                    f"{name} has a meaning with strategy='last' alone; leave it out, or change the strategy"
                )
    count, split = _counter(token_counter), getattr(text_splitter, "split_text", text_splitter) or _lines
    left = list(convert_to_messages(messages))
    if strategy == "first":
        return _ending_on(_first_that_fit(left, max_tokens, count, split if allow_partial else None, False), end_on)
    left = _ending_on(left, end_on)
    kept = left[:1] if include_system and left and isinstance(left[0], SystemMessage) else []
    if kept:
        max_tokens = max(0, max_tokens - count(kept))
    backwards = left[len(kept) :][::-1]
    fitting = _first_that_fit(backwards, max_tokens, count, split if allow_partial else None, True)
    return [*kept, *_ending_on(fitting, start_on)[::-1]]


def _counter(given: Any) -> Count:
    """Return a function that counts the tokens of a list of messages."""
    if isinstance(given, str):
        if given != "approximate":
            raise ValueError(f"the only token_counter with a name is 'approximate', got {given!r}")
        return count_tokens_approximately
    of_model: Count | None = getattr(given, "get_num_tokens_from_messages", None)
    if of_model is not None:
        return of_model
    if not callable(given):
        raise ValueError(
            f"token_counter is a function, a model or 'approximate', got {type(given).__name__}: {given!r}"
        )
    first = next(iter(inspect.signature(given).parameters.values()), None)
    if first is not None and first.annotation in (BaseMessage, "BaseMessage"):
        return lambda messages: sum(map(given, messages))
    return given  # type: ignore[no-any-return]


def _ending_on(messages: list[Any], kinds: Kinds | None) -> list[Any]:
    """Return messages up to the last one of some types, all of them where no types are given."""
    if not kinds:
        return messages
    length = len(messages)
    while length and not is_of(messages[length - 1], kinds):
        length -= 1
    return messages[:length]


def _first_that_fit(
    messages: list[Any], most: int, count: Count, split: Callable[[str], list[str]] | None, backwards: bool
) -> list[Any]:
    """Return the longest beginning of a list that fits, with a part of the message after it where texts may be split.

    Args:
        messages: The messages.
        most: How many tokens there may be.
        count: Counts them.
        split: Takes a text into pieces, where parts of messages are wanted.
        backwards: Whether the end of that message is wanted, not its beginning.
    """
    if count(messages) <= most:
        return messages
    number = _most_that_fit(len(messages), lambda size: count(messages[:size]) <= most)
    whole = messages[:number]
    if split is None or number == len(messages):
        return whole
    part = _part_that_fits(messages[number], lambda part: count([*whole, part]) <= most, split, backwards)
    return whole if part is None else [*whole, part]


def _part_that_fits(
    message: Any, fits: Callable[[Any], bool], split: Callable[[str], list[str]], backwards: bool
) -> Any:
    """Return the part of a message that fits, some of its blocks or of its text; `None` where none does."""
    twin = copy(message)
    content = message.content
    if isinstance(content, list):
        for size in range(len(content) - 1, 0, -1):
            twin.content = content[-size:] if backwards else content[:size]
            if fits(twin):
                return twin
    text = content if isinstance(content, str) else _first_text(content)
    if not text:
        return None
    pieces = split(text)

    def with_pieces(size: int) -> Any:
        twin.content = "".join(pieces[len(pieces) - size :] if backwards else pieces[:size])
        return twin

    size = _most_that_fit(len(pieces), lambda size: fits(with_pieces(size)))
    return with_pieces(size) if size else None


def _most_that_fit(most: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number up to `most` that fits, if all below it do; 0 fits."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _first_text(blocks: Sequence[Any]) -> str | None:
    for block in blocks:
        if isinstance(block, str):
            return block
        if isinstance(block, dict) and block.get("type") == "text":
            return block.get("text")
    return None


def _lines(text: str) -> list[str]:
    *lines, last = text.split("\n")
    return [*(f"{line}\n" for line in lines), last]
