"""What of options is shown, and what of them leaves the process."""

import pytest
from pydantic import SecretStr

from stepgraph.runnables import RunnableLambda
from stepgraph.runnables.discreet import (
    basic,
    discreet,
    discreet_text,
    portable,
    secrets_in,
    without_keys,
    without_user,
)

STARS = "**********"


def test_what_is_shown() -> None:
    options = {
        "temperature": 0.5,
        "max_tokens": 10,
        "prompt_cache_key": "a",
        "extra_headers": {"X-Any": "a", "Accept": "b"},
        "extra_query": {"version": 1},
        "openai_api_key": "k",
        "model_kwargs": {"extra_headers": {"X": "a"}, "user": "me"},
        "configurable": {"api_key": "k", "thread_id": "1"},
        "base_url": "https://joe:pw@host:1/v1?a=1&api-key=k#x",
        "tools": [
            {"type": "mcp", "server_url": "https://joe@host", "headers": {"X": "a"}, "authorization": "k"},
            {"type": "function", "function": {"name": "f", "parameters": {"properties": {"headers": {"type": "x"}}}}},
        ],
    }
    kept = {name: dict(value) if isinstance(value, dict) else value for name, value in options.items()}
    assert discreet(options) == {
        "temperature": 0.5,
        "max_tokens": 10,
        "prompt_cache_key": "a",
        "extra_headers": {"X-Any": STARS, "Accept": STARS},
        "extra_query": {"version": STARS},
        "openai_api_key": STARS,
        "model_kwargs": {"extra_headers": {"X": STARS}, "user": "me"},
        "configurable": {"api_key": STARS, "thread_id": "1"},
        "base_url": f"https://{STARS}@host:1/v1?a=1&api-key={STARS}#x",
        "tools": [
            {"type": "mcp", "server_url": f"https://{STARS}@host", "headers": {"X": STARS}, "authorization": STARS},
            options["tools"][1],
        ],
    }
    assert options == kept


def test_what_leaves_the_process() -> None:
    headers = {"Authorization": "a", "X-Proxy-Key": "b", "X-Title": "app", "X-Other": "Bearer c", "X-Same": "a-key-1"}
    options = {"extra_headers": headers, "api_key": "k", "base_url": "http://joe:pw@host", "model_kwargs": {"n": 1}}
    assert portable(options, ["a-key-1"]) == {
        "extra_headers": {"X-Title": "app"},
        "base_url": "http://host",
        "model_kwargs": {"n": 1},
    }
    assert portable({"extra_headers": {"X": "y"}}, ["", "y"]) == {"extra_headers": {}}
    assert portable({"extra_headers": {"X": "xyz"}}, ["y"]) == {"extra_headers": {"X": "xyz"}}


def test_options_at_any_depth() -> None:
    def body(key: object, header: object) -> dict[str, object]:
        servers = [{"apiKey": key, "headers": {"Authorization": header}}, "other"]
        return {"extra_body": {"provider": {"auth": {"token": key, "max_tokens": 1}, "servers": servers}}}

    options = body("a-key", "a-header")
    assert discreet(options) == body(STARS, STARS)
    assert options == body("a-key", "a-header")
    assert portable(options) == {
        "extra_body": {"provider": {"auth": {"max_tokens": 1}, "servers": [{"headers": {}}, "other"]}}
    }
    assert set(secrets_in(options)) == {"a-key", "a-header"}


def test_keys_that_are_no_text_leave_no_process() -> None:
    assert portable({"api_key": SecretStr("k"), "other": SecretStr("k"), "temperature": 1}) == {"temperature": 1}
    assert portable({"api_key": lambda: "k", "base_url": "https://host?key=k&a=1"}) == {
        "base_url": "https://host?key=&a=1"
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no address, a@b", "no address, a@b"),
        ("http://host/p@th", "http://host/p@th"),
        ("at http://u:p@ss@host/x and http://v@host2", f"at http://{STARS}@host/x and http://{STARS}@host2"),
        ("http://host?q=a&access_token=b c", f"http://host?q=a&access_token={STARS} c"),
    ],
)
def test_texts(text: str, shown: str) -> None:
    assert discreet_text(text) == shown


def test_addresses() -> None:
    assert without_user("https://joe:p%40w@host:8/v1") == "https://host:8/v1"
    assert without_keys("https://joe:p%40w@host:8/v1?a=1&api-key=k#x") == "https://host:8/v1?a=1&api-key=#x"
    assert basic("https://joe:p%40w@host") == "Basic am9lOnBAdw=="
    assert basic("https://host/joe@there") is None


def test_what_is_looked_for() -> None:
    options = {
        "extra_headers": {"X-Key": "a", "X-Title": "app", "X-Long": "a long text", "Accept": "application/json"},
        "default_headers": {"Authorization": "Bearer b"},
        "base_url": "http://joe:p%40w@host",
        "model": "m",
    }
    found = set(secrets_in(options))
    assert found == {"a", "a long text", "Bearer b", "b", "joe:p%40w", "p%40w", "p@w", "Basic am9lOnBAdw=="}


def test_bindings() -> None:
    bound = RunnableLambda(len).bind(extra_headers={"X": "a"}).with_config(configurable={"api_key": "k", "x": 1})
    assert "'k'" not in repr(bound)
    assert "'a'" not in repr(bound)
    assert "'x': 1" in repr(bound)
