"""Settings from the environment, at once or when a field with a default is filled."""

import pytest
from pydantic import BaseModel, Field, SecretStr

from stepgraph.environment import (
    convert_to_secret_str,
    env_var_is_set,
    from_env,
    get_from_dict_or_env,
    get_from_env,
    secret_from_env,
)


@pytest.fixture(autouse=True)
def _variables(monkeypatch):
    monkeypatch.setenv("A_SETTING", "a")
    monkeypatch.setenv("AN_EMPTY_SETTING", "")
    monkeypatch.delenv("NO_SETTING", raising=False)


def test_a_field_is_filled_from_the_environment():
    class Client(BaseModel):
        region: str = Field(default_factory=from_env("A_SETTING"))
        key: SecretStr = Field(default_factory=secret_from_env("A_SETTING"))

    client = Client()
    assert (client.region, client.key.get_secret_value()) == ("a", "a")
    assert "'a'" not in repr(client.key)


def test_the_first_variable_that_is_set_counts():
    assert from_env(["NO_SETTING", "A_SETTING"])() == "a"
    assert from_env("AN_EMPTY_SETTING", default="x")() == ""


def test_what_is_not_set_has_a_default_or_is_an_error():
    assert from_env("NO_SETTING", default="x")() == "x"
    assert from_env("NO_SETTING", default=None)() is None
    assert secret_from_env("NO_SETTING", default="x")() == SecretStr("x")
    assert secret_from_env("NO_SETTING", default=None)() is None
    with pytest.raises(ValueError, match=r"set the environment variable 'NO_SETTING', 'NOR_THIS'"):
        from_env(["NO_SETTING", "NOR_THIS"])()
    with pytest.raises(ValueError, match="what I say"):
        secret_from_env("NO_SETTING", error_message="what I say")()


def test_values_at_once():
    assert get_from_env("region", "A_SETTING") == "a"
    assert get_from_env("region", "AN_EMPTY_SETTING", "x") == "x"
    with pytest.raises(ValueError, match="there is no region: set the environment variable 'AN_EMPTY_SETTING'"):
        get_from_env("region", "AN_EMPTY_SETTING")
    assert get_from_dict_or_env({"region": 1}, "region", "A_SETTING") == "1"
    assert get_from_dict_or_env({"b": "2", "a": ""}, ["a", "b"], "A_SETTING") == "2"
    assert get_from_dict_or_env({"region": None}, "region", "A_SETTING") == "a"
    with pytest.raises(ValueError, match="there is no region"):
        get_from_dict_or_env({}, ["region", "place"], "NO_SETTING")


@pytest.mark.parametrize(
    ("value", "says_yes"), [("1", True), ("yes", True), ("0", False), ("", False), ("false", False)]
)
def test_a_variable_may_say_yes(monkeypatch, value, says_yes):
    monkeypatch.setenv("A_SETTING", value)
    assert env_var_is_set("A_SETTING") is says_yes
    assert not env_var_is_set("NO_SETTING")


def test_a_secret_is_one_already():
    secret = SecretStr("x")
    assert convert_to_secret_str(secret) is secret
    assert convert_to_secret_str("x") == secret
