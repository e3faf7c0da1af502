"""Known: the classes of ours that have a form as JSON, and the paths under which LangChain has them in its own."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from stepgraph import agents, documents, messages, outputs, prompt_values, prompts

__all__ = ["CLASSES", "PLACES", "Place"]

Place: TypeAlias = tuple[str, ...]
"""Where a class is: the parts of its module's path, and its name."""

_MESSAGES: Final = "langchain.schema.messages"
_CHAT: Final = "langchain.prompts.chat"
_OUTPUT: Final = "langchain.schema.output"
_AGENT: Final = "langchain.schema.agent"

_ROWS: Final[tuple[tuple[Any, str, str, str], ...]] = (
    (messages, _MESSAGES, "messages.ai", "AIMessage AIMessageChunk"),
    (messages, _MESSAGES, "messages.human", "HumanMessage HumanMessageChunk"),
    (messages, _MESSAGES, "messages.system", "SystemMessage SystemMessageChunk"),
    (messages, _MESSAGES, "messages.tool", "ToolMessage ToolMessageChunk"),
    (messages, _MESSAGES, "messages.chat", "ChatMessage ChatMessageChunk"),
    (messages, _MESSAGES, "messages.function", "FunctionMessage FunctionMessageChunk"),
    (messages, _MESSAGES, "messages.modifier", "RemoveMessage"),
    (documents, "langchain.schema.document", "documents.base", "Document"),
    (prompt_values, "langchain.prompts.base", "prompt_values", "StringPromptValue"),
    (prompt_values, _CHAT, "prompt_values", "ChatPromptValue ChatPromptValueConcrete"),
    (prompt_values, "langchain.schema.prompt", "prompt_values", "ImagePromptValue"),
    (prompts, "langchain.prompts.prompt", "prompts.prompt", "PromptTemplate"),
    (prompts, "langchain.prompts.image", "prompts.image", "ImagePromptTemplate"),
    (prompts, _CHAT, "prompts.chat", "ChatPromptTemplate MessagesPlaceholder ChatMessagePromptTemplate"),
    (prompts, _CHAT, "prompts.chat", "HumanMessagePromptTemplate AIMessagePromptTemplate SystemMessagePromptTemplate"),
    (prompts, "langchain_core.prompts.dict", "prompts.dict", "DictPromptTemplate"),
    (outputs, _OUTPUT, "outputs.generation", "Generation GenerationChunk"),
    (outputs, _OUTPUT, "outputs.chat_generation", "ChatGeneration ChatGenerationChunk"),
    (agents, _AGENT, "agents", "AgentAction AgentActionMessageLog AgentFinish"),
)
"""Our package, where LangChain writes that its classes are, where in langchain-core they are, and their names."""

PLACES: Final[dict[type[Any], Place]] = {}
"""What is written for each class."""

CLASSES: Final[dict[Place, type[Any]]] = {}
"""What is read: the class for each of the paths that LangChain's versions have written for it."""

for _package, _written, _core, _names in _ROWS:
    for _name in _names.split():
        _cls: type[Any] = getattr(_package, _name)
        PLACES[_cls] = (*_written.split("."), _name)
        for _path in (_written, f"langchain_core.{_core}", f"langchain_core.{_core.split('.')[0]}"):
            _place: Place = (*_path.split("."), _name)
            CLASSES[_place] = _cls
        if _written == _MESSAGES:
            CLASSES["langchain", "schema", _name] = _cls
