"""The command line: one verb, one library call."""

from unrolled.cli.app import main

__all__ = ["main"]
