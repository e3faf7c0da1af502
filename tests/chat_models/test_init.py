"""init_chat_model: names of models and providers, what is not installed, what has no key."""

import sys
from types import ModuleType

import pytest

from stepgraph.chat_models import init_chat_model
from stepgraph.chat_models.providers import PROVIDERS, named, provider_of
from stepgraph.language_models import BaseChatModel


class Model(BaseChatModel):
    """Stands for the class of a provider."""

    model: str
    temperature: float | None = None
    base_url: str | None = None
    api_key: str | None = None


@pytest.fixture(autouse=True)
def providers(monkeypatch):
    """Put a model of ours in the place of the providers' own, and take away what the environment knows."""
    for module, cls in (("stepgraph_openai", "ChatOpenAI"), ("stepgraph_anthropic", "ChatAnthropic")):
        found = ModuleType(module)
        setattr(found, cls, type(cls, (Model,), {}))
        monkeypatch.setitem(sys.modules, module, found)
    for provider in PROVIDERS.values():
        for key in provider.keys:
            monkeypatch.delenv(key, raising=False)


@pytest.mark.parametrize(
    ("model", "provider", "expected"),
    [
        ("openai:gpt-4o-mini", None, ("openai", "gpt-4o-mini")),
        ("gpt-4o-mini", "openai", ("openai", "gpt-4o-mini")),
        ("gpt-4o", None, ("openai", "gpt-4o")),
        ("o1-mini", None, ("openai", "o1-mini")),
        ("o3", None, ("openai", "o3")),
        ("chatgpt-4o-latest", None, ("openai", "chatgpt-4o-latest")),
        ("claude-sonnet-4-5", None, ("anthropic", "claude-sonnet-4-5")),
        ("gemini-2.5-pro", None, ("google_genai", "gemini-2.5-pro")),
        ("mistral-large", None, ("mistralai", "mistral-large")),
        ("mixtral-8x7b", None, ("mistralai", "mixtral-8x7b")),
        ("command-r", None, ("cohere", "command-r")),
        ("deepseek-chat", None, ("deepseek", "deepseek-chat")),
        ("grok-4", None, ("xai", "grok-4")),
        ("sonar-pro", None, ("perplexity", "sonar-pro")),
        ("solar-pro", None, ("upstage", "solar-pro")),
        ("ollama:llama3:8b", None, ("ollama", "llama3:8b")),
        ("llama3:8b", "ollama", ("ollama", "llama3:8b")),
        ("gpt-4o:tuned", None, ("openai", "gpt-4o:tuned")),
        ("google-genai:gemini-2.5-pro", None, ("google_genai", "gemini-2.5-pro")),
        ("OpenAI:gpt-4o", None, ("openai", "gpt-4o")),
        ("GPT-4o", None, ("openai", "GPT-4o")),
        ("openai:claude-like", None, ("openai", "claude-like")),
        ("anthropic:ours", "openai", ("openai", "anthropic:ours")),
    ],
)
def test_names(model, provider, expected):
    assert named(model, provider) == expected


def test_nobody_knows():
    assert provider_of("nothing") is None
    with pytest.raises(ValueError, match=r"nobody can tell the provider of the model 'nothing' by its name; write"):
        init_chat_model("nothing")
    with pytest.raises(ValueError, match=r"provider 'opnai' is not supported; did you mean 'openai'\?") as failed:
        init_chat_model("opnai:gpt-4o")
    assert all(provider in str(failed.value) for provider in PROVIDERS)
    assert "base_url=" in str(failed.value)
    with pytest.raises(ValueError, match="provider 'nope' is not supported"):
        init_chat_model("gpt-4o", model_provider="nope")
    with pytest.raises(TypeError, match=r"init_chat_model\(\) takes the name of a model, got int: 42"):
        init_chat_model(42)


def test_arguments_go_to_the_class():
    model = init_chat_model("openai:gpt-4o-mini", temperature=0.5)
    assert (type(model).__name__, model.model, model.temperature, model.base_url) == (
        "ChatOpenAI",
        "gpt-4o-mini",
        0.5,
        None,
    )
    model = init_chat_model(model="claude-x", model_provider=None)
    assert (type(model).__name__, model.model) == ("ChatAnthropic", "claude-x")


def test_endpoints_for_openai_s_protocol(monkeypatch):
    monkeypatch.setenv("GROQ_API_KEY", "gsk")
    model = init_chat_model("groq:llama-3.3")
    assert (type(model).__name__, model.model, model.api_key) == ("ChatOpenAI", "llama-3.3", "gsk")
    assert model.base_url == "https://api.groq.com/openai/v1"
    model = init_chat_model("groq:llama-3.3", api_key="mine", base_url="http://localhost")
    assert (model.api_key, model.base_url) == ("mine", "http://localhost")
    assert init_chat_model("ollama:llama3").base_url == "http://localhost:11434/v1"
    monkeypatch.setenv("GEMINI_API_KEY", "gem")
    assert init_chat_model("gemini-2.5-pro").api_key == "gem"


@pytest.mark.parametrize("name", [name for name, provider in PROVIDERS.items() if provider.keys])
def test_no_key(name):
    with pytest.raises(ValueError, match=f"no key for the provider '{name}': set {PROVIDERS[name].keys[0]}"):
        init_chat_model(f"{name}:x")


@pytest.mark.parametrize(
    ("name", "package"),
    [("openai", "stepgraph-openai"), ("anthropic", "stepgraph-anthropic"), ("groq", "stepgraph-openai")],
)
def test_packages_that_are_not_installed(monkeypatch, name, package):
    monkeypatch.setitem(sys.modules, package.replace("-", "_"), None)
    with pytest.raises(
        ImportError, match=rf"the provider '{name}' need the package {package}; install it with `pip install"
    ):
        init_chat_model(f"{name}:x", api_key="k")


def test_an_sdk_that_is_not_installed(monkeypatch):
    def broken(name):
        raise ModuleNotFoundError("No module named 'openai'", name="openai")

    monkeypatch.setattr("stepgraph.chat_models.providers.import_module", broken)
    with pytest.raises(ImportError, match="pip install stepgraph-openai"):
        init_chat_model("openai:x")


def test_a_package_that_is_broken_says_why(monkeypatch):
    def broken(name):
        raise ModuleNotFoundError("No module named 'elsewhere'", name="elsewhere")

    monkeypatch.setattr("stepgraph.chat_models.providers.import_module", broken)
    with pytest.raises(ModuleNotFoundError, match="elsewhere"):
        init_chat_model("openai:x")
