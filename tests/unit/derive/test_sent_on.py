"""Pages that only send the visitor on."""

from __future__ import annotations

import pytest

from tests.unit.derive.pages import facts

TARGET = "http://www.example.gov.cn/zc/index.html"


@pytest.mark.parametrize(
    "html",
    [
        '<meta http-equiv="refresh" content="0;url=/zc/index.html">',
        '<meta http-equiv="Refresh" content="3; URL=\'/zc/index.html\'">正在跳转，请稍候',
        "<script>window.location.href = '/zc/index.html';</script>",
        "<script>location.replace('/zc/index.html')</script>",
        "<script>window.onload = function () { location.href = '/zc/index.html'; }</script>",
        "<script>setTimeout(function(){ self.location='/zc/index.html'; }, 3000)</script>",
        '<script>location.href="/zc/index.html"</script><a href="/zc/index.html">点击进入</a>',
    ],
)
def test_a_page_that_sends_everybody_on(html: str) -> None:
    page = facts(html)
    assert page.redirect == TARGET
    assert not page.script_shell
    assert TARGET in {link.url for link in page.links}


@pytest.mark.parametrize(
    "html",
    [
        "<script>if (/Mobi/.test(navigator.userAgent)) location.href = '/zc/index.html'</script>",
        "<script>isPhone() && location.replace('/zc/index.html')</script>",
        "<script>location.href = '/a.html';\nlocation.href = '/b.html';</script>",
        "<script>location.href = '/zwgk/tzgg/index.html';</script>",
        '<noscript><meta http-equiv="refresh" content="0;url=/zc/index.html"></noscript>',
        '<meta http-equiv="refresh" content="600;url=/zc/index.html">',
        "<script>location.href = '/zc/index.html';</script><p>" + "本单位职责如下。" * 40,
        "<script>function go() { location.href = '/zc/index.html'; }</script><input type=text>",
        "<p>本站</p>",
    ],
)
def test_a_page_that_stays(html: str) -> None:
    assert facts(html).redirect == ""


def test_a_choice_by_browser_needs_a_browser() -> None:
    page = facts("<script>if (phone()) { location.href = '/m/'; } else { app() }</script>")
    assert page.script_shell
