"""findings.csv and findings.xlsx: the same rows, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest

import reports.csv
import reports.xlsx
from reports._issuelist import COLUMNS
from tests.unit.reports.sample import sample

FORMULA = "=+-@\t\r＝＋－＠"


def _csv_rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def csv_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (path,) = reports.csv.write(sample(), tmp_path_factory.mktemp("csv"))
    return path


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    (path,) = reports.xlsx.write(sample(), tmp_path_factory.mktemp("xlsx"))
    return openpyxl.load_workbook(path)


def test_csv_begins_with_a_mark_for_excel(csv_file: Path) -> None:
    assert csv_file.name == "findings.csv"
    assert csv_file.read_bytes().startswith(b"\xef\xbb\xbf\xe5\xba\x8f\xe5\x8f\xb7,")


def test_csv_has_one_row_per_issue(csv_file: Path) -> None:
    rows = _csv_rows(csv_file)
    assert len(rows) - 1 == sum(len(site.issues) for site in sample().sites)
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert [row[0] for row in rows[1:4]] == ["1", "2", "3"]


def test_csv_row_says_what_circulars_ask_for(csv_file: Path) -> None:
    row = dict(zip(COLUMNS, _csv_rows(csv_file)[1], strict=True))
    assert row["site"] == "青溪区人民政府"
    assert row["indicator"] == "单项否决 / 栏目不更新"
    assert row["clause"] == "样例〔2019〕1号 第三条 “样例条款原文：栏目应当及时更新。”"
    assert row["kind"] == "单项否决"
    assert row["certainty"] == "确定"
    assert row["captured_at"] == "2026-11-23 00:41:07"
    assert row["due"] == "2026-12-08"
    assert row["status"] == "待办"
    assert "距今天数=35" in row["values"]


def test_csv_marks_unverified_clauses_and_gives_them_no_term(csv_file: Path) -> None:
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in _csv_rows(csv_file)[1:]]
    image = next(row for row in rows if row["check"] == "accessibility-image-text")
    assert image["kind"] == "提示"
    assert "条款未核实，不计分" in image["clause"]
    assert "不得印出" not in image["clause"]
    assert image["due"] == ""


def test_csv_has_no_formula(csv_file: Path) -> None:
    cells = [cell for row in _csv_rows(csv_file) for cell in row]
    assert not [cell for cell in cells if cell.lstrip()[:1] in set(FORMULA)]
    assert "'=1+1" in cells
    assert "'＝1+1" in cells


def test_xlsx_has_the_five_sheets(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == ["总览", "问题清单", "栏目", "未检测", "指标"]
    assert book["总览"].max_row == 10
    assert [cell.value for cell in book["总览"][2]][:7] == [
        1, "青溪区人民政府", "9903020001", "青溪区人民政府办公室", "http://qx-portal.gov.example/",
        "门户网站", "不合格",
    ]  # fmt: skip


def test_xlsx_and_csv_list_the_same_issues(book: openpyxl.Workbook, csv_file: Path) -> None:
    sheet = [row[-1].value for row in book["问题清单"].iter_rows(min_row=2)]
    assert sheet == [row[-1] for row in _csv_rows(csv_file)[1:]]


def test_xlsx_keeps_formulas_and_links_as_text(book: openpyxl.Workbook) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value == "=1+1"} == {"s"}
    assert not [cell for cell in cells if cell.hyperlink or cell.data_type == "f"]


def test_xlsx_prints_no_points_of_unverified_clauses(book: openpyxl.Workbook) -> None:
    rows = {row[2].value: row for row in book["指标"].iter_rows(min_row=2)}
    assert rows["accessibility"][7].value == "提示"
    assert rows["accessibility"][8].value is None
    assert not rows["accessibility"][11].value
    assert rows["dead-links"][8].value == 1


def test_xlsx_same_result_same_bytes(tmp_path: Path) -> None:
    (first,) = reports.xlsx.write(sample(), tmp_path / "a")
    (second,) = reports.xlsx.write(sample(), tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()


def test_a_full_sheet_continues_on_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.xlsx._sheet.MAX_ROWS", 20)
    (path,) = reports.xlsx.write(sample(), tmp_path)
    names = openpyxl.load_workbook(path).sheetnames
    assert names.count("问题清单 2") == 1


def test_english(tmp_path: Path) -> None:
    (path,) = reports.csv.write(sample(), tmp_path, lang="en")
    rows = _csv_rows(path)
    assert rows[0][:3] == ["No.", "Site", "Site code"]
    assert rows[1][COLUMNS.index("kind")] == "Veto"
