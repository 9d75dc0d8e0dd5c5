"""Structured logs on stderr: one event name per fact, `key=value` or JSON lines."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

_LEVELS = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO, 2: logging.DEBUG}


def set_up_logs(*, verbosity: int = 0, json_lines: bool = False) -> None:
    """`verbosity`: -1 quiet, 0 warnings, 1 information, 2 everything."""
    level = _LEVELS[max(-1, min(verbosity, 2))]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json_lines
        else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])
    )
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _no_controls,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _no_controls(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Page text must not steer the terminal: control characters are shown as escapes."""
    return {
        key: value.encode("unicode_escape").decode() if _has_controls(value) else value
        for key, value in event.items()
    }


def _has_controls(value: object) -> bool:
    return isinstance(value, str) and any(map(_is_control, value))


def _is_control(letter: str) -> bool:
    return (ord(letter) < 32 and letter not in "\n\t") or 0x7F <= ord(letter) < 0xA0
