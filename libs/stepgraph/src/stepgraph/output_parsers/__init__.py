"""Output parsers: what makes values of the answers of models, whole or as they stream."""

from stepgraph.output_parsers.base import BaseGenerationOutputParser, BaseLLMOutputParser, BaseOutputParser
from stepgraph.output_parsers.json import JsonOutputParser, SimpleJsonOutputParser
from stepgraph.output_parsers.list import (
    CommaSeparatedListOutputParser,
    ListOutputParser,
    MarkdownListOutputParser,
    NumberedListOutputParser,
)
from stepgraph.output_parsers.openai_tools import JsonOutputKeyToolsParser, JsonOutputToolsParser, PydanticToolsParser
from stepgraph.output_parsers.pydantic import PydanticOutputParser
from stepgraph.output_parsers.string import StrOutputParser
from stepgraph.output_parsers.transform import BaseCumulativeTransformOutputParser, BaseTransformOutputParser
from stepgraph.output_parsers.xml import XMLOutputParser

__all__ = [
    "BaseCumulativeTransformOutputParser",
    "BaseGenerationOutputParser",
    "BaseLLMOutputParser",
    "BaseOutputParser",
    "BaseTransformOutputParser",
    "CommaSeparatedListOutputParser",
    "JsonOutputKeyToolsParser",
    "JsonOutputParser",
    "JsonOutputToolsParser",
    "ListOutputParser",
    "MarkdownListOutputParser",
    "NumberedListOutputParser",
    "PydanticOutputParser",
    "PydanticToolsParser",
    "SimpleJsonOutputParser",
    "StrOutputParser",
    "XMLOutputParser",
]
