"""Names are where programs written for LangChain and LangGraph import them from, but for the root."""

from importlib import import_module

import pytest

import stepgraph
from stepgraph.errors import OutputParserException

PATHS = {
    "agents": "AgentAction AgentActionMessageLog AgentFinish AgentStep",
    "errors": "NodeInterrupt",
    "exceptions": "ContextOverflowError ErrorCode LangChainException ModelError OutputParserException",
    "graph": "MessageGraph",
    "graph.message": "AnyMessage MessageGraph Messages MessagesState add_messages push_message",
    "graph.ui": "AnyUIMessage RemoveUIMessage UIMessage delete_ui_message push_ui_message ui_message_reducer",
    "language_models": "LanguageModelInput LanguageModelLike",
    "language_models.base": "LanguageModelLike",
    "language_models.chat_models": "BaseChatModel LanguageModelInput agenerate_from_stream generate_from_stream",
    "load": "Serializable dumpd dumps load loads",
    "load.dump": "dumpd dumps",
    "load.load": "load loads",
    "load.serializable": "Serializable",
    "outputs.chat_generation": "ChatGeneration ChatGenerationChunk",
    "outputs.chat_result": "ChatResult",
    "outputs.llm_result": "LLMResult",
    "prebuilt.chat_agent_executor": "AgentState Prompt create_react_agent create_tool_calling_executor",
    "prebuilt.tool_node": "InjectedState InjectedStore ToolInvocationError msg_content_output tools_condition",
    "prebuilt.tool_validator": "ValidationNode",
    "pregel.main": "NodeBuilder Pregel",
    "pregel.protocol": "PregelProtocol",
    "pregel.types": "All CachePolicy PregelTask RetryPolicy StateSnapshot StateUpdate StreamMode StreamWriter",
    "runnables": "RunnableWithMessageHistory",
    "runnables.base": "Runnable RunnableBinding RunnableBindingBase RunnableEachBase RunnableLambda RunnableLike",
    "tools.base": "BaseTool BaseToolkit ToolException",
    "types": "Checkpointer",
    "typing": "ContextT InputT NodeInputT OutputT StateT",
    "utils": """
        abatch_iterate batch_iterate convert_to_secret_str from_env get_from_dict_or_env get_from_env
        get_pydantic_field_names secret_from_env
    """,
    "utils.aiter": "abatch_iterate aclosing",
    "utils.config": "ensure_config get_config get_store patch_config",
    "utils.env": "env_var_is_set get_from_dict_or_env get_from_env",
    "utils.function_calling": """
        convert_to_json_schema convert_to_openai_function convert_to_openai_tool tool_example_to_messages
    """,
    "utils.iter": "batch_iterate",
    "utils.json": "parse_json_markdown parse_partial_json",
    "utils.pydantic": """
        PYDANTIC_MAJOR_VERSION PydanticBaseModel TBaseModel TypeBaseModel create_model get_fields
        get_pydantic_major_version is_basemodel_instance is_basemodel_subclass
    """,
    "utils.utils": "convert_to_secret_str from_env get_pydantic_field_names secret_from_env",
    "warnings": """
        LangGraphDeprecatedSinceV05 LangGraphDeprecatedSinceV10 LangGraphDeprecatedSinceV11
        LangGraphDeprecationWarning
    """,
}


@pytest.mark.parametrize("module", PATHS)
def test_names_are_where_programs_look_for_them(module):
    found = import_module(f"stepgraph.{module}")
    assert [name for name in PATHS[module].split() if not hasattr(found, name)] == []


@pytest.mark.parametrize("module", ["constants", "exceptions", "runnables.base"])
def test_what_is_not_there_is_said_not_to_be(module):
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = import_module(f"stepgraph.{module}").nonsense


def test_types_that_were_constants_once_are_found_with_a_warning():
    constants = import_module("stepgraph.constants")
    for name in ("Interrupt", "Send"):
        with pytest.warns(DeprecationWarning, match=f"import {name} from stepgraph.types"):
            assert getattr(constants, name) is getattr(stepgraph, name)


def test_errors_of_parsers_and_of_models_have_a_root():
    exceptions = import_module("stepgraph.exceptions")
    assert issubclass(OutputParserException, exceptions.LangChainException)
    assert exceptions.ModelRateLimitError is import_module("stepgraph.language_models.errors").ModelRateLimitError
    with pytest.raises(AttributeError):
        _ = exceptions.scrubbed
