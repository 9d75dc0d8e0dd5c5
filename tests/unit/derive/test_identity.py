"""Who runs the site: codes, numbers, organiser, marks and entries, in the forms seen on sites."""

# ruff: noqa: E501 - examples of markup read better on one line

from __future__ import annotations

import pytest

from auditor.model.page import Identity
from tests.unit.derive.pages import facts

UNESCAPED_MARK = (
    "<script>document.write(unescape(\"%3Cspan id='_ideConac' %3E%3C/span%3E%3Cscript "
    "src='http://dcs.conac.cn/js/16/232/0000/60536812/CA162320000605368120001.js' "
    "type='text/javascript'%3E%3C/script%3E\"));</script>"
)


def identity(html: str) -> Identity:
    return facts(html).identity


def footer(html: str) -> Identity:
    return identity(f'<p>正文</p><div class="footer">{html}</div>')


def test_a_full_footer() -> None:
    found = footer(
        "<p>主办单位：示例县人民政府办公室 承办单位：示例县大数据局 联系电话：0000-1234567</p>"
        "<p>网站标识码：3799990001 <a href='https://beian.miit.gov.cn/'>鲁ICP备12345678号-1</a>"
        "<a href='http://www.beian.gov.cn/portal/registerSystemInfo?recordcode=37999902000001'>"
        "鲁公网安备 37999902000001号</a><a href=/map.html>网站地图</a><a href=/wza/>无障碍浏览</a></p>"
        "<script id='_jiucuo_' sitecode='3799990001' src='http://pucha.kaipuyun.cn/exposure/jiucuo.js'></script>"
        + UNESCAPED_MARK
    )
    assert found.site_code == "3799990001"
    assert dict(found.site_codes) == {"visible": "3799990001", "error-report": "3799990001"}
    assert found.icp == "鲁ICP备12345678号-1"
    assert found.icp_link == "https://beian.miit.gov.cn/"
    assert found.police == "鲁公网安备37999902000001号"
    assert "recordcode=37999902000001" in found.police_link
    assert found.organiser == "示例县人民政府办公室"
    assert found.contact == "0000-1234567"
    assert found.gov_mark == "script"
    assert found.gov_mark_url.startswith("http://dcs.conac.cn/js/16/")
    assert found.error_report_entry == "http://pucha.kaipuyun.cn/exposure/jiucuo.js"
    assert found.sitemap_link == "http://www.example.gov.cn/map.html"
    assert found.barrier_free_entry == "http://www.example.gov.cn/wza/"
    assert not found.rendered_by_script


@pytest.mark.parametrize(
    ("html", "code"),
    [
        ("网站标识码：3799990001", "3799990001"),
        ("网站标识码:3799990001", "3799990001"),
        ("网站标识码 3799990001", "3799990001"),
        ("政府网站标识码：bm05000001", "bm05000001"),
        ("标识码：３７９９９９０００１", "3799990001"),
        ("网站标识码：【3799990001】", "3799990001"),
    ],
)
def test_visible_site_codes(html: str, code: str) -> None:
    assert footer(html).site_code == code


def test_malformed_code_is_kept_as_seen_but_is_no_site_code() -> None:
    found = identity('<meta name="SiteIDCode" content="zhengwugongkai"><p>x</p>')
    assert found.site_codes == (("meta", "zhengwugongkai"),)
    assert found.site_code is None
    found = identity(
        '<meta name="SiteIDCode" content=""><div id=footer>网站标识码：3799990001</div>'
    )
    assert found.site_codes == (("visible", "3799990001"),)


def test_three_copies_that_disagree() -> None:
    found = identity(
        "<meta name=siteidcode content=3799990001><div id=footer>网站标识码：3799990002"
        "<a href='https://zfwzgl.www.gov.cn/exposure/jiucuo.html?site_code=3799990003&url=x'>"
        "<img src=jc.png alt=政府网站找错></a></div>"
    )
    assert found.site_codes == (
        ("meta", "3799990001"),
        ("error-report", "3799990003"),
        ("visible", "3799990002"),
    )


@pytest.mark.parametrize(
    ("html", "icp"),
    [
        ("备案序号：京ICP备20027467号-1", "京ICP备20027467号-1"),
        ("鲁ICP备 05018911 号", "鲁ICP备05018911号"),
        ("鲁icp备12345678", "鲁icp备12345678"),
        ("晋ICP证000773号", "晋ICP证000773号"),
        ("（ICP备案办理指南）", None),
    ],
)
def test_icp_variants(html: str, icp: str | None) -> None:
    assert footer(html).icp == icp


@pytest.mark.parametrize(
    ("html", "police"),
    [
        ("鲁公网安备 37999902000001号", "鲁公网安备37999902000001号"),
        ("粤公网安备号44030000000001", "粤公网安备号44030000000001号"),
        ("鲁公网安备：37999902000001", "鲁公网安备37999902000001号"),
        ("公网安备", None),
    ],
)
def test_police_variants(html: str, police: str | None) -> None:
    assert footer(html).police == police


def test_malformed_police_link_is_found() -> None:
    found = footer(
        "<a href='https://www.beian.gov.cn//www.x.gov.cn/registerSystemInfo?recordcode=11'>"
        "京公网安备11010102000001号</a>"
    )
    assert (
        found.police_link
        == "https://www.beian.gov.cn//www.x.gov.cn/registerSystemInfo?recordcode=11"
    )


@pytest.mark.parametrize(
    ("html", "organiser"),
    [
        ("主办单位：示例县人民政府", "示例县人民政府"),
        ("主办:示例县人民政府 承办:示例县大数据局", "示例县人民政府"),
        ("主办方：示例工程办公室", "示例工程办公室"),
        ("示例县人民政府办公室主办 技术支持：某公司", "示例县人民政府办公室"),
        ("版权所有：示例县人民政府", "示例县人民政府"),
        ("中国·示例县人民政府 版权所有 技术支持：某公司", "示例县人民政府"),
        ("技术支持：某公司", None),
    ],
)
def test_organiser_variants(html: str, organiser: str | None) -> None:
    assert footer(html).organiser == organiser


def test_the_organiser_of_an_event_is_not_the_sites() -> None:
    event = "<p>运动会主办单位：示例县体育总会，承办单位：示例中学。</p>"
    assert identity(event).organiser is None
    page = identity(f'{event}<div id="footer">主办单位：示例县人民政府</div>')
    assert page.organiser == "示例县人民政府"


@pytest.mark.parametrize(
    ("html", "mark"),
    [
        (
            "<a href='http://bszs.conac.cn/sitename?method=show&id=0A'><img src='http://dcs.conac.cn/image/red.png'></a>",
            "red",
        ),
        (
            "<a href='//bszs.conac.cn/sitename?method=show&id=0A'><img src=/images/blue.png></a>",
            "blue",
        ),
        (
            "<a href='http://bszs.conac.cn/x'><img src='http://dcs.conac.cn/image/red_error.png'></a>",
            "red_error",
        ),
        (
            "<span id='_ideConac'></span><script src='//dcs.conac.cn/js/33/CA33.js'></script>",
            "script",
        ),
        (UNESCAPED_MARK, "script"),
        ("<img src=/images/red.png>", None),
    ],
)
def test_gov_mark(html: str, mark: str | None) -> None:
    assert footer(html).gov_mark == mark


@pytest.mark.parametrize(
    "html",
    [
        "<a href='http://121.43.0.1/exposure/jiucuo.html?site_code=1'><img src=x></a>",
        "<a href='http://121.43.0.1:8080/errorInfo/search'><img src=x></a>",
        "<a href='javascript:jc()'><img src=jc.png alt='我为政府网站找错'></a>",
        "<script src='https://zfwzgl.www.gov.cn/exposure/jiucuo.js'></script>",
        "<script>var s = '//zfwzgl.www.gov.cn/exposure/jiucuo.html?site_code=1';</script>",
    ],
)
def test_error_report_entries(html: str) -> None:
    assert footer(html).error_report_entry


def test_what_unescape_writes() -> None:
    found = footer(
        "<script>document.write(unescape(\"%3Cscript src='//zfwzgl.www.gov.cn/exposure/jiucuo.js?"
        "site_code=3799990001'%3E%u4E2D%3C/script%3E\"))</script>"
    )
    assert found.error_report_entry == "//zfwzgl.www.gov.cn/exposure/jiucuo.js?site_code=3799990001"
    assert found.site_code == "3799990001"


def test_barrier_free_entries() -> None:
    tool = identity("<p>x</p><script src='https://wza.example.cn/wza/aria.js'></script>")
    assert tool.barrier_free_entry == "https://wza.example.cn/wza/aria.js"
    assert identity("<a href='javascript:wza()'>无障碍阅读</a>").barrier_free_entry == "无障碍阅读"
    assert (
        identity("<a href=/old/>关怀版</a>").barrier_free_entry == "http://www.example.gov.cn/old/"
    )
    assert (
        identity(
            "<a href=x>关于加强公共场所无障碍环境建设与改造工作的实施意见全文</a>"
        ).barrier_free_entry
        is None
    )


@pytest.mark.parametrize(
    "html",
    [
        "<script src='/js/footer.js'></script>",
        "<iframe src='/common/foot.html'></iframe>",
        "<script>$('#footer').load('/inc/b.html');</script>",
        "<script>document.write(\"<div class='foot'>...\");</script>",
        "<div id=app></div><script src=/app.js></script>",
    ],
)
def test_absence_proves_nothing_where_scripts_write_the_footer(html: str) -> None:
    assert identity(f"<p>正文</p>{html}").rendered_by_script


def test_absence_in_a_static_page_is_absence() -> None:
    found = identity(
        f"<p>{'正文内容' * 20}</p><div class=footer>某公司制作</div><script src=/js/slide.js></script>"
    )
    assert not found.rendered_by_script
    assert (found.site_code, found.icp, found.police, found.organiser) == (None, None, None, None)
    assert (found.gov_mark, found.error_report_entry, found.sitemap_link) == (None, None, None)


def test_numbers_in_comments_do_not_count() -> None:
    assert footer("<!-- 鲁ICP备12345678号 网站标识码：3799990001 -->").icp is None
