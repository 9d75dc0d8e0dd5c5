"""No bytes make loading raise anything but `ConfigError`."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.config import ConfigError, Settings, load_register, load_settings, site_from_url

SAMPLE = (Path(__file__).parents[3] / "config.yaml").read_text(encoding="utf-8")
CSV = "name,homepage,type,aliases,due_days\n甲,http://a.gov.cn/,portal,b.cn c.cn,5\n"
PIECES = [
    *"{}[]:,-?&*!|>'\"%@`#\n\t 0９。．",
    "\n  ",
    ": ",
    "- ",
    "---\n",
    "crawl:",
    "register:",
    "max_pages",
    "homepage: http://[",
    "name: x",
    "checks: {params: {a: {b: ",
    "null",
    "\u200b",
    "\ud7ff",
    "\U0010ffff",
    "\x85",
    "\\u0000",
]
fast = settings(max_examples=200, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "file"


def refused(load: Callable[[], object]) -> None:
    """Call something that loads; if it refuses, its mistakes must print as plain lines."""
    try:
        load()
    except ConfigError as error:
        printable = all(line.isprintable() for line in str(error).splitlines())
        if not error.problems or not printable:
            pytest.fail(f"unusable message: {error!r}")


def both(path: Path, data: bytes) -> None:
    """Load the bytes as settings and as a register."""
    path.write_bytes(data)
    refused(lambda: load_settings(path))
    refused(lambda: load_register(Settings(register=path.name), path.parent))


@st.composite
def damaged(draw: st.DrawFn, sample: bytes) -> bytes:
    """A sample with some bytes replaced, removed or inserted."""
    data = bytearray(sample)
    for _ in range(draw(st.integers(1, 8))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 12)))
        data[start:end] = draw(st.binary(max_size=12))
    return bytes(data)


def workbook() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001 (the API's form)
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["name", "homepage", "type"])
        sheet.write_row(1, 0, ["甲", "http://a.cn", "portal"])
    return stream.getvalue()


def with_part(data: bytes, name: str, change: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for item in old.infolist():
            new.writestr(item.filename, change if item.filename == name else old.read(item))
    return stream.getvalue()


def part(name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(workbook())) as archive:
        return archive.read(name)


@fast
@given(data=st.binary(max_size=300))
def test_any_bytes(path: Path, data: bytes) -> None:
    both(path, data)


@fast
@given(pieces=st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=40))
def test_any_text_that_looks_like_yaml(path: Path, pieces: list[str]) -> None:
    both(path, "".join(pieces).encode("utf-8", "replace"))


@fast
@given(data=damaged(SAMPLE.encode()[-2500:]) | damaged(CSV.encode()) | damaged(CSV.encode("gbk")))
def test_damaged_files(path: Path, data: bytes) -> None:
    both(path, data)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=damaged(workbook()))
def test_damaged_workbooks(path: Path, data: bytes) -> None:
    both(path, data)


PARTS = [
    "xl/worksheets/sheet1.xml",
    "xl/workbook.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "[Content_Types].xml",
    "xl/_rels/workbook.xml.rels",
]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data(), name=st.sampled_from(PARTS))
def test_damaged_parts_of_workbooks(path: Path, data: st.DataObject, name: str) -> None:
    both(path, with_part(workbook(), name, data.draw(damaged(part(name)))))


@fast
@given(name=st.text(max_size=30), value=st.text(max_size=60))
def test_any_environment(name: str, value: str) -> None:
    environ = {f"AUDITOR_{name}": value, "AUDITOR_CHECKS__PARAMS": value, "AUDITOR_AS_OF": value}
    refused(lambda: load_settings(None, environ=environ))


@fast
@given(url=st.text(max_size=40) | st.text(max_size=30).map(lambda rest: f"http://{rest}"))
def test_any_url(url: str) -> None:
    try:
        site = site_from_url(url)
    except ConfigError:
        return
    assert site.id
    assert site.host
    assert site_from_url(site.homepage).homepage == site.homepage
