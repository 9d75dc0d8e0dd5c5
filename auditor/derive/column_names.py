"""What a column is called, which pages are pages of one column, and what a name says of it."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from auditor.derive.text import words
from auditor.model.column import ColumnClass, ColumnTemplate, TemplateColumn
from auditor.model.page import PageFacts, PageKind

_MAX_NAME: Final = 30
#: A known name of so many characters may be part of a longer one.
_MIN_PART: Final = 4
_SPACES: Final = re.compile(r"\s+")
_AROUND: Final = re.compile(r"^[\s>»·|:：\-—]+|[\s>»·|:：\-—]+$|(?:>>|更多|\+)$")
_SEPARATOR: Final = re.compile(r"\s*(?:[_|｜丨>»]|\s[-–—]+\s|--+)\s*")
#: Last words of breadcrumbs and titles that name no column.
_NO_NAMES: Final = words(
    "首页 网站首页 主页 正文 列表 信息列表 内容 详情 文章列表 栏目首页 当前位置 更多"
)
#: Entries of header bars that are tools, not columns. Seen in headers of live sites.
_TOOLS: Final = re.compile(
    r"无障碍|适老|长者|关怀|老年|登录|登陆|注册|设为首页|收藏|English|繁[體体]|简体|手机版|移动版"
    r"|微信|微博|客户端|公众号|邮箱|RSS|今天是|退出"
    r"|网站地图|站点地图",
    re.I,
)
#: Columns of finished topics and archives keep no cadence.
_ARCHIVE: Final = re.compile("专题|往期|历史|归档|回顾|存档|旧版")
#: `index_2.html`, `list-3.shtml`, `node_12_2.htm`: later pages of a list.
_PAGED_FILE: Final = re.compile(
    r"^(index|list|default|column|node\w*?)[_-](\d{1,4})(\.\w{1,6})$", re.I
)
_INDEX_FILE: Final = re.compile(r"^(index|default)\.\w{1,6}$", re.I)
_PAGE_PARAMETER: Final = re.compile(
    r"(?:^|&)(?:page|pageno|pagenum|pageindex|currentpage|curpage|p|pn|cp)=\d{1,6}(?=&|$)", re.I
)
#: What links between the pages of one list say.
_PAGER_TEXT: Final = re.compile(
    r"\W*(?:第?\s*\d{1,3}\s*页?|[下后上前]一?页|[尾末]页|最后一?页"
    r"|next(?: page)?|prev(?:ious)?|last)\W*",
    re.I,
)


def column_key(url: str, hosts: Collection[str] = ()) -> tuple[str, bool]:
    """The address that stands for a column, without paging and index file, and whether `url` is
    a later page of it. On the site's own hosts scheme and host do not matter: one column is
    often linked under several."""
    head, _, query = url.partition("?")
    parts = urlsplit(head)
    if (parts.hostname or "") in hosts:
        head = parts.path or "/"
    folder, _, name = head.rpartition("/")
    paged = _PAGED_FILE.match(name)
    if paged:
        name = paged[1] + paged[3]
    rest = _PAGE_PARAMETER.sub("", query).strip("&")
    if not rest and _INDEX_FILE.match(name):
        name = ""
    later = bool(paged) or rest != query.strip("&")
    return f"{folder}/{name}" + (f"?{rest}" if rest else ""), later


def is_pager_text(text: str) -> bool:
    """True for 2, 第2页, 下一页, 尾页 and the like."""
    return _PAGER_TEXT.fullmatch(text) is not None


def is_tool(name: str) -> bool:
    """True for log-in, language, accessibility and similar entries of header bars."""
    return _TOOLS.search(name) is not None


def names_of(page: PageFacts, site_name: str) -> tuple[str, tuple[str, ...]]:
    """(official meta name or "", other names in order of trust: breadcrumb, heading, title)."""
    others = list(reversed(page.breadcrumb))[:2]
    others = others[:1] if others and _usable(clean_name(others[0]), site_name) else others[1:]
    headings = [heading.text for heading in page.headings if heading.level <= 2]
    others += [*headings[:1], _SEPARATOR.split(page.title)[0]]
    if page.kind is PageKind.LIST:
        others += headings[1:2]  # where the first one is the site's name
    official = clean_name(page.meta("ColumnName") or "")
    names = [clean_name(text) for text in others]
    return (
        official if _usable(official, site_name) else "",
        tuple(dict.fromkeys(name for name in names if _usable(name, site_name))),
    )


def _usable(name: str, site_name: str) -> bool:
    if not name or name.startswith("http") or name in _NO_NAMES:
        return False
    return not site_name or (site_name not in name and name != site_name)


def clean_name(text: str) -> str:
    """A name without the marks that menus put around it; "" when it is too long for one."""
    name = _AROUND.sub("", _SPACES.sub("", text)).strip()
    return name if len(name) <= _MAX_NAME else ""


def matching(template: ColumnTemplate, name: str) -> TemplateColumn | None:
    """The template's column of that name: equal first, then the longest known name within it.
    Of two equally long ones the later in the name counts: 政策文件解读 is 文件解读."""
    best: tuple[int, int] = (0, 0)
    found: TemplateColumn | None = None
    for column in template.columns:
        if name in column.names:
            return column
        for known in column.names:
            at = name.rfind(known) if len(known) >= _MIN_PART else -1
            if at >= 0 and (len(known), at) > best:
                best, found = (len(known), at), column
    return found


def class_of(template: ColumnTemplate, name: str) -> ColumnClass:
    """The first class of which a word is part of the name."""
    for column_class, parts in template.class_words:
        if any(word in name for word in parts):
            return column_class
    return ColumnClass.OTHER


def is_archive(names: Collection[str]) -> bool:
    """True when one of the names is that of a topic or an archive."""
    return any(_ARCHIVE.search(name) for name in names)


def path_of(breadcrumb: tuple[str, ...], name: str) -> str:
    """The navigation path as the page prints it, else the name."""
    return " > ".join(breadcrumb) if breadcrumb else name
