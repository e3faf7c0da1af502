"""Prompter: says what is answered next, from the script or, where that has nothing to say, from the request."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from tests.providers.standin.endpoint import COUNTING, Endpoint
from tests.providers.standin.ledger import Request
from tests.providers.standin.replies import Ask, counting, reply
from tests.providers.standin.script import Answer, Drop, Failure, Vectors, Verbatim
from tests.providers.standin.wire import chunk

# What a script may hold; a list gives one answer for each of `n` choices, a function sees the request first.
Item = Answer | Verbatim | Vectors | Failure | Drop | Sequence[Answer] | Callable[[Request], Any]


class Prompter:
    """Holds the script; keeps the frames of streams that only count, so that long ones cost next to nothing.

    Attributes:
        answers: The script.
        fallback: What answers where the script is at its end.
    """

    def __init__(self) -> None:
        self.answers: deque[Item] = deque()
        self.fallback: Callable[[Ask], Answer] = reply
        self._frames: dict[Any, list[bytes]] = {}

    def next_item(self, endpoint: Endpoint, request: Request) -> Any:
        """Return what to answer: the next item of the script if it is for this endpoint."""
        item: Any = None
        if self.answers and _is_for(self.answers[0], endpoint):
            item = self.answers.popleft()
            if callable(item):
                item = item(request)
        if item is not None:
            return item
        if endpoint.vectors or endpoint.path.endswith("count_tokens"):
            return Answer()
        ask = endpoint.ask(request.body)
        if asked := COUNTING.fullmatch(ask.model):
            return counting(int(asked[1]), int(asked[2] or 0) / 1000)
        return self.fallback(ask)

    def frames(self, endpoint: Endpoint, request: Request, item: Any, first: Any) -> list[bytes]:
        """Return the events of a stream, each as a chunk of the response."""
        if isinstance(first, Verbatim):
            return [chunk(each if isinstance(each, bytes) else endpoint.event(each)) for each in first.events]
        body = request.body
        counted = COUNTING.fullmatch(body["model"] or "")
        usage = repr((body.get("stream_options"), body.get("n"), body.get("logprobs"), body.get("top_logprobs")))
        place = (endpoint.path, body["model"], usage, id(first))
        if counted and place in self._frames:
            return self._frames[place]
        frames = [chunk(each) for each in endpoint.events(listed(item, request), body, request.number)]
        if counted and first is counting(int(counted[1]), int(counted[2] or 0) / 1000):
            self._frames[place] = frames
        return frames


def listed(item: Any, request: Request) -> list[Any]:
    """Return one answer for each choice that is wanted."""
    answers = list(item) if isinstance(item, (list, tuple)) else [item]
    wanted = request.body.get("n") or 1
    return [answers[min(at, len(answers) - 1)] for at in range(wanted)]


def _is_for(item: Any, endpoint: Endpoint) -> bool:
    """Answers in words wait for a request for words, vectors for one for vectors; failures are for any."""
    if isinstance(item, (Failure, Drop, Verbatim)) or callable(item):
        return True
    return isinstance(item, Vectors) == endpoint.vectors and not endpoint.path.endswith("count_tokens")
