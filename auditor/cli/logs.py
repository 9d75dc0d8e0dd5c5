"""Structured logs on stderr: one event name per fact, `key=value` or JSON lines."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from structlog.typing import EventDict

_LEVELS = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO, 2: logging.DEBUG}
_HANDLER = "auditor"
_quiet = False
_chosen: dict[str, Any] = {}


class _Stderr:
    """Standard error as it is when something is written: the progress display puts itself in
    its place while it is shown."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def is_quiet() -> bool:
    """True when the user wants to see errors only."""
    return _quiet


def same_logs() -> Callable[[], None]:
    """What sets up another process to log as this one does."""
    return partial(set_up_logs, **_chosen)


def set_up_logs(*, verbosity: int = 0, json_lines: bool = False) -> None:
    """`verbosity`: -1 quiet, 0 warnings, 1 information, 2 everything. What libraries log takes
    the same form."""
    import structlog

    global _quiet
    _quiet = verbosity < 0
    _chosen.update(verbosity=verbosity, json_lines=json_lines)
    level = _LEVELS[max(-1, min(verbosity, 2))]
    first: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = [structlog.processors.format_exc_info, _no_controls, _renderer(json_lines)]
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[*first, *last],
        logger_factory=structlog.PrintLoggerFactory(_Stderr()),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(_Stderr())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *first],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    for earlier in [item for item in root.handlers if item.get_name() == _HANDLER]:
        root.removeHandler(earlier)
    handler.set_name(_HANDLER)
    root.addHandler(handler)
    # Libraries tell more at INFO than a person wants to know.
    root.setLevel(max(level, logging.WARNING) if verbosity < 2 else level)


def _renderer(json_lines: bool) -> Any:
    import structlog

    if json_lines:
        return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return structlog.processors.LogfmtRenderer(
        key_order=["timestamp", "level", "event"], drop_missing=True
    )


def _no_controls(_: Any, __: str, event: EventDict) -> EventDict:
    """Page text must not steer the terminal: control characters are shown as escapes."""
    return {key: _plain(value) for key, value in event.items()}


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else str(value)
    if text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(letter: str) -> str:
    # The lines of a traceback stay lines in JSON; logfmt writes them as \\n by itself.
    return letter if letter.isprintable() or letter == "\n" else f"\\u{ord(letter):04x}"
