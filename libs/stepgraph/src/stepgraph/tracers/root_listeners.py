"""The tracers behind listeners."""

from __future__ import annotations

from stepgraph.callbacks.listeners import AsyncListener, AsyncRootListeners, Listener, RootListeners

__all__ = ["AsyncListener", "AsyncRootListeners", "Listener", "RootListeners"]
