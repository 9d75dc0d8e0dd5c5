"""The register of sites from CSV, XLSX or the inline list of `config.yaml`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from auditor.config.problems import ConfigError, Problem, quoted, suggestion
from auditor.config.settings import Settings
from auditor.config.sites import Row, SiteEntry, compare_rows
from auditor.config.strict_yaml import Plain
from auditor.config.tables import TableRow, read_table
from auditor.config.validation import Place, problems_of
from auditor.model.site import Register, Site

#: Header names, folded by `_fold`, beside the English key itself.
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "id": ("编号", "站点编号", "网站编号", "站点id", "网站id"),
    "name": ("网站名称", "名称", "站点名称", "sitename"),
    "homepage": ("网址", "首页", "首页地址", "首页网址", "网站网址", "网站地址", "url"),
    "type": ("类型", "网站类型", "站点类型"),
    "organisation": ("主办单位", "主办单位名称", "责任单位", "单位", "organization", "sponsor"),
    "region_code": ("行政区划代码", "区划代码", "行政区划"),
    "site_code": ("网站标识码", "标识码", "政府网站标识码"),
    "icp": ("icp备案号", "icp备案", "备案号", "icp备案编号"),
    "police": ("公安备案号", "公安备案", "公安机关备案号", "公安联网备案号"),
    "aliases": ("别名", "其他域名", "别名域名", "alias"),
    "closed_hosts": ("关停域名", "已关停域名", "关闭域名", "已关闭域名", "注销域名"),
    "column_template": ("栏目模板",),
    "has_services": ("办事服务", "有办事服务", "是否有办事服务", "提供办事服务"),
    "contact": ("联系人", "联系方式", "联系电话"),
    "due_days": ("整改时限", "整改天数", "整改期限", "整改时限天"),
}
#: Columns that lists have for their readers; nothing is taken from them.
_NOTES = frozenset({"序号", "备注", "说明", "no", "note", "notes", "remark", "remarks"})
_LISTS = frozenset({"aliases", "closed_hosts"})
_YES_NO = {
    **dict.fromkeys(("true", "yes", "y", "1", "是", "有"), "true"),
    **dict.fromkeys(("false", "no", "n", "0", "否", "无", "没有"), "false"),
}
_SEPARATORS = re.compile(r"[\s;,；、，]+")


def load_register(settings: Settings, base: Path) -> Register:
    """The register that the settings name; a relative path starts at `base`, the folder of
    `config.yaml`. Raises `ConfigError` with every mistake in it."""
    source = settings.register
    if isinstance(source, str):
        return Register(tuple(read_register(base / source)))
    return Register(tuple(entry.site() for entry in source))


def read_register(path: Path) -> list[Site]:
    """The sites in a CSV or XLSX file. Raises `ConfigError`."""
    file = str(path)
    table = read_table(path)
    if not table:
        raise ConfigError([Problem(file, 0, "is empty; it needs a header and one row per site")])
    header, problems = _read_header(table[0], file)
    if problems:
        raise ConfigError(problems)
    if len(table) == 1:
        raise ConfigError([Problem(file, 0, "lists no site below its header")])
    rows = [Row(file, row.line, _values(row, header)) for row in table[1:]]
    sites = []
    for row, written in zip(rows, table[1:], strict=True):
        if any(written.cells[len(header) :]):
            message = f"has {len(written.cells)} cells, but the header has {len(header)}"
            problems.append(Problem(file, row.line, message))
        try:
            sites.append(SiteEntry.model_validate(row.values).site())
        except ValidationError as error:
            problems.extend(problems_of(error, SiteEntry, _always(file, row.line)))
    problems.extend(compare_rows(rows))
    if problems:
        raise ConfigError(problems)
    return sites


def _fold(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).lower()
    return "".join(char for char in folded if char.isalnum())


_KEY_OF = {_fold(name): key for key, names in _HEADERS.items() for name in (key, *names)}


def _read_header(row: TableRow, file: str) -> tuple[list[str], list[Problem]]:
    """The key of each column ("" for columns that are not used), and what is wrong."""
    keys: list[str] = []
    messages: list[str] = []
    for title in row.cells:
        folded = _fold(title)
        key = _KEY_OF.get(folded, "")
        if not key and folded and folded not in _NOTES:
            messages.append(f"unknown column {quoted(title)}{_similar_column(folded)}")
        if key and key in keys:
            messages.append(f"column {quoted(title)} gives {key} a second time")
        keys.append(key)
    messages.extend(
        f"column {key} ({_HEADERS[key][0]}) is missing"
        for key in ("name", "homepage")
        if key not in keys
    )
    return keys, [Problem(file, row.line, message) for message in messages]


def _similar_column(folded: str) -> str:
    return suggestion(folded, _KEY_OF)


def _always(file: str, line: int) -> Place:
    return lambda _path: (file, line)


def _values(row: TableRow, header: Sequence[str]) -> dict[str, object]:
    """The cells that hold something, in the form that `SiteEntry` takes."""
    values: dict[str, object] = {}
    for key, cell in zip(header, row.cells, strict=False):
        if not key or not cell:
            continue
        if key in _LISTS:
            values[key] = tuple(Plain(item) for item in _SEPARATORS.split(cell) if item)
        elif key == "has_services":
            values[key] = Plain(_YES_NO.get(cell.lower(), cell))
        else:
            values[key] = Plain(cell)
    return values
