"""Reading files that a person wrote: bounded, and with every failure as a `ConfigError`."""

from __future__ import annotations

import codecs
import stat
from pathlib import Path

from auditor.config.problems import ConfigError, Problem

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_file(path: Path, limit_bytes: int) -> bytes:
    """The bytes of a regular file of at most `limit_bytes`.

    Raises `ConfigError` for what is missing, unreadable, too large or not a file (a directory, a
    pipe, a device that would never end).
    """
    try:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):
            kind = "a directory" if stat.S_ISDIR(info.st_mode) else "not a regular file"
            raise ConfigError([Problem(str(path), 0, f"is {kind}; give the path of a file")])
        with path.open("rb") as stream:
            data = stream.read(limit_bytes + 1)
    except FileNotFoundError:
        raise ConfigError([Problem(str(path), 0, "file not found")]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError([Problem(str(path), 0, f"cannot be read: {reason}")]) from None
    if len(data) > limit_bytes:
        limit_mib = limit_bytes >> 20
        raise ConfigError([Problem(str(path), 0, f"is larger than {limit_mib} MiB")])
    return data


def decode(data: bytes, file: str) -> str:
    """Text from bytes: by BOM, else strict UTF-8, else GB18030 (what Excel and Notepad save on
    Chinese Windows). Raises `ConfigError` with the line that none of them can read."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strict(data, encoding, file)
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise ConfigError([Problem(file, line, "holds a NUL byte: this is not a text file")])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _strict(data, "gb18030", file)


def _strict(data: bytes, encoding: str, file: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        tried = "UTF-8 nor GB18030" if encoding == "gb18030" else f"{encoding}, as its BOM says"
        message = f"is neither {tried}" if encoding == "gb18030" else f"is not {tried}"
        raise ConfigError([Problem(file, line, f"{message}; save it as UTF-8")]) from None
