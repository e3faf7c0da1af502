"""What became of the steps that started: they finished, failed, or were cancelled."""

import asyncio
from typing import Any


class Diary:
    """Notes what its steps do."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str]] = []

    def names(self, what: str) -> list[str]:
        return sorted(name for noted, name in self.entries if noted == what)

    def check(self) -> None:
        """Every step that began came to its end, cleanup included."""
        assert self.names("begun") == self.names("ended"), self.entries

    def step(self, name: str, body: Any) -> Any:
        """Return an async step that runs `body` and keeps the diary; its cleanup takes a few turns."""

        async def noted(input: Any) -> Any:
            self.entries.append(("begun", name))
            try:
                result = await body(input)
                self.entries.append(("finished", name))
            except asyncio.CancelledError:
                self.entries.append(("cancelled", name))
                raise
            except BaseException:
                self.entries.append(("failed", name))
                raise
            else:
                return result
            finally:
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                self.entries.append(("ended", name))

        return noted
