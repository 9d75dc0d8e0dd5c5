"""Challenge pages are recognised; pages that merely look like them are not."""

from __future__ import annotations

from time import process_time

import pytest

from auditor.gather.waf import challenge

Headers = list[tuple[str, str]]
SHELL = (
    b'<html><head><script src="/app.js"></script></head><body><div id="app"></div></body></html>'
)
RUISHU = (
    b'<!DOCTYPE html><html><head><meta id="9DhefwqGPrzGxEp9hPaoag" content="abc"></head>'
    b'<script>$_ts=window["$_ts"];if(!$_ts)$_ts={};$_ts.nsd=81;</script><body></body></html>'
)
JSL = b'<script>document.cookie=("_")+"x";location.href=location.pathname</script>'
JSL_GO = b'<script>function go(a){};go({"bts":["1","2"],"chars":"x","ct":"y"})</script>'
ALIYUN = b"<script>var arg1='3A5F0B8C7D6E1F2A3B4C5D6E7F8091A2B3C4D5E6';function x(){}</script>"
ARTICLE = (
    "<html><body><div><a href='/'>首页</a><a href='/zwgk/'>政务公开</a><a href='/x'>互动</a></div>"
    "<h1>关于网站安全防护的说明</h1><p>"
    + "本站采用加速乐防护，Cookie 名为 __jsl_clearance_s，状态码为 521；"
    "可疑请求会被拦截，事件ID: 4f3a9b2c11。瑞数产品使用 $_ts 变量，错误页 /ks-waf-error.png。"
    * 12
    + "</p></body></html>"
).encode()

CHALLENGES: dict[str, tuple[int, Headers, bytes, str]] = {
    "ruishu-412": (412, [("Set-Cookie", "FSSBBIl1UgzbN7N80S=x; Path=/")], RUISHU, "瑞数"),
    "ruishu-202": (202, [("Set-Cookie", "azSsQE5NvspcS=1")], RUISHU, "瑞数"),
    "ruishu-200": (200, [], RUISHU, "瑞数"),
    "ruishu-cookie": (412, [("set-cookie", "FSSBBIl1UgzbN7N443S=x")], b"<script></script>", "瑞数"),
    "jsl-521": (521, [("Set-Cookie", "__jsluid_s=abc; max-age=1")], JSL, "加速乐"),
    "jsl-go": (521, [], JSL_GO.replace(b"go({", b";go({"), "加速乐"),
    "jsl-server": (403, [("Server", "jiasule-WAF")], b"denied", "加速乐"),
    "ks-waf": (403, [], b'<img src="/ks-waf-error.png">', "知道创宇"),
    "aliyun-arg1": (200, [("Set-Cookie", "acw_tc=1")], ALIYUN, "阿里云"),
    "aliyun-v2": (200, [], b'<script>setCookie("acw_sc__v2", x)</script>', "阿里云"),
    "aliyun-405": (
        405,
        [("Set-Cookie", "acw_tc=1")],
        b'<html><a href="x">y</a><img src="https://errors.aliyun.com/images/x.png"></html>',
        "阿里云",
    ),
    "cloudflare": (
        403,
        [("cf-mitigated", "challenge")],
        b"<html>just a moment</html>",
        "cloudflare",
    ),
    "script-only": (403, [], b"<html><head></head><script>eval(x)</script></html>", "waf"),
    "block-page": (
        403,
        [],
        "<html><body>您的访问已被拦截，事件ID：9f8e7d6c5b4a</body></html>".encode(),
        "waf",
    ),
    "block-page-200-gbk": (
        200,
        [],
        "<html><body>请求被防火墙阻断 Event_ID: 20261122-ABCDEF</body></html>".encode("gbk"),
        "waf",
    ),
}
ORDINARY: dict[str, tuple[int, Headers, bytes]] = {
    "article-about-products": (200, [], ARTICLE),
    "article-served-403": (403, [], ARTICLE * 2),
    "app-shell": (200, [], SHELL),
    "app-shell-behind-aliyun": (200, [("Set-Cookie", "acw_tc=1; path=/")], SHELL),
    "app-shell-behind-jsl": (200, [("Set-Cookie", "__jsluid_s=1; path=/")], SHELL),
    "app-shell-behind-ruishu": (200, [("Set-Cookie", "FSSBBIl1UgzbN7N80S=x")], SHELL),
    "script-redirect": (200, [], b"<script>location.href='/index/index.html'</script>"),
    "meta-refresh": (200, [], b'<meta http-equiv="refresh" content="0;url=/portal/">'),
    "nginx-403": (
        403,
        [],
        b"<html><title>403 Forbidden</title><body><h1>403 Forbidden</h1></body></html>",
    ),
    "not-found": (404, [], b"<html><script>x</script></html>"),
    "server-error": (500, [("Set-Cookie", "__jsluid_s=1")], b"<script>x</script>"),
    "maintenance": (503, [], "<html><body><h1>系统维护中，请稍后访问</h1></body></html>".encode()),
    "empty": (200, [], b""),
    "empty-403": (403, [], b""),
    "variable-arg1": (200, [], b"<script>var arg1 = 'menu'; show(arg1)</script>"),
    "firewall-policy": (200, [], "<p>防火墙采购公告，项目编号 20261122</p>".encode()),
    "redirect": (302, [("Set-Cookie", "__jsluid_s=1")], JSL),
    "pdf": (200, [], b"%PDF-1.4 " + b"\x00\xff" * 4000),
}


@pytest.mark.parametrize("name", CHALLENGES)
def test_challenge(name: str) -> None:
    status, headers, body, product = CHALLENGES[name]
    assert challenge(status, headers, body) == product


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary(name: str) -> None:
    assert challenge(*ORDINARY[name]) == ""


@pytest.mark.parametrize(
    "unit",
    [b"<script", b"<a ", b"<", b"<!--", b";  ", b"<title>", b"event_id ", b"var ", b"</script "],
)
def test_hostile_pages_cost_linear_time(unit: bytes) -> None:
    for status in (200, 403):
        started = process_time()
        challenge(status, [], (unit * 70_000)[: 64 * 1024])
        assert process_time() - started < 0.5
