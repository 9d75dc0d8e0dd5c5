"""The HTML report as text: what it says, what it refuses, what it keeps from pages."""

from __future__ import annotations

import importlib
import re
import tracemalloc
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import lxml.html
import pytest

import reports.html
from auditor.api import Reason
from reports._files import UnsafeNameError
from reports._texts import tables
from reports.html._markup import linkable, page_link, percent
from reports.html._shots import Shots
from reports.manifest import write_manifest
from tests.unit.reports.sample import HOSTILE, many, sample
from tests.unit.reports.sample_site import SHOT, png, write_screenshots

TEMPLATES = Path(reports.html.__file__).parent / "templates"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("html")
    write_screenshots(folder / "evidence")
    reports.html.write(sample(), folder, evidence=folder / "evidence")
    write_manifest(folder)
    return folder


def _text(path: Path) -> str:
    body = lxml.html.fromstring(path.read_bytes()).find("body")
    for element in [*body.iter("script", "style")]:
        element.getparent().remove(element)
    return re.sub(r"\s+", " ", body.text_content())


def test_every_site_has_a_page(out: Path) -> None:
    pages = sorted(path.parent.name for path in out.glob("sites/*/index.html"))
    assert pages == sorted(site.site.id for site in sample().sites)


def test_every_link_inside_the_report_leads_somewhere(out: Path) -> None:
    for page in out.rglob("*.html"):
        tree = lxml.html.fromstring(page.read_bytes())
        for href in tree.xpath("//a/@href | //img/@src"):
            if href.startswith(("http:", "https:")):
                continue
            name, _, fragment = href.partition("#")
            target = (page.parent / name).resolve() if name else page
            assert target.is_file(), (page, href)
            if fragment:
                ids = lxml.html.fromstring(target.read_bytes()).xpath("//@id")
                assert fragment in ids, (page, href)


def test_ids_are_unique_and_headings_in_order(out: Path) -> None:
    for page in out.rglob("*.html"):
        tree = lxml.html.fromstring(page.read_bytes())
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids)), page
        levels = [int(item.tag[1]) for item in tree.iter("h1", "h2", "h3", "h4")]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), page


def test_the_district_page_begins_with_the_situation(out: Path) -> None:
    text = _text(out / "index.html")
    assert "本次共检测 9 个网站" in text
    assert text.index("总体情况") < text.index("网站排名") < text.index("问题分布")
    assert "监测点不具备 IPv6 网络，需经 IPv6 访问的项目均未检测" in text


def test_the_worst_site_comes_first_and_unassessed_ones_last(out: Path) -> None:
    tree = lxml.html.fromstring((out / "index.html").read_bytes())
    rows = tree.xpath("//section[@id='ranking']//tbody//th//a/@href")
    assert rows[:3] == [f"sites/qx-{name}/index.html" for name in ("portal", "hostile", "edu")]
    last = {f"sites/qx-{name}/index.html" for name in ("crash", "gone", "late", "waf")}
    assert set(rows[-4:]) == last


def test_why_sites_could_not_be_measured(out: Path) -> None:
    text = _text(out / "index.html")
    for reason in (
        "首页：域名不存在",
        "被网站防护系统拦截（样例防护系统）",
        "检测被中止",
        "内部错误：存储写入失败",
    ):
        assert reason in text


def test_a_problem_says_all_that_a_webmaster_needs(out: Path) -> None:
    tree = lxml.html.fromstring((out / "sites/qx-portal/index.html").read_bytes())
    text = re.sub(r"\s+", " ", tree.get_element_by_id("veto-columns-news").text_content())
    for said in (
        "怎样整改", "样例〔2019〕1号 第三条", "样例条款原文：栏目应当及时更新。", "#1",
        "“部门动态”栏目最新信息发布于 2026-10-19", "距今天数35", "时限（天）14",
        "http://qx-portal.gov.example/zwgk/page-1-0.html", "上级页面", "政务公开", "(//a)[3]",
        "关于印发工作要点的通知", "2026-11-23 00:41", "qx-portal.warc.gz#1000",
        "06495d6fd2313a7dbab5",
    ):  # fmt: skip
        assert said in text, said


def test_archives_are_named_with_digest_and_how_to_open_them(tmp_path: Path) -> None:
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (evidence / "qx-portal-1.warc.gz").write_bytes(b"")
    reports.html.write(sample(), tmp_path, evidence=evidence)
    page = tmp_path / "sites/qx-portal/index.html"
    tree = lxml.html.fromstring(page.read_bytes())
    section = tree.get_element_by_id("archive")
    assert section.xpath(".//tbody//a/@href") == ["../../evidence/qx-portal-1.warc.gz"]
    text = section.text_content()
    for said in ("qx-portal-2.warc.gz", "1" * 64, "2,005", "warcio extract --payload"):
        assert said in text, said
    assert "没有存档" not in text
    assert "该地址自身的应答存档 qx-portal.warc.gz#999" in _text(page)
    lost = _text(tmp_path / "sites/qx-edu/index.html")
    assert "磁盘空间不足，部分应答没有存档；问题本身不受影响。" in lost
    assert "有 3 个被引用的应答没有存档。" in lost
    assert "证据存档" not in _text(tmp_path / "sites/qx-town/index.html")


def test_bounded_lists_state_their_totals(out: Path) -> None:
    text = _text(out / "sites/qx-portal/index.html")
    assert "共 212 处，此处列出前 5 处。" in text
    assert "查看“站内断链”其余 26 个问题" in text
    full = lxml.html.fromstring((out / "sites/qx-portal/issues-1.html").read_bytes())
    assert len(full.xpath("//tbody/tr")) == 48


def test_unverified_clauses_carry_neither_points_nor_quotation(out: Path) -> None:
    for page in out.rglob("*.html"):
        assert "未经核实，不得印出" not in page.read_text("utf-8")
    text = _text(out / "sites/qx-portal/index.html")
    assert "提示：条款未核实，不计分。" in text
    assert "监测样本不足，不作判定" in text


def test_the_score_adds_up(out: Path) -> None:
    text = _text(out / "sites/qx-edu/index.html")
    assert "−1 上限 5" in text
    assert "满分 100，扣 4，加 0，得分 96。" in text
    hostile = _text(out / "sites/qx-hostile/index.html")
    assert "得分 41.5（满分 100，扣分合计 5，加分合计 0，按指标体系的规则折算）。" in hostile
    assert "暂定" in text


def test_every_reason_is_explained(out: Path) -> None:
    text = _text(out / "sites/qx-gone/index.html")
    for reason in Reason:
        assert tables()["reason"][reason][0] in text


def test_a_site_without_problems_is_not_called_more_than_that(out: Path) -> None:
    assert "自动检测未发现问题。" in _text(out / "sites/qx-town/index.html")
    assert not [page for page in out.rglob("*.html") if "合规" in page.read_text("utf-8")]


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_hostile_strings_stay_text(tmp_path: Path, lang: str) -> None:
    reports.html.write(sample(), tmp_path, lang=lang)
    pages = [tmp_path / "index.html", *tmp_path.glob("sites/qx-hostile/*.html")]
    for page in pages:
        raw = page.read_text("utf-8")
        tree = lxml.html.fromstring(raw.encode())
        assert len(tree.xpath("//script")) == 1
        assert not tree.xpath("//img | //@onerror | //@onclick")
        assert not [url for url in tree.xpath("//@href | //@src") if "script:" in url.lower()]
        assert "7*7" not in raw or "{{ 7*7 }}" in raw
        for bad in ("\u202e", "\x1b", "\x07", "\u2028", "\x00", "\x9b"):
            assert bad not in raw, (page, hex(ord(bad)))
        assert "x" * 400 not in raw
        assert HOSTILE[0] not in raw.replace("<script>(function", "")
    outside = tree.xpath("//a[starts-with(@href, 'http')]")
    assert all(link.get("rel") == "noreferrer nofollow" for link in outside)
    assert all(link.xpath("bdi") for link in outside)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "file:///etc/passwd", "//x/y", "/x",
     "http://", "ftp://a/", "http://a/\u202e", "http://a/ b", "http://[", "", "dns:a?type=A",
     "http://a/" + "x" * 3000],
)  # fmt: skip
def test_only_web_addresses_become_links(url: str) -> None:
    assert not linkable(url)
    assert "<a" not in page_link(url, "text")


def test_links_from_pages_are_marked() -> None:
    made = page_link('https://a.example/?q="><b>', "<i>")
    assert made == (
        '<a href="https://a.example/?q=&#34;&gt;&lt;b&gt;" rel="noreferrer nofollow">'
        "<bdi>&lt;i&gt;</bdi></a>"
    )


def test_a_site_id_cannot_leave_the_folder(tmp_path: Path) -> None:
    result = sample()
    first = result.sites[0]
    bad = replace(first, site=replace(first.site, id="../../evil"))
    with pytest.raises(UnsafeNameError):
        reports.html.write(replace(result, sites=(bad,)), tmp_path / "out")
    assert not (tmp_path / "evil").exists()
    assert not list(tmp_path.rglob("*.html"))


@pytest.mark.parametrize(
    "name", ["../secret.png", "/etc/passwd", "", "x\x00.png", "link.png", "no.txt"]
)
def test_screenshots_come_from_the_evidence_folder_only(tmp_path: Path, name: str) -> None:
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (tmp_path / "secret.png").write_bytes(png(1, 1))
    (evidence / "no.txt").write_text("not an image")
    (evidence / "link.png").symlink_to(tmp_path / "secret.png")
    shots = Shots(evidence, tmp_path / "out", tmp_path / "out/sites/a")
    assert shots.find(name) is None


def test_screenshots_are_copied_or_referred_to(tmp_path: Path) -> None:
    for evidence in (tmp_path / "out/evidence", tmp_path / "elsewhere"):
        write_screenshots(evidence)
        folder = tmp_path / "out/sites/a"
        folder.mkdir(parents=True, exist_ok=True)
        shot = Shots(evidence, tmp_path / "out", folder).find(SHOT)
        assert shot is not None
        assert (shot.width, shot.height) == (320, 90)
        assert (folder / shot.src).resolve().is_file()


def test_english(tmp_path: Path) -> None:
    reports.html.write(sample(), tmp_path, lang="en")
    page = tmp_path / "sites/qx-health/index.html"
    assert lxml.html.fromstring(page.read_bytes()).get("lang") == "en"
    text = _text(page)
    assert "Qualified" in text
    own = [pair[0] for table in tables().values() for pair in table.values()]
    printed = [said for said in own if len(said) > 5 and said in text]
    assert printed == []


def test_same_result_same_pages(tmp_path: Path) -> None:
    for name in ("a", "b"):
        reports.html.write(sample(), tmp_path / name)
    for page in (tmp_path / "a").rglob("*.html"):
        assert page.read_bytes() == (tmp_path / "b" / page.relative_to(tmp_path / "a")).read_bytes()


def test_no_sites_at_all(tmp_path: Path) -> None:
    reports.html.write(replace(sample(), sites=(), schemes=()), tmp_path)
    assert "本次共检测 0 个网站" in _text(tmp_path / "index.html")


@pytest.mark.parametrize(
    ("share", "shown"), [(0, "0%"), (0.001, "1%"), (0.5, "50%"), (0.999, "99%"), (1, "100%")]
)
def test_shares_are_not_rounded_to_all_or_nothing(share: float, shown: str) -> None:
    assert percent(share) == shown


def test_every_text_is_used_and_every_used_text_exists() -> None:
    sources = "\n".join(
        path.read_text("utf-8")
        for path in (*TEMPLATES.rglob("*.j2"), *TEMPLATES.parents[1].rglob("*.py"))
    )
    sources = sources.replace("'district.note_' ~ verdict", "")
    used = set(re.findall(r"""\bt(?:exts)?\(\s*['"]([a-z_0-9]+\.[a-zA-Z_0-9-]+)['"]""", sources))
    known = {f"{table}.{key}" for table, keys in tables().items() for key in keys}
    assert used <= known
    frame = ("html", "district", "site", "scheme", "verify", "list", "place", "column", "home",
             "http", "dns", "ipv6", "https", "axe", "search", "crawl", "effect")  # fmt: skip
    used.add("site.sum_scaled")
    dynamic = {f"district.note_{verdict}" for verdict in tables()["verdict"]}
    unused = {key for key in known if key.split(".")[0] in frame} - used - dynamic
    assert unused == set()


@pytest.mark.parametrize("name", ["html", "json", "csv", "xlsx"])
def test_memory_does_not_grow_with_the_number_of_sites(tmp_path: Path, name: str) -> None:
    module = importlib.import_module(f"reports.{name}")
    module.write(many(1, 5), tmp_path)

    def peak(sites: int) -> int:
        tracemalloc.start()
        module.write(many(sites, 50), tmp_path / str(sites))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    few, lots = peak(2), peak(6)
    # Four more sites of 50 issues are more than 200 kB of text; the district page may keep about
    # 5 kB of each.
    assert lots - few < 60_000
