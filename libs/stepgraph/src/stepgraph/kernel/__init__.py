"""The kernel: what a run does, decided without doing it. No loop, no thread, no clock, no I/O."""
