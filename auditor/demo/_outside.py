"""Stand-ins for the world outside the district: what its pages link to and load from.

They exist so that no request ever leaves the machine. Each says that it is a stand-in.
"""

from __future__ import annotations

import struct
import zlib

from auditor.demo._resource import Resource, html

_PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><header><p>演示环境</p></header><main><h1>{title}</h1>
<p>{text}</p></main></body></html>
"""
#: Shown in a frame. Without content of its own: axe counts a frame's headings and landmarks for
#: the page around it, and only when the frame was loaded in time.
_FRAME = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>天气（替身）</title>
<style>body { background: #dfe8f1; }</style></head><body></body></html>
"""
_STAND_IN = "这是演示环境里的替身页面，与同名的真实网站无关，不会访问互联网。"

#: Host names outside the district's sites, with the title that their stand-in shows.
HOSTS = {
    "www.gov.cn": "中国政府网（替身）",
    "beian.miit.gov.cn": "ICP备案查询（替身）",
    "www.beian.gov.cn": "公安备案查询（替身）",
    "bszs.conac.cn": "党政机关网站标识（替身）",
    "dcs.conac.cn": "党政机关网站标识脚本（替身）",
    "zfwzgl.www.gov.cn": "我为政府网站找错（替身）",
    "pucha.kaipuyun.cn": "网站找错脚本（替身）",
    "museum.lanting.example": "兰汀数字展览",
    "slow.lanting.example": "兰汀气象服务",
    "img.lanting-cdn.example": "图片服务（替身）",
    "data.lanting.gov.cn": "兰汀区数据开放平台",
    "old.lanting.gov.cn": "兰汀区人民政府（旧版）",
}
#: Outside hosts that have no IPv6 address.
IPV4_ONLY = frozenset({"img.lanting-cdn.example"})
_SLOW_S = 2.5
#: A page links to this address by number, which breaks where there is IPv6 only.
_LITERAL = "127.0.18.200"

_MARK_SCRIPT = """(function () {{
  var box = document.getElementById("_ideConac");
  if (!box) {{ return; }}
  box.innerHTML = '<a href="https://bszs.conac.cn:{port}/sitename?method=show&amp;id={id}">' +
    '<img src="https://dcs.conac.cn:{port}/image/red.png" width="40" height="40"' +
    ' alt="党政机关网站标识"></a>';
}})();
"""
_ERROR_SCRIPT = """(function () {{
  var own = document.getElementById("_jiucuo_");
  document.write('<a href="https://zfwzgl.www.gov.cn:{port}/exposure/jiucuo.html?site_code=' +
    own.getAttribute("sitecode") + '">我为政府网站找错</a>');
}})();
"""
_JAVASCRIPT = "text/javascript; charset=utf-8"


def answer(host: str, path: str, https_port: int) -> Resource | None:
    """What an outside host says to a path; None for a host that is not in `HOSTS`."""
    if host not in HOSTS and host != _LITERAL:
        return None
    if path.startswith("/js/") and host == "dcs.conac.cn":
        identity = zlib.crc32(path.encode()) & 0xFFFFFFFF
        script = _MARK_SCRIPT.format(port=https_port, id=f"{identity:032X}")
        return Resource(script.encode(), _JAVASCRIPT)
    if path.endswith("/jiucuo.js"):
        return Resource(_ERROR_SCRIPT.format(port=https_port).encode(), _JAVASCRIPT)
    if path.endswith(".png"):
        return Resource(png((200, 16, 46)), "image/png")
    if path == "/robots.txt":
        return html("", status=404)
    if path == "/weather":
        return html(_FRAME)
    title = HOSTS.get(host, "景区预约（替身）")
    page = _PAGE.format(title=title, text=_STAND_IN)
    return html(
        page,
        no_head=host == "museum.lanting.example",
        delay_s=_SLOW_S if host == "slow.lanting.example" else 0.0,
    )


def png(rgb: tuple[int, int, int], size: int = 40) -> bytes:
    """A square picture of one colour."""
    row = b"\0" + bytes(rgb) * size
    parts = (
        (b"IHDR", struct.pack("!IIBBBBB", size, size, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * size, 9)),
        (b"IEND", b""),
    )
    out = b"\x89PNG\r\n\x1a\n"
    for kind, data in parts:
        out += struct.pack("!I", len(data)) + kind + data
        out += struct.pack("!I", zlib.crc32(kind + data))
    return out
