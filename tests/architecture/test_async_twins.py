"""Every public method that waits for something has a twin: the same name behind an `a`, with the same parameters."""

import inspect
from collections.abc import AsyncIterator
from typing import Any

import pydantic
import pytest

from stepgraph.cache.base import BaseCache as NodeCache
from stepgraph.caches import BaseCache, InMemoryCache
from stepgraph.chat_history import BaseChatMessageHistory, InMemoryChatMessageHistory
from stepgraph.checkpoint.base import BaseCheckpointSaver
from stepgraph.document_loaders import BaseBlobParser, BaseLoader, BlobLoader
from stepgraph.documents import BaseDocumentCompressor, BaseDocumentTransformer
from stepgraph.embeddings import DeterministicFakeEmbedding, Embeddings, FakeEmbeddings
from stepgraph.example_selectors import (
    BaseExampleSelector,
    LengthBasedExampleSelector,
    MaxMarginalRelevanceExampleSelector,
    SemanticSimilarityExampleSelector,
)
from stepgraph.graph import CompiledStateGraph
from stepgraph.language_models import BaseChatModel
from stepgraph.output_parsers import BaseOutputParser, JsonOutputParser, PydanticToolsParser, StrOutputParser
from stepgraph.prompts import ChatPromptTemplate, FewShotPromptTemplate, PromptTemplate
from stepgraph.rate_limiters import BaseRateLimiter, InMemoryRateLimiter
from stepgraph.retrievers import BaseRetriever
from stepgraph.runnables import Runnable
from stepgraph.store.base import BaseStore as LongTermStore
from stepgraph.stores import BaseStore, InMemoryByteStore, InMemoryStore
from stepgraph.testing import ScriptedChatModel
from stepgraph.tools import BaseTool, StructuredTool
from stepgraph.vectorstores import InMemoryVectorStore, VectorStore, VectorStoreRetriever
from stepgraph_anthropic import ChatAnthropic
from stepgraph_openai import ChatOpenAI, OpenAIEmbeddings

KINDS = [
    *(Runnable, CompiledStateGraph, BaseChatModel, ScriptedChatModel, ChatOpenAI, ChatAnthropic),
    *(Embeddings, DeterministicFakeEmbedding, FakeEmbeddings, OpenAIEmbeddings, VectorStore, InMemoryVectorStore),
    *(
        BaseRetriever,
        VectorStoreRetriever,
        BaseStore,
        InMemoryStore,
        InMemoryByteStore,
        LongTermStore,
        BaseCheckpointSaver,
    ),
    *(BaseChatMessageHistory, InMemoryChatMessageHistory, BaseLoader, BaseBlobParser, BlobLoader),
    *(BaseDocumentTransformer, BaseDocumentCompressor, BaseCache, InMemoryCache, NodeCache, BaseTool, StructuredTool),
    *(BaseOutputParser, StrOutputParser, JsonOutputParser, PydanticToolsParser, BaseRateLimiter, InMemoryRateLimiter),
    *(ChatPromptTemplate, PromptTemplate, FewShotPromptTemplate, BaseExampleSelector),
    *(LengthBasedExampleSelector, MaxMarginalRelevanceExampleSelector, SemanticSimilarityExampleSelector),
]

# What waits for nothing: it makes another runnable, describes this one, or turns one value into another.
PURE = {
    *("as_retriever", "as_tool", "assign", "bind", "bind_tools", "configurable_alternatives", "configurable_fields"),
    *("map", "partial", "pick", "pipe", "with_alisteners", "with_allowed", "with_config", "with_fallbacks"),
    *("with_listeners", "with_retry", "with_structured_output", "with_types"),
    *(
        "get_text_length",
        "append",
        "extend",
        "from_examples",
        "from_file",
        "from_function",
        "from_messages",
        "from_template",
    ),
    *("asdict", "config_schema", "expected_input", "get_config_jsonschema", "get_context_jsonschema"),
    *("get_format_instructions", "get_graph", "get_input_jsonschema", "get_input_schema", "get_lc_namespace"),
    *("get_name", "get_next_version", "get_num_tokens", "get_num_tokens_from_messages", "get_output_jsonschema"),
    *("get_output_schema", "get_prompts", "get_token_ids", "is_lc_serializable", "is_unheard", "lc_id", "migrated"),
    *(
        "check_examples_and_selector",
        "template_is_valid",
        "parse_with_prompt",
        "pretty_print",
        "pretty_repr",
        "read",
        "reviving",
        "saved_name",
        "types",
    ),
    *("validate_variable_names", "without_surplus", "writes_any"),
}
# What has no sync form: the events of async runs, and messages that are an attribute for sync code. What begins and
# ends a thread.
ASYNC_ONLY = {"astream_events", "aget_messages"}
THREADS = {"start_ttl_sweeper", "stop_ttl_sweeper"}


def methods_of(kind: type) -> dict[str, Any]:
    """Return the public methods of a class; those that pydantic's models have are left out."""
    found = {}
    for name in dir(kind):
        static = inspect.getattr_static(kind, name)
        if name.startswith("_") or hasattr(pydantic.BaseModel, name) or isinstance(static, (property, type)):
            continue
        if inspect.isroutine(method := getattr(kind, name, None)):
            found[name] = method
    return found


def parameters_of(method: Any) -> list[tuple[str, Any, Any]]:
    return [(each.name, each.kind, each.default) for each in inspect.signature(method).parameters.values()]


def is_async(method: Any) -> bool:
    if inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method):
        return True
    returned = inspect.signature(method).return_annotation
    return str(returned).startswith(("Async", "AbstractAsync", "Coroutine", "Awaitable"))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_methods_have_twins(kind):
    methods = methods_of(kind)
    twins = {f"a{name}" for name in methods} & methods.keys()
    without = {name for name in methods if f"a{name}" not in methods} - twins
    assert without - PURE - ASYNC_ONLY - THREADS == set()
    assert twins
    for twin in twins:
        assert is_async(methods[twin]), twin
        assert parameters_of(methods[twin.removeprefix("a")]) == parameters_of(methods[twin]), twin


def test_a_method_without_a_twin_is_found():
    class Loader(BaseLoader):
        def fetch(self) -> None: ...

        def send(self, text: str) -> None: ...

        async def asend(self, other: str) -> None: ...

        def lazy_load(self): ...

    with pytest.raises(AssertionError, match="fetch"):
        test_methods_have_twins(Loader)
    del Loader.fetch
    with pytest.raises(AssertionError, match="asend"):
        test_methods_have_twins(Loader)
    del Loader.asend, Loader.send
    test_methods_have_twins(Loader)


def test_a_twin_that_is_sync_is_found():
    class Loader(BaseLoader):
        def alazy_load(self) -> list[Any]: ...

    with pytest.raises(AssertionError, match="alazy_load"):
        test_methods_have_twins(Loader)
    assert is_async(BaseLoader.alazy_load)
    assert not is_async(BaseLoader.lazy_load)
    assert AsyncIterator.__name__ in str(inspect.signature(BaseLoader.alazy_load).return_annotation)
