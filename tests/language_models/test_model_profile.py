"""A profile is what whoever makes a model says of it: it is kept, and goes nowhere."""

import pytest
from pydantic import ValidationError

from stepgraph.language_models import ModelProfile, ModelProfileRegistry
from stepgraph.language_models.model_profile import ModelProfile as SameProfile
from stepgraph.testing import ScriptedChatModel


def test_a_profile_is_kept() -> None:
    profile: ModelProfile = {"max_input_tokens": 128_000, "tool_calling": True}
    profiles: ModelProfileRegistry = {"scripted": profile}
    model = ScriptedChatModel(["Hi"], profile=profiles["scripted"])
    assert model.profile == profile
    assert model.profile.get("image_inputs") is None
    assert "profile" not in repr(model)
    assert "profile" not in model.model_dump()
    assert model.model_copy().profile == profile
    assert SameProfile is ModelProfile


def test_nobody_looks_one_up() -> None:
    assert ScriptedChatModel(["Hi"], model="gpt-4o").profile is None


def test_keys_that_are_new_are_kept() -> None:
    assert ScriptedChatModel(["Hi"], profile={"smells": True}).profile == {"smells": True}


def test_a_profile_that_is_none() -> None:
    with pytest.raises(ValidationError, match=r"profile.max_input_tokens"):
        ScriptedChatModel(["Hi"], profile={"max_input_tokens": "many"})
