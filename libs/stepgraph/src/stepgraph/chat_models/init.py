"""init_chat_model: a chat model by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from stepgraph.chat_models.configurable import ConfigurableModel
from stepgraph.chat_models.providers import PROVIDERS, named

__all__ = ["init_chat_model"]


def init_chat_model(
    model: str | None = None,
    *,
    model_provider: str | None = None,
    configurable_fields: Literal["any"] | list[str] | tuple[str, ...] | None = None,
    config_prefix: str | None = None,
    **kwargs: Any,
) -> Any:
    """Return a chat model by its name.

    ```python
    llm = init_chat_model("openai:gpt-4o-mini", temperature=0)
    ```

    Args:
        model: The model, as `provider:model`, or alone where its name tells the provider.
        model_provider: The provider, if `model` does not say.
        configurable_fields: Which arguments a config may set, `"any"` for all; without a model these are `model` and
            `model_provider`. With `"any"` whoever writes the config also says where requests go, and with which key.
        config_prefix: What their names under `configurable` begin with, followed by `_`.
        kwargs: For the model: `temperature`, `max_tokens`, `timeout`, `max_retries`, `base_url`, `rate_limiter`, …

    Returns:
        A `BaseChatModel`; a `ConfigurableModel` where a config chooses.

    Raises:
        ValueError: The provider is unknown.
        ImportError: The package for the provider is not installed; the message names it.
        TypeError: `model` is no string.
    """
    if model is not None and not isinstance(model, str):
        raise TypeError(f"init_chat_model() takes the name of a model, got {type(model).__name__}: {model!r}")
    if model is not None and configurable_fields is None:
        return _made(model, model_provider=model_provider, **kwargs)
    fields: Literal["any"] | Sequence[str] = configurable_fields or ("model", "model_provider")
    defaults = {"model": model, "model_provider": model_provider, **kwargs}
    given = {key: value for key, value in defaults.items() if value is not None}
    if model is not None:
        named(model, model_provider)  # a name that is wrong is wrong now
    return ConfigurableModel(_made, given, fields, config_prefix or "")


def _made(model: str, *, model_provider: str | None = None, **kwargs: Any) -> Any:
    provider, name = named(model, model_provider)
    return PROVIDERS[provider].made(provider, name, kwargs)
