"""CPU time of one page: parse, facts, links, beside `urljoin`. Run: python benchmarks/page_walk.py

The pages are made up: county articles with lists, of about 41 KB with 150 links, in the shape that
content management systems of government sites produce. They are taken in turns, since their
template is the same but 110 entries are new on each: more than is remembered between pages. For
comparison, the last lines time one page over and over.
"""

# ruff: noqa: E501 - the page's markup reads better on one line

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from auditor.derive import urls
from auditor.derive.encoding import decode
from auditor.derive.page import page_facts

URL = "http://www.example.gov.cn/zwgk/tzgg/202611/t20261120_48213.html"

HEAD = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8">
<title>关于开展第{n}次专项整治工作的通知_示例县人民政府</title>
<meta name="SiteName" content="示例县人民政府"><meta name="SiteDomain" content="www.example.gov.cn">
<meta name="SiteIDCode" content="3799990001"><meta name="ColumnName" content="通知公告">
<meta name="ColumnType" content="通知公告"><meta name="ArticleTitle" content="关于开展第{n}次专项整治工作的通知">
<meta name="PubDate" content="2026-11-20 09:30"><meta name="ContentSource" content="县政府办公室">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="../../../images/base.css"><link rel="stylesheet" href="/images/index.css">
<script src="/images/jquery.min.js"></script>
<script>
var isMobile = /Android|iPhone/i.test(navigator.userAgent);
function setTab(name, cursel, n) {{ for (i = 1; i <= n; i++) {{
  var menu = document.getElementById(name + i), con = document.getElementById("con_" + name + "_" + i);
  menu.className = i == cursel ? "hover" : ""; con.style.display = i == cursel ? "block" : "none"; }} }}
</script></head><body>
<div class="topbar"><div class="w1200"><span id="today">欢迎访问示例县人民政府网站</span>
<ul class="toplink"><li><a href="http://www.gov.cn/" target="_blank">中国政府网</a></li>
<li><a href="http://www.shandong.example.gov.cn/" target="_blank">省政府</a></li>
<li><a href="/wza/index.html">无障碍</a></li><li><a href="/mobile/">手机版</a></li></ul></div></div>
<div class="header"><a href="/"><img src="/images/logo.png" alt="示例县人民政府"></a>
<form action="/search/index.html" method="get"><input type="text" name="q" placeholder="请输入关键词">
<input type="submit" value="搜索"></form></div>
"""

FOOT = """<div class="footer"><div class="w1200"><p>主办单位：示例县人民政府办公室　地址：示例县人民路1号　电话：0000-1234567</p>
<p>网站标识码：3799990001　<a href="https://beian.miit.gov.cn/">鲁ICP备12345678号-1</a>
<a href="http://www.beian.gov.cn/portal/registerSystemInfo?recordcode=37999902000001">鲁公网安备 37999902000001号</a>
<a href="/wzdt.html">网站地图</a></p>
<script>document.write(unescape("%3Cspan id='_ideConac'%3E%3C/span%3E%3Cscript src='https://dcs.conac.cn/js/16/CA160000000000001.js'%3E%3C/script%3E"));</script>
<script id="_jiucuo_" sitecode="3799990001" src="https://zfwzgl.example.gov.cn/exposure/jiucuo.js"></script>
</div></div></body></html>
"""


def page(number: int = 7, links: int = 150) -> bytes:
    """A made-up page of about 41 KB."""
    nav = "".join(
        f'<li class="nav_li"><a href="/{name}/index.html" title="栏目{i}">栏目{i}</a>'
        f'<div class="sub"><a href="../../{name}/a{i}/">子栏目{i}</a></div></li>\n'
        for i, name in enumerate(
            ["zwgk", "hdjl", "bsfw", "xwzx", "zjlz", "zfxxgk", "ztzl", "sjfb", "zcjd", "gzcy"]
        )
    )
    body = "".join(
        f'<p style="text-indent: 2em; line-height: 1.8; font-family: 宋体; font-size: 16px">'
        f"<span>{_SENTENCE}第{i}项。</span></p>\n"
        for i in range(26)
    )
    side = "".join(
        f'<li><a href="./t202611{i % 28 + 1:02d}_{48000 + number * 7 + i}.html" target="_blank" '
        f'title="示例县关于做好第{i}批重点工作任务的通知">示例县关于做好第{i}批重点工作任务的通知</a>'
        f'<span class="date">2026-11-{i % 28 + 1:02d}</span></li>\n'
        for i in range(links - 40)
    )
    friends = "".join(
        f'<a href="http://dept{i}.example.gov.cn/" target="_blank">部门网站{i}</a> | '
        for i in range(10)
    )
    text = (
        HEAD.format(n=number)
        + f'<div class="nav"><ul>{nav}</ul></div>\n'
        + '<div class="main w1200"><div class="crumb">当前位置：<a href="/">首页</a> &gt; '
        '<a href="/zwgk/">政务公开</a> &gt; <a href="../">通知公告</a></div>\n'
        f'<div class="article"><h1>关于开展第{number}次专项整治工作的通知</h1>'
        '<div class="info"><span>发布日期：2026-11-20 09:30</span><span>来源：县政府办公室</span>'
        "<span>浏览次数：<em>3</em></span></div>\n"
        f'<div class="TRS_Editor">{body}<p><img src="./W020261120.jpg" alt="现场图"></p>'
        '<p><a href="./P020261120.pdf">附件：任务分解表.pdf</a></p></div></div>\n'
        f'<div class="side"><h2>相关信息</h2><ul class="list">{side}</ul></div></div>\n'
        f'<div class="links">{friends}</div>' + FOOT
    )
    return text.encode()


_SENTENCE = (
    "各镇人民政府，各街道办事处，县政府有关部门，要认真落实责任，细化工作措施，确保各项任务按期完成。"
    * 3
)


class _Bare:
    """A parser target that does nothing: what calling Python for every tag costs by itself."""

    def start(self, tag: str, attrib: object) -> None:
        pass

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass

    def close(self) -> None:
        pass


#: More pages than there is room for in the memos.
PAGES = 100


def _variants(pages: list[bytes]) -> dict[str, Callable[[int], object]]:
    """What is timed; each takes the number of the page."""
    tree_parser = etree.HTMLParser(encoding="utf-8")
    root = etree.fromstring(pages[0], tree_parser)
    hrefs = [str(href) for href in root.xpath("//a/@href")]
    gbk = [body.decode().replace("utf-8", "gb2312").encode("gb18030") for body in pages]

    def bare(number: int) -> None:
        etree.fromstring(pages[number], etree.HTMLParser(encoding="utf-8", target=_Bare()))

    def join_known(number: int) -> None:
        join = urls.Joiner(URL).join
        for href in hrefs:
            join(href)

    def join_new(number: int) -> None:
        urls.forget()
        join_known(number)

    return {
        "lxml parse into a tree": lambda number: etree.fromstring(pages[number], tree_parser),
        "lxml parse, empty callbacks": bare,
        "decode utf-8": lambda number: decode(pages[number]),
        "decode gbk": lambda number: decode(gbk[number]),
        f"urljoin of {len(hrefs)} hrefs": lambda number: [urljoin(URL, href) for href in hrefs],
        "Joiner, site never seen": join_new,
        "Joiner, site known": join_known,
        "page_facts utf-8": lambda number: page_facts(pages[number], url=URL),
        # Another page than the line above, whose entries are still remembered.
        "page_facts gbk": lambda number: page_facts(gbk[number - PAGES // 2], url=URL),
        "page_facts utf-8, one page": lambda number: page_facts(pages[0], url=URL),
        "page_facts gbk, one page": lambda number: page_facts(gbk[0], url=URL),
    }


def measure(seconds: float) -> dict[str, float]:
    """The best time of each variant (CPU seconds), taken in turns so that all see the same
    machine."""
    pages = [page(number) for number in range(PAGES)]
    variants = _variants(pages)
    best = dict.fromkeys(variants, 60.0)
    end = time.process_time() + seconds
    start = 0
    while time.process_time() < end:
        for name, run in variants.items():
            for number in range(start, start + 4):  # the first may find other caches cold
                started = time.thread_time()
                run(number % PAGES)
                best[name] = min(best[name], time.thread_time() - started)
        start += 4
    return best


def main() -> None:
    """Print the best times, and what they are beside lxml's own parse."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("seconds", nargs="?", type=float, default=10.0, help="CPU time to spend")
    best = measure(parser.parse_args().seconds)
    parse = best["lxml parse into a tree"]
    print(
        f"pages of {len(page()) / 1000:.1f} kB, Python {sys.version.split()[0]}, "
        f"lxml {etree.__version__}, load {os.getloadavg()[0]:.1f}"
    )
    for name, taken in best.items():
        print(f"{name:<32}{taken * 1000:8.3f} ms{taken / parse:8.2f} x parse")


if __name__ == "__main__":
    main()
