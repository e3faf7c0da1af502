"""What savers store: a put as rows, and rows as a checkpoint again. Pure: no I/O, no threads, no clock."""

__all__: list[str] = []
