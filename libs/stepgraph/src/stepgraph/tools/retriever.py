"""A retriever as a tool."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Literal

from pydantic import BaseModel, Field

from stepgraph.runnables.call import surrounding_config
from stepgraph.tools.structured import StructuredTool

__all__ = ["RetrieverInput", "create_retriever_tool"]


class RetrieverInput(BaseModel):
    """What a retriever is asked."""

    query: str = Field(description="query to look up in retriever")


def create_retriever_tool(
    retriever: Any,
    name: str,
    description: str,
    *,
    document_prompt: Any = None,
    document_separator: str = "\n\n",
    response_format: Literal["content", "content_and_artifact"] = "content",
) -> StructuredTool:
    """Return a tool that looks documents up and answers with their texts.

    Args:
        retriever: Something with `invoke` and `ainvoke` that returns documents: what has `page_content` and `metadata`.
        name: What models call the tool.
        description: What models are told of it.
        document_prompt: How a document is shown, as a prompt of `page_content` and keys of its metadata; its text alone
            by default.
        document_separator: What stands between two documents.
        response_format: `"content_and_artifact"` for the documents themselves as the artifact.
    """

    def shown(documents: Sequence[Any]) -> Any:
        texts = [_text_of(document, document_prompt) for document in documents]
        content = document_separator.join(texts)
        return (content, documents) if response_format == "content_and_artifact" else content

    def func(query: str) -> Any:
        return shown(retriever.invoke(query, surrounding_config()))

    async def afunc(query: str) -> Any:
        return shown(await retriever.ainvoke(query, surrounding_config()))

    return StructuredTool(
        name=name,
        description=description,
        func=func,
        coroutine=afunc,
        args_schema=RetrieverInput,
        response_format=response_format,
    )


def _text_of(document: Any, prompt: Any) -> str:
    if prompt is None:
        return str(document.page_content)
    return str(import_module("stepgraph.prompts").format_document(document, prompt))
