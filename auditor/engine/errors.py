"""What ends a round besides errors of the store."""

from __future__ import annotations


class EngineError(Exception):
    """The engine cannot go on: a cluster that is not there, or workers that do not fit. The
    message is one sentence for a person."""
