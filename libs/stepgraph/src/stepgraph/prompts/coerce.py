"""Coercion: the short forms in which users write what a chat prompt is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from stepgraph.errors import listed, nearest
from stepgraph.messages import BaseMessage, is_message
from stepgraph.prompts.base_chat import BaseChatPromptTemplate
from stepgraph.prompts.formats import PromptTemplateFormat
from stepgraph.prompts.message import BaseMessagePromptTemplate
from stepgraph.prompts.placeholder import MessagesPlaceholder
from stepgraph.prompts.roles import (
    AIMessagePromptTemplate,
    ContentMessagePromptTemplate,
    HumanMessagePromptTemplate,
    SystemMessagePromptTemplate,
)
from stepgraph.prompts.string import StringPromptTemplate

__all__ = ["MessageLike", "MessageLikeRepresentation", "is_pair", "to_template"]

MessageLike: TypeAlias = "BaseMessagePromptTemplate | BaseMessage | BaseChatPromptTemplate"
"""What a chat prompt is made of."""

MessageLikeRepresentation: TypeAlias = Any
"""What can be written for it: one of these, text (a person's), a pair of role and text, or a dict of both."""

_ROLES: Final[dict[str, type[ContentMessagePromptTemplate]]] = {
    "human": HumanMessagePromptTemplate,
    "user": HumanMessagePromptTemplate,
    "ai": AIMessagePromptTemplate,
    "assistant": AIMessagePromptTemplate,
    "system": SystemMessagePromptTemplate,
}
_KNOWN: Final = (*_ROLES, "placeholder")


def to_template(form: Any, template_format: PromptTemplateFormat = "f-string") -> Any:
    """Return what makes messages for one of its short forms.

    Args:
        form: A message, a template of messages, another chat prompt, text (a person's), a pair of role and text or
            content blocks, a dict with `role` and `content`, or `("placeholder", "{name}")`.
        template_format: How variables are written in it.

    Raises:
        ValueError: The role does not exist, a pair or dict is incomplete, or a text cannot be read.
        TypeError: It is none of these.
    """
    if isinstance(form, (BaseMessagePromptTemplate, BaseChatPromptTemplate)) or is_message(form):
        return form
    if isinstance(form, str):
        return HumanMessagePromptTemplate.from_template(form, template_format)
    if isinstance(form, StringPromptTemplate):
        return HumanMessagePromptTemplate(prompt=form)
    if isinstance(form, Mapping):
        if set(form) != {"role", "content"}:
            raise ValueError(f"a message as a dict has the keys 'role' and 'content' and no others, got {listed(form)}")
        return _of_role(form["role"], form["content"], template_format)
    if isinstance(form, (tuple, list)):
        if len(form) != 2:
            raise ValueError(f"a message as a tuple is a pair of role and template, got {form!r}")
        return _of_role(form[0], form[1], template_format)
    raise TypeError(
        "a chat prompt is made of messages, templates of messages, text, (role, template) pairs and dicts with role "
        f"and content; got {type(form).__name__}: {form!r}"
    )


def is_pair(form: Any) -> bool:
    """Return whether a tuple is one message, a pair of a role and a template, and not several."""
    return isinstance(form, tuple) and len(form) == 2 and isinstance(form[0], str) and form[0] in _KNOWN


def _of_role(role: Any, template: Any, template_format: PromptTemplateFormat) -> Any:
    if role == "placeholder":
        return _placeholder(template)
    if isinstance(role, type):
        if issubclass(role, ContentMessagePromptTemplate):
            return role.from_template(template, template_format)
        role = getattr(role, "type", role)
    cls = _ROLES.get(role) if isinstance(role, str) else None
    if cls is None:
        raise ValueError(f"role {role!r} does not exist{nearest(role, _KNOWN)}; use one of {listed(_KNOWN)}")
    return cls.from_template(template, template_format)


def _placeholder(form: Any) -> MessagesPlaceholder:
    """Return the place for messages that a form such as `"{name}"`, or `["{name}", False]`, names."""
    name, optional = form, True
    if isinstance(form, Sequence) and not isinstance(form, str) and len(form) == 2:
        name, optional = form
    if not isinstance(name, str) or not isinstance(optional, bool):
        raise ValueError(f"a placeholder is '{{name}}', or a pair of that and whether it is optional; got {form!r}")
    bare = name.removeprefix("{{").removesuffix("}}") if name.startswith("{{") else name[1:-1]
    if not (name.startswith("{") and name.endswith("}") and bare.strip()):
        raise ValueError(f"a placeholder names its variable in curly braces, as '{{history}}'; got {name!r}")
    return MessagesPlaceholder(bare.strip(), optional=optional)
