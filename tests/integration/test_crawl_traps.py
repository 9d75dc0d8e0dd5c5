"""Crawl traps end after a bounded number of requests and are named; sites that only look like
traps are read whole.

Each test is one trap beside some honest pages, or one honest site that a count of URLs would cut.
`-s` prints how many requests each trap took.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from urllib.parse import parse_qs, urlsplit

import pytest

from auditor.gather.crawl import CrawlLimits
from tests.hostile.web import Script, Talk
from tests.integration.site_lab import Walk, walk

#: Requests that a trap may cost at most. One that links to itself ends after some 60.
BOUND = 350
NEWS = [f"/news/{number}.html" for number in range(20)]
LUNAR = ["初一", "初二", "初三", "初四", "初五", "初六", "初七", "初八", "初九", "初十", "十一"]
LIMITS = CrawlLimits(workers=4, max_depth=1_000_000, max_pages=20_000)

Page = Callable[[str, dict[str, str]], tuple[str, str, Iterable[tuple[str, str]]]]


def word(seed: object, length: int = 12) -> str:
    """Chinese text that is different for each seed."""
    digest = hashlib.sha256(str(seed).encode()).digest() * 4
    return "".join(chr(0x4E00 + digest[at] * 16 + digest[at + 1] % 16) for at in range(length))


def token(seed: object) -> str:
    """A random-looking name."""
    return hashlib.sha256(str(seed).encode()).hexdigest()[:16]


def made(build: Page) -> Script:
    """A script that answers with what `build` makes of path and query: title, text, links."""

    async def script(talk: Talk) -> None:
        parts = urlsplit(talk.request.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        title, text, links = build(parts.path, query)
        items = "".join(f'<li><a href="{href}">{label}</a></li>' for href, label in links)
        body = (
            f"<!DOCTYPE html><html lang=zh-CN><head><meta charset=utf-8><title>{title}</title>"
            f"</head><body><div id=nav><a href=/>首页</a></div><h1>{title}</h1><p>{text}</p>"
            f"<ul>{items}</ul></body></html>"
        )
        await talk.answer(200, body.encode(), ("Content-Type", "text/html"))

    return script


def news(path: str, query: dict[str, str]) -> tuple[str, str, list[tuple[str, str]]]:
    return f"关于{word(path)}的通知", word(path + "text", 30), []


async def crawl(entry: str, script: Script) -> Walk:
    """A crawl of a home page, twenty honest articles, and whatever begins at `entry`."""

    def home(path: str, query: dict[str, str]) -> tuple[str, str, list[tuple[str, str]]]:
        return "示例县人民政府", "欢迎访问", [(entry, "进入"), *((one, word(one)) for one in NEWS)]

    pages = {"/": made(home), **dict.fromkeys(NEWS, made(news)), "*": script}
    return await walk(pages, limits=LIMITS)


def month_of(number: int) -> str:
    return f"{2000 + number // 12:04}-{number % 12 + 1:02}"


def calendar(path: str, query: dict[str, str]) -> tuple[str, str, list[tuple[str, str]]]:
    """Months and days by query, with lunar days, from month 0 on for ever."""
    day = query.get("d", "")
    number = int(query.get("m", 0))
    if day:
        return f"{day} 活动安排", f"{day} 星期三 当日无活动", [(f"?m={number}", "返回")]
    shift = number % len(LUNAR)
    grid = " ".join(f"{n} {LUNAR[(n + shift) % len(LUNAR)]}" for n in range(1, 31))
    days = [(f"?m={number}&d={month_of(number)}-{n:02}", str(n)) for n in range(1, 31)]
    around = [(f"?m={number + step}", "下月") for step in (-1, 1) if number + step >= 0]
    return f"{month_of(number)} 活动日历", f"日 一 二 三 四 五 六 {grid}", [*around, *days]


def dated_folders(path: str, query: dict[str, str]) -> tuple[str, str, list[tuple[str, str]]]:
    """The same by folders: /rl/2026/01/."""
    parts = [int(part) for part in path.split("/") if part.isdigit()] or [2000, 1]
    if len(parts) == 3:
        return "活动安排", f"{parts[0]}年{parts[1]}月{parts[2]}日无活动", []
    year, month = parts[0] + parts[1] // 12, parts[1] % 12 + 1
    days = [(f"/rl/{parts[0]}/{parts[1]:02}/{n:02}/", str(n)) for n in range(1, 29)]
    return "活动日历", f"{parts[0]}年{parts[1]}月", [(f"/rl/{year}/{month:02}/", "下月"), *days]


def growth(path: str, query: dict[str, str]) -> tuple[str, str, list[tuple[str, str]]]:
    return "列表", "栏目内容", [("a/b/", "下级"), ("c/", "另一")]


def random_links(path: str, query: dict[str, str]) -> tuple[str, str, list[tuple[str, str]]]:
    links = [(f"/r/{token((path, n))}.html", f"随机 {token((path, n))}") for n in range(5)]
    return f"随便看看 {token(path)}", f"编号 {token(path)}", links


def random_folders(path: str, query: dict[str, str]) -> tuple[str, str, list[tuple[str, str]]]:
    letters = str.maketrans("0123456789", "ghijklmnop")
    links = [(f"/{token((path, n)).translate(letters)}/", f"随机{n}") for n in range(5)]
    return "随便看看", "这里什么也没有", links


def counter(path: str, query: dict[str, str]) -> tuple[str, str, list[tuple[str, str]]]:
    number = int(query.get("t", 0))
    return "访客", f"您是第{number * 7919}位访客", [(f"?t={number + 1}", "刷新")]


def facets(path: str, query: dict[str, str]) -> tuple[str, str, list[tuple[str, str]]]:
    """Filters, orders and pages of the same twenty articles, in all combinations."""
    sizes = {"area": 9, "type": 6, "year": 8, "sort": 4, "page": 50}
    links = []
    for name, size in sizes.items():
        for value in range(size):
            combined = {**query, name: str(value)}
            links.append(
                ("?" + "&".join(f"{k}={combined[k]}" for k in sorted(combined)), str(value))
            )
    start = len(str(query)) % 7
    return "高级检索", "检索结果", [*((one, word(one)) for one in NEWS[start : start + 8]), *links]


def sorted_files(path: str, query: dict[str, str]) -> tuple[str, str, list[tuple[str, str]]]:
    orders = [f"?C={c}&O={o}&t={n}" for c in "NMSD" for o in "AD" for n in range(40)]
    shown = sorted(NEWS, reverse=query.get("O") == "D")
    return "目录", "文件", [*((one, word(one)) for one in shown), *((o, "排序") for o in orders)]


def made_up_names(path: str, query: dict[str, str]) -> tuple[str, str, list[tuple[str, str]]]:
    number = len(query) + sum(map(int, query.values()))
    return "查询", "没有结果", [(f"?x{number + n}={n}&y{n}={number}", "更多") for n in range(4)]


TRAPS: dict[str, tuple[str, Page]] = {
    "calendar": ("/rl.jsp?m=0", calendar),
    "folders of a calendar": ("/rl/2000/01/", dated_folders),
    "paths that grow": ("/zwgk/", growth),
    "random links": ("/r/begin.html", random_links),
    "random folders": ("/begin/", random_folders),
    "counter": ("/hits.jsp?t=0", counter),
    "facets": ("/search", facets),
    "orders of a list": ("/files/", sorted_files),
    "made-up parameters": ("/q", made_up_names),
}


@pytest.mark.parametrize("name", TRAPS)
async def test_a_trap_ends_and_is_named(name: str) -> None:
    entry, build = TRAPS[name]
    done = await crawl(entry, made(build))
    honest = {"/", *NEWS}
    cost = len({request.path for request in done.web.log} - honest - {"/robots.txt"})
    print(f"{name}: {cost} requests, {done.summary.left} left; {done.summary.traps[0]}")
    assert honest <= set(done.sink.pages)
    assert done.summary.stopped_because == "complete"
    assert cost <= BOUND
    trap = done.summary.traps[0]
    assert trap.deferred
    assert trap.example
    assert done.summary.left == sum(item.deferred for item in done.summary.traps)


async def test_session_ids_print_and_share_versions_are_told_by_their_text() -> None:
    """Each link of each page carries a session id; each article has a print and a share version."""
    visits = 0

    def article(path: str, query: dict[str, str]) -> tuple[str, str, list[tuple[str, str]]]:
        nonlocal visits
        visits += 1
        number = int(query.get("id", 0))
        session = f"sid={token(visits)}"
        if not number:
            return "目录", word("list"), [(f"show.jsp?id={n}&{session}", word(n)) for n in ids]
        links = [(f"show.jsp?id={number}&print=1&{session}", "打印")]
        links += [(f"show.jsp?id={number}&from=weixin&{session}", "分享")]
        links += [(f"show.jsp?id={number % len(ids) + 1}&{session}", "下一篇")]
        return f"关于{word(number)}的通知", word((number, "text"), 40), links

    ids = range(1, 101)
    done = await crawl("/app/list.jsp", made(article))
    shown = {parse_qs(urlsplit(path).query)["id"][0] for path in done.sink.pages if "id=" in path}
    print(f"sessions: {visits} requests, {done.summary.left} left; {done.summary.traps[:4]}")
    assert shown == {str(number) for number in ids}
    assert {trap.rule for trap in done.summary.traps} >= {"idle-parameter"}
    assert visits <= 2 * len(ids) + BOUND


async def test_the_last_page_shown_for_ever_ends_the_list_but_no_page_of_it() -> None:
    pages = 400

    def listing(path: str, query: dict[str, str]) -> tuple[str, str, list[tuple[str, str]]]:
        page = int(query.get("page", 1))
        shown = min(page, pages)
        links = [(f"/doc/{shown}-{n}.html", word((shown, n))) for n in range(3)]
        return "通知公告", f"第{page}页", [*links, (f"?page={page + 1}", "下一页")]

    done = await crawl(
        "/list.jsp?page=1",
        made(lambda path, query: listing(path, query) if "list" in path else news(path, query)),
    )
    read = set(done.sink.pages)
    assert {f"/doc/{page}-{n}.html" for page in range(1, pages + 1) for n in range(3)} <= read
    assert {f"/list.jsp?page={page}" for page in range(1, pages + 1)} <= read
    assert len([path for path in read if path.startswith("/list")]) <= pages + BOUND
    assert done.summary.traps[0].pattern.endswith("/list.jsp?page=…")


async def test_links_that_grow_by_themselves_end_and_are_named() -> None:
    done = await walk({"/": ["news/a"], "*": made(lambda *_: ("栏目", "正文", [("news/a", "甲")]))})
    (trap,) = done.summary.traps
    assert trap.rule == "repeated-segment"
    assert done.summary.pages <= 10
