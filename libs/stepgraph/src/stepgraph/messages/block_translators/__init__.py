"""How the blocks of each provider, and those of LangChain before version 1, are read into one form."""

__all__: list[str] = []
