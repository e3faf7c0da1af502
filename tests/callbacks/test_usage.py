"""Tokens that models say they have used."""

import asyncio
import threading
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from stepgraph.callbacks import UsageMetadataCallbackHandler
from tests.callbacks.ears import COLOURS, awaited, manager_of


def usage(given: int, said: int, **details: Any) -> dict[str, Any]:
    return {"input_tokens": given, "output_tokens": said, "total_tokens": given + said, **details}


def message(used: Any, model: str | None = "small", /, **metadata: Any) -> Any:
    named = {} if model is None else {"model_name": model}
    return SimpleNamespace(usage_metadata=used, response_metadata={**named, **metadata})


def answer(*alternatives: Any, **facts: Any) -> Any:
    return SimpleNamespace(generations=[[SimpleNamespace(message=each) for each in alternatives]], **facts)


def told(*answers: Any) -> dict[str, Any]:
    handler = UsageMetadataCallbackHandler()
    for each in answers:
        handler.on_llm_end(each, run_id=uuid4())
    return handler.usage_metadata


@pytest.mark.parametrize("door", COLOURS)
async def test_answers_are_summed_by_model(door: str):
    handler = UsageMetadataCallbackHandler()
    manager = manager_of(door, handler)
    for used, model in [(usage(1, 2), "small"), (usage(10, 20), "large"), (usage(3, 4), "small")]:
        [run] = await awaited(manager.on_chat_model_start({}, [["hi"]]))
        await awaited(run.on_llm_end(answer(message(used, model))))
    assert handler.usage_metadata == {"small": usage(4, 6), "large": usage(10, 20)}
    assert repr(handler) == f"UsageMetadataCallbackHandler({handler.usage_metadata})"


def test_details_are_summed_where_there_are_any():
    first = usage(1, 2, input_token_details={"cache_read": 1, "audio": 2})
    second = usage(3, 4, input_token_details={"cache_read": 5}, output_token_details={"reasoning": 6})
    third = usage(1, 1, input_token_details=None)
    assert told(*(answer(message(each)) for each in (first, second, third))) == {
        "small": usage(5, 7, input_token_details={"cache_read": 6, "audio": 2}, output_token_details={"reasoning": 6})
    }


def test_alternatives_of_one_call_are_one_usage():
    assert told(answer(message(usage(1, 2)), message(usage(1, 2)))) == {"small": usage(1, 2)}
    assert told(answer(message(None), message(usage(1, 2)))) == {"small": usage(1, 2)}


def test_each_prompt_of_an_answer_counts():
    both = SimpleNamespace(generations=[answer(message(usage(1, 2))).generations[0]] * 2)
    assert told(both) == {"small": usage(2, 4)}


def test_a_model_is_named_by_the_message_or_else_by_the_answer():
    used = usage(1, 2)
    assert told(answer(message(used, None, model="other"))) == {"other": used}
    assert told(answer(message(used, None), llm_output={"model_name": "third"})) == {"third": used}
    assert told(answer(message(used, None), llm_output=None)) == {"unknown": used}
    assert told(answer(SimpleNamespace(usage_metadata=used))) == {"unknown": used}


def test_what_tells_of_no_usage_counts_for_nothing():
    no_message = SimpleNamespace(generations=[[SimpleNamespace(text="hi")], []])
    assert told(answer(message(None)), answer(SimpleNamespace()), answer(), no_message, "text", None) == {}


def test_what_was_read_does_not_change():
    handler = UsageMetadataCallbackHandler()
    handler.on_llm_end(answer(message(usage(1, 2))))
    read = handler.usage_metadata
    handler.on_llm_end(answer(message(usage(1, 2))))
    assert (read, handler.usage_metadata) == ({"small": usage(1, 2)}, {"small": usage(2, 4)})


def test_what_a_message_says_is_left_as_it_is():
    used = usage(1, 2, input_token_details={"cache_read": 1})
    said = answer(message(used))
    told(said, said)
    assert used == usage(1, 2, input_token_details={"cache_read": 1})


async def test_no_answer_is_lost_between_threads():
    handler = UsageMetadataCallbackHandler()
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait(10)
        for _ in range(500):
            handler.on_llm_end(answer(message(usage(1, 1))))

    await asyncio.gather(*(asyncio.to_thread(work) for _ in range(4)))
    assert handler.usage_metadata == {"small": usage(2_000, 2_000)}
