"""Providers: where the chat models of each come from, and which one a model's name belongs to.

Three have classes of their own, on their SDKs. The others are reached through their endpoints for OpenAI's protocol.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from stepgraph.errors import nearest

__all__ = ["PROVIDERS", "Provider", "named", "provider_of"]


@dataclass(frozen=True)
class Provider:
    """Where the chat models of a provider come from.

    Attributes:
        package: The distribution to install.
        model: The class, as `module:name`.
        base_url: The endpoint for OpenAI's protocol, of those that are reached so.
        keys: The environment variables that may hold the key for it; none where none is needed.
    """

    package: str
    model: str
    base_url: str | None = None
    keys: tuple[str, ...] = ()

    def made(self, name: str, model: str, kwargs: dict[str, Any]) -> Any:
        """Return a chat model.

        Args:
            name: The provider, as its users call it.
            model: The model.
            kwargs: For the class.

        Raises:
            ImportError: The package is not installed.
            ValueError: There is no key for the endpoint.
        """
        module, _, cls = self.model.partition(":")
        try:
            found = getattr(import_module(module), cls)
        except ModuleNotFoundError as error:
            if error.name is not None and error.name.partition(".")[0] not in (module, *_SDKS):
                raise
            raise ImportError(
                f"models of the provider {name!r} need the package {self.package}; install it with "
                f"`pip install {self.package}`"
            ) from error
        if self.base_url is None:
            return found(model=model, **kwargs)
        given = {"base_url": self.base_url, **kwargs}
        if not {"api_key", "openai_api_key"} & kwargs.keys():
            given["api_key"] = self._key(name)
        return found(model=model, **given)

    def _key(self, name: str) -> str:
        found = next((os.environ[key] for key in self.keys if os.environ.get(key)), None)
        if found is None and self.keys:
            raise ValueError(f"no key for the provider {name!r}: set {' or '.join(self.keys)}, or give api_key=…")
        return found or "none"


def _compatible(base_url: str, *keys: str) -> Provider:
    return Provider("stepgraph-openai", "stepgraph_openai:ChatOpenAI", base_url, keys)


_SDKS: Final = ("openai", "anthropic")

PROVIDERS: Final[dict[str, Provider]] = {
    "openai": Provider("stepgraph-openai", "stepgraph_openai:ChatOpenAI"),
    "azure_openai": Provider("stepgraph-openai", "stepgraph_openai:AzureChatOpenAI"),
    "anthropic": Provider("stepgraph-anthropic", "stepgraph_anthropic:ChatAnthropic"),
    "cohere": _compatible("https://api.cohere.ai/compatibility/v1", "COHERE_API_KEY"),
    "deepseek": _compatible("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    "fireworks": _compatible("https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
    "google_genai": _compatible(
        "https://generativelanguage.googleapis.com/v1beta/openai/", "GOOGLE_API_KEY", "GEMINI_API_KEY"
    ),
    "groq": _compatible("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    "huggingface": _compatible("https://router.huggingface.co/v1", "HF_TOKEN"),
    "mistralai": _compatible("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    "nvidia": _compatible("https://integrate.api.nvidia.com/v1", "NVIDIA_API_KEY"),
    "ollama": _compatible("http://localhost:11434/v1"),
    "openrouter": _compatible("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    "perplexity": _compatible("https://api.perplexity.ai", "PPLX_API_KEY", "PERPLEXITY_API_KEY"),
    "together": _compatible("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    "upstage": _compatible("https://api.upstage.ai/v1", "UPSTAGE_API_KEY"),
    "xai": _compatible("https://api.x.ai/v1", "XAI_API_KEY"),
}
"""The providers, as users of `init_chat_model` call them."""

_PREFIXES: Final = {
    "openai": ("gpt-", "o1", "o3", "o4", "chatgpt", "text-davinci"),
    "anthropic": ("claude",),
    "cohere": ("command",),
    "fireworks": ("accounts/fireworks",),
    "google_genai": ("gemini",),
    "mistralai": ("mistral", "mixtral"),
    "deepseek": ("deepseek",),
    "xai": ("grok",),
    "perplexity": ("sonar",),
    "upstage": ("solar",),
}
"""What the names of a provider's models begin with."""


def provider_of(model: str) -> str | None:
    """Return the provider whose models have such names, `None` where nobody knows."""
    name = model.lower()
    return next((provider for provider, prefixes in _PREFIXES.items() if name.startswith(prefixes)), None)


def named(model: str, provider: str | None) -> tuple[str, str]:
    """Return the provider and the model, however they were given.

    Args:
        model: The model, as `provider:model` or alone.
        provider: The provider, if it was given by itself.

    Raises:
        ValueError: The provider is unknown, or nobody can tell it by the model's name.
    """
    before, separator, after = model.partition(":")
    if provider is None and separator and (_spelled(before) in PROVIDERS or not provider_of(model)):
        provider, model = before, after
    if provider is None:
        provider = provider_of(model)
    if provider is None:
        raise ValueError(
            f"nobody can tell the provider of the model {model!r} by its name; write 'provider:{model}' with one of "
            f"{', '.join(PROVIDERS)}"
        )
    known = _spelled(provider)
    if known not in PROVIDERS:
        raise ValueError(
            f"provider {provider!r} is not supported{nearest(known, PROVIDERS)}; there are {', '.join(PROVIDERS)}; one "
            "that speaks OpenAI's protocol is reached with 'openai:…' and base_url=…"
        )
    return known, model


def _spelled(provider: str) -> str:
    return provider.replace("-", "_").lower()
