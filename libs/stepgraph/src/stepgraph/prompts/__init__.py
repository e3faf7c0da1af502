"""Prompts: text and messages with variables in them, that models are given."""

from stepgraph.prompts.base import BasePromptTemplate, aformat_document, format_document
from stepgraph.prompts.base_chat import BaseChatPromptTemplate
from stepgraph.prompts.chat import ChatPromptTemplate
from stepgraph.prompts.dict import DictPromptTemplate
from stepgraph.prompts.few_shot import FewShotChatMessagePromptTemplate, FewShotPromptTemplate
from stepgraph.prompts.few_shot_with_templates import FewShotPromptWithTemplates
from stepgraph.prompts.image import ImagePromptTemplate
from stepgraph.prompts.message import BaseMessagePromptTemplate
from stepgraph.prompts.placeholder import MessagesPlaceholder
from stepgraph.prompts.prompt import PromptTemplate
from stepgraph.prompts.roles import (
    AIMessagePromptTemplate,
    ChatMessagePromptTemplate,
    HumanMessagePromptTemplate,
    SystemMessagePromptTemplate,
)
from stepgraph.prompts.string import (
    StringPromptTemplate,
    check_valid_template,
    get_template_variables,
    jinja2_formatter,
    validate_jinja2,
)
from stepgraph.prompts.structured import StructuredPrompt

__all__ = [
    "AIMessagePromptTemplate",
    "BaseChatPromptTemplate",
    "BaseMessagePromptTemplate",
    "BasePromptTemplate",
    "ChatMessagePromptTemplate",
    "ChatPromptTemplate",
    "DictPromptTemplate",
    "FewShotChatMessagePromptTemplate",
    "FewShotPromptTemplate",
    "FewShotPromptWithTemplates",
    "HumanMessagePromptTemplate",
    "ImagePromptTemplate",
    "MessagesPlaceholder",
    "PromptTemplate",
    "StringPromptTemplate",
    "StructuredPrompt",
    "SystemMessagePromptTemplate",
    "aformat_document",
    "check_valid_template",
    "format_document",
    "get_template_variables",
    "jinja2_formatter",
    "validate_jinja2",
]
