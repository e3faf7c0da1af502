"""ModelProfile: what a chat model can do, as whoever makes the model says. Nobody here looks that up."""

from __future__ import annotations

from typing import TypeAlias

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

__all__ = ["ModelProfile", "ModelProfileRegistry"]


@with_config(ConfigDict(extra="allow"))
class ModelProfile(TypedDict, total=False):
    """What a chat model can do; what is not said is not known. Keys that are not listed here are kept.

    Attributes:
        name: What people call the model.
        status: Whether it is offered still: `"active"`, `"deprecated"`, …
        release_date: Since when, as `YYYY-MM-DD`.
        last_updated: When it was changed last, as `YYYY-MM-DD`.
        open_weights: Whether its weights are public.
        max_input_tokens: How much it reads at once.
        text_inputs: Whether it reads text.
        image_inputs: Whether it sees images.
        image_url_inputs: Whether it sees images that it is given the address of.
        pdf_inputs: Whether it reads PDFs.
        audio_inputs: Whether it hears sounds.
        video_inputs: Whether it sees videos.
        image_tool_message: Whether what tools answer may hold images.
        pdf_tool_message: Whether what tools answer may hold PDFs.
        max_output_tokens: How much it says at once.
        reasoning_output: Whether it thinks before it answers.
        reasoning_effort_levels: How hard it may be told to think.
        reasoning_effort_default: How hard it thinks without a word.
        text_outputs: Whether it writes text.
        image_outputs: Whether it makes images.
        audio_outputs: Whether it makes sounds.
        video_outputs: Whether it makes videos.
        tool_calling: Whether it calls tools.
        tool_choice: Whether it can be made to call one.
        tool_call_streaming: Whether its streams have fragments of calls.
        mid_conversation_system_messages: Whether system messages stay where they stand in a conversation.
        mid_conversation_tools: Whether it may be given tools in the middle of a conversation, by a message.
        structured_output: Whether its provider makes it answer in a form.
        attachment: Whether it takes files.
        temperature: Whether it knows a temperature.
    """

    name: str
    status: str
    release_date: str
    last_updated: str
    open_weights: bool
    max_input_tokens: int
    text_inputs: bool
    image_inputs: bool
    image_url_inputs: bool
    pdf_inputs: bool
    audio_inputs: bool
    video_inputs: bool
    image_tool_message: bool
    pdf_tool_message: bool
    max_output_tokens: int
    reasoning_output: bool
    reasoning_effort_levels: list[str]
    reasoning_effort_default: str
    text_outputs: bool
    image_outputs: bool
    audio_outputs: bool
    video_outputs: bool
    tool_calling: bool
    tool_choice: bool
    tool_call_streaming: bool
    mid_conversation_system_messages: bool
    mid_conversation_tools: bool
    structured_output: bool
    attachment: bool
    temperature: bool


ModelProfileRegistry: TypeAlias = dict[str, ModelProfile]
"""Profiles by the names of models."""
