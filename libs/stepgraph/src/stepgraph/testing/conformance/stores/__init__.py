"""The rules for stores, a file for each subject, and what they are checked with."""

__all__: list[str] = []
