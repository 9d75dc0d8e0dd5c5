"""Tables that people keep in spreadsheets: CSV and XLSX as rows of text."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from auditor.config.files import decode, read_file
from auditor.config.problems import ConfigError, Problem

SIZE_LIMIT_BYTES = 20 << 20
ROW_LIMIT = 50_000
_COLUMN_LIMIT = 60
_UNPACKED_LIMIT_BYTES = 200 << 20


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row that holds something: its line in the file (CSV) or row number (XLSX), and the text
    of its cells without space around it."""

    line: int
    cells: tuple[str, ...]


def read_table(path: Path) -> list[TableRow]:
    """All rows that are not empty, the header first. XLSX is known by its content, all else is
    CSV. Raises `ConfigError`, and nothing else."""
    data = read_file(path, SIZE_LIMIT_BYTES)
    file = str(path)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ConfigError([Problem(file, 0, "is an old .xls file; save it as .xlsx or CSV")])
    rows = _xlsx_rows(data, file) if data.startswith(b"PK\x03\x04") else _csv_rows(data, file)
    found = []
    for row in rows:
        if any(row.cells):
            found.append(row)
        if len(found) > ROW_LIMIT:
            raise ConfigError([Problem(file, row.line, f"holds more than {ROW_LIMIT} rows")])
    return found


def _csv_rows(data: bytes, file: str) -> Iterator[TableRow]:
    text = decode(data, file)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            yield TableRow(line, tuple(cell.strip() for cell in cells))
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"is not valid CSV from here on: {error}"
        raise ConfigError([Problem(file, line, message)]) from None


def _delimiter(text: str) -> str:
    """Comma, tab or semicolon, whichever is most frequent in the first line with text."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(",\t;", key=head.count)


def _xlsx_rows(data: bytes, file: str) -> Iterator[TableRow]:
    try:
        _refuse_bomb(data)
        with warnings.catch_warnings():
            # openpyxl warns of styles and validations that it drops; only values matter here.
            warnings.simplefilter("ignore")
            yield from _sheet_rows(data)
    except ConfigError:
        raise
    except _TooLarge:
        raise ConfigError([Problem(file, 0, "unpacks to far more than a register needs")]) from None
    except Exception as error:
        # openpyxl answers damaged files with whatever its parsers meet first: KeyError,
        # TypeError, BadZipFile, ParseError and more.
        message = f"is not a readable XLSX workbook ({type(error).__name__})"
        raise ConfigError([Problem(file, 0, message)]) from None


class _TooLarge(Exception):
    """A workbook that unpacks beyond the limit."""


def _refuse_bomb(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(item.file_size for item in archive.infolist()) > _UNPACKED_LIMIT_BYTES:
            raise _TooLarge


def _sheet_rows(data: bytes) -> Iterator[TableRow]:
    # Imported here because it takes a third of the time of starting, and most registers are CSV.
    from openpyxl import load_workbook

    workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        sheet = workbook.worksheets[0]
        # The dimension that a file declares for its sheet may be missing or wrong.
        sheet.reset_dimensions()
        rows: Iterable[tuple[object, ...]] = sheet.iter_rows(
            max_col=_COLUMN_LIMIT, max_row=2 * ROW_LIMIT, values_only=True
        )
        for number, cells in enumerate(rows, start=1):
            yield TableRow(number, tuple(_cell_text(cell) for cell in cells))
    finally:
        workbook.close()


def _cell_text(value: object) -> str:
    """A cell as its owner sees it: 370302.0 is the code 370302."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
