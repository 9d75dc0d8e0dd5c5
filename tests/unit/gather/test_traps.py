"""What is deferred and what goes on, by what pages say: sites of thousands of pages, made without
a network and walked in the crawler's order. Real crawls: tests/integration/test_crawl_traps.py."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import pytest

from auditor.gather.crawl.patterns import MAX_VALUES, Patterns
from auditor.gather.crawl.traps import CROWD, LIMITS, SELF, TrapWatch
from auditor.model.page import Link, PageFacts
from auditor.store.rows import FrontierUrl

HOST = "http://www.example.gov.cn"
#: Title, text, and the addresses that the page at an address links to, with their texts.
Site = Callable[[str], tuple[str, str, Iterable[tuple[str, str]]]]


@dataclass
class Walked:
    """What came of a walk."""

    watch: TrapWatch
    read: set[str] = field(default_factory=set)

    def left(self) -> int:
        """URLs that stayed deferred."""
        return sum(trap.deferred for trap in self.watch.traps())


def walked(site: Site, entry: str = "/", limit: int = 50_000) -> Walked:
    """Read a site as the crawler does: URLs are judged when found and when their turn comes."""
    watch, seen = TrapWatch(), {entry}
    done = Walked(watch)
    queues: tuple[deque[FrontierUrl], ...] = (deque([FrontierUrl(HOST + entry)]), deque())
    while len(done.read) < limit:
        queue = next((each for each in queues if each), None)
        if queue is None:
            queues[0].extend(watch.second_chances())
            if not queues[0]:
                break
            continue
        item = queue.popleft()
        if watch.defers(item):
            continue
        done.read.add(item.url.removeprefix(HOST))
        title, text, links = site(item.url.removeprefix(HOST))
        targets = [Link(HOST + path, path, label) for path, label in links]
        shown = " ".join((text, *(link.text for link in targets)))
        page = PageFacts(item.url, item.url, title=title, text=shown, links=tuple(targets))
        watch.saw(item, page)
        for link in targets:
            if link.url not in seen:
                seen.add(link.url)
                new = FrontierUrl(link.url, depth=item.depth + 1, parent=item.url)
                if not watch.defers(new):
                    queues[watch.crowds(link.url)].append(new)
    return done


def query(path: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(path).query))


def archive(size: int, article: Callable[[int], str], listing: Callable[[int], str]) -> Site:
    """Articles of a series, told apart by nothing but numbers and dates, with links to the next
    and the last one, and lists of twenty."""
    numbers = {article(number): number for number in range(size)}
    lists = {listing(number): number for number in range(-(-size // 20))}

    def site(path: str) -> tuple[str, str, list[tuple[str, str]]]:
        if path in numbers:
            at = numbers[path]
            near = [(article(n), "下一篇") for n in (at - 1, at + 1) if 0 <= n < size]
            return f"通知第{at}号", f"2020年3月1日 正文第{at}号 各单位：请按时报送材料。", near
        at = lists.get(path, 0)
        items = [(article(n), f"通知第{n}号") for n in range(20 * at, min(20 * at + 20, size))]
        after = [(listing(at + 1), "下一页")] if listing(at + 1) in lists else []
        return f"通知公告第{at + 1}页", "通知公告", [*items, *after]

    return site


@pytest.mark.parametrize(
    ("size", "article", "listing"),
    [
        (20_000, "/art/{0}/{1}/art_{1}_{2}.html", "/art/index_{2}.html"),
        (8_000, "/show.jsp?id={2}", "/list.jsp?page={2}"),
        (8_000, "/index.php?m=show&id={2}", "/index.php?m=list&page={2}"),
        (4_000, "/view?column={1}&id={2}", "/columns?column=1&page={2}"),
        (4_000, "/{0}/{1}/{2}/", "/lists/{2}/"),
    ],
)
def test_an_archive_is_read_whole(size: int, article: str, listing: str) -> None:
    site = archive(
        size,
        lambda n: article.format(2000 + n // 1_000, 1 + n // 90 % 12, n),
        lambda n: listing.format(0, 0, n),
    )
    done = walked(lambda path: site(listing.format(0, 0, 0) if path == "/" else path))
    assert len(done.read) >= size + size // 20
    assert done.watch.traps() == ()


def test_a_mirrored_column_is_read() -> None:
    """The same 250 articles under a second address, from the lists of another column."""

    def site(path: str) -> tuple[str, str, list[tuple[str, str]]]:
        if path == "/":
            return "首页", "", [("/a/", "甲栏"), ("/b/", "乙栏")]
        if path.count("/") == 2 and path.endswith("/"):
            return "栏目", "", [(f"{path}t{n}.html", f"公告{n * 37}号") for n in range(250)]
        return "公告", f"第{path.rpartition('/')[2]}号 关于{path.rpartition('/')[2]}的公告", []

    done = walked(site)
    assert len(done.read) == 503
    assert done.watch.traps() == ()


def test_tools_of_a_wiki_end_and_its_pages_do_not() -> None:
    names = [f"{first}{second}" for first in "城乡水电气路医教农林" for second in "政策服务通知"]
    names = [f"{name}{end}" for name in names for end in "甲乙丙丁戊己庚辛"]
    tools = ("edit", "revisions", "backlink", "login", "media", "export_raw")

    def site(path: str) -> tuple[str, str, list[tuple[str, str]]]:
        asked = query(path)
        name = asked.get("id", "begin")
        around = [(f"/doku.php?id={name}&do={tool}", tool) for tool in tools]
        around += [(f"/doku.php?id={name}&do=diff&rev={n}", "比较") for n in range(3)]
        if "do" in asked:
            return name, "没有权限", around
        if name == "begin":
            return "首页", "", [(f"/doku.php?id={one}", one) for one in names]
        return name, f"{name}的说明{name}", around

    done = walked(site)
    assert {f"/doku.php?id={name}" for name in names} <= done.read
    assert len([path for path in done.read if "do=" in path]) < 1_500 < done.left()


def test_english_pages_are_told_by_sentences() -> None:
    words = ("the", "county", "office", "road", "water", "notice", "public", "plan", "year")

    def text(number: int) -> str:
        picked = [words[(number >> (2 * at)) % len(words)] for at in range(8)]
        return f"{' '.join(picked).capitalize()} {number % 7}. See the office for details."

    def site(path: str) -> tuple[str, str, list[tuple[str, str]]]:
        number = int(query(path).get("id", -1))
        if number < 0:
            return "News", "", [("/n?id=0", "First")]
        return "County", text(number * 7919), [(f"/n?id={number + 1}", "Next")] * (number < 1_500)

    assert len(walked(site).read) == 1_502


def test_what_was_stopped_goes_on_when_it_brings_news() -> None:
    """A hundred and fifty empty placeholders among the articles of one chain, all at first."""

    def site(path: str) -> tuple[str, str, list[tuple[str, str]]]:
        number = int(query(path).get("id", 0))
        chain = [(f"/show?id={n}", "下一篇") for n in range(number + 1, min(number + 120, 400))]
        if number < 150:
            return "建设中", "本栏目正在建设中", chain
        return f"公告{chr(0x4E00 + number)}", f"全文{chr(0x5E00 + number)}公告", chain

    done = walked(site)
    assert len(done.read) == 400
    assert done.watch.traps() == ()


@pytest.mark.parametrize(
    ("address", "most"),
    [("/a/{}.html", 8_000), ("/show?id={}", 8_000), ("/s?a=1&n={}", 1_000), ("/rl?day={}", 300)],
)
def test_a_series_told_by_numbers_alone_has_the_room_of_its_kind(address: str, most: int) -> None:
    """Each page links to the next hundred; no list names them."""

    def site(path: str) -> tuple[str, str, list[tuple[str, str]]]:
        at = int(re.split(r"\D", path.removesuffix(".html"))[-1] or 0)
        near = range(at + 1, min(at + 100, 4_500))
        return f"通知第{at}号", f"第{at}号通知的正文", [(address.format(n), "相关") for n in near]

    assert min(most, 4_500) <= len(walked(site).read) <= most + 130


def test_an_endless_chain_is_stopped_soon_and_named() -> None:
    def site(path: str) -> tuple[str, str, list[tuple[str, str]]]:
        number = int(query(path).get("p", 0))
        return "列表", "最后一页", [(f"/list?p={number + 1}", str(number + 1))]

    done = walked(site)
    assert len(done.read) <= LIMITS[0] // SELF + 20
    (trap,) = done.watch.traps()
    assert (trap.rule, trap.pattern) == ("nothing-new", f"{HOST}/list?p=…")
    assert trap.example.startswith(f"{HOST}/list?p=")


def test_patterns_that_are_many_wait_for_others() -> None:
    watch = TrapWatch()
    urls = [f"{HOST}/show?id={n}" for n in range(CROWD + MAX_VALUES + 9)]
    assert sum(map(watch.crowds, urls)) == 9
    assert not watch.crowds(f"{HOST}/zwgk/")


def test_an_earlier_attempt_counts() -> None:
    one, two = TrapWatch(), TrapWatch()
    paths = ["/logout", "/a/b/a/b/a/c.html", "/" + "x/" * 30 + "y.html", "/good.html"]
    items = [FrontierUrl(HOST + path) for path in paths]
    for item in items:
        two.recall(item, deferred=one.defers(item))
    assert two.traps() == one.traps()
    assert {trap.rule for trap in two.traps()} == {"action", "repeated-segment", "path-depth"}


def test_patterns_from_fine_to_coarse() -> None:
    patterns = Patterns()
    assert patterns.of(f"{HOST}/art/2020/3/art_12_5.html") == (
        f"{HOST}/art/#/#/art_#_#.html",
        f"{HOST}/art/#/#/*.html",
        f"{HOST}/art/…",
        f"{HOST}/…",
    )
    assert patterns.of(f"{HOST}/") == (f"{HOST}/*/", f"{HOST}/…")
    for number in range(2 * MAX_VALUES):
        patterns.of(f"{HOST}/list.jsp?page={number}&column=3")
    assert patterns.of(f"{HOST}/list.jsp?page=99&column=3") == (
        f"{HOST}/list.jsp?column=3&page=…",
        f"{HOST}/list.jsp?column=…&page=…",
        f"{HOST}/list.jsp?…",
        f"{HOST}/…",
    )
