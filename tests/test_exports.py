"""The public names of each door, and the examples in their docstrings."""

import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType
from typing import Any

import pytest

import stepgraph

DOORS = {
    "stepgraph": """
        END START Command CompiledStateGraph GraphRecursionError Interrupt InvalidGraphError InvalidUpdateError
        MessagesState Overwrite RetryPolicy RunnableConfig Runtime Send StateGraph StreamWriter __version__
        add_messages get_config get_runtime get_store get_stream_writer interrupt step
    """,
    "stepgraph.graph": """
        CompiledStateGraph END MessageGraph MessagesState START StateGraph add_messages
    """,
    "stepgraph.graph.state": "CompiledStateGraph StateGraph",
    "stepgraph.graph.message": """
        AnyMessage MessageGraph Messages MessagesState REMOVE_ALL_MESSAGES add_messages push_message
    """,
    "stepgraph.types": """
        All CachePolicy CheckpointPayload CheckpointTask Checkpointer Command DebugPayload Durability GraphOutput
        Interrupt NOT_GIVEN Overwrite PregelTask RetryPolicy STREAM_MODES Send StateSnapshot StateUpdate StreamMode
        StreamWriter TaskPayload TaskResultPayload interrupt step
    """,
    "stepgraph.channels": """
        AnyValue BaseChannel BinaryOperatorAggregate EphemeralValue LastValue LastValueAfterFinish NamedBarrierValue
        NamedBarrierValueAfterFinish Topic UntrackedValue
    """,
    "stepgraph.pregel": "NodeBuilder Pregel pool_size set_pool_size stream_message",
    "stepgraph.config": """
        DEFAULT_RECURSION_LIMIT SCOPE RunnableConfig Scope check_config get_config get_store get_stream_writer
        merge_configs
    """,
    "stepgraph.runtime": """
        ExecutionInfo RunControl Runtime get_runtime
    """,
    "stepgraph.errors": """
        BlockedLoopWarning CheckpointError CorruptCheckpointError DecryptionError DeserializationError
        EmptyChannelError EmptyInputError ErrorCode GraphBubbleUp GraphDrained GraphInterrupt GraphRecursionError
        IncompleteJoinWarning InvalidGraphError InvalidResumeError InvalidUpdateError MigrationError
        MissingThreadError MissingVariablesError NewerCheckpointError NoEventLoopError NodeCancelledError
        NodeFailure NodeInterrupt NotADictError NotAMessageError OutputParserException ParentCommand ReducerError
        SaverError SerializationError StateMutationWarning StepgraphError StepgraphWarning SyncEntryError
        SyncEntryWarning TaskAbandoned ThreadConflictError UnknownInterruptError UnreachableNodeWarning
    """,
    "stepgraph.checkpoint": """
        BaseCheckpointSaver Checkpoint CheckpointMetadata CheckpointTuple InMemorySaver
    """,
    "stepgraph.checkpoint.base": """
        ANY_HEAD CHECKPOINT_VERSION ECHO ERROR INTERRUPT RESERVED RESUME STATUS STEPS BaseCheckpointSaver
        Checkpoint CheckpointMetadata CheckpointTuple Delta OnConflict PendingWrite Retention TaskWrites
        config_of place_of retention_of
    """,
    "stepgraph.checkpoint.serde": "SerializerProtocol",
    "stepgraph.checkpoint.serde.base": "SerializerProtocol",
    "stepgraph.checkpoint.serde.jsonplus": "JsonPlusSerializer",
    "stepgraph.checkpoint.serde.encrypted": "EncryptedSerializer",
    "stepgraph.checkpoint.memory": """
        InMemorySaver MemorySaver
    """,
    "stepgraph.checkpoint.sqlite": """
        SqliteSaver
    """,
    "stepgraph.checkpoint.sqlite.aio": """
        AsyncSqliteSaver
    """,
    "stepgraph.serde": """
        EncryptedSerializer JsonPlusSerializer MsgpackSerializer RemoteError Serializer types_in
    """,
    "stepgraph.store": """
        BaseStore GetOp InMemoryStore IndexConfig InvalidNamespaceError Item ListNamespacesOp MatchCondition
        PutOp SearchItem SearchOp TTLConfig
    """,
    "stepgraph.store.base": """
        AEmbeddingsFunc BaseStore Embeddings EmbeddingsFunc GetOp IndexConfig InvalidNamespaceError Item
        ListNamespacesOp MatchCondition NOT_PROVIDED NamespaceMatchType NamespacePath NotProvided Op PutOp Result
        SearchItem SearchOp TTLConfig ensure_embeddings get_text_at_path tokenize_path
    """,
    "stepgraph.store.memory": """
        InMemoryStore
    """,
    "stepgraph.store.sqlite": """
        SqliteStore
    """,
    "stepgraph.cache": """
        BaseCache FullKey InMemoryCache Namespace
    """,
    "stepgraph.cache.base": """
        BaseCache FullKey Namespace
    """,
    "stepgraph.cache.memory": """
        InMemoryCache
    """,
    "stepgraph.cache.sqlite": """
        SqliteCache
    """,
    "stepgraph.testing": """
        Broken DeterministicFakeEmbedding FakeEmbeddings Fault FaultySaver Flag ModelRequest Operation
        RecordedOperation RecordingSaver ScriptedChatModel Stall WrappedSaver calling
    """,
    "stepgraph.constants": """
        END START TAG_HIDDEN TAG_NOSTREAM
    """,
    "stepgraph.managed": "IsLastStep RemainingSteps",
    "stepgraph.execution": "pool_size set_loop_guard set_pool_size",
    "stepgraph.runnables": """
        AddableDict ConfigurableField ConfigurableFieldMultiOption ConfigurableFieldSingleOption
        ConfigurableFieldSpec RouterInput RouterRunnable Runnable RunnableAssign RunnableBinding RunnableBranch
        RunnableConfig RunnableConfigurableAlternatives RunnableConfigurableFields RunnableEach RunnableGenerator
        RunnableLambda RunnableMap RunnableParallel RunnablePassthrough RunnablePick RunnableRetry RunnableSequence
        RunnableSerializable RunnableWithFallbacks RunnableWithMessageHistory aadd add chain coerce_to_runnable
        ensure_config get_config_list patch_config run_in_executor
    """,
    "stepgraph.runnables.utils": """
        AddableDict ConfigurableField ConfigurableFieldMultiOption ConfigurableFieldSingleOption
        ConfigurableFieldSpec Input Output aadd add gather_with_concurrency
    """,
    "stepgraph.runnables.config": """
        ContextThreadPoolExecutor RunnableConfig ensure_config get_async_callback_manager_for_config
        get_callback_manager_for_config get_config_list get_executor_for_config merge_configs patch_config
        run_in_executor set_config_context var_child_runnable_config
    """,
    "stepgraph.callbacks": """
        AsyncBaseTracer AsyncCallbackHandler AsyncCallbackManager AsyncCallbackManagerForChainGroup
        AsyncCallbackManagerForChainRun AsyncCallbackManagerForLLMRun AsyncCallbackManagerForRetrieverRun
        AsyncCallbackManagerForToolRun AsyncParentRunManager AsyncRootListeners AsyncRunManager BaseCallbackHandler
        BaseCallbackManager BaseRunManager BaseTracer CallbackManager CallbackManagerForChainGroup
        CallbackManagerForChainRun CallbackManagerForLLMRun CallbackManagerForRetrieverRun CallbackManagerForToolRun
        CallbackManagerMixin Callbacks ChainManagerMixin ConsoleCallbackHandler FileCallbackHandler
        FunctionCallbackHandler LLMManagerMixin ParentRunManager RetrieverManagerMixin RootListeners Run
        RunCollectorCallbackHandler RunManager RunManagerMixin StdOutCallbackHandler StreamingStdOutCallbackHandler
        ToolManagerMixin UsageMetadataCallbackHandler adispatch_custom_event ahandle_event atrace_as_chain_group
        collect_runs dispatch_custom_event get_usage_metadata_callback handle_event heard_by trace_as_chain_group
    """,
    "stepgraph.globals": """
        SETTINGS get_debug get_llm_cache get_verbose set_debug set_llm_cache set_verbose
    """,
    "stepgraph.tracers": """
        AsyncBaseTracer AsyncRootListeners BaseTracer ConsoleCallbackHandler FunctionCallbackHandler RootListeners
        Run RunCollectorCallbackHandler collect_runs
    """,
    "stepgraph.messages": """
        AIMessage AIMessageChunk Annotation AnyMessage AudioContentBlock BaseMessage BaseMessageChunk ChatMessage
        ChatMessageChunk Citation ContentBlock DataContentBlock FileContentBlock FunctionMessage
        FunctionMessageChunk HumanMessage HumanMessageChunk ImageContentBlock InputTokenDetails InvalidToolCall
        LC_AUTO_PREFIX LC_ID_PREFIX MessageLike MessageLikeRepresentation NonStandardAnnotation
        NonStandardContentBlock NotificationMetadata OutputTokenDetails PlainTextContentBlock ReasoningContentBlock
        RemoveMessage ServerToolCall ServerToolCallChunk ServerToolResult SystemMessage SystemMessageChunk
        TextContentBlock ToolCall ToolCallChunk ToolMessage ToolMessageChunk UsageMetadata VideoContentBlock
        add_notification_metadata convert_to_messages convert_to_openai_data_block convert_to_openai_image_block
        convert_to_openai_messages count_tokens_approximately ensure_id filter_messages get_buffer_string
        get_notification_metadata is_data_content_block is_message merge_content merge_message_runs
        message_chunk_to_message message_to_dict messages_from_dict messages_to_dict trim_messages
    """,
    "stepgraph.documents": """
        BaseDocumentCompressor BaseDocumentTransformer Blob Document
    """,
    "stepgraph.embeddings": """
        DeterministicFakeEmbedding EmbeddingModel Embeddings FakeEmbeddings
    """,
    "stepgraph.vectorstores": """
        InMemoryVectorStore VectorStore VectorStoreRetriever
    """,
    "stepgraph.retrievers": """
        BaseRetriever LangSmithRetrieverParams RetrieverInput RetrieverLike RetrieverOutput RetrieverOutputLike
    """,
    "stepgraph.example_selectors": """
        BaseExampleSelector LengthBasedExampleSelector MaxMarginalRelevanceExampleSelector
        SemanticSimilarityExampleSelector sorted_values
    """,
    "stepgraph.caches": """
        BaseCache InMemoryCache RETURN_VAL_TYPE
    """,
    "stepgraph.stores": """
        BaseStore ByteStore InMemoryBaseStore InMemoryByteStore InMemoryStore InvalidKeyException
    """,
    "stepgraph.chat_history": """
        BaseChatMessageHistory InMemoryChatMessageHistory
    """,
    "stepgraph.rate_limiters": """
        BaseRateLimiter InMemoryRateLimiter
    """,
    "stepgraph.outputs": """
        ChatGeneration ChatGenerationChunk ChatResult Generation GenerationChunk LLMResult RunInfo
    """,
    "stepgraph.prompts": """
        AIMessagePromptTemplate BaseChatPromptTemplate BaseMessagePromptTemplate BasePromptTemplate
        ChatMessagePromptTemplate ChatPromptTemplate DictPromptTemplate FewShotChatMessagePromptTemplate
        FewShotPromptTemplate FewShotPromptWithTemplates HumanMessagePromptTemplate ImagePromptTemplate
        MessagesPlaceholder PromptTemplate StringPromptTemplate StructuredPrompt SystemMessagePromptTemplate
        aformat_document check_valid_template format_document get_template_variables jinja2_formatter
        validate_jinja2
    """,
    "stepgraph.prompt_values": """
        ChatPromptValue ChatPromptValueConcrete ImagePromptValue ImageURL PromptValue StringPromptValue
    """,
    "stepgraph.output_parsers": """
        BaseCumulativeTransformOutputParser BaseGenerationOutputParser BaseLLMOutputParser BaseOutputParser
        BaseTransformOutputParser CommaSeparatedListOutputParser JsonOutputKeyToolsParser JsonOutputParser
        JsonOutputToolsParser ListOutputParser MarkdownListOutputParser NumberedListOutputParser
        PydanticOutputParser PydanticToolsParser SimpleJsonOutputParser StrOutputParser XMLOutputParser
    """,
    "stepgraph.language_models": """
        BaseChatModel BaseLLM BaseLanguageModel FakeListChatModel FakeListLLM FakeMessagesListChatModel
        FakeStreamingListLLM GenericFakeChatModel LLM LanguageModelInput LanguageModelLike LanguageModelOutput
        ModelProfile ModelProfileRegistry ParrotFakeChatModel SimpleChatModel
    """,
    "stepgraph.chat_models": """
        BaseChatModel ConfigurableModel init_chat_model
    """,
    "stepgraph.tools": """
        ArgsSchema BaseTool BaseToolkit FILTERED_ARGS InjectedState InjectedStore InjectedToolArg InjectedToolCallId
        RetrieverInput SchemaAnnotationError StructuredTool Tool ToolCall ToolException ToolRuntime ToolsRenderer
        convert_runnable_to_tool convert_to_json_schema convert_to_openai_function convert_to_openai_tool
        create_retriever_tool create_schema_from_function render_text_description render_text_description_and_args
        tool tool_example_to_messages
    """,
    "stepgraph.prebuilt": """
        InjectedState InjectedStore ToolCallRequest ToolInvocationError ToolNode ToolRuntime ValidationNode
        create_react_agent tools_condition
    """,
    "stepgraph.graph.ui": """
        AnyUIMessage RemoveUIMessage UIMessage delete_ui_message push_ui_message ui_message_reducer
    """,
    "stepgraph.exceptions": """
        ErrorCode LangChainException MissingVariablesError OutputParserException
    """,
    "stepgraph.load": """
        InitValidator Serializable dumpd dumps load loads
    """,
    "stepgraph.agents": """
        AgentAction AgentActionMessageLog AgentFinish AgentStep
    """,
    "stepgraph.typing": """
        ContextT InputT NodeInputT OutputT StateT
    """,
    "stepgraph.warnings": """
        BlockedLoopWarning IncompleteJoinWarning LangGraphDeprecatedSinceV05 LangGraphDeprecatedSinceV10
        LangGraphDeprecatedSinceV11 LangGraphDeprecationWarning StateMutationWarning StepgraphWarning
        SyncEntryWarning UnreachableNodeWarning
    """,
    "stepgraph.utils": """
        abatch_iterate batch_iterate convert_to_secret_str from_env get_from_dict_or_env get_from_env
        get_pydantic_field_names secret_from_env
    """,
    "stepgraph.utils.function_calling": """
        convert_to_json_schema convert_to_openai_function convert_to_openai_tool tool_example_to_messages
    """,
    "stepgraph.document_loaders": """
        BaseBlobParser BaseLoader Blob BlobLoader PathLike
    """,
    "stepgraph.language_models.llms": """
        BaseLLM LLM
    """,
    "stepgraph.language_models.fake": """
        FakeListLLM FakeListLLMError FakeStreamingListLLM
    """,
    "stepgraph.prebuilt.tool_node": """
        InjectedState InjectedStore ToolCallRequest ToolInvocationError ToolNode ToolRuntime msg_content_output
        tools_condition
    """,
}

# Where programs written for LangGraph look for a name.
OLDER_PATHS = {
    "stepgraph.channels.any_value": "AnyValue",
    "stepgraph.channels.base": "BaseChannel",
    "stepgraph.channels.binop": "BinaryOperatorAggregate",
    "stepgraph.channels.ephemeral_value": "EphemeralValue",
    "stepgraph.channels.last_value": "LastValue LastValueAfterFinish",
    "stepgraph.channels.named_barrier_value": "NamedBarrierValue NamedBarrierValueAfterFinish",
    "stepgraph.channels.topic": "Topic",
    "stepgraph.channels.untracked_value": "UntrackedValue",
    "stepgraph.managed.is_last_step": "IsLastStep RemainingSteps",
}

MODULES = sorted(
    [stepgraph.__name__, *(module.name for module in pkgutil.walk_packages(stepgraph.__path__, "stepgraph."))]
)


@pytest.mark.parametrize("door", DOORS)
def test_a_door_offers_exactly_these_names(door: str):
    assert sorted(importlib.import_module(door).__all__) == sorted(DOORS[door].split())


@pytest.mark.parametrize("path", OLDER_PATHS)
def test_names_are_found_where_programs_look_for_them(path: str):
    package = importlib.import_module(path.rpartition(".")[0])
    for name in OLDER_PATHS[path].split():
        assert getattr(importlib.import_module(path), name) is getattr(package, name)


@pytest.mark.parametrize("name", sorted({*MODULES} - {"stepgraph.kernel"}))  # only a folder
def test_every_module_states_its_names_and_has_them(name: str):
    module = importlib.import_module(name)
    stated = module.__all__
    assert len(set(stated)) == len(stated)
    assert [each for each in stated if not hasattr(module, each)] == []


# What LangGraph and LangChain call by the same name is two things here, as it is there.
SHARED = {"BaseCache": 2, "BaseStore": 2, "InMemoryCache": 2, "InMemoryStore": 2, "RetrieverInput": 2}


@pytest.mark.parametrize("door", DOORS)
def test_a_name_is_the_same_thing_at_every_door(door: str):
    module = importlib.import_module(door)
    for name in module.__all__:
        value: Any = getattr(module, name)
        others = {getattr(each, name) for each in map(importlib.import_module, DOORS) if name in each.__all__}
        assert others == {value} or len(others) == SHARED.get(name, 1)


@pytest.mark.parametrize("door", DOORS)
def test_public_classes_and_functions_are_documented(door: str):
    named = {name: getattr(importlib.import_module(door), name) for name in DOORS[door].split()}
    ours = {name: each for name, each in named.items() if inspect.isclass(each) or inspect.isfunction(each)}
    assert [name for name, each in ours.items() if each.__module__.startswith("stepgraph") and not each.__doc__] == []


def examples_in(module: ModuleType) -> list[doctest.DocTest]:
    return [test for test in doctest.DocTestFinder(exclude_empty=True).find(module) if test.examples]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_give_what_they_show(name: str):
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for example in examples_in(importlib.import_module(name)):
        report: list[str] = []
        assert runner.run(example, out=report.append).failed == 0, "".join(report)


def test_there_are_examples():
    shown = {example.name for name in MODULES for example in examples_in(importlib.import_module(name))}
    assert shown >= {"stepgraph.graph.state.StateGraph", "stepgraph.pregel.node_builder.NodeBuilder"}
