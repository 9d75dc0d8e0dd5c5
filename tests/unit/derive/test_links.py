"""Links, images and frames: where they lead, what they are called, where they stand."""

# ruff: noqa: E501 - examples of markup read better on one line

from __future__ import annotations

import pytest
from lxml import html as lxml_html

from auditor.model.page import LinkKind, Region
from tests.unit.derive.pages import facts, link


def test_an_anchor_in_full() -> None:
    page = facts(
        '<div id="footer"><ul class="links on"><li><a href="./a.html#x" title=" 全称 "'
        ' rel="nofollow">部 门\n</a></li></ul></div>'
    )
    found = page.links[0]
    assert found.url == "http://www.example.gov.cn/zwgk/tzgg/a.html"
    assert found.raw == "./a.html#x"
    assert (found.text, found.name, found.title) == ("部 门", "部 门", "全称")
    assert (found.kind, found.region, found.via) == (LinkKind.PAGE, Region.FOOTER, "href")
    assert found.place == "div#footer ul.links li a"
    assert (found.tag, found.index, found.hidden, found.nofollow) == ("a", 1, False, True)
    assert page.links_total == 1


def test_index_finds_the_element_by_xpath() -> None:
    html = "<div><a name=top></a><a href=1.html>一</a><p><a href=2.html>二</a></p><img><img src=x></div>"
    page = facts(html)
    tree = lxml_html.fromstring(html)
    for item in page.links:
        element = tree.xpath(f"(//{item.tag})[{item.index}]")[0]
        assert item.raw in (element.get("href"), element.get("src"))
    assert link(page, "二").index == 3
    assert [image.index for image in page.images] == [1, 2]


def test_entries_of_one_template_line_share_a_place() -> None:
    page = facts(
        '<ul class="list"><li class="li1 first"><a href=1>一</a></li>'
        '<li class="li2"><a href=2>二</a></li></ul>'
    )
    assert len({item.place for item in page.links}) == 1


@pytest.mark.parametrize(
    ("href", "kind"),
    [
        ("a.html", LinkKind.PAGE),
        ("/", LinkKind.PAGE),
        ("http://dept.example.gov.cn", LinkKind.PAGE),
        ("list.do?id=3", LinkKind.PAGE),
        ("P0201.PDF", LinkKind.ATTACHMENT),
        ("附件1.docx", LinkKind.ATTACHMENT),
        ("down.jsp?file=a.xls", LinkKind.ATTACHMENT),
        ("a.wps?x=1", LinkKind.ATTACHMENT),
        ("a.ofd", LinkKind.ATTACHMENT),
        ("W0201.jpg", LinkKind.IMAGE),
        ("pdf/", LinkKind.PAGE),
    ],
)
def test_kind_by_ending(href: str, kind: LinkKind) -> None:
    assert facts(f'<a href="{href}">x</a>').links[0].kind is kind


@pytest.mark.parametrize(
    "href",
    ["#", "#a", "javascript:void(0)", "JavaScript:;", "javascript：", "mailto:a@b.cn", "tel:1"],
)
def test_nothing_to_fetch_but_seen(href: str) -> None:
    found = facts(f'<a href="{href}">栏目</a>').links[0]
    assert (found.url, found.raw, found.text) == ("", href, "栏目")


def test_anchor_without_href_is_kept_when_it_shows_text() -> None:
    page = facts('<a>虚假栏目</a><a name="top"></a><a name="x">目标</a>')
    assert [(item.text, item.url, item.raw) for item in page.links] == [("虚假栏目", "", "")]


@pytest.mark.parametrize(
    ("html", "url", "via"),
    [
        (
            '<a href="javascript:;" onclick="window.open(\'/b/c.html\')">x</a>',
            "/b/c.html",
            "onclick",
        ),
        (
            "<a href=\"javascript:openUrl('b.html?id=1')\">x</a>",
            "/zwgk/tzgg/b.html?id=1",
            "onclick",
        ),
        ("<div onclick=\"location.href='../b/'\">x</div>", "/zwgk/b/", "onclick"),
        ('<a href="#" data-url="/b.html">x</a>', "/b.html", "data"),
        ('<li data-href="/b.html">x</li>', "/b.html", "data"),
        ('<select><option value="/dept/a.html">x</option></select>', "/dept/a.html", "option"),
        ('<map><area href="/b.html" alt="x"></map>', "/b.html", "map"),
        ('<meta http-equiv="refresh" content="0;url=/b.html">', "/b.html", "meta"),
        ("<script>window.location.href = '/b.html';</script>", "/b.html", "script"),
        ("<script>location.replace('/b.html')</script>", "/b.html", "script"),
    ],
)
def test_links_that_are_not_plain_hrefs(html: str, url: str, via: str) -> None:
    found = facts(html).links[0]
    assert (found.url, found.via) == (f"http://www.example.gov.cn{url}", via)
    if via not in ("meta", "script"):
        assert found.name == "x"


@pytest.mark.parametrize(
    "html",
    [
        "<div onclick=\"setTab('one', 1)\">x</div>",
        "<div onclick=\"alert('a/b.html 不存在！ ')\">x</div>",
        "<script>var location = '中国'; if (location.href.indexOf('x') > 0) {}</script>",
        "<script>location.href = base + '/b.html?id=' + id;</script>",
        '<meta http-equiv="refresh" content="300">',
        "<!-- <a href=x.html>x</a> -->",
        "<script>document.title = '<a href=x.html>x</a>'</script>",
        "<style>a { background: url(x.html) }</style>",
    ],
)
def test_no_link_there(html: str) -> None:
    assert facts(html).links == ()


def test_resources() -> None:
    page = facts(
        '<link rel=stylesheet href=/a.css><link rel="shortcut icon" href=/f.ico><script src=/a.js></script>'
        "<iframe src=/w.html title=天气></iframe><img data-src=/lazy.jpg src=/images/loading.gif>"
        "<video src=/v.mp4></video><td background=/bg.png></td><input type=image src=/go.gif>"
    )
    kinds = {item.raw: item.kind.value for item in page.links}
    assert kinds == {
        "/a.css": "style",
        "/f.ico": "image",
        "/a.js": "script",
        "/w.html": "frame",
        "/lazy.jpg": "image",
        "/v.mp4": "attachment",
        "/bg.png": "image",
        "/go.gif": "image",
    }
    assert page.frames[0].name == "天气"
    assert page.frames[0].url == "http://www.example.gov.cn/w.html"


def test_media_frames_and_areas_in_detail() -> None:
    page = facts(
        '<video src=/v.mp4 poster=/p.jpg autoplay></video><link rel=icon><a onclick="go()"></a>'
        '<map><area href=/1.html><area href=/2.html alt="二区" aria-label="区二"></map>'
        '<meta http-equiv=refresh content="5;url=#">'
    )
    assert {item.raw for item in page.links} == {"/v.mp4", "/p.jpg", "/1.html", "/2.html"}
    assert page.moving == ("html body video[autoplay]",)
    assert [(image.tag, image.alt, image.name) for image in page.images] == [
        ("area", None, ""),
        ("area", "二区", "区二"),
    ]


def test_a_clickable_box_around_links_is_no_link_itself() -> None:
    page = facts("<div onclick=\"open('/a.html')\"><a href=/b.html>乙</a></div>")
    assert [item.raw for item in page.links] == ["/b.html"]


def test_image_named_by_another_element() -> None:
    assert facts("<b id=n>图名</b><img src=x aria-labelledby=n>").images[0].name == "图名"


def test_redirects_of_a_script_are_bounded() -> None:
    script = "".join(f"location.href='/{n}.html';" for n in range(99))
    assert len(facts(f"<script>{script}</script>").links) == 10


def test_base_href_counts_once() -> None:
    page = facts(
        '<base href="http://cdn.example.gov.cn/x/"><base href="http://no/"><a href=a.html>a</a>'
    )
    assert page.base_url == "http://cdn.example.gov.cn/x/"
    assert page.links[0].url == "http://cdn.example.gov.cn/x/a.html"


def test_accessible_names() -> None:
    page = facts(
        '<a href=1><img src=x alt="政务"><img src=y alt="公开"></a>'
        '<a href=2 aria-label="标签名">文字</a><a href=3 title="仅标题"><i></i></a>'
        '<span id="n">别处的名</span><a href=4 aria-labelledby="n">文字</a><a href=5><img src=z></a>'
    )
    names = [item.name for item in page.links if item.tag == "a"]
    assert names == ["政务公开", "标签名", "仅标题", "别处的名", ""]
    assert link(page, "政务公开").text == ""


def test_images_and_their_links() -> None:
    page = facts(
        '<a href="/b.html">看<img src="a.jpg" alt=" 现场 "></a><img src=b.jpg><img src=c.jpg alt="">'
        '<img src=d.jpg role=presentation title=t><div style="display: none"><img src=e.jpg></div>'
    )
    first, bare, empty, role, hidden = page.images
    assert (first.alt, first.name, first.decorative) == ("现场", "现场", False)
    assert (first.link_url, first.link_text) == ("http://www.example.gov.cn/b.html", "看")
    assert (bare.alt, bare.name, bare.decorative) == (None, "", False)
    assert (empty.alt, empty.decorative) == ("", True)
    assert role.name == "t"
    assert (hidden.hidden, bare.hidden) == (True, False)
    assert page.images_total == 5


@pytest.mark.parametrize(
    "start",
    [
        "<div hidden>",
        '<div style="DISPLAY : none">',
        "<div style='visibility:hidden;'>",
        '<div aria-hidden="true">',
        "<noscript>",
        "<template>",
    ],
)
def test_hidden_content(start: str) -> None:
    page = facts(
        f"<p>前</p>{start}<b>藏 <a href=h.html>暗链</a></b></div></noscript></template><p>后</p>"
    )
    assert link(page, "暗链").hidden
    assert page.text == "前 后"


def test_hidden_ends_where_its_element_ends() -> None:
    page = facts("<a href=1.html>看<span hidden>不看</span>见</a><a href=2.html>二</a>")
    assert [(item.text, item.hidden) for item in page.links] == [("看见", False), ("二", False)]


@pytest.mark.parametrize(
    ("html", "region"),
    [
        ("<header><a href=x>x</a></header>", Region.HEADER),
        ("<nav><a href=x>x</a></nav>", Region.NAV),
        ("<div role=navigation><a href=x>x</a></div>", Region.NAV),
        ('<div class="mainNav"><a href=x>x</a></div>', Region.NAV),
        ('<div id="header"><div class="nav"><a href=x>x</a></div></div>', Region.NAV),
        ('<div class="footer"><div class="nav"><a href=x>x</a></div></div>', Region.FOOTER),
        ('<div class="foot2 w1200"><a href=x>x</a></div>', Region.FOOTER),
        ('<table id="bottom"><tr><td><a href=x>x</a></td></tr></table>', Region.FOOTER),
        ("<article><header><a href=x>x</a></header></article>", Region.MAIN),
        ('<div class="panel-footer"><a href=x>x</a></div>', Region.OTHER),
        ('<div class="news-top"><a href=x>x</a></div>', Region.OTHER),
        ('<div class="main"><a href=x>x</a></div>', Region.MAIN),
        ('<p><a class="nav" href=x>x</a></p>', Region.OTHER),
        ('<div class="nav">n</div><a href=x>x</a>', Region.OTHER),
    ],
)
def test_regions(html: str, region: Region) -> None:
    assert facts(html).links[0].region is region


def test_next_page() -> None:
    assert facts("<a href=index_1.html>下一页 &gt;</a>").next_url.endswith("/tzgg/index_1.html")
    assert facts('<link rel="next" href="p2.html">').next_url.endswith("/tzgg/p2.html")
    assert facts("<a href=a.html>下一页面的故事</a>").next_url == ""


def test_skip_link_and_landmarks() -> None:
    page = facts(
        '<a href="#main">跳到主要内容</a><header></header><aside>a</aside><main id=main></main>'
    )
    assert page.skip_link
    assert page.landmarks == ("banner", "complementary", "main")
    assert not facts('<a href="#top">返回顶部</a>').skip_link


def test_moving_elements() -> None:
    assert facts('<div class="n"><marquee>x</marquee></div><blink>y</blink>').moving == (
        "html body div.n marquee",
        "html body blink",
    )
