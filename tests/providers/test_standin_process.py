"""The stand-in as a process of its own, and the models that only say many words."""

import httpx2
import openai
import pytest

from tests.providers.standin import KEY, Standin, standin_process
from tests.providers.standin_clients import chat, message


def test_a_process_serves_streams_and_says_its_counts():
    with standin_process() as url, openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0) as client:
        body = {"model": "tokens-200", "messages": [{"role": "user", "content": "go"}]}
        chunks = list(client.chat.completions.create(**body, stream=True))
        assert len(chunks) == 202
        counts = httpx2.get(f"{url}/standin").json()
        assert (counts["requests"], counts["active"], counts["faults"]) == (1, 0, 0)
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{url}/standin")


def test_many_words(standin: Standin):
    for _ in range(2):
        for usage in ({}, {"stream_options": {"include_usage": True}}):
            chunks = chat(standin, model="tokens-5", stream=True, **usage)
            text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
            assert (text, bool(chunks[-1].usage)) == ("0 1 2 3 4", bool(usage))
        events = message(standin, model="tokens-5", stream=True)
        assert sum(event.type == "content_block_delta" for event in events) == 5
    assert chat(standin, model="tokens-5-every-1ms").usage.completion_tokens == 5
    assert len(chat(standin, model="tokens-5-every-1ms", stream=True)) == 7


def test_a_standin_that_is_emptied_is_as_new(standin: Standin):
    port = standin.port
    chat(standin)
    standin.rules.models.clear()
    standin.answers = [lambda request: None]
    standin.reset()
    assert (standin.requests, standin.connections, list(standin.answers)) == ([], 0, [])
    assert chat(standin).choices[0].message.content == "Hello there world"
    assert standin.port == port


def test_two_at_a_time():
    with Standin() as one, Standin() as two:
        assert one.url != two.url
        assert chat(two).choices
        assert (len(one.requests), len(two.requests)) == (0, 1)
