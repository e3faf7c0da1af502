"""Picture: what there is to see of a run so far, made of the chunks of its stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from stepgraph.messages import AIMessage

AGENT = "agent"


@dataclass
class Step:
    """A node of the search in one round, or a turn of the agent.

    Attributes:
        node: The node.
        place: The namespace of the graph that it is in: searches may go on side by side.
        says: What it said last.
        files: How many files it has searched.
        found: In how many sections it found something.
        done: Whether it has ended.
    """

    node: str
    place: tuple[str, ...] = ()
    says: str = ""
    files: int = 0
    found: int = 0
    done: bool = False

    @property
    def summary(self) -> str:
        """What there is to say about it."""
        if not self.files:
            return self.says
        return f"{self.found} section{'s' * (self.found != 1)} in {self.files} file{'s' * (self.files != 1)}"


@dataclass
class Picture:
    """What there is to see so far.

    Attributes:
        steps: The steps in the order in which they began.
        answer: The answer as far as it was streamed.
    """

    steps: list[Step] = field(default_factory=list)
    answer: str = ""

    @property
    def thinks(self) -> bool:
        """Whether the model is waited for: no tool runs, and there is no answer yet."""
        return not self.answer and all(step.done for step in self.steps)

    def take(self, place: tuple[str, ...], mode: str, chunk: Any) -> list[Step]:
        """Take a chunk in; return the steps that are done with it."""
        if mode == "messages":
            return self._read(chunk[0]) if not place else []
        if mode == "custom":
            return self._progress(place, chunk)
        if not place and AGENT in chunk:
            return self._turn(chunk[AGENT]["messages"][-1])
        if not place:
            return self._end([step for step in self.steps if step.place and step.files])
        return self._end([step for step in self.steps if step.place == place and step.node in chunk and not step.files])

    def _read(self, message: Any) -> list[Step]:
        """Take a piece of what the agent says."""
        text = str(message.text) if isinstance(message, AIMessage) else ""
        begins = bool(text) and not self.answer
        self.answer += text
        return [self._said("answers")] if begins else []

    def _turn(self, message: Any) -> list[Step]:
        """What the agent said is its answer, unless it calls tools: then it was a remark."""
        if not message.tool_calls:
            return [] if self.answer else self._read(message)  # who is not streamed is read whole
        if self.answer:
            self.steps[-1].says = " ".join(self.answer.split())
            self.answer = ""
        return [
            self._said(f"{call['name']}: {', '.join(map(str, call['args'].values()))}") for call in message.tool_calls
        ]

    def _said(self, says: str) -> Step:
        self.steps.append(Step(AGENT, says=says, done=True))
        return self.steps[-1]

    def _progress(self, place: tuple[str, ...], chunk: dict[str, Any]) -> list[Step]:
        node = chunk["step"]
        ended = [] if node.startswith("search") else self._end(self._searches(place))
        step = next((s for s in self.steps if (s.node, s.place) == (node, place) and not s.done), None)
        if step is None:
            step = Step(node, place)
            self.steps.append(step)
        step.says = chunk.get("says", step.says)
        if "file" in chunk:
            step.files += 1
            step.found += chunk["found"]
        return [*ended, *self._end([step])] if chunk.get("done") else ended

    def _searches(self, place: tuple[str, ...]) -> list[Step]:
        """Many tasks of a search make one step, which has ended when a step of another kind begins."""
        return [step for step in self.steps if step.place == place and step.files]

    def _end(self, steps: Sequence[Step]) -> list[Step]:
        ended = [step for step in steps if not step.done]
        for step in ended:
            step.done = True
        return ended
