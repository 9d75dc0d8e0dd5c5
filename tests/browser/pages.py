"""Pages that misbehave, served on loopback for the browser tests."""

from __future__ import annotations

import asyncio
import base64
from collections import defaultdict
from dataclasses import dataclass, field

from aiohttp import web

PIXEL = base64.b64decode("R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==")
HEAD = '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>示例</title>'
TEXT = (
    "<p>这是为测试而写的示例页面，文字足够长，因此不会被当作空白页面，也不会被当作拦截页面。</p>"
    * 3
)
BAD = '<main><h1>标题</h1><img src="/pixel.gif" width="120" height="60">' + TEXT + "</main>"


def page(body: str = BAD, head: str = "") -> str:
    """A page with one image without text."""
    return f"{HEAD}{head}</head><body>{body}</body></html>"


AXE_FAKED = """<script>
const fake = {run: async () => ({violations: [], incomplete: [], passes: [1, 2, 3],
  testEngine: {name: "axe-core", version: "9.9"}}), configure() {}, getRules: () => []};
Object.defineProperty(window, "axe", {get: () => fake, set() {}, configurable: false});
</script>"""
AXE_FORGED = f"""{AXE_FAKED}<script>
JSON.stringify = () => "{{}}";
Array.prototype.map = () => [];
</script>"""

PAGES = {
    "/plain": page(),
    "/clean": page(
        '<header><a href="#m">跳到主要内容</a></header><main id="m"><h1>标题</h1>'
        f'<img src="/pixel.gif" alt="办公楼" width="120" height="60">{TEXT}</main>'
    ),
    "/alert": page("<script>alert(1); confirm(2); prompt(3)</script>" + BAD),
    "/alert-loop": page(BAD + "<script>setInterval(() => alert(1), 1)</script>"),
    "/beforeunload": page(
        BAD + "<script>onbeforeunload = (e) => { e.preventDefault(); return 'no' }</script>"
    ),
    "/endless-image": page(BAD + '<img src="/endless.gif" alt="图">'),
    "/popup": page(BAD + "<script>for (let i = 0; i < 5; i++) open('/plain?' + i)</script>"),
    "/amd": page(
        "<script>function define(n, d, f) { (f || d || n)() } define.amd = {};"
        "var module = {exports: {}}</script>" + BAD
    ),
    "/polluted": page("<script>Object.prototype.foo = 1</script>" + BAD),
    "/forged": page(AXE_FORGED + BAD),
    "/forged-framed": page(AXE_FORGED + BAD + '<iframe src="/plain" title="内页"></iframe>'),
    "/faked-framed": page(AXE_FAKED + BAD + '<iframe src="/plain" title="内页"></iframe>'),
    "/framed": page(BAD + '<iframe src="/plain" title="内页" width="500" height="300"></iframe>'),
    "/hang": page("<script>setTimeout(() => { for (;;); }, 50)</script>" + BAD),
    "/hidden-body": page(BAD, head="<style>img { display: none }</style>"),
    "/large": page(
        '<main><h1>标题</h1><img src="/pixel.gif">'
        + "".join(
            f'<ul><li><b>·</b><a href="/a/{n}">第 {n} 条</a><i>01-01</i></li></ul>'
            for n in range(1_400)
        )
        + "</main>"
    ),
    "/shell": f"{HEAD}</head><body><div id=app></div><script>"
    "setTimeout(() => { document.getElementById('app').innerHTML = "
    "'<h1>由脚本写出的标题</h1>' + '<p>由脚本写出的正文。</p>'.repeat(9) }, 600)"
    "</script></body></html>",
    "/posts": page(
        BAD + "<form id=f method=post action=/counted><input name=a></form><script>"
        "fetch('/counted', {method: 'POST', body: '1'}).catch(() => 0);"
        "try { const x = new XMLHttpRequest(); x.open('POST', '/counted'); x.send('1') }"
        "catch { document.title = '已拦下' }"
        "navigator.sendBeacon('/counted', '1'); document.getElementById('f').submit();"
        "</script>"
    ),
    "/escape": page(
        BAD + '<img src="http://169.254.169.254/x.png" alt="x">'
        '<img src="http://127.0.0.1:8081/x.png" alt="x"><iframe src="file:///etc/passwd" title="x">'
        "</iframe>"
    ),
    "/inner": page(BAD + '<img src="http://inner.example.gov.cn/x.png" alt="x">'),
    "/leaves": page("<script>location.href = '/clean'</script>" + BAD),
}


@dataclass
class Site:
    """The test site. `seen` lists method and path of every request."""

    port: int = 0
    seen: list[tuple[str, str]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    asked: defaultdict[str, asyncio.Event] = field(
        default_factory=lambda: defaultdict(asyncio.Event)
    )

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The URL of one of the pages."""
        return f"http://{host}:{self.port}{path}"

    async def next_visit(self, path: str) -> None:
        """Wait until a path is asked for once more."""
        self.asked[path].clear()
        async with asyncio.timeout(60):
            await self.asked[path].wait()


async def _answer(request: web.Request, site: Site) -> web.StreamResponse:
    site.seen.append((request.method, request.path))
    site.asked[request.path].set()
    site.agents.add(request.headers.get("User-Agent", ""))
    path = request.path
    special = {
        "/pixel.gif": lambda: web.Response(body=PIXEL, content_type="image/gif"),
        "/endless.gif": lambda: _endless(request, "image/gif"),
        "/endless.html": lambda: _endless(request, "text/html"),
        "/csp": lambda: _html(page(), {"Content-Security-Policy": "default-src 'none'"}),
        "/missing": lambda: _html(page(), status=404),
        "/waf": lambda: _html(
            '<html><head><meta id="9DhefwqGPrzGxEp9hPaoag"><script>$_ts={}</script></head></html>',
            status=412,
        ),
        "/file.pdf": lambda: web.Response(body=b"%PDF-1.4", content_type="application/pdf"),
        "/text.txt": lambda: web.Response(text="plain " * 30),
        "/empty": lambda: _html(""),
        "/gbk": lambda: web.Response(
            body=page().replace('"utf-8"', '"gbk"').encode("gbk"), content_type="text/html"
        ),
        "/silent": lambda: _silent(),
        "/cross": lambda: _html(
            page(
                BAD + f'<iframe src="{site.url("/plain", "localhost")}" title="他站页面" '
                'width="500" height="300"></iframe>'
            )
        ),
    }
    if path in special:
        made = special[path]()
        return await made if asyncio.iscoroutine(made) else made
    if path in PAGES:
        return _html(PAGES[path])
    return _html(page(), status=404)


def _html(text: str, headers: dict[str, str] | None = None, status: int = 200) -> web.Response:
    return web.Response(text=text, content_type="text/html", headers=headers, status=status)


async def _endless(request: web.Request, content_type: str) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": content_type})
    await answer.prepare(request)
    chunk = PIXEL if content_type == "image/gif" else "<p>没有尽头</p>".encode()
    try:
        while True:
            await answer.write(chunk)
            await asyncio.sleep(0.2)
    except ConnectionResetError:
        return answer


async def _silent() -> web.Response:
    await asyncio.sleep(3600)
    raise AssertionError("the client never waits so long")


async def serve() -> tuple[Site, web.AppRunner]:
    """Start the site on a free port of both loopback addresses."""
    site = Site()

    async def handler(request: web.Request) -> web.StreamResponse:
        return await _answer(request, site)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    site.port = runner.addresses[0][1]
    return site, runner
