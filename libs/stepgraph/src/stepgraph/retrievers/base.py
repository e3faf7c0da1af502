"""BaseRetriever: a runnable that finds documents for a query, in both colours.

Who subclasses it writes `_get_relevant_documents`, and `_aget_relevant_documents` where documents can be found without
a thread; either may take `run_manager`, or not. Runs are reported as those of a retriever.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, TypeAlias

from pydantic import ConfigDict
from typing_extensions import TypedDict

from stepgraph.callbacks.runs import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from stepgraph.config import RunnableConfig
from stepgraph.documents import Document
from stepgraph.execution.guard import GUARD
from stepgraph.execution.threads import in_thread
from stepgraph.retrievers.hook import Hook
from stepgraph.runnables.base import Runnable
from stepgraph.runnables.component import Component, ComponentCall

__all__ = [
    "BaseRetriever",
    "LangSmithRetrieverParams",
    "RetrieverInput",
    "RetrieverLike",
    "RetrieverOutput",
    "RetrieverOutputLike",
]

RetrieverInput: TypeAlias = str
RetrieverOutput: TypeAlias = list[Document]
RetrieverLike: TypeAlias = Runnable[RetrieverInput, RetrieverOutput]
RetrieverOutputLike: TypeAlias = Runnable[Any, RetrieverOutput]


class LangSmithRetrieverParams(TypedDict, total=False):
    """What the metadata of a retriever's runs say of it.

    Attributes:
        ls_retriever_name: What kind of retriever it is.
        ls_vector_store_provider: The vector store that it asks.
        ls_embedding_provider: What turns texts into vectors.
        ls_embedding_model: The model that does.
    """

    ls_retriever_name: str
    ls_vector_store_provider: str | None
    ls_embedding_provider: str | None
    ls_embedding_model: str | None


class RetrieverCall(ComponentCall):
    """One call of a retriever that was given a config, or that somebody hears."""

    __slots__ = ("_options",)

    def __init__(self, retriever: BaseRetriever, config: Mapping[str, Any] | None, options: Mapping[str, Any]) -> None:
        super().__init__(retriever, config)
        self._options = options

    def _own_metadata(self) -> dict[str, Any]:
        return {**(self._runnable.metadata or {}), **self._runnable._get_ls_params(**self._options)}


class BaseRetriever(Component[RetrieverInput, RetrieverOutput]):
    """A runnable that finds documents for a query. Its attributes are pydantic fields.

    Attributes:
        tags: What its runs are labelled with.
        metadata: What is said of its runs.

    Example:
        >>> class Shelf(BaseRetriever):
        ...     texts: list[str]
        ...
        ...     def _get_relevant_documents(self, query):
        ...         return [Document(text) for text in self.texts if query in text]
        >>> Shelf(texts=["bread", "butter"]).invoke("bre")
        [Document(metadata={}, page_content='bread')]
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True)

    run_type: ClassVar[str] = "retriever"

    _hook: ClassVar[Hook]
    _ahook: ClassVar[Hook]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Read what the hooks of a class take."""
        super().__pydantic_init_subclass__(**kwargs)
        cls._hook = Hook.of(cls._get_relevant_documents)
        cls._ahook = Hook.of(cls._aget_relevant_documents)

    # Hooks.

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **kwargs: Any
    ) -> list[Document]:
        """Return the documents for a query, the most relevant first.

        Args:
            query: The query.
            run_manager: Reports of this run; its `get_child()` are the callbacks of what runs inside. Hooks that have
                no use for it need not take it.
            kwargs: What `invoke` was given besides, for hooks that take it.
        """
        raise NotImplementedError(
            f"{type(self).__name__} does not say how documents are found; define _get_relevant_documents(self, query), "
            "or _aget_relevant_documents(self, query) and use ainvoke"
        )

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, **kwargs: Any
    ) -> list[Document]:
        """See `_get_relevant_documents`, which is called in the engine's threads where this is not overridden."""
        given = self._hook.arguments(kwargs, run_manager.get_sync)
        return await in_thread(self._get_relevant_documents, query, **given)  # type: ignore[no-any-return]

    def _get_ls_params(self, **kwargs: Any) -> LangSmithRetrieverParams:
        """Return what the metadata of its runs say of it."""
        name = self.get_name()
        short = name.removeprefix("Retriever") if name.startswith("Retriever") else name.removesuffix("Retriever")
        return LangSmithRetrieverParams(ls_retriever_name=short.lower())

    # Doors.

    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> list[Document]:
        """Return the documents for a query, the most relevant first.

        Args:
            input: The query.
            config: Tags, metadata, callbacks, limits and `configurable` values; merged with those around.
            kwargs: For the hook, where it takes more than the query.
        """
        if GUARD.on:
            GUARD.sync_entry(self, "invoke")
        kind, find = CallbackManagerForRetrieverRun, self._get_relevant_documents
        if self.is_unheard(config):
            return find(input, **self._hook.arguments(kwargs, kind.get_noop_manager))
        call = RetrieverCall(self, config, kwargs)
        call.start(input)
        try:
            with call.inside():
                found = find(input, **self._hook.arguments(kwargs, partial(_manager_of, call, kind)))
        except BaseException as error:
            call.fail(error)
            raise
        call.end(found)
        return found

    async def ainvoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> list[Document]:
        """Return the documents for a query, the most relevant first; see `invoke`."""
        if GUARD.on:
            GUARD.watch_loop()
        kind, find = AsyncCallbackManagerForRetrieverRun, self._aget_relevant_documents
        if self.is_unheard(config):
            return await find(input, **self._ahook.arguments(kwargs, kind.get_noop_manager))
        call = RetrieverCall(self, config, kwargs)
        await call.start_async(input)
        try:
            with call.inside():
                found = await find(input, **self._ahook.arguments(kwargs, partial(_manager_of, call, kind)))
        except BaseException as error:
            await call.fail_async(error)
            raise
        await call.end_async(found)
        return found


BaseRetriever._hook = Hook.of(BaseRetriever._get_relevant_documents)
BaseRetriever._ahook = Hook.of(BaseRetriever._aget_relevant_documents)


def _manager_of(call: RetrieverCall, kind: Any) -> Any:
    """Return what reports of a call; to nobody, where nobody listens."""
    return kind.get_noop_manager() if call.run is None else call.run
